// kernel/ptrace.c, as far as it decides who reaps a zombie.  With ptrace=y.
// SPDX-License-Identifier: MIT
//
// A tracer is told of its tracee's death before the real parent, and the real parent cannot reap it
// meanwhile.  That is all: nobody stops, nothing is read or written.
#pragma once

#include "model/kernel/signal.hpp"

namespace nsmc::kernel {

// The tracer of p, NULL without one; without ptrace nobody asks.
template <class K>
task_ptr<K> tracer_of(task_ptr<K> p) {
  return config<K>().ptrace ? task_ptr<K>{p->tracer} : task_ptr<K>{};
}

// PTRACE_ATTACH to the task in syscall's `task`: 0 or an error.
template <class K>
struct sys_ptrace {
  static Next attach() {
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> task = take(stack<K>().syscall.task);
    const task_ptr<K> me = current<K>();
    if (!task) K::oops(Fault::null_dereference);
    // get_task_struct() keeps a task that is released meanwhile; here its slot, which is empty.
    auto& t = K::template unchecked<task_struct>(task.slot());
    const bool refused =
        t.linked == 0 || t.group_leader == me->group_leader || t.exit_state != 0 || t.tracer;
    if (!refused) t.tracer = me;
    write_unlock_tasklist<K>();
    return ret<K>(refused ? kEperm : 0);
  }

  static constexpr Row rows[] = {
      {"attach", attach, "write_lock_irq(&tasklist_lock)"},
  };
};

// do_notify_parent_cldstop(): a group stops, and the parent is told, or current's tracer.
template <class K>
void do_notify_parent_cldstop() {
  const task_ptr<K> me = current<K>(), leader = me->group_leader;
  const task_ptr<K> mine = tracer_of<K>(me), leaders = tracer_of<K>(leader);
  const task_ptr<K> parent = mine ? mine : task_ptr<K>{leader->real_parent};
  if (!parent) return;  // the global init's, which is not modelled
  // d92656633b83 ("ptrace: do_notify_parent_cldstop: fix the wrong ->nsproxy usage"): before, the
  // leader's number as its tracer sees it, whoever is told.
  const bool wrong = !fixed_by<K>(Change::bz_32) && !mine && leaders;
  const ns_ptr<K> ns = task_active_pid_ns<K>(wrong ? leaders : parent);
  const task_ptr<K> who = mine ? me : leader;
  K::on().report_signal(who.slot(), parent.slot(), pid_nr_ns<K>(who->pids[PIDTYPE_PID], ns));
}

// The tracees of current, which is exiting, go back to their parents.  A zombie that then reaps
// itself is left on current's dead list.
template <class K>
struct exit_ptrace {
  static Next lock() {
    if (!write_trylock_tasklist<K>()) return block();
    return go(detach_next);
  }
  static Next detach_next() {
    const task_ptr<K> tracer = current<K>();
    const task_ptr<K> p = K::template find<task_struct>(
        [&](task_ptr<K>, auto& t) { return all(t.allocated == 1, t.tracer == tracer); });
    if (!p) {
      write_unlock_tasklist<K>();
      return ret();
    }
    p->tracer = task_ptr<K>{};
    if (p->exit_state != EXIT_ZOMBIE_) return go(detach_next);
    if (p->exit_signal != -1 && thread_group_empty<K>(p)) do_notify_parent<K>(p);
    if (p->exit_signal != -1) return go(detach_next);
    p->exit_state = EXIT_DEAD_;
    p->dead_list = tracer;
    return go(detach_next);
  }

  static constexpr Row rows[] = {
      {"lock", lock, "write_lock_irq(&tasklist_lock)"},
      {"detach_next", detach_next},
  };
};

}  // namespace nsmc::kernel
