// A run to be looked at, and the system on which it runs.
// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <map>
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

// What the trace says of itself under these keys must be what is said of its run now; only the
// words of the same version can be compared.  Throws NotARun.
void require_words(const traces::Trace& trace, const std::map<std::string, std::string>& now,
                   std::initializer_list<const char*> keys, const std::string& path);

// From a scenario (*.scn), whose run is found anew: the answer, or that for `property` of a
// survey or of liveness.
// Else from an ITF file, which is re-executed: throws NotARun if it is no run of the model, or does
// not show what it says.
LoadedRun load_run(const std::string& path, const std::string& property);

}  // namespace nsmc::cli
