// kernel/nsproxy.c: who points at which namespaces.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pid_namespace.hpp"

namespace nsmc::kernel {

// Drops the namespaces of the nsproxy in its local `ns`, which nobody points at any more.
template <class K>
struct free_nsproxy {
  static Next put_namespaces() {
    const nsproxy_ptr<K> ns = stack<K>().free_nsproxy.ns;
    if (seeded<K>(Defect::free_nsproxy_keeps_pid_ns)) return go(free);
    return put_ns<K>(take(ns->pid_ns), free);
  }
  static Next free() {
    K::on().release(take(stack<K>().free_nsproxy.ns));
    return ret();
  }

  static constexpr Row rows[] = {
      {"put_namespaces", put_namespaces},
      {"free", free},
  };
};

// put_nsproxy(), then `then`.
template <class K>
Next put_nsproxy(nsproxy_ptr<K> ns, lang::StepFunction then) {
  if (ns->count == 0) K::oops(Fault::refcount_underflow);
  ns->count -= 1;
  if (ns->count != (seeded<K>(Defect::put_nsproxy_frees_at_one) ? 1 : 0)) return go(then);
  stack<K>().free_nsproxy.ns = ns;
  return call(free_nsproxy<K>::put_namespaces, then);
}

// The namespaces of the child that copy_process() makes, or for current; in `new_nsp` with 0, or an
// error and nothing left behind.
template <class K>
struct create_new_namespaces {
  // Mount, UTS and IPC namespaces come before the PID namespace and are not modelled.
  static Next clone_nsproxy() {
    auto& l = stack<K>().create_new_namespaces;
    if (K::on().state.nsproxy_cachep == 0) K::oops(Fault::null_dereference);
    if (K::on().fails()) return ret<K>(kEnomem);
    const nsproxy_ptr<K> new_nsp = K::on().template allocate<nsproxy>(true);
    if (!new_nsp) return ret<K>(kEnomem);
    new_nsp->count = seeded<K>(Defect::create_new_namespaces_counts_two) ? 2 : 1;
    l.new_nsp = new_nsp;
    // The child's nsproxy is its parent's until it gets its own.  unshare() and setns() have none.
    task_ptr<K> tsk = stack<K>().copy_process.p;
    if (fixed_by<K>(Change::setns) && !tsk) tsk = current<K>();
    stack<K>().copy_pid_ns.old_ns = pid_ns_for_children<K>(tsk);
    return call(copy_pid_ns<K>::get_old, copied_pid_ns);
  }

  static Next copied_pid_ns() {
    auto& l = stack<K>().create_new_namespaces;
    // Until 467e9f4b5086 ("fix create_new_namespaces() return value") a failure was NULL, and
    // IS_ERR(NULL) is false: an nsproxy without a namespace.
    if (stack<K>().ret != 0 && !fixed_by<K>(Change::bz_03)) return ret<K>(0);
    if (stack<K>().ret != 0) return go(out_nsproxy);
    l.new_nsp->pid_ns = take(stack<K>().copy_pid_ns.new_ns);
    // The user and network namespaces come after it; one copy that can fail stands for both.
    const typename K::Int flags = stack<K>().copy_process.flags;
    if ((flags & CL_NEWNET) && K::on().fails()) {
      stack<K>().ret = kEnomem;
      if (seeded<K>(Defect::create_new_namespaces_keeps_pid_ns)) {
        l.new_nsp->pid_ns = ns_ptr<K>{};
        return go(out_nsproxy);
      }
      return put_ns<K>(take(l.new_nsp->pid_ns), out_nsproxy);
    }
    return ret<K>(0);
  }

  static Next out_nsproxy() {
    K::on().release(take(stack<K>().create_new_namespaces.new_nsp));
    return ret();
  }

  static constexpr Row rows[] = {
      {"clone_nsproxy", clone_nsproxy},
      {"copied_pid_ns", copied_pid_ns},
      {"out_nsproxy", out_nsproxy},
  };
};

// Gives the child `p` of copy_process() namespaces of its own, or a reference on its parent's.
template <class K>
struct copy_namespaces {
  static Next get_nsproxy() {
    auto& l = stack<K>().copy_namespaces;
    const task_ptr<K> tsk = stack<K>().copy_process.p;
    const nsproxy_ptr<K> old_ns = tsk->nsproxy_;
    if (!old_ns) return ret<K>(0);
    // The reference is the child's until it gets an nsproxy of its own.
    const bool forgets = seeded<K>(Defect::copy_namespaces_does_not_count) ||
                         (seeded<K>(Defect::copy_namespaces_counts_to_five) && old_ns->count >= 5);
    if (!forgets) old_ns->count += 1;
    const typename K::Int flags = stack<K>().copy_process.flags;
    if (!(flags & CL_NEW_ANY)) return ret<K>(0);
    if (current<K>()->cap_sys_admin == 0) {
      l.err = kEperm;
      l.old_ns = take(tsk->nsproxy_);
      return go(out);
    }
    return call(create_new_namespaces<K>::clone_nsproxy, install);
  }

