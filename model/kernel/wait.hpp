// kernel/exit.c: release_task() and wait4().
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/proc.hpp"
#include "model/kernel/ptrace.hpp"

namespace nsmc::kernel {

// Takes the dead task in `p` out of everything.  If it was the last thread of a zombie leader whose
// parent does not care, the leader goes too.
template <class K>
struct release_task {
  static lang::StepFunction first() { return has_proc_mnt<K>() ? flush : lock; }

  static Next flush() { return call(proc_flush_task<K>::flush_level, lock); }
  static Next lock() {
    auto& l = stack<K>().release_task;
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> p = l.p;
    if (p->linked == 0) K::oops(Fault::double_free);
    l.leader = p->group_leader;
    l.type = PIDTYPE_PID;
    if (seeded<K>(Defect::release_task_early_unlink)) p->linked = 0;
    return go(unhash_process);
  }

  // detach_pid() for one role; a thread that is no leader has only the first.  The pid that no
  // task uses any more is freed with the lock held.
  static Next unhash_process() {
    auto& l = stack<K>().release_task;
    const task_ptr<K> p = l.p;
    if (l.type > (thread_group_leader<K>(p) ? PIDTYPE_SID : PIDTYPE_PID)) return go(unlink);
    const pid_ptr<K> unused = detach_pid<K>(p, l.type);
    l.type += 1;
    if (!unused) return go(unhash_process);
    stack<K>().free_pid.pid = unused;
    return call(free_pid<K>::unhash, unhash_process);
  }

  static Next unlink() {
    auto& l = stack<K>().release_task;
    const task_ptr<K> p = l.p;
    const task_ptr<K> leader = l.leader;
    p->linked = 0;  // thread group, parent's children, task list
    typename K::Bool zap_leader = false;
    if (leader != p && leader->exit_state == EXIT_ZOMBIE_ && thread_group_empty<K>(leader)) {
      BUG_ON<K>(leader->exit_signal == -1);
      do_notify_parent<K>(leader);
      zap_leader = leader->exit_signal == -1;
    }
    write_unlock_tasklist<K>();
    l = {};
    // Freed after a grace period that no reader here outlives; a task that releases itself still
    // runs on its own stack and is freed when it has scheduled away, in do_task_dead.
    if (p != current<K>()) K::on().release(p);
    if (!zap_leader) return ret();
    l.p = leader;
    return go(first());
  }

  static constexpr Row rows[] = {
      {"flush", flush},
      {"lock", lock, "r7, r10: the task is EXIT_DEAD and still linked"},
      {"unhash_process", unhash_process},
      {"unlink", unlink},
  };
};

template <class K>
Next release(task_ptr<K> p, lang::StepFunction then) {
  stack<K>().release_task.p = p;
  return call(release_task<K>::first(), then);
}

// wait4(-1): the number of a reaped child, -ECHILD, -ERESTARTSYS, or 0 for WNOHANG.
template <class K>
struct do_wait {
  // Under read_lock(&tasklist_lock): the children of all threads of the caller's group.
  static Next scan() {
    auto& l = stack<K>().do_wait;
    if (!read_trylock_tasklist<K>()) return block();
    const task_ptr<K> me = current<K>();
    const task_ptr<K> leader = me->group_leader;
    // Who reaps itself (-1) or is being released (EXIT_DEAD) is invisible, and not an error.
    const auto visible = [&](auto& t) {
      return all(t.linked == 1, t.exit_state != EXIT_DEAD_,
                 all(t.exit_signal != -1, is_child_of_group(t.real_parent, leader)) |
                     is_tracee_of_group(t, leader));
    };
    const task_ptr<K> p = K::template pick_any<task_struct>([&](task_ptr<K> child, auto& t) {
      return all(visible(t), can_be_reaped(child, t), !is_held_by_another(t, leader));
    });
    if (p && l.nowait == 1) {
      // c895078355b6 ("wait_task_stopped()/continued/zombie: don't use task_pid_nr_ns()
      // lockless"): before, the number was read after the lock was dropped.
      l.p = p;
      return fixed_by<K>(Change::bz_28) ? read_number() : go(read_number);
    }
    if (p) {
      // wait_task_zombie(): xchg(&p->exit_state, EXIT_DEAD), then the lock is dropped.
      // 3.15 ("wait: introduce EXIT_TRACE to avoid the racy EXIT_DEAD->EXIT_ZOMBIE transition"): a
      // tracer that is not the parent will give it back.
      const bool gives_back = static_cast<bool>(is_given_back(p, leader));
      p->exit_state = gives_back && fixed_by<K>(Change::bz_50) ? EXIT_TRACE_ : EXIT_DEAD_;
      l.p = p;
      l.nr = pid_nr_ns<K>(p->pids[PIDTYPE_PID], task_active_pid_ns<K>(me));
      return go(gives_back ? give_back : wait_task_zombie);
    }
    // The kernel's `flag`: something to wait for.
    const typename K::Bool somebody =
        K::template any<task_struct>([&](task_ptr<K>, auto& t) { return visible(t); });
    if (!somebody) return leave(kEchild);
    if (l.nohang == 1) return leave(0);
    if (l.wall == 0 && me->sigkill == 1 && !seeded<K>(Defect::do_wait_ignores_sigkill))
      return leave(kErestartsys);
    // signal_pending() is also true for work that waits for the task to leave the kernel.
    if (fixed_by<K>(Change::notify) && me->notify_signal == 1) return leave(kErestartsys);
    return block();
  }

