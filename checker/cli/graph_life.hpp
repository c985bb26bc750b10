// The life of one namespace as a deterministic automaton.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/graph.hpp"
#include "traces/rv_dot.hpp"

namespace nsmc::cli {

// What happens to the first container namespace (ns1; a later one may take its place) on all runs:
// words of kernel::LifeEvent.  Its states are remembered from these events alone: absent, alive
// since clone_newpid, dying since reaper_exit, absent again since ns_destroy; marked is absent.
//
// Exact: the smallest deterministic automaton that has the words of this graph and no others, and
// does not merge states of these three kinds.  Else: the states of one kind are one; it has these
// words and more, and does not count pids, which a monitor cannot do for machines of any size.
// Throws std::invalid_argument if there are more than 40 states, or the graph is not complete.
traces::RvAutomaton life_automaton(const Graph& graph, bool exact);

}  // namespace nsmc::cli
