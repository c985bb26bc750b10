// From a scenario's words to a system and claims: the one place that knows both languages.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/kernel/pidns.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {

using System = kernel::Pidns;
using Claim = lang::Property<System>;

// What the names of a scenario mean.
struct Names {
  std::vector<std::string> tasks;       // index = label; [0] is unused
  std::vector<std::string> namespaces;  // index = label; [0] is unused
  std::vector<std::string> variables;
};

struct Bound {
  traces::Scenario scenario;
  std::shared_ptr<System> system;
  Names names;
  std::vector<Claim> claims;  // one for a question; the properties of a survey
};

// Throws traces::ScenarioError at the word that is wrong.
Bound bind(const traces::Scenario& scenario);

// The property that a claim is about: of a survey, or of `always ID`; else empty.
std::string property_of(const Bound& bound, const Claim& claim);

// The condition of a question as a claim.  Throws traces::ScenarioError.
Claim bind_question(const traces::Scenario& scenario, const Names& names);

}  // namespace nsmc::cli
