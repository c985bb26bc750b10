// The graph of a scenario's states, measured and judged.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/graph/liveness.hpp"
#include "model/kernel/fairness.hpp"
#include "traces/aut.hpp"
#include "traces/graph_json.hpp"
#include "traces/quotient_dot.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {

using FairSystem = kernel::FairPidns;
using Graph = checker::StateGraph<FairSystem>;

// Sizes, components, ends, degrees; without a scenario's name and without verdicts.
traces::GraphRecord measure(const Graph& graph);

// The verdict on a row of props/liveness.hpp; a run that violates it is one of `scenario`.
traces::LivenessRecord judge_row(const Graph& graph, const std::string& id,
                                 const traces::Scenario& scenario = {});

// The texts of moves that are performed from `state` on, which ends up where they lead.
std::vector<std::string> move_texts(const FairSystem& system, FairSystem::State& state,
                                    const std::vector<FairSystem::Action>& actions);

// A shortest run past a state of one condition to one of the other, both in the words of `s`, as
// after `sometimes`.  Throws traces::ScenarioError.
traces::WayRecord find_way(const Graph& graph, const traces::Scenario& s, const std::string& from,
                           const std::string& to);

// States that look the same (kernel::seen_by_user_space) and from which the same can be seen to
// happen, as one: checker::stutter_equivalence.  Throws std::invalid_argument if the graph is not
// complete.
traces::Quotient quotient_of(const Graph& graph);

// The graph for a writer; the label of a move is its actor and the step that begins it.
traces::GraphText text_of(const Graph& graph);

}  // namespace nsmc::cli
