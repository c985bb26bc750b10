// kernel/sys.c: setsid().
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/signal.hpp"

namespace nsmc::kernel {

// A session and a process group of current's own: its number, or -EPERM for a group's leader.
template <class K>
struct sys_setsid {
  static Next lock() {
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> leader = current<K>()->group_leader;
    const pid_ptr<K> session = leader->pids[PIDTYPE_PID];
    if (K::template any<task_struct>([&](task_ptr<K>, auto& t) {
          return all(t.linked == 1, t.pids[PIDTYPE_PGID] == session);
        })) {
      write_unlock_tasklist<K>();
      return ret<K>(kEperm);
    }
    stack<K>().syscall.type = PIDTYPE_PGID;
    return go(change_pid);
  }

  // change_pid() for one role: the old pid may be nobody's any more.
  static Next change_pid() {
    auto& l = stack<K>().syscall;
    const task_ptr<K> leader = current<K>()->group_leader;
    if (l.type > PIDTYPE_SID) {
      l.type = 0;
      write_unlock_tasklist<K>();
      return ret<K>(pid_nr_ns<K>(leader->pids[PIDTYPE_PID], task_active_pid_ns<K>(current<K>())));
    }
    const pid_ptr<K> unused = detach_pid<K>(leader, l.type);
    attach_pid<K>(leader, l.type, leader->pids[PIDTYPE_PID]);
    l.type += 1;
    if (!unused) return go(change_pid);
    stack<K>().free_pid.pid = unused;
    return call(free_pid<K>::unhash, change_pid);
  }

  static constexpr Row rows[] = {
      {"lock", lock, "write_lock_irq(&tasklist_lock)"},
      {"change_pid", change_pid},
  };
};

}  // namespace nsmc::kernel
