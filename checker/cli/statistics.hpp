// What a search looked at, for who doubts its answer: states by depth, moves by step.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "checker/cli/answer.hpp"

namespace nsmc::cli {

// A bar for each depth and a line for each named step; empty if the engine counts neither.
std::string statistics(const Answer& answer);

}  // namespace nsmc::cli
