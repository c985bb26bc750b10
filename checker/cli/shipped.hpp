// Scenarios from files: a path of the user's, and those that come with nsmc.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "traces/scenario.hpp"

namespace nsmc::cli {

// The scenario of a file, or those of a folder and all below it, by path.  Throws
// traces::ScenarioError, or traces::FileError for a folder without any.
std::vector<traces::Scenario> scenarios_at(const std::string& path);

// traces/runs: free runs and their surveys; traces/scenarios: programs and questions.
std::vector<traces::Scenario> shipped_runs();
std::vector<traces::Scenario> shipped_scenarios();

}  // namespace nsmc::cli
