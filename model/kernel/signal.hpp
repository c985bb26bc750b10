// kernel/signal.c: SIGKILL and SIGCHLD, as far as the life of a PID namespace needs them.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pid.hpp"

namespace nsmc::kernel {

// The other threads of p's group: linked, whatever their exit_state.
template <class K>
typename K::Bool thread_group_empty(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader;
  return !K::template any<task_struct>([&](task_ptr<K> other, auto& t) {
    return all(other != p, t.linked == 1, t.group_leader == leader);
  });
}

template <class K>
typename K::Bool thread_group_leader(task_ptr<K> p) {
  return p->group_leader == p;
}

// Every thread of the group is going to die; exit_group() does this to the global init too.
template <class K>
void zap_other_threads(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader;
  K::template each<task_struct>(
      [&](task_ptr<K>, auto& t) {
        return all(t.linked == 1, t.group_leader == leader, t.PF_EXITING == 0);
      },
      [](auto& t) { t.sigkill = 1; });
}

// SIGKILL ends the whole group.  The global init is the only one it cannot end in this era:
// 0fbc26a6cfa took the protection of container inits away (signals that init does not handle).
template <class K>
void group_send_sigkill(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader;
  if (leader == global_init<K>()) return;
  zap_other_threads<K>(p);
}

// kill(nr, SIGKILL) with nr seen from current's namespace.
template <class K>
typename K::Int kill_proc_info(typename K::Int nr) {
  const pid_ptr<K> pid = find_pid_ns<K>(nr, task_active_pid_ns<K>(current<K>()));
  if (!pid) return kEsrch;
  const task_ptr<K> p = pid_task<K>(pid);
  if (!p) return kEsrch;
  group_send_sigkill<K>(p);
  return 0;
}

// Tells the parent that tsk is dead.  A parent that ignores SIGCHLD does not want to know: then
// tsk has to reap itself (exit_signal -1).  REQUIRES: tasklist_lock.
template <class K>
void do_notify_parent(task_ptr<K> tsk) {
  const task_ptr<K> parent = tsk->real_parent;
  // si_pid is the number as the parent sees it, looked up through the parent's nsproxy.
  const ns_ptr<K> parent_ns = task_active_pid_ns<K>(parent);
  static_cast<void>(pid_nr_ns<K>(tsk->pids[PIDTYPE_PID], parent_ns));
  if (parent->group_leader->sigchld_ignored == 1) tsk->exit_signal = -1;
}

}  // namespace nsmc::kernel
