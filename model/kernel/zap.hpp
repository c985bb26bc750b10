// zap_pid_ns_processes(), in 2007 in kernel/pid_namespace.c: the last act of a dying init.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/wait.hpp"

namespace nsmc::kernel {

// Whether exiting tasks are in a read section of their own, which synchronize_rcu_tasks() waits
// for; since 6.9 they are on a list, and a sleep ends what is waited for.
template <class K>
bool exits_in_read_section() {
  return fixed_by<K>(Change::srcu) && !fixed_by<K>(Change::bz_65b);
}

// Kills every process of the namespace in `ns` and waits until wait4() has nobody left to reap.
// Without CONFIG_PID_NS there is no namespace but the first, and its init panics before.
template <class K>
struct zap_pid_ns_processes {
  static Next begin() {
    if (!CONFIG_PID_NS<K>()) BUG<K>();
    // disable_pid_allocation(): 3.8 ("pidns: Stop pid allocation when init dies")
    if (fixed_by<K>(Change::bz_38)) stack<K>().zap_pid_ns_processes.ns->hash_adding = 0;
    return go(kill_all);
  }

  // Under read_lock(&tasklist_lock): the numbers above 1 in order, each resolved in current's
  // namespace.  A number without a task is skipped; its fork will see the signal of its parent.
  static Next kill_all() {
    auto& l = stack<K>().zap_pid_ns_processes;
    if (!read_trylock_tasklist<K>()) return block();
    l.nr = 1;
    // 3.5: the killed reap themselves, for nobody has to be told.  Whoever shares init's handlers
    // ignores SIGCHLD from here on as well (BZ-54).
    if (fixed_by<K>(Change::bz_37)) set_sigchld_ignored<K>(current<K>(), 1);
    return go(kill_next);
  }
  static Next kill_next() {
    auto& l = stack<K>().zap_pid_ns_processes;
    const typename K::Int nr = next_pidmap<K>(l.ns, l.nr);
    const bool last = nr > 0 && next_pidmap<K>(l.ns, nr) < 0;
    const bool spares = seeded<K>(Defect::zap_skips_last) ||
                        (seeded<K>(Defect::zap_spares_fourth) && l.ns->nr_hashed > 3);
    if (nr < 0 || (last && spares)) {
      l.nr = 0;
      return go(wait_for_children);
    }
    if (const task_ptr<K> p = find_task_by_vpid<K>(nr)) group_send_sigkill<K>(p, Sender::zap);
    l.nr = nr;
    return go(kill_next);
  }

  // sys_wait4(-1, NULL, __WALL, NULL) until it says -ECHILD, deaf to signals.
  static Next wait_for_children() {
    if (seeded<K>(Defect::zap_does_not_wait)) return go(clear_reaper);
    stack<K>().do_wait.wall = 1;
    return call(do_wait<K>::scan, waited);
  }
  static Next waited() {
    const task_ptr<K> me = current<K>();
    if (fixed_by<K>(Change::notify) && stack<K>().ret == kErestartsys) {
      // 7fea700e04bd ("zap_pid_ns_processes: clear TIF_NOTIFY_SIGNAL along with TIF_SIGPENDING").
      // Before, wait4() comes back again and again; one round stands for all of them.
      if (!fixed_by<K>(Change::bz_66)) K::on().report_spin();
      me->notify_signal = 0;
    }
    if (stack<K>().ret != kEchild) return go(wait_for_children);
    if (fixed_by<K>(Change::bz_39)) return go(wait_hashed);
    return go(fixed_by<K>(Change::bz_37) ? wait_childless : clear_reaper);
  }

  // 3.8 ("pidns: Wait in zap_pid_ns_processes until pid_ns->nr_hashed == 1"): children are not all
  // that has a number here.  3.9 ("pid: Handle the exit of a multi-threaded init."): the zombie
  // leader of a thread that goes last has one.
  static Next wait_hashed() {
    const task_ptr<K> me = current<K>();
    const bool alone = !fixed_by<K>(Change::bz_40) || thread_group_leader<K>(me);
    if (stack<K>().zap_pid_ns_processes.ns->nr_hashed == (alone ? 1 : 2)) {
      if (exits_in_read_section<K>()) me->tasks_rcu_srcu = 1;
      me->sleeping = 0;
      return go(clear_reaper);
    }
    // 28319d6dc5e2 ("rcu-tasks: Fix synchronize_rcu_tasks() VS zap_pid_ns_processes()")
    if (fixed_by<K>(Change::bz_65)) me->tasks_rcu_srcu = 0;
    me->sleeping = 1;
    return go(asleep);
  }
  static Next asleep() {
    if (current<K>()->sleeping == 1) return block();
    return go(wait_hashed);
  }

  // 3.5 ("pidns: guarantee that the pidns init will be the last pidns process reaped"): until those
  // are gone too that wait4() does not see.  __unhash_process() wakes init.
  static Next wait_childless() {
    const task_ptr<K> me = current<K>();
    const bool has_child = static_cast<bool>(K::template any<task_struct>(
        [&](task_ptr<K>, auto& t) { return all(t.linked == 1, t.real_parent == me); }));
    return has_child ? block() : go(clear_reaper);
  }

  // "Child reaper for the pid namespace is going away": a plain store outside any lock.  A child
  // that is EXIT_DEAD and not yet released was invisible to wait4() and is still on the list
  // (BZ-07).
  static Next clear_reaper() {
    auto& l = stack<K>().zap_pid_ns_processes;
    const ns_ptr<K> ns = l.ns;
    l = {};
    // find_new_reaper() does it, under the lock; since 3.5 nobody is left who could need another.
    if (fixed_by<K>(Change::bz_08) || fixed_by<K>(Change::bz_37)) return ret();
    lockdep_assert_tasklist<K>();
    // add0d4dfd660 ("pid_ns: zap_pid_ns_processes: fix the ->child_reaper changing")
    ns->child_reaper =
        fixed_by<K>(Change::bz_07) ? task_ptr<K>{init_pid_ns<K>()->child_reaper} : task_ptr<K>{};
    return ret();
  }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"kill_all", kill_all, "r6: a fork may be about to attach"},
      {"kill_next", kill_next},
      {"wait_for_children", wait_for_children, "the killed run only after the lock is dropped"},
      {"waited", waited},
      {"wait_childless", wait_childless, "sleeps until no child is left"},
      {"wait_hashed", wait_hashed, "r7: wait4() does not see everybody who has a number"},
      {"asleep", asleep, "schedule(): free_pid() wakes it"},
      {"clear_reaper", clear_reaper, "r7: an EXIT_DEAD child is invisible to wait4() and linked"},
  };
};

}  // namespace nsmc::kernel
