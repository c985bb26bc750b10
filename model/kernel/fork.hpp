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
    if (K::on().fails()) return leave(kEnomem);
    const task_ptr<K> p = K::on().template allocate<task_struct>(true);
    if (!p) return leave(kEagain);  // nr_threads >= max_threads
    const task_ptr<K> me = current<K>();
    p->cap_sys_admin = me->cap_sys_admin;
    p->sigchld_ignored = me->group_leader->sigchld_ignored;
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
    stack<K>().alloc_pid.ns = task_active_pid_ns<K>(l.p);
    return call(alloc_pid<K>::alloc, allocated_pid);
  }

  static Next allocated_pid() {
    auto& l = stack<K>().copy_process;
    l.pid = take(stack<K>().alloc_pid.pid);
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
    if (me->sigkill == 1 && !seeded<K>(Defect::copy_process_ignores_signal)) {
      write_unlock_tasklist<K>();
      l.retval = kErestartnointr;
      return go(bad_fork_free_pid);
    }
    const task_ptr<K> p = l.p;
    const pid_ptr<K> pid = take(l.pid);
    const typename K::Int flags = l.flags;
    // The swapper, parent of the global init, is not modelled: init stands in for it.
    if ((flags & (CL_PARENT | CL_THREAD)) && me->real_parent)
      p->real_parent = me->real_parent;
    else
      p->real_parent = me;
    if (flags & CL_THREAD) p->group_leader = me->group_leader;
    if (thread_group_leader<K>(p)) {
      if (flags & CL_NEWPID) {
        if (!seeded<K>(Defect::copy_process_first_is_not_reaper))
          p->nsproxy_->pid_ns->child_reaper = p;
        // A session and a process group of its own, in this era.
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

  static Next bad_fork_cleanup_namespaces() {
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
      {"bad_fork_free", bad_fork_free},
  };

 private:
  static Next leave(typename K::Int result) {
    auto& l = stack<K>().copy_process;
    const task_ptr<K> p = l.p;
    const typename K::Int flags = l.flags;
    l = {};
    l.flags = flags;           // do_fork() reports them
    if (result == 0) l.p = p;  // and takes the child
    return ret<K>(result);
  }
};

}  // namespace nsmc::kernel
