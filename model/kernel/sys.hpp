// kernel/sys.c and drivers/char/tty_io.c: who is in which session, and who holds the terminal.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/wait.hpp"

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

// The process group of the one terminal becomes current's.  A pseudo terminal has two ends, which
// until 54ffccbf053b ("tty: Fix ->pgrp locking in tiocspgrp()") took different locks.
template <class K>
struct tiocspgrp {
  static Next begin() {
    auto& l = stack<K>().syscall;
    const pid_ptr<K> pgrp = current<K>()->group_leader->pids[PIDTYPE_PGID];
    get_pid<K>(pgrp);
    l.held = pgrp;
    l.pid = pid_ptr<K>{K::on().state.tty_pgrp};
    return fixed_by<K>(Change::bz_62) ? replace() : go(replace);
  }
  static Next replace() {
    auto& l = stack<K>().syscall;
    const pid_ptr<K> old = take(l.pid);
    K::on().state.tty_pgrp = take(l.held);
    return old ? put_pid<K>(old, done) : go(done);
  }
  static Next done() { return ret<K>(0); }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"replace", replace, "the lock is that of this end of the terminal"},
      {"done", done},
  };
};

// wait4(0): for a child of current's process group, whose pid it holds meanwhile.  Which group a
// child is in is not looked at.
template <class K>
struct wait_for_pgrp {
  static Next begin() {
    auto& l = stack<K>().syscall;
    l.task = current<K>();
    l.type = PIDTYPE_PGID;
    return call(get_task_pid<K>::read, held);
  }
  static Next held() { return call(do_wait<K>::scan, waited); }
  static Next waited() {
    const pid_ptr<K> pgrp = take(stack<K>().syscall.held);
    return pgrp ? put_pid<K>(pgrp, done) : go(done);
  }
  static Next done() { return ret(); }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"held", held},
      {"waited", waited},
      {"done", done},
  };
};

}  // namespace nsmc::kernel
