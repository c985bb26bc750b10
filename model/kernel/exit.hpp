// kernel/exit.c: do_exit() and what becomes of the children.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/zap.hpp"

namespace nsmc::kernel {

// Gives the children of current to a thread of its group that stays, or to its namespace's reaper.
template <class K>
struct forget_original_parent {
  static lang::StepFunction first() { return config<K>().ptrace ? trace_no_more : choose_reaper; }

  // Zombies that reap themselves now are released at once; since 3.19 ("exit: ptrace: shift "reap
  // dead" code from exit_ptrace() to forget_original_parent()") after the reparenting.
  static Next trace_no_more() { return call(exit_ptrace<K>::lock, traced_no_more); }
  static Next traced_no_more() {
    if (fixed_by<K>(Change::ptrace_dead)) return go(choose_reaper);
    const task_ptr<K> p = next_dead();
    return p ? release<K>(p, traced_no_more) : go(choose_reaper);
  }

  static Next choose_reaper() {
    auto& l = stack<K>().forget_original_parent;
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> father = current<K>();
    const task_ptr<K> thread = next_live_thread(father);
    const ns_ptr<K> pid_ns = task_active_pid_ns<K>(father);
    l.cursor = 0;
    if (!fixed_by<K>(Change::bz_08)) {
      l.reaper = thread ? thread : task_ptr<K>{pid_ns->child_reaper};
      if (seeded<K>(Defect::reparent_to_global_init)) l.reaper = global_init<K>();
      return go(death_signals);
    }
    // find_new_reaper(), 950bbabb5a80 ("pid_ns: (BUG 11391) change ->child_reaper when
    // init->group_leader exits"): the registered reaper is never a thread that is going away.
    if (thread) {
      if (pid_ns->child_reaper == father)
        pid_ns->child_reaper = seeded<K>(Defect::new_reaper_is_dead) ? father : thread;
      l.reaper = thread;
      return go(death_signals);
    }
    if (pid_ns->child_reaper == father) {
      write_unlock_tasklist<K>();
      if (pid_ns == init_pid_ns<K>()) K::oops(Fault::panic);  // "Attempted to kill init!"
      return go(find_child_reaper);
    }
    l.reaper = seeded<K>(Defect::reparent_to_global_init) ? global_init<K>()
                                                          : task_ptr<K>{pid_ns->child_reaper};
    // 3.4 ("prctl: add PR_{SET,GET}_CHILD_SUBREAPER to allow simple process supervision")
    if (fixed_by<K>(Change::subreaper)) {
      l.ancestor = task_ptr<K>{father->real_parent};
      return go(next_ancestor);
    }
    return go(death_signals);
  }

  // Nobody can be: init takes its namespace with it.  Zap waits for the pids of the dead list too;
  // since 5.0 that goes first.
  static Next find_child_reaper() {
    if (config<K>().ptrace && fixed_by<K>(Change::bz_60))
      if (const task_ptr<K> p = next_dead()) return release<K>(p, find_child_reaper);
    stack<K>().zap_pid_ns_processes.ns = task_active_pid_ns<K>(current<K>());
    return call(zap_pid_ns_processes<K>::begin, zapped);
  }

  // The nearest ancestor that has asked for orphans, one a round, up to init.  An ancestor may be
  // outside since 3.8; 4.11 ("exit: fix the setns() && PR_SET_CHILD_SUBREAPER interaction") goes
  // no further than the level of the father.
  static Next next_ancestor() {
    auto& l = stack<K>().forget_original_parent;
    const task_ptr<K> father = current<K>(), ancestor = take(l.ancestor);
    const ns_ptr<K> pid_ns = task_active_pid_ns<K>(father);
    if (!ancestor || ancestor == global_init<K>() ||
        ancestor->group_leader == pid_ns->child_reaper->group_leader)
      return go(death_signals);
    const pid_ptr<K> theirs = ancestor->pids[PIDTYPE_PID], mine = father->pids[PIDTYPE_PID];
    const typename K::Int level = theirs->level;  // before the other operand, see put_pid()
    if (fixed_by<K>(Change::bz_55) && level != mine->level) return go(death_signals);
    const task_ptr<K> thread = next_live_thread(ancestor);
    if (thread && ancestor->group_leader->is_child_subreaper == 1) {
      l.reaper = thread;
      return go(death_signals);
    }
    l.ancestor = task_ptr<K>{ancestor->real_parent};
    return go(next_ancestor);
  }

