// Graphs of states for other programs: Aldebaran (CADP, mCRL2) and Graphviz.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "traces/files.hpp"

namespace nsmc::traces {

// A graph as its writer sees it; state 0 is the initial one.
struct GraphText {
  using Edge = std::function<void(std::uint32_t from, std::string_view label, std::uint32_t to)>;
  std::uint64_t states = 0, edges = 0;
  std::function<void(const Edge&)> each_edge;  // in the order of `from`
};

// https://cadp.inria.fr/man/aut.html: a line for the sizes, then one for each move.
void to_aut(const GraphText& graph, const Sink& sink);

// The line that is wrong, and why: "line 3: ...".
struct GraphError : std::runtime_error {
  GraphError(std::size_t at, const std::string& why);
  std::size_t line;
};

// Any Aldebaran file with 32-bit states.  Strict: the sizes have to be right, and a label that is
// not quoted has no blanks, commas or brackets.  Throws GraphError.
struct Aut {
  struct Edge {
    std::uint32_t from = 0, label = 0, to = 0;
  };
  std::uint32_t initial = 0, states = 0;
  std::vector<std::string> labels;  // each once, in the order of the file
  std::vector<Edge> edges;
};
Aut read_aut(std::string_view text);

// Only the first `most` states and the moves between them; a comment and a node say what is
// missing.
std::string to_dot(const GraphText& graph, std::string_view name, std::uint32_t most);

// A text as a string of either format.
std::string quoted(std::string_view text);

}  // namespace nsmc::traces
