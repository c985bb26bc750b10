// What else the system can do after a step of a run, and the run that does it.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/binding.hpp"
#include "traces/replay/onward.hpp"

namespace nsmc::cli {

// The property of the trace is judged on each new run.
// REQUIRES: the runs that are asked about are runs of bound's system, as verify() says.
traces::Onward onward_of(const Bound& bound);

}  // namespace nsmc::cli
