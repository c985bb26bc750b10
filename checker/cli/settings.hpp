// Kernel, bounds and switches of a scenario as the model's Config.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "model/kernel/config.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {

struct Names;

// Defaults are as small as the scenario's programs allow.  Throws traces::ScenarioError at the word
// that is wrong; whether the values fit each other is for the system to say.
kernel::Config configure(const traces::Scenario& scenario, const Names& names);

// The changes that a scenario gives its kernel by `with`.
kernel::Changes changes_given(const traces::Scenario& scenario);

// The bounds of a run, "tasks=3 namespaces=2 ...", as a trace tells them.
std::string config_text(const kernel::Config& config);

}  // namespace nsmc::cli
