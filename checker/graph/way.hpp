// A shortest way from one kind of state to another.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checker/graph/lasso.hpp"

namespace nsmc::checker {

template <class S>
struct Way {
  bool from_reached = false;  // there is a state to start from
  std::optional<Run<S>> run;  // from an initial state past `from` to `to`
  std::size_t before = 0;     // how many of its moves lead to `from`
};

// Of all runs that pass a `from` state and then, or in the same state, a `to` state, one with the
// fewest moves.  `from`, `to`: by state.
template <lang::System S>
Way<S> shortest_way(const StateGraph<S>& graph, const std::vector<bool>& from,
                    const std::vector<bool>& to) {
  Way<S> way;
  // What is reached from `from`, in the order of how long the whole run is: a wait that never ends.
  const Waiting reached = waiting_part(graph, from, std::vector<bool>(graph.size()));
  way.from_reached = !reached.state.empty();
  for (std::uint32_t node = 0; node < reached.state.size(); ++node) {
    if (!to[reached.state[node]]) continue;
    way.run = LassoMaker<S>(graph, reached).stem(node);
    while (reached.parent[node] != Waiting::kStart) node = reached.parent[node];
    way.before = graph.depth(reached.state[node]);
    return way;
  }
  return way;
}

}  // namespace nsmc::checker
