// What an onlooker sees of the life of one namespace, as an automaton.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/graph.hpp"
#include "traces/rv_dot.hpp"

namespace nsmc::cli {

// Of ns1, the first that is made: all sequences of kNsEvents that the scenario has, and no other.
// Throws std::invalid_argument if the graph is not complete, or the automaton is no small one.
traces::RvAutomaton ns_automaton(const Graph& graph);

}  // namespace nsmc::cli
