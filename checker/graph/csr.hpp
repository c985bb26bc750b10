// A directed graph as two arrays: compressed sparse rows.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nsmc::checker {

// The edges of node i are those from first[i] to first[i + 1]; nodes are 0..size() - 1.
struct Csr {
  std::vector<std::uint64_t> first{0};
  std::vector<std::uint32_t> target;

  std::uint32_t size() const { return static_cast<std::uint32_t>(first.size() - 1); }
  std::uint64_t edges() const { return target.size(); }
  std::uint64_t degree(std::uint32_t node) const { return first[node + 1] - first[node]; }
  std::span<const std::uint32_t> targets(std::uint32_t node) const {
    return {target.data() + first[node], degree(node)};
  }
  void end_node() { first.push_back(target.size()); }
  std::uint64_t memory_bytes() const {
    return first.capacity() * sizeof first[0] + target.capacity() * sizeof target[0];
  }
};

}  // namespace nsmc::checker
