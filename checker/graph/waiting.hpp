// The part of the graph in which something is still to happen.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "checker/graph/state_graph.hpp"

namespace nsmc::checker {

// What is reached from a state with from && !to through !to alone: a run violates from ~> to if and
// only if it ends, or stays for ever, in here.  Nodes in the order of how many moves the shortest
// run needs that has waited all the way since such a state.
struct Waiting {
  static constexpr std::uint32_t kStart = 0xffffffff;
  std::vector<std::uint32_t> state;   // by node: the state in the graph
  std::vector<std::uint32_t> parent;  // by node: the node before it; kStart: the wait begins here
  std::vector<std::uint64_t> move;    // by node: which move of the parent leads here
  Csr edges;                          // between nodes
  std::vector<std::uint64_t> origin;  // of these: the edge of the graph
};

// `begins` and `over` are from && !to and to, by state.
template <class Graph>
Waiting waiting_part(const Graph& graph, const std::vector<bool>& begins,
                     const std::vector<bool>& over) {
  Waiting w;
  std::vector<std::uint32_t> node_of(graph.size(), Waiting::kStart);
  const auto add = [&](std::uint32_t state, std::uint32_t parent, std::uint64_t move) {
    if (over[state] || node_of[state] != Waiting::kStart) return;
    node_of[state] = static_cast<std::uint32_t>(w.state.size());
    w.state.push_back(state);
    w.parent.push_back(parent);
    w.move.push_back(move);
  };
  // Level by level; states are in the order of their depth, so who begins to wait is merged in.
  std::uint32_t next = 0;
  std::uint32_t done = 0;
  for (std::uint32_t level = 0; done < w.state.size() || next < graph.size(); ++level) {
    for (; next < graph.size() && graph.depth(next) <= level; ++next)
      if (begins[next]) add(next, Waiting::kStart, 0);
    for (const auto end = static_cast<std::uint32_t>(w.state.size()); done < end; ++done) {
      std::uint64_t k = 0;
      for (const std::uint32_t to : graph.edges().targets(w.state[done])) add(to, done, k++);
    }
  }
  for (const std::uint32_t state : w.state) {
    for (std::uint64_t e = graph.edges().first[state]; e < graph.edges().first[state + 1]; ++e) {
      const std::uint32_t to = node_of[graph.edges().target[e]];
      if (to == Waiting::kStart) continue;
      w.edges.target.push_back(to);
      w.origin.push_back(e);
    }
    w.edges.end_node();
  }
  return w;
}

}  // namespace nsmc::checker