  static Next zapped() {
    auto& l = stack<K>().forget_original_parent;
    if (!write_trylock_tasklist<K>()) return block();
    const ns_ptr<K> pid_ns = task_active_pid_ns<K>(current<K>());
    if (!fixed_by<K>(Change::bz_37))
      pid_ns->child_reaper =
          fixed_by<K>(Change::bz_07) ? task_ptr<K>{init_pid_ns<K>()->child_reaper} : task_ptr<K>{};
    l.reaper = task_ptr<K>{pid_ns->child_reaper};
    return go(death_signals);
  }

  // The children that have asked for it are told, one a round.
  static Next death_signals() {
    auto& l = stack<K>().forget_original_parent;
    const task_ptr<K> father = current<K>();
    const typename K::Int done = l.cursor;
    const task_ptr<K> child = K::template find<task_struct>([&](task_ptr<K> p, auto& t) {
      return all(p.slot() > done, is_child(t, father), t.pdeath_signal == 1);
    });
    if (!child) {
      l.cursor = 0;
      return go(reparent_next);
    }
    l.cursor = child.slot();
    group_send_sigkill<K>(child, Sender::parent_death);
    return go(death_signals);
  }

  // One child a round, all under the lock.
  static Next reparent_next() {
    auto& l = stack<K>().forget_original_parent;
    const task_ptr<K> father = current<K>();
    const bool skip_first = seeded<K>(Defect::reparent_skips_one);
    const typename K::Int done = l.cursor;
    const task_ptr<K> child = K::template find<task_struct>(
        [&](task_ptr<K> p, auto& t) { return all(p.slot() > done, is_child(t, father)); });
    if (child) {
      l.cursor = child.slot();
      const bool forgets = seeded<K>(Defect::forget_original_parent_walks_four) && child.slot() > 4;
      if (!skip_first && !forgets) reparent_thread(child, father);
      return go(reparent_next);
    }
    write_unlock_tasklist<K>();
    l = {};
    return go(release_dead);
  }

  // list_for_each_entry_safe(p, ..., &dead_children): 7f5d3652d469 ("reparent_thread: fix a zombie
  // leak if /sbin/init ignores SIGCHLD").  Empty without it.
  static Next release_dead() {
    const task_ptr<K> p = next_dead();
    return p ? release<K>(p, release_dead) : ret();
  }

  static constexpr Row rows[] = {
      {"trace_no_more", trace_no_more},
      {"traced_no_more", traced_no_more},
      {"choose_reaper", choose_reaper, "r8: child_reaper may have been cleared without the lock"},
      {"find_child_reaper", find_child_reaper},
      {"next_ancestor", next_ancestor},
      {"zapped", zapped},
      {"death_signals", death_signals},
      {"reparent_next", reparent_next},
      {"release_dead", release_dead},
  };

 private:
  // On the list of children.  The threads of the global init are the swapper's, for which init
  // stands in (copy_process): they are not given away.
  static typename K::Bool is_child(const task_struct<K>& t, task_ptr<K> father) {
    const task_ptr<K> leader = father->group_leader;
    return all(t.linked == 1, t.real_parent == father, t.group_leader != leader);
  }
  // The next one of current's dead list, taken off it; NULL if there is none.
  static task_ptr<K> next_dead() {
    const task_ptr<K> father = current<K>();
    const task_ptr<K> p = K::template find<task_struct>(
        [&](task_ptr<K>, auto& t) { return all(t.allocated == 1, t.dead_list == father); });
    if (p) p->dead_list = task_ptr<K>{};
    return p;
  }
  static task_ptr<K> next_live_thread(task_ptr<K> father) {
    const task_ptr<K> leader = father->group_leader;
    return K::template find<task_struct>([&](task_ptr<K>, auto& t) {
      return all(t.linked == 1, t.group_leader == leader, t.PF_EXITING == 0);
    });
  }

