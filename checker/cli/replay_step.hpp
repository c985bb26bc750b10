// One step of a run for scripts: its state, the moves from there, and moves taken by hand.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/commands.hpp"
#include "checker/cli/load_run.hpp"

namespace nsmc::cli {

// Whether the options ask for this instead of for the whole run.
bool asks_for_a_step(const ReplayOptions& options);

// REQUIRES: asks_for_a_step(options).  Throws std::invalid_argument for a step or a move that is
// not there.
int replay_step(const ReplayOptions& options, LoadedRun run);

}  // namespace nsmc::cli
