// The bounded search on terms as an engine for the claims of a scenario.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/checker.hpp"
#include "checker/cli/binding.hpp"

namespace nsmc::cli {

struct BoundedSettings {
  std::uint32_t rlimit = 0;  // of the solver, for one check; 0: no limit
  // How many states without a variable are looked at one by one where everybody stands at the same
  // step; more become one state of terms.
  std::size_t apart = 64;
};

// Looks at all runs of at most `limits.depth_max` moves.  A run that it finds is one of the fewest
// moves, and has been re-executed on bytes.  The result is incomplete, unless no run is longer.
// Throws std::invalid_argument for a claim that is no property it can state of terms, and
// checker::EngineDisagreement if a run cannot be re-executed or shows nothing.
checker::Result<System> search_bounded(const Bound& bound, const checker::Limits& limits,
                                       const BoundedSettings& settings,
                                       const checker::OnProgress& progress);

// The properties that it can be asked about.
std::vector<std::string> bounded_properties();

}  // namespace nsmc::cli
