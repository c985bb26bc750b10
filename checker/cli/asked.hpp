// What the options of a command say over the words of a scenario.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/commands.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {

// Throws std::invalid_argument for a property, kernel, change or defect that does not exist.
void require_known(const CheckOptions& options);

// Kernel, changes and settings of the options become the scenario's.  REQUIRES: require_known().
// Throws std::invalid_argument or ScenarioError for a setting that is none.
void apply(const CheckOptions& options, traces::Scenario& scenario);

}  // namespace nsmc::cli