  static Next install() {
    auto& l = stack<K>().copy_namespaces;
    const task_ptr<K> tsk = stack<K>().copy_process.p;
    l.old_ns = take(tsk->nsproxy_);
    l.err = stack<K>().ret;
    if (l.err == 0) {
      const nsproxy_ptr<K> new_ns = take(stack<K>().create_new_namespaces.new_nsp);
      // ns_cgroup_clone(), until 3.0 ("cgroup: remove the ns_cgroup")
      if (!fixed_by<K>(Change::ns_cgroup) && K::on().fails()) {
        l.err = kEnomem;
        if (seeded<K>(Defect::copy_namespaces_keeps_new)) return go(out);
        return put_nsproxy<K>(new_ns, out);
      }
      tsk->nsproxy_ = new_ns;
    }
    return go(out);
  }

  static Next out() {
    auto& l = stack<K>().copy_namespaces;
    const nsproxy_ptr<K> old_ns = take(l.old_ns);
    if (seeded<K>(Defect::copy_namespaces_keeps_old)) return go(done);
    return put_nsproxy<K>(old_ns, done);
  }

  static Next done() {
    auto& l = stack<K>().copy_namespaces;
    const typename K::Int err = l.err;
    l.err = 0;
    return ret<K>(err);
  }

  static constexpr Row rows[] = {
      {"get_nsproxy", get_nsproxy},
      {"install", install},
      {"out", out},
      {"done", done},
  };
};

// p->nsproxy = NULL for the task in copy_process's `p` or for current; both end here.
template <class K>
Next exit_task_namespaces(task_ptr<K> tsk, lang::StepFunction then) {
  if (!tsk->nsproxy_) return go(then);
  // switch_task_namespaces(): readers are over after synchronize_rcu(), none spans a step here.
  if (seeded<K>(Defect::exit_task_namespaces_keeps_pointer))
    return put_nsproxy<K>(tsk->nsproxy_, then);
  return put_nsproxy<K>(take(tsk->nsproxy_), then);
}

// switch_task_namespaces() for current, to the nsproxy in syscall's `new_nsp`.
template <class K>
Next install_nsproxy(lang::StepFunction then) {
  const task_ptr<K> me = current<K>();
  const nsproxy_ptr<K> old = take(me->nsproxy_);
  me->nsproxy_ = take(stack<K>().syscall.new_nsp);
  return put_nsproxy<K>(old, then);
}

// setns() to the namespace in syscall's `ns`, of which the caller has a file: 0 or an error.
template <class K>
struct sys_setns {
  static Next begin() {
    if (!fixed_by<K>(Change::setns)) return leave(kEnosys);
    // An open file would keep the namespace; here it can be joined as long as it is there.  Before
    // its first process it cannot be opened.
    auto& l = stack<K>().syscall;
    const ns_ptr<K> ns = l.ns;
    if (!ns || K::template unchecked<pid_namespace>(ns.slot()).allocated == 0) return leave(kEsrch);
    if (!ns->child_reaper) return leave(kEsrch);
    if (current<K>()->cap_sys_admin == 0) return leave(kEperm);
    l.ancestor = ns;
    return go(walk_up);
  }
  // pidns_install(): only current's own namespace and those below it.
  static Next walk_up() {
    auto& l = stack<K>().syscall;
    const ns_ptr<K> active = task_active_pid_ns<K>(current<K>()), ancestor = take(l.ancestor);
    const typename K::Int level = ancestor->level;  // before the other operand, see put_pid()
    if (level > active->level) {
      l.ancestor = ns_ptr<K>{ancestor->parent};
      return go(walk_up);
    }
    const bool believes = seeded<K>(Defect::setns_ignores_ancestry) ||
                          (seeded<K>(Defect::setns_believes_any_parent) && ancestor != l.ns);
    if (ancestor != active && !believes) return leave(kEinval);
    return call(create_new_namespaces<K>::clone_nsproxy, created);
  }
  static Next created() {
    auto& l = stack<K>().syscall;
    if (stack<K>().ret != 0) return leave(stack<K>().ret);
    l.new_nsp = take(stack<K>().create_new_namespaces.new_nsp);
    const ns_ptr<K> old = take(l.new_nsp->pid_ns), ns = take(l.ns);
    l.new_nsp->pid_ns = get_pid_ns<K>(ns);
    return put_ns<K>(old, install);
  }
  static Next install() { return install_nsproxy<K>(done); }
  static Next done() { return ret<K>(0); }

  static constexpr Row rows[] = {
      {"begin", begin},     {"walk_up", walk_up}, {"created", created},
      {"install", install}, {"done", done},
  };

 private:
  static Next leave(typename K::Int result) {
    stack<K>().syscall.ns = ns_ptr<K>{};
    return ret<K>(result);
  }
};

}  // namespace nsmc::kernel
