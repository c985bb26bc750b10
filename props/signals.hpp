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
    for (int t = 1; t <= config<K>().tasks; ++t)
      if (move.gives(
              [t](auto& s) -> auto& { return s.tasks[t - 1].sigkill; }, 1) &&
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

  // A signal was sent by a task that has no number where its receiver lives.
  static bool comes_from_outside(const MoveOn<K>& move) {
    const int from = move.events.signal_from, to = move.events.signal_to;
    return to != 0 && number_in(move.before, from, ns_of<K>(move.before, to)) == 0;
  }
  static bool outsiders_reach_init(const MoveOn<K>& move) {
    const int to = move.events.signal_to;
    if (!comes_from_outside(move) || own_number<K>(move.before, to) != 1) return true;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      const auto& thread = move.after.tasks[t - 1];
      if (thread.linked.value() == 1 && leader_of<K>(move.after, t) == to &&
          thread.PF_EXITING.value() == 0 && thread.sigkill.value() == 0)
        return false;
    }
    return true;
  }
  static bool only_outsiders_reach_init(const MoveOn<K>& move) {
    return init_is_immune(move) && outsiders_reach_init(move);
  }

  static bool senders_are_who_they_say(const MoveOn<K>& move) {
    const int from = move.events.signal_from, to = move.events.signal_to;
    return to == 0 ||
           number_in(move.before, from, ns_of<K>(move.before, to)) == move.events.signal_nr;
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I24",
       .says = "A signal reaches only tasks that have a number in the sender's namespace.",
       .source = "kill(2): pid -1; pid_namespaces(7)",
       .holds_move = signals_stay_in_sight,
       .premise_move = a_call_kills},
      {.id = "I25",
       .says = "Its own processes, and those below, cannot kill a namespace's init; outsiders can.",
       .source = "pid_namespaces(7): The namespace init process",
       .holds_move = only_outsiders_reach_init,
       .premise_move = a_call_kills},
      {.id = "I26",
       .says = "si_pid is the sender's number where the signal arrives, 0 if it has none there.",
       .source = "kernel/signal.c: send_signal()",
       .holds_move = senders_are_who_they_say,
       .premise_move = comes_from_outside},
  };
};

}  // namespace nsmc::props
