// Counterexamples to liveness as traces: found anew, written down, and asked again.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "checker/cli/graph.hpp"
#include "checker/cli/load_run.hpp"

namespace nsmc::cli {

// The run and its loop.  A run that rests loops with no move at all: Trace::loop is its last step.
// `instance` is the task or namespace that waits.  REQUIRES: checker::confirm() accepts it.
traces::Trace lasso_trace(const FairSystem& system, const traces::Scenario& scenario,
                          const std::string& row, int instance,
                          const checker::Lasso<FairSystem>& lasso);

// Of a scenario that violates this row.  Throws std::invalid_argument if it does not.
LoadedRun lasso_anew(const std::string& path, const std::string& row);

bool is_about_liveness(const traces::Trace& trace);

// Of a run of the model: it must violate the row that it names, and say of itself what is so.
// Throws NotARun.
void require_lasso(const Bound& bound, const traces::Trace& trace, const std::string& path);

// Whether the row's wait is going on after each step of such a trace.
std::vector<bool> waits_of(const Bound& bound, const traces::Trace& trace);

}  // namespace nsmc::cli
