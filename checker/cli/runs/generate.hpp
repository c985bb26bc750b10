// Random plans: RapidCheck values, with what shrinks them.
// SPDX-License-Identifier: MIT
#pragma once

#include <rapidcheck/Shrinkable.h>

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cli/runs/plan.hpp"

namespace nsmc::cli {

// What plans are about.
struct Subject {
  std::string kernel;                   // as in `kernel 6.18`
  std::vector<traces::Change> changes;  // with and without which, or a seeded defect
};

// A plan with about `calls` calls (1 or more), from a seed.
Plan random_plan(const Subject& subject, int calls, std::uint64_t seed);

// A plan near another: calls added, taken away or moved, other switches and choices.
Plan variant_of(const Plan& plan, std::uint64_t seed);

// The same calls with other switches and choices.
Plan rescheduled(const Plan& plan, std::uint64_t seed);

// The plan with all plans that are a little less, the most promising first: without a program,
// without calls, without switches, without choices, with simpler calls; and each of those likewise.
rc::Shrinkable<Plan> shrinkable(Plan plan);

}  // namespace nsmc::cli
