// A run to be looked at, and the system on which it runs.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "checker/cli/binding.hpp"
#include "traces/trace.hpp"

namespace nsmc::cli {

struct LoadedRun {
  Bound bound;
  traces::Trace trace;
};

// The moves of a trace.  REQUIRES: its codes are those of actions, as verify() says.
lang::Run<System> run_of(const traces::Trace& trace);

// From a scenario (*.scn), whose run is found anew: the answer, or that for `property` of a survey.
// Else from an ITF file, which is re-executed: throws NotARun if it is no run of the model, or does
// not show what it says.
LoadedRun load_run(const std::string& path, const std::string& property);

}  // namespace nsmc::cli
