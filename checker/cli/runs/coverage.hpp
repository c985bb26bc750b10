// What property test runs have reached: steps, premises, interleavings, changes asked for.
// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstddef>

#include "model/kernel/config.hpp"

namespace nsmc::cli {

// One bit per thing that a run can reach for the first time.
struct Coverage {
  static constexpr std::size_t kSteps = 128, kProperties = 64,
                               kChanges = static_cast<std::size_t>(kernel::Change::count);
  std::bitset<kSteps> steps;
  std::bitset<kProperties> premises;                 // by the row's place in the catalogue
  std::bitset<kSteps * kSteps> switches;             // [where one left off][where another went on]
  std::bitset<kSteps * kChanges> step_asked_change;  // [the step that began the move][the change]

  void add(const Coverage& more) {
    steps |= more.steps;
    premises |= more.premises;
    switches |= more.switches;
    step_asked_change |= more.step_asked_change;
  }
  // Whether there is something here that `known` has not.
  bool exceeds(const Coverage& known) const {
    return (steps & ~known.steps).any() || (premises & ~known.premises).any() ||
           (switches & ~known.switches).any() ||
           (step_asked_change & ~known.step_asked_change).any();
  }
};

}  // namespace nsmc::cli
