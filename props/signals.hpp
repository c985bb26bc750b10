// Signals: whom they reach, and whom not.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct signals {
  // The number of a linked task in a namespace; 0 if it has none there.
  static int number_in(const State<K>& state, int task_slot, int ns_slot) {
    const int pid = state.tasks[task_slot - 1].pids[PIDTYPE_PID].slot();
    if (pid == 0) return 0;
    for (const auto& number : state.pids[pid - 1].numbers)
      if (number.ns.slot() == ns_slot) return number.nr.value();
    return 0;
  }

  // Whether f(sender, target) is true for each task of another group that a call of the mover's has
  // just killed.  What zap_pid_ns_processes() does is no call.
  template <class F>
  static bool every_kill(const MoveOn<K>& move, F&& f) {
    const int sender = move.actor + 1;
    if (move.actor >= kTasks || standing_at<K>(move.before.stacks[move.actor]) != 0) return true;
    if (move.before.tasks[move.actor].linked.value() == 0) return true;
    for (int t = 1; t <= kTasks; ++t)
      if (move.before.tasks[t - 1].sigkill.value() == 0 &&
          move.after.tasks[t - 1].sigkill.value() == 1 &&
          leader_of<K>(move.before, t) != leader_of<K>(move.before, sender) && !f(sender, t))
        return false;
    return true;
  }
  static bool a_call_kills(const MoveOn<K>& move) {
    return !every_kill(move, [](int, int) { return false; });
  }

  static bool signals_stay_in_sight(const MoveOn<K>& move) {
    return every_kill(move, [&](int sender, int target) {
      return number_in(move.before, target, ns_of<K>(move.before, sender)) != 0;
    });
  }

  static bool init_is_immune(const MoveOn<K>& move) {
    return every_kill(move, [&](int sender, int target) {
      const int ns = ns_of<K>(move.before, target);
      const bool is_init = own_number<K>(move.before, leader_of<K>(move.before, target)) == 1;
      return !is_init || ns == 1 || number_in(move.before, sender, ns) == 0;
    });
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I24",
       .says = "A signal reaches only tasks that have a number in the sender's namespace.",
       .source = "kill(2): pid -1; pid_namespaces(7)",
       .holds_move = signals_stay_in_sight,
       .premise_move = a_call_kills},
      {.id = "I25",
       .says = "No process of a namespace, or below it, can kill the namespace's init.",
       .source = "pid_namespaces(7): The namespace init process",
       .holds_move = init_is_immune,
       .premise_move = a_call_kills},
  };
};

}  // namespace nsmc::props
