// Graphs of states for other programs: Aldebaran (CADP, mCRL2) and Graphviz.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace nsmc::traces {

// A graph as its writer sees it; state 0 is the initial one.
struct GraphText {
  using Edge = std::function<void(std::uint32_t from, std::string_view label, std::uint32_t to)>;
  std::uint64_t states = 0, edges = 0;
  std::function<void(const Edge&)> each_edge;  // in the order of `from`
};

// https://cadp.inria.fr/man/aut.html: a line for the sizes, then one for each move.
std::string to_aut(const GraphText& graph);

// Only the first `most` states and the moves between them; a comment and a node say what is
// missing.
std::string to_dot(const GraphText& graph, std::string_view name, std::uint32_t most);

}  // namespace nsmc::traces
