// What a mutation does to a step, and which mutations there are.
// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <set>
#include <string>
#include <vector>

#include "model/kernel/machine.hpp"
#include "model/kernel/mutation.hpp"
#include "model/lang/step.hpp"

namespace nsmc::kernel {

// What the runs of one step have shown of it.
struct StepRecord {
  std::set<Mutation::Goal> goals;  // where control went
  std::bitset<256> fields, set;    // what it wrote, and not only zeros: classes of fields
  std::bitset<2> locks;            // that were held each time it began: tasklist_lock, the mutex
  bool scanned = false;            // it looked for something among objects or bits
};
// By the number of the step; index 0 is empty.
using Record = std::vector<StepRecord>;

// Where Mutation::Kind::keep_record writes to, for this thread; set it before anything runs.
inline constinit thread_local Record* recording = nullptr;

// The step with the mutation of the machine's Config.  REQUIRES: that it is about the step.
lang::Next mutated(Concrete& machine, int number);

// Where a mutation has another task run before this step, for the lock that covers it was given up:
// whether it does, and gives it up.
bool gives_up_lock_before(Concrete& machine, int number);

// All mutations of what was recorded, in the order of steps.  The program counter and what only
// counts calls for user space are never mutated.
std::vector<Mutation> mutations(const Record& record);

// "do_exit/notify:lose t.exit_state": unique, and the same wherever it is built.
std::string name(const Mutation& mutation);

}  // namespace nsmc::kernel
