// A labelled transition system: a graph with a number on each edge.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "checker/graph/csr.hpp"

namespace nsmc::checker {

struct LtsEdge {
  std::uint32_t from = 0, label = 0, to = 0;
};

struct Lts {
  static constexpr std::uint32_t kSilent = 0;  // where a move may be silent, its label
  Csr edges;
  std::vector<std::uint32_t> label;  // by edge

  // Of each node, its edges keep their order.
  static Lts from(std::uint32_t nodes, std::vector<LtsEdge> list) {
    std::stable_sort(list.begin(), list.end(),
                     [](const LtsEdge& a, const LtsEdge& b) { return a.from < b.from; });
    Lts lts;
    auto edge = list.begin();
    for (std::uint32_t node = 0; node < nodes; ++node) {
      for (; edge != list.end() && edge->from == node; ++edge) {
        lts.edges.target.push_back(edge->to);
        lts.label.push_back(edge->label);
      }
      lts.edges.end_node();
    }
    return lts;
  }
};

}  // namespace nsmc::checker
