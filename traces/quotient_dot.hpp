// A small picture of a large graph, for Graphviz.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nsmc::traces {

struct Quotient {
  struct Node {
    std::vector<std::string> lines;  // what all of its states look like
    std::uint64_t states = 0;
    bool end = false;  // among them is one without moves
  };
  std::vector<Node> nodes;  // 0 is initial
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
};

// Only the first `most` nodes and the edges between them; a note says what is missing.
std::string to_dot(const Quotient& quotient, std::string_view name, std::uint32_t most);

}  // namespace nsmc::traces
