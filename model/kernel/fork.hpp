// kernel/fork.c: copy_process() and what it undoes when it fails.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/signal.hpp"

namespace nsmc::kernel {

// A child for clone() with the flags in `flags`.  On success 0 is returned and the child is left in
// `p`: attached, numbered and runnable.
template <class K>
struct copy_process {
  static Next dup_task_struct() {
    auto& l = stack<K>().copy_process;
    const typename K::Int flags = l.flags;
    if ((flags & CL_THREAD) && !(flags & CL_SIGHAND)) return leave(kEinval);
    if ((flags & CL_SIGHAND) && !(flags & CL_VM)) return leave(kEinval);
    // 123be07b0b39 ("fork(): disable CLONE_PARENT for init")
    if (fixed_by<K>(Change::bz_09) && (flags & CL_PARENT) && is_unkillable<K>(current<K>()))
      return leave(kEinval);
    if (fixed_by<K>(Change::setns) && refused_elsewhere(flags)) return leave(kEinval);
    // 3.12 ("fork: unify and tighten up CLONE_NEWUSER/CLONE_NEWPID checks"): before anything is
    // allocated and whoever asks; until then copy_pid_ns() says it.
    if (fixed_by<K>(Change::tighten) && (flags & CL_NEWPID) && (flags & not_elsewhere()))
      return leave(kEinval);
    if (K::on().fails()) return leave(kEnomem);
    const task_ptr<K> p = K::on().template allocate<task_struct>(true);
    if (!p) return leave(kEagain);  // nr_threads >= max_threads
    const task_ptr<K> me = current<K>();
    p->cap_sys_admin = me->cap_sys_admin;
    p->sigchld_ignored = me->group_leader->sigchld_ignored;
    // copy_sighand(); a thread's are its group's anyway.
    if (fixed_by<K>(Change::thread_only) && (flags & CL_SIGHAND) && !(flags & CL_THREAD))
      p->sighand = sighand_of<K>(me);
    p->exit_signal = flags & CL_THREAD ? -1 : kSigchld;
    p->group_leader = p;
    p->nsproxy_ = me->nsproxy_;  // not counted before copy_namespaces()
    l.p = p;
    if (K::on().fails()) {  // one of files, fs, sighand, signal, mm, keys
      p->nsproxy_ = nsproxy_ptr<K>{};
      l.retval = kEnomem;
      return go(bad_fork_free);
    }
    return call(copy_namespaces<K>::get_nsproxy, copied_namespaces);
  }

  static Next copied_namespaces() {
    auto& l = stack<K>().copy_process;
    if (stack<K>().ret != 0) {
      l.retval = stack<K>().ret;
      return go(bad_fork_free);
    }
    stack<K>().alloc_pid.ns = pid_ns_for_children<K>(l.p);
    return call(alloc_pid<K>::alloc, allocated_pid);
  }

  static Next allocated_pid() {
    auto& l = stack<K>().copy_process;
    l.pid = take(stack<K>().alloc_pid.pid);
    if (l.pid && (l.flags & CL_NEWPID) && mounts_proc<K>(Mounter::copy_process) &&
        pid_ns_prepare_proc<K>(l.p->nsproxy_->pid_ns) != 0) {
      l.retval = kEnomem;
      return go(bad_fork_free_pid);
    }
    if (l.pid) return go(attach);
    // 35f71bc0a09a ("fork: report pid reservation failure properly"); before, whatever the reason.
    l.retval = fixed_by<K>(Change::bz_53) ? typename K::Int{stack<K>().ret} : kEnomem;
    return go(bad_fork_cleanup_namespaces);
  }

  // tasklist_lock for writing and siglock: all of it or nothing.  The check for signals makes sure
  // that a forker whom zap_pid_ns_processes() has killed adds no child behind its back.
  static Next attach() {
    auto& l = stack<K>().copy_process;
    const bool unlocked = seeded<K>(Defect::copy_process_attach_unlocked);
    if (!unlocked && !write_trylock_tasklist<K>()) return block();
    const task_ptr<K> me = current<K>();
    if (me->sigkill == 1 && !seeded<K>(Defect::copy_process_ignores_signal))
      return bad_fork_cancel(kErestartnointr);
    // A signal that does not kill, or a cgroup's limit.  Asked for only since 3.8, from when on the
    // next fork in the same namespace sees what this one has left.
    if (fixed_by<K>(Change::setns) && K::on().fails()) return bad_fork_cancel(kEagain);
    const task_ptr<K> p = l.p;
    // 3fd372262166 ("pid_ns: Fix race between setns'ed fork() and zap_pid_ns_processes()"): whoever
    // forks from outside has got no SIGKILL.
    if (fixed_by<K>(Change::bz_56) && l.pid->ns->hash_adding == 0) return bad_fork_cancel(kEnomem);
    const pid_ptr<K> pid = take(l.pid);
    const typename K::Int flags = l.flags;
    // The swapper, parent of the global init, is not modelled: init stands in for it.
    if ((flags & (CL_PARENT | CL_THREAD)) && me->real_parent)
      p->real_parent = me->real_parent;
    else
      p->real_parent = me;
    if (flags & CL_THREAD) p->group_leader = me->group_leader;
    if (thread_group_leader<K>(p)) {
      // Since 3.8 the first process of a namespace need not be the child of a CLONE_NEWPID.
      const typename K::Bool is_child_reaper =
          fixed_by<K>(Change::setns) ? pid->numbers[pid->level].nr == 1 : (flags & CL_NEWPID) != 0;
      if (is_child_reaper && !seeded<K>(Defect::copy_process_first_is_not_reaper))
        p->nsproxy_->pid_ns->child_reaper = p;
      // A session and a process group of its own until 2.6.25: 5cd17569fd0e ("fix
      // clone(CLONE_NEWPID)"), e4cc0a9c876d ("fix setsid() for sub-namespace /sbin/init").
      if (is_child_reaper && !fixed_by<K>(Change::bz_23)) {
        attach_pid<K>(p, PIDTYPE_PGID, pid);
        attach_pid<K>(p, PIDTYPE_SID, pid);
      } else {
        attach_pid<K>(p, PIDTYPE_PGID, me->group_leader->pids[PIDTYPE_PGID]);
        attach_pid<K>(p, PIDTYPE_SID, me->group_leader->pids[PIDTYPE_SID]);
      }
    } else {
      p->sigchld_ignored = 0;  // its group's
    }
    attach_pid<K>(p, PIDTYPE_PID, pid);
    p->linked = 1;
    if (!unlocked) write_unlock_tasklist<K>();
    return leave(0);
  }

