// unshare() of kernel/fork.c, setns() of kernel/nsproxy.c, and how a namespace is opened.
// SPDX-License-Identifier: MIT
//
// Since 3.8 both decide where the children of a task go; its own namespace never changes.
#pragma once

#include "model/kernel/fork.hpp"

namespace nsmc::kernel {

// switch_task_namespaces() for current, to the nsproxy in syscall's `new_nsp`.
template <class K>
Next install_nsproxy(lang::StepFunction then) {
  const task_ptr<K> me = current<K>();
  const nsproxy_ptr<K> old = take(me->nsproxy_);
  me->nsproxy_ = take(stack<K>().syscall.new_nsp);
  return put_nsproxy<K>(old, then);
}

// unshare(CLONE_NEWPID), perhaps with CLONE_NEWUSER or another namespace: 0 or an error.
template <class K>
struct sys_unshare {
  static Next begin() {
    // "pidns: Support unsharing the pid namespace.", 3.8
    if (!fixed_by<K>(Change::setns)) return leave(kEinval);
    if (current<K>()->cap_sys_admin == 0) return leave(kEperm);
    return call(create_new_namespaces<K>::clone_nsproxy, created);
  }
  static Next created() {
    auto& l = stack<K>().syscall;
    if (stack<K>().ret != 0) return leave(stack<K>().ret);
    l.new_nsp = take(stack<K>().create_new_namespaces.new_nsp);
    const typename K::Int flags = stack<K>().copy_process.flags;
    stack<K>().copy_process.flags = 0;
    if (!(flags & CL_NEWUSER) || !K::on().fails()) return install_nsproxy<K>(done);
    // set_cred_ucounts().  "unshare: fix nsproxy leak on set_cred_ucounts() error path"
    const nsproxy_ptr<K> new_nsp = take(l.new_nsp);
    stack<K>().ret = kEagain;
    return fixed_by<K>(Change::bz_64) ? put_nsproxy<K>(new_nsp, failed) : go(failed);
  }
  static Next done() { return ret<K>(0); }
  static Next failed() { return ret<K>(kEagain); }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"created", created},
      {"done", done},
      {"failed", failed},
  };

 private:
  static Next leave(typename K::Int result) {
    stack<K>().copy_process.flags = 0;
    return ret<K>(result);
  }
};

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
    if (ancestor->level > active->level) {
      l.ancestor = ns_ptr<K>{ancestor->parent};
      return go(walk_up);
    }
    if (ancestor != active) return leave(kEinval);
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

// open("/proc/PID/ns/pid") since 3.8, and before that whoever asks for another task's namespace.
// The task was found, and its task_struct is kept; it may be released before it is looked at.
template <class K>
struct pidns_get {
  static Next find_task() { return go(get); }
  static Next get() {
    auto& l = stack<K>().syscall;
    const task_ptr<K> found = take(l.task);
    // A released task_struct has no pid and no nsproxy; so do the zeroes of a freed one.
    auto& task = K::template unchecked<task_struct>(found.slot());
    if (!fixed_by<K>(Change::bz_30)) {
      if (!task.nsproxy_) K::oops(Fault::nsproxy_of_the_dead);
      return ret<K>(0);
    }
    const pid_ptr<K> pid{task.pids[PIDTYPE_PID]};
    if (pid) {
      static_cast<void>(ns_ptr<K>{pid->ns});
      return ret<K>(0);
    }
    // 3.15 ("pid_namespace: pidns_get() should check task_active_pid_ns() != NULL")
    if (!fixed_by<K>(Change::bz_48)) K::oops(Fault::null_dereference);
    return ret<K>(kEsrch);
  }

  static constexpr Row rows[] = {
      {"find_task", find_task},
      {"get", get, "the task may be released in between"},
  };
};

}  // namespace nsmc::kernel