  static void reparent_thread(task_ptr<K> p, task_ptr<K> father) {
    const task_ptr<K> reaper = stack<K>().forget_original_parent.reaper;
    lockdep_assert_tasklist<K>();
    p->real_parent = reaper;
    const task_ptr<K> new_group = reaper->group_leader;  // add_parent() dereferences it first
    if (new_group == father->group_leader) return;       // a thread took over: nobody needs to know
    if (p->exit_signal != -1) p->exit_signal = kSigchld;
    if (p->exit_state != EXIT_ZOMBIE_ || p->exit_signal == -1 || !thread_group_empty<K>(p)) return;
    do_notify_parent<K>(p);
    // The new parent may ignore SIGCHLD: then p, already past its own exit, is nobody's (BZ-10).
    if (p->exit_signal == -1 && fixed_by<K>(Change::bz_10)) {
      p->exit_state = EXIT_DEAD_;
      p->dead_list = father;
    }
  }
};

// The end of current.  Never returns to user space.
template <class K>
struct do_exit {
  static Next begin() {
    const task_ptr<K> tsk = current<K>();
    tsk->PF_EXITING = 1;
    tsk->sigkill = 0;  // looked at no more
    // bsdacct has one file per namespace since 2.6.27, and asks for init's.
    if (fixed_by<K>(Change::acct) && group_dead(tsk))
      static_cast<void>(task_active_pid_ns<K>(tsk)->bacct == 1);
    if (fixed_by<K>(Change::bz_08) || !group_dead(tsk)) return go(exit_files);
    // exit_child_reaper(): compares the leader, so that init's last thread does it.
    const ns_ptr<K> ns = task_active_pid_ns<K>(tsk);
    if (tsk->group_leader != ns->child_reaper) return go(exit_files);
    if (ns == init_pid_ns<K>()) K::oops(Fault::panic);  // "Attempted to kill init!"
    stack<K>().zap_pid_ns_processes.ns = ns;
    return call(zap_pid_ns_processes<K>::begin, exit_files);
  }

  // Files go, and with them the pid that fcntl(F_SETOWN) took a reference on.
  static Next exit_files() {
    const task_ptr<K> tsk = current<K>();
    if (seeded<K>(Defect::exit_files_keeps_owner)) tsk->f_owner = pid_ptr<K>{};
    if (!tsk->f_owner) return go(exit_notify);
    return put_pid<K>(take(tsk->f_owner), exit_notify);
  }

  static Next exit_notify() {
    const task_ptr<K> tsk = current<K>();
    if (seeded<K>(Defect::exit_notify_before_reparent)) return go(drop_namespaces);
    // exit_tasks_rcu_start()
    if (exits_in_read_section<K>()) tsk->tasks_rcu_srcu = 1;
    // First of all until 0f2452855d86 ("namespaces: fix task exit disaster").
    if (!fixed_by<K>(Change::bz_05)) return exit_task_namespaces<K>(tsk, reparent);
    return reparent();
  }

  static Next reparent() { return call(forget_original_parent<K>::first(), drop_namespaces); }

  // After reparenting, which reads nsproxy, and before the parent is told: 2e4a707269a ("pid
  // namespaces: move exit_task_namespaces()").
  static Next drop_namespaces() { return exit_task_namespaces<K>(current<K>(), notify); }

  static Next notify() {
    if (!write_trylock_tasklist<K>()) return block();
    const task_ptr<K> tsk = current<K>();
    if (tsk->exit_signal != -1 && thread_group_empty<K>(tsk)) do_notify_parent<K>(tsk);
    typename K::Bool dead = tsk->exit_signal == -1;
    if (tracer_of<K>(tsk)) dead = false;  // the tracer waits for it
    tsk->exit_state = K::if_else(dead, EXIT_DEAD_, EXIT_ZOMBIE_);
    write_unlock_tasklist<K>();
    if (fixed_by<K>(Change::srcu)) tsk->tasks_rcu_srcu = 0;  // exit_tasks_rcu_finish()
    if (!dead) return go(do_task_dead);
    return release<K>(tsk, do_task_dead);
  }

  static Next do_task_dead() {
    const task_ptr<K> tsk = current<K>();
    if (seeded<K>(Defect::release_task_twice) && tsk->linked == 0)
      return release<K>(tsk, do_task_dead);
    // abdfd4948e45 ("pid: make __task_pid_nr_ns(ns => NULL) safe for zombie callers"): somebody
    // prints a number as this task sees it, which is in no namespace any more.
    if (config<K>().trace_exit && tsk->linked == 0)
      static_cast<void>(
          pid_nr_ns<K>(global_init<K>()->pids[PIDTYPE_PID], task_active_pid_ns<K>(tsk)));
    clear_stack<K>();
    if (tsk->linked == 0) K::on().release(tsk);
    return halt();
  }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"exit_files", exit_files},
      {"exit_notify", exit_notify},
      {"reparent", reparent},
      {"drop_namespaces", drop_namespaces, "r9: children of a dead leader still notify it"},
      {"notify", notify, "the parent may reap from here on"},
      {"do_task_dead", do_task_dead},
  };

 private:
  static typename K::Bool group_dead(task_ptr<K> tsk) {
    const task_ptr<K> leader = tsk->group_leader;
    return !K::template any<task_struct>([&](task_ptr<K>, auto& t) {
      return all(t.linked == 1, t.group_leader == leader, t.PF_EXITING == 0);
    });
  }
};

}  // namespace nsmc::kernel