  static Next bad_fork_free_pid() {
    auto& l = stack<K>().copy_process;
    const pid_ptr<K> pid = take(l.pid);
    if (seeded<K>(Defect::copy_process_without_free_pid)) return go(bad_fork_cleanup_namespaces);
    stack<K>().free_pid.pid = pid;
    return call(free_pid<K>::unhash, bad_fork_cleanup_namespaces);
  }

  // 3.4 ("namespaces, pid_ns: fix leakage on fork() failure"): the mount of proc is given up by
  // hand, until in 3.8 it goes with the last pid (BZ-14).
  static Next bad_fork_cleanup_namespaces() {
    auto& l = stack<K>().copy_process;
    const bool by_hand =
        has_proc_mnt<K>() && fixed_by<K>(Change::bz_12) && !fixed_by<K>(Change::bz_14);
    if (!by_hand || !(l.flags & CL_NEWPID)) return cleanup_namespaces();
    return pid_ns_release_proc<K>(l.p->nsproxy_->pid_ns, cleanup_namespaces);
  }
  static Next cleanup_namespaces() {
    if (seeded<K>(Defect::copy_process_keeps_namespaces)) return go(bad_fork_free);
    return exit_task_namespaces<K>(stack<K>().copy_process.p, bad_fork_free);
  }

  static Next bad_fork_free() {
    auto& l = stack<K>().copy_process;
    K::on().release(take(l.p));
    return leave(l.retval);
  }

  static constexpr Row rows[] = {
      {"dup_task_struct", dup_task_struct},
      {"copied_namespaces", copied_namespaces},
      {"allocated_pid", allocated_pid},
      {"attach", attach, "r5, r6: the pid is hashed, no task is attached to it"},
      {"bad_fork_free_pid", bad_fork_free_pid},
      {"bad_fork_cleanup_namespaces", bad_fork_cleanup_namespaces},
      {"cleanup_namespaces", cleanup_namespaces},
      {"bad_fork_free", bad_fork_free},
  };

 private:
  // What a task whose children go to another namespace may not make.  3.8 ("pidns: Outlaw thread
  // creation after unshare(CLONE_NEWPID)"): threads, recognised by CLONE_VM; by CLONE_SIGHAND since
  // 3.12 ("pidns: fix vfork() after unshare(CLONE_NEWPID)"), by CLONE_THREAD since 4.3.  3.12
  // ("fork: unify and tighten up CLONE_NEWUSER/CLONE_NEWPID checks") also refused CLONE_PARENT,
  // until 1f7f4dde5c94 ("fork: Allow CLONE_PARENT after setns(CLONE_NEWPID)").
  static typename K::Bool refused_elsewhere(typename K::Int flags) {
    if (!children_go_elsewhere<K>(current<K>())) return false;
    return (flags & not_elsewhere()) != 0;
  }
  static int not_elsewhere() {
    int refused = 0;
    if (fixed_by<K>(Change::bz_41)) refused = CL_VM;
    if (refused != 0 && fixed_by<K>(Change::bz_45))
      refused = fixed_by<K>(Change::thread_only) ? CL_THREAD : CL_SIGHAND;
    if (fixed_by<K>(Change::tighten) && !fixed_by<K>(Change::bz_46)) refused |= CL_PARENT;
    return refused;
  }
  // tasklist_lock is given up, and the pid.
  static Next bad_fork_cancel(int error) {
    write_unlock_tasklist<K>();
    stack<K>().copy_process.retval = error;
    return go(bad_fork_free_pid);
  }
  static Next leave(typename K::Int result) {
    auto& l = stack<K>().copy_process;
    const task_ptr<K> p = l.p;
    const typename K::Int flags = l.flags, set_tid = l.set_tid;
    l = {};
    l.flags = flags;  // do_fork() reports them
    l.set_tid = set_tid;
    if (result == 0) l.p = p;  // and takes the child
    return ret<K>(result);
  }
};

// unshare(CLONE_NEWPID), perhaps with CLONE_NEWUSER or another namespace: 0 or an error.
template <class K>
struct sys_unshare {
  static Next begin() {
    // "pidns: Support unsharing the pid namespace.", 3.8
    if (!fixed_by<K>(Change::setns)) return leave(kEinval);
    // check_unshare_flags(): what threads share is not for one of them to give up, and without
    // others there is nothing to do.
    const typename K::Int flags = stack<K>().copy_process.flags;
    if ((flags & (CL_THREAD | CL_SIGHAND | CL_VM | CL_NEWUSER)) &&
        !thread_group_empty<K>(current<K>()))
      return leave(kEinval);
    if (!(flags & (CL_NEW_ANY | CL_NEWUSER))) return leave(0);
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

}  // namespace nsmc::kernel