  // Of a zombie that is left as it is.  get_task_struct() keeps the task, and not its pid.
  static Next read_number() {
    auto& l = stack<K>().do_wait;
    const task_ptr<K> p = take(l.p);
    if (!p) K::oops(Fault::null_dereference);
    const pid_ptr<K> pid{K::template unchecked<task_struct>(p.slot()).pids[PIDTYPE_PID]};
    if (!pid) K::oops(Fault::use_after_free);
    return leave(pid_nr_ns<K>(pid, task_active_pid_ns<K>(current<K>())));
  }

  // The tracer has seen enough: now it is the real parent's, unless that does not care.
  static Next give_back() {
    auto& l = stack<K>().do_wait;
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> p = l.p;
    p->tracer = task_ptr<K>{};
    if (p->exit_signal != -1 && thread_group_empty<K>(p)) do_notify_parent<K>(p);
    const bool reaps_itself = static_cast<bool>(p->exit_signal == -1);
    p->exit_state = reaps_itself ? EXIT_DEAD_ : EXIT_ZOMBIE_;
    write_unlock_tasklist<K>();
    if (reaps_itself) return go(wait_task_zombie);
    l.p = task_ptr<K>{};
    return go(reaped);
  }

  static Next wait_task_zombie() { return release<K>(take(stack<K>().do_wait.p), reaped); }
  static Next reaped() { return leave(stack<K>().do_wait.nr); }

  static constexpr Row rows[] = {
      {"scan", scan, "sleeps until a child changes"},
      {"read_number", read_number, "WNOWAIT: another thread may reap the zombie"},
      {"give_back", give_back, "the lock was dropped: somebody else may look at the tracee"},
      {"wait_task_zombie", wait_task_zombie},
      {"reaped", reaped},
  };

 private:
  static typename K::Bool is_child_of_group(task_ptr<K> parent, task_ptr<K> leader) {
    return K::template any<task_struct>([&](task_ptr<K> thread, auto& t) {
      return all(thread == parent, t.linked == 1, t.group_leader == leader);
    });
  }
  static typename K::Bool is_tracee_of_group(const task_struct<K>& t, task_ptr<K> leader) {
    if (!config<K>().ptrace) return false;
    return is_child_of_group(t.tracer, leader);
  }
  // A tracer outside the group: it comes first.
  static typename K::Bool is_held_by_another(const task_struct<K>& t, task_ptr<K> leader) {
    if (!config<K>().ptrace) return false;
    return all(t.tracer != task_ptr<K>{}, !is_tracee_of_group(t, leader));
  }
  static typename K::Bool is_given_back(task_ptr<K> p, task_ptr<K> leader) {
    if (!tracer_of<K>(p)) return false;
    return !is_child_of_group(p->real_parent, leader);
  }
  // A zombie; a leader only when its other threads are all released.
  static typename K::Bool can_be_reaped(task_ptr<K> p, task_struct<K>& zombie) {
    const task_ptr<K> leader = zombie.group_leader;
    return all(zombie.exit_state == EXIT_ZOMBIE_,
               !all(p == leader, K::template any<task_struct>([&](task_ptr<K> other, auto& t) {
                      return all(other != p, t.linked == 1, t.group_leader == leader);
                    })));
  }
  static Next leave(typename K::Int result) {
    stack<K>().do_wait = {};
    return ret<K>(result);
  }
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
