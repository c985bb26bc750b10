// Several counterexamples to one claim, each with a cause of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checker/cli/answer.hpp"

namespace nsmc::cli {

// Two runs have the same cause if their last moves begin with the same kernel step, and the same
// step has written the same field of whatever object last among the values that decide.
struct DistinctRun {
  std::string cause;  // "put_pid_ns/kref_put, decided by nsproxy.count of free_nsproxy/put"
  lang::Run<System> run;
};

struct DistinctRuns {
  std::vector<DistinctRun> runs;  // shortest first, at most as many as were wanted
  std::string incomplete;         // why there may be more causes; empty: these are all
};

// REQUIRES: the claim is violated.
DistinctRuns distinct_runs(const Bound& bound, const Claim& claim, std::size_t most);

// Those beside the shortest, as text.
std::string distinct_text(const Answer& answer, const ClaimAnswer& claim, std::size_t most);

}  // namespace nsmc::cli
