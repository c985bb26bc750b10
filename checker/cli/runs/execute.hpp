// A plan carried out on the model, and judged.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/cli/binding.hpp"
#include "checker/cli/runs/coverage.hpp"
#include "checker/cli/runs/extremes.hpp"
#include "checker/cli/runs/observe.hpp"
#include "checker/cli/runs/plan.hpp"
#include "props/row.hpp"

namespace nsmc::cli {

// The id of what the reference of user space says, among those of properties.
inline constexpr std::string_view kUserSpace = "user-space";

struct Executed {
  std::string violated;       // the property, or kUserSpace; empty: none that was judged
  Disagreement disagreement;  // with the reference
  lang::Run<System> run;
  std::uint64_t calls = 0;  // begun
  std::uint64_t moves = 0;
  bool ended = false;  // nothing could move any more; else the run was cut after kMovesMax
  Coverage reached;
  Extremes extremes;
};

// How a plan is carried out and judged.
struct Judges {
  std::vector<const props::Row*> rows;
  bool user_space = true;  // by the reference as well
  // Move-for-move judging costs more than the moves; most of a run is judged only where a call
  // ends, and at each `every`-th move.  1: always.
  std::uint32_t every = 8;
  const Coverage* known = nullptr;          // premises in it are not looked for again
  std::bitset<Coverage::kProperties> told;  // by place: known to be violated, and let pass
};

// Runs a plan; its scenario is what `system` was bound from.  The same arguments give the same
// result.
Executed execute(const Plan& plan, const System& system, const Judges& judges);

}  // namespace nsmc::cli
