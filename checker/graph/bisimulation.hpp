// Which nodes behave alike: partition refinement by signatures.
// SPDX-License-Identifier: MIT
//
// Blom and Orzan, "A Distributed Algorithm for Strong Bisimulation Reduction of State Spaces",
// STTT 2005: a node's signature is what it can do and into which block; nodes of a block with
// different signatures are parted, until none are.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/graph/lts.hpp"

namespace nsmc::checker {

struct Blocks {
  std::uint32_t count = 0;
  std::vector<std::uint32_t> of;  // by node; numbered in the order of their first nodes
};

// The coarsest strong bisimulation; all labels count.  Nodes of different `colour` (empty: all are
// of one) are apart from the outset.
Blocks bisimulation(const Lts& lts, const std::vector<std::uint32_t>& colour = {});

// Whether the initial nodes, 0 of each, are strongly bisimilar.  Labels with one number are equal.
bool bisimilar(const Lts& a, const Lts& b);

// The coarsest divergence-blind stutter equivalence that respects the colours: two nodes are alike
// if every path of one is, but for how often a block is repeated, a path through the blocks of the
// other (Browne, Clarke and Grumberg 1988).  A loop within one colour does not count as behaviour.
Blocks stutter_equivalence(const Csr& graph, const std::vector<std::uint32_t>& colour);

// The blocks as a graph, without edges from a block to itself, each edge once.
Csr collapsed(const Csr& graph, const Blocks& blocks);

}  // namespace nsmc::checker
