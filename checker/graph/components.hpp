// Strongly connected components.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "checker/graph/csr.hpp"

namespace nsmc::checker {

struct Components {
  std::uint32_t count = 0;
  std::vector<std::uint32_t> of;     // by node
  std::vector<std::uint32_t> size;   // by component: its nodes
  std::vector<std::uint8_t> cyclic;  // by component: it has an edge of its own
  std::vector<std::uint8_t> bottom;  // by component: no edge leaves it
};

Components components_of(const Csr& graph);

}  // namespace nsmc::checker
