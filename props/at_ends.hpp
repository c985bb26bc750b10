// Where nothing can move any more: the safety shadows of what must happen in the end.
// SPDX-License-Identifier: MIT
//
// Liveness itself needs fairness and an engine of its own: liveness.hpp.  What can be said without:
// when all has come to rest, nothing that should have happened is still to happen.
#pragma once

#include <algorithm>

#include "model/kernel/ends.hpp"
#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct at_ends {
  static bool stopped() { return K::on().state.fault.value() != 0; }
  static bool an_end_is_reached() { return true; }

  static bool nobody_hangs() { return stopped() || end_of(K::on()).has_value(); }

  static bool the_killed_are_gone() {
    const auto& tasks = K::on().state.tasks;
    return stopped() || std::none_of(tasks.begin(), tasks.end(), [](auto& t) {
             return t.linked.value() == 1 && t.sigkill.value() == 1 && t.PF_EXITING.value() == 0;
           });
  }

  // A zap that sleeps until so many pids are hashed, and so many are.
  static bool nobody_oversleeps() {
    const auto& state = K::on().state;
    if (stopped()) return true;
    for (int t = 0; t < config<K>().tasks; ++t) {
      const int ns = state.stacks[t].zap_pid_ns_processes.ns.slot();
      if (state.tasks[t].sleeping.value() == 0 || ns == 0) continue;
      const bool alone = !fixed_by<K>(Change::bz_40) || state.tasks[t].group_leader.slot() == t + 1;
      if (state.namespaces[ns - 1].nr_hashed.value() == (alone ? 1 : 2)) return false;
    }
    return true;
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "L1",
       .says = "When nothing can move any more, nobody hangs in the kernel.",
       .source = "kernel/pid_namespace.c: zap_pid_ns_processes(); the safety shadow of liveness",
       .holds = nobody_hangs,
       .premise = an_end_is_reached,
       .at_ends = true},
      {.id = "L3",
       .says = "When nothing can move any more, whoever has a SIGKILL pending is gone.",
       .source = "signal(7); the safety shadow of liveness",
       .holds = the_killed_are_gone,
       .premise = an_end_is_reached,
       .at_ends = true},
      {.id = "L6",
       .says = "When nothing can move any more, no dying init sleeps whose wait is over.",
       .source =
           "\"pidns: Fix hang in zap_pid_ns_processes by sending a potentially extra wakeup\", "
           "3.12",
       .holds = nobody_oversleeps,
       .premise = an_end_is_reached,
       .at_ends = true},
  };
};

}  // namespace nsmc::props
