// The init of a namespace: who it is, that it can act, and that it goes last.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct reaper {
  static constexpr int kGlobalInit = 1;  // its slot

  // Calls f(index, namespace, reaper's slot) for the namespaces below the first one.
  template <class F>
  static bool every_namespace(F&& f) {
    return all_allocated(K::on().state.namespaces, [&](int index, auto& ns) {
      return index == 0 || !published<K>(ns) || f(index, ns, ns.child_reaper.slot());
    });
  }

  static int leader_of(int task_slot) { return props::leader_of<K>(K::on().state, task_slot); }

  // Since 3.5 child_reaper names a dead init until the namespace goes: nobody is left who asks.
  static bool keeps_its_reaper() { return fixed_by<K>(Change::bz_37); }

  static bool init_is_number_one() {
    return every_namespace([](int index, auto&, int slot) {
      const auto& tasks = K::on().state.tasks;
      if (slot != 0 && slot != kGlobalInit && tasks[slot - 1].linked.value() == 1) {
        const int leader = leader_of(slot);
        if (ns_of<K>(K::on().state, leader) == index + 1 &&
            own_number<K>(K::on().state, leader) != 1)
          return false;
      }
      for (int t = 1; t <= config<K>().tasks; ++t) {
        if (tasks[t - 1].linked.value() == 0 || leader_of(t) != t) continue;
        if (ns_of<K>(K::on().state, t) != index + 1 || own_number<K>(K::on().state, t) != 1)
          continue;
        // Cleared, or moved to the global init, once it has zapped; since 3.5 left as it is.
        const bool gone = slot == 0 || (keeps_its_reaper() && tasks[slot - 1].linked.value() == 0);
        if (slot == kGlobalInit || (gone && tasks[t - 1].PF_EXITING.value() == 1)) continue;
        if (slot == 0 || leader_of(slot) != t) return false;
      }
      return true;
    });
  }
  static bool a_container_init_lives() {
    return !every_namespace([](int, auto&, int slot) { return slot == 0; });
  }

  // A linked task in this namespace that is not of its init's group.
  template <class F>
  static bool any_other_member(int ns_index, F&& f) {
    const auto& state = K::on().state;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      if (state.tasks[t - 1].linked.value() == 0 || ns_of<K>(state, t) != ns_index + 1) continue;
      const int leader = leader_of(t);
      if (leader != 0 && own_number<K>(state, leader) == 1 &&
          ns_of<K>(state, leader) == ns_index + 1)
        continue;
      if (f(t)) return true;
    }
    return false;
  }

  static bool members_have_a_reaper() {
    return every_namespace([](int index, auto&, int slot) {
      if (!any_other_member(index, [](int) { return true; })) return true;
      if (slot == 0) return false;
      if (slot == kGlobalInit) return true;  // after zap since 2.6.27
      if (K::on().state.tasks[slot - 1].linked.value() == 0) return false;
      const int leader = leader_of(slot);
      return ns_of<K>(K::on().state, leader) == index + 1 &&
             own_number<K>(K::on().state, leader) == 1;
    });
  }
  static bool a_namespace_has_two_groups() {
    return !every_namespace(
        [](int index, auto&, int) { return !any_other_member(index, [](int) { return true; }); });
  }

  static bool anybody_lives(int ns_index) {
    const auto& state = K::on().state;
    for (int t = 1; t <= config<K>().tasks; ++t)
      if (state.tasks[t - 1].linked.value() == 1 && state.tasks[t - 1].PF_EXITING.value() == 0 &&
          ns_of<K>(state, t) == ns_index + 1)
        return true;
    return false;
  }
  static bool reaper_can_act() {
    return every_namespace([](int index, auto&, int slot) {
      if (slot == 0 || slot == kGlobalInit) return true;
      if (keeps_its_reaper() && !anybody_lives(index)) return true;
      const auto& t = K::on().state.tasks[slot - 1];
      return t.linked.value() == 1 && t.exit_state.value() == 0;
    });
  }

  // An orphan stays in the namespace of the parent it loses; only a zapped namespace's orphan goes
  // to the global init (since 2.6.27).
  static bool orphans_stay_inside(const MoveOn<K>& move) {
    for (int t = 1; t <= config<K>().tasks; ++t) {
      if (!move.changes([t](auto& s) -> auto& { return s.tasks[t - 1].real_parent; })) continue;
      const auto& before = move.before.tasks[t - 1];
      const auto& after = move.after.tasks[t - 1];
      if (before.linked.value() == 0 || after.linked.value() == 0) continue;
      const int from = before.real_parent.slot(), to = after.real_parent.slot();
      if (to == 0 || from == 0) continue;
      if (ns_of<K>(move.before, from) == ns_of<K>(move.before, to)) continue;
      const int ns = ns_of<K>(move.before, from);
      const bool zapped = ns != 0 && to == kGlobalInit &&
                          move.after.namespaces[ns - 1].child_reaper.slot() == kGlobalInit;
      if (!zapped) return false;
    }
    return true;
  }
  static bool a_child_changes_parent(const MoveOn<K>& move) {
    for (int t = 0; t < config<K>().tasks; ++t)
      if (move.changes([t](auto& s) -> auto& { return s.tasks[t].real_parent; }) &&
          move.before.tasks[t].linked.value() == 1 && move.after.tasks[t].linked.value() == 1)
        return true;
    return false;
  }

  static bool parents_lead_to_the_global_init() {
    const auto& tasks = K::on().state.tasks;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      if (tasks[t - 1].linked.value() == 0) continue;
      int at = t;
      for (int hops = 0; at != kGlobalInit; ++hops) {
        at = tasks[at - 1].real_parent.slot();
        if (at == 0 || hops > kTasks || tasks[at - 1].linked.value() == 0) return false;
      }
    }
    return true;
  }

  // Number 1 is detached when its task is released; its session may keep the number longer.
  static bool init_goes_last() {
    return every_namespace([](int index, auto& ns, int) {
      const int level = ns.level.value();
      bool others = false;
      each_allocated(K::on().state.pids, [&](int, auto& pid) {
        if (pid.hashed.value() == 1 && pid.numbers[level].ns.slot() == index + 1 &&
            pid.numbers[level].nr.value() > 1)
          others = true;
      });
      if (!others) return true;
      for (int t = 1; t <= config<K>().tasks; ++t)
        if (K::on().state.tasks[t - 1].linked.value() == 1 &&
            ns_of<K>(K::on().state, t) == index + 1 && own_number<K>(K::on().state, t) == 1)
          return true;
      return false;
    });
  }

  // A context that has begun to kill the members of this namespace.
  static bool zapping(const State<K>& state, int ns_slot) {
    static const int kBegin = step_number<K>(zap_pid_ns_processes<K>::kill_all);
    for (const auto& s : state.stacks)
      if (s.zap_pid_ns_processes.ns.slot() == ns_slot && standing_at<K>(s) != kBegin) return true;
    return false;
  }
  static bool nobody_is_born_after_death(const MoveOn<K>& move) {
    for (int t = 0; t < config<K>().tasks; ++t) {
      if (!move.gives(
              [t](auto& s) -> auto& { return s.tasks[t].linked; }, 1))
        continue;
      const int pid = move.after.tasks[t].pids[PIDTYPE_PID].slot();
      if (pid == 0) continue;
      for (const auto& number : move.after.pids[pid - 1].numbers)
        if (initialised(number.ns) && number.ns.slot() != 0 &&
            zapping(move.before, number.ns.slot()) &&
            !dies_further_down(move.before, move.after.pids[pid - 1], number.ns.slot()))
          return false;
    }
    return true;
  }
  // Since setns(), 3.8, somebody outside may still fork into a nested namespace, the init of which
  // was killed from above and has not begun to kill: it will reach the newcomer when it does.
  static bool dies_further_down(const State<K>& state, const pid_struct<K>& numbered, int ns_slot) {
    bool is_below = false;
    for (const auto& number : numbered.numbers) {
      if (!initialised(number.ns) || number.ns.slot() == 0) continue;
      const int reaper = state.namespaces[number.ns.slot() - 1].child_reaper.slot();
      if (is_below && reaper != 0 && is_dying(state.tasks[reaper - 1])) return true;
      is_below = is_below || number.ns.slot() == ns_slot;
    }
    return false;
  }
  static bool is_dying(const task_struct<K>& task) {
    return task.sigkill.value() == 1 || task.PF_EXITING.value() == 1;
  }
  static bool a_namespace_is_being_zapped() {
    for (int ns = 2; ns <= config<K>().namespaces; ++ns)
      if (zapping(K::on().state, ns)) return true;
    return false;
  }

  // When the scan is over, whoever has a number in the namespace is dying, but for init's group.
  static bool zap_reaches_everybody() {
    const auto& state = K::on().state;
    for (const auto& s : state.stacks) {
      const int ns = s.zap_pid_ns_processes.ns.slot();
      if (ns == 0 || !zapping(state, ns)) continue;
      for (int t = 1; t <= config<K>().tasks; ++t) {
        const auto& task = state.tasks[t - 1];
        const int pid = task.pids[PIDTYPE_PID].slot();
        if (task.linked.value() == 0 || pid == 0 || is_dying(task)) continue;
        for (const auto& number : state.pids[pid - 1].numbers)
          if (initialised(number.ns) && number.ns.slot() == ns &&
              leader_of(t) != zapper(state, ns) &&
              !dies_further_down(state, state.pids[pid - 1], ns))
            return false;
      }
    }
    return true;
  }
  // The leader of the group that zaps this namespace.
  static int zapper(const State<K>& state, int ns_slot) {
    for (int t = 1; t <= config<K>().tasks; ++t)
      if (state.stacks[t - 1].zap_pid_ns_processes.ns.slot() == ns_slot) return leader_of(t);
    return 0;
  }

  static bool zap_sleeps(const MoveOn<K>& move) { return move.events.spun == 0; }
  static bool a_zap_begins_to_wait(const MoveOn<K>& move) {
    for (const auto& s : move.after.stacks)
      if (s.zap_pid_ns_processes.ns.slot() != 0 && s.do_wait.wall.value() == 1) return true;
    return false;
  }

  // Whoever is still to be flushed from /proc finds it at all its levels.
  static bool proc_outlives_tasks() {
    if (!has_proc_mnt<K>()) return true;
    return every_unflushed_level([](const auto& ns) { return ns.proc_mnt.slot() != 0; });
  }
  static bool proc_is_mounted_for_somebody() {
    return has_proc_mnt<K>() && !every_unflushed_level([](const auto&) { return false; });
  }
  // Whether is(namespace) for each but init_pid_ns that a linked task has a number in, unless the
  // task is on its way out and has been flushed.
  template <class F>
  static bool every_unflushed_level(F&& is) {
    auto& state = K::on().state;
    for (int t = 0; t < config<K>().tasks; ++t) {
      const int pid = state.tasks[t].pids[PIDTYPE_PID].slot();
      if (state.tasks[t].linked.value() == 0 || pid == 0 || was_flushed(t + 1)) continue;
      for (int level = 1; level <= state.pids[pid - 1].level.value(); ++level) {
        const int ns = state.pids[pid - 1].numbers[level].ns.slot();
        if (ns != 0 && !is(state.namespaces[ns - 1])) return false;
      }
    }
    return true;
  }
  static bool was_flushed(int task_slot) {
    const int flush = step_number<K>(proc_flush_task<K>::flush_level);
    const auto& stacks = K::on().state.stacks;
    return std::any_of(stacks.begin(), stacks.end(), [&](const auto& s) {
      return s.release_task.p.slot() == task_slot && standing_at<K>(s) != flush;
    });
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I38",
       .says =
           "A namespace's mount of proc is there while any of its tasks is still to be flushed.",
       .source = "fs/proc/base.c: proc_flush_task(); 0a01f2cc390e (\"pidns: Make the pidns proc "
                 "mount/umount logic obvious\")",
       .holds = proc_outlives_tasks,
       .premise = proc_is_mounted_for_somebody},
      {.id = "L7",
       .says = "A dying init sleeps while it waits, and does not spin.",
       .source = "kernel/pid_namespace.c: zap_pid_ns_processes()",
       .holds_move = zap_sleeps,
       .premise_move = a_zap_begins_to_wait},
      {.id = "I16",
       .says = "The first process of a namespace has number 1 there and is its child_reaper.",
       .source = "pid_namespaces(7), The namespace init process",
       .holds = init_is_number_one,
       .premise = a_container_init_lives,
       .transient = "an init that has zapped may be deregistered"},
      {.id = "I17",
       .says = "A namespace with processes has a child_reaper in its init's thread group.",
       .source = "add0d4dfd660 (\"pid_ns: zap_pid_ns_processes: fix the ->child_reaper changing\")",
       .holds = members_have_a_reaper,
       .premise = a_namespace_has_two_groups,
       .transient = "2.6.27 to 3.4: the global init, after zap"},
      {.id = "I18",
       .says = "The registered child_reaper is a task that can still act.",
       .source = "950bbabb5a80 (\"pid_ns: (BUG 11391) change ->child_reaper when "
                 "init->group_leader exits\")",
       .holds = reaper_can_act,
       .premise = a_container_init_lives,
       .transient = "since 3.5: when init was the last"},
      {.id = "I19",
       .says = "An orphan's new parent is in the namespace of the parent it has lost.",
       .source = "pid_namespaces(7), The namespace init process",
       .holds_move = orphans_stay_inside,
       .premise_move = a_child_changes_parent,
       .transient = "2.6.27 to 3.4: after zap, the global init"},
      {.id = "I20",
       .says = "Every attached task has an attached parent, and parents lead to the global init.",
       .source = "kernel/exit.c: forget_original_parent()",
       .holds = parents_lead_to_the_global_init,
       .premise = a_namespace_has_two_groups},
      {.id = "I21",
       .says = "Number 1 of a namespace is detached after every other number.",
       .source = "\"pidns: guarantee that the pidns init will be the last pidns process reaped\", "
                 "3.5",
       .holds = init_goes_last,
       .premise = a_namespace_has_two_groups},
      {.id = "I22",
       .says = "Nobody is attached in a namespace once its init has begun to kill it.",
       .source = "kernel/fork.c: the signal_pending() test under tasklist_lock",
       .holds_move = nobody_is_born_after_death,
       .premise = a_namespace_is_being_zapped,
       .transient = "since 3.8: from outside, where a nested init is about to"},
      {.id = "I23",
       .says = "Once init has killed its namespace, everybody numbered in it is dying.",
       .source = "kernel/pid_namespace.c: zap_pid_ns_processes()",
       .holds = zap_reaches_everybody,
       .premise = a_namespace_is_being_zapped,
       .transient = "since 3.8: those whom a nested init will reach"},
  };
};

}  // namespace nsmc::props
