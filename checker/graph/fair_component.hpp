// A set of states in which a run can stay for ever and be fair.
// SPDX-License-Identifier: MIT
//
// Weak fairness to a party is "again and again, it has no such move or makes one": a generalised
// Büchi condition, which a larger component meets if a smaller one does; so the maximal components
// suffice.  Strong fairness is not like that (Streett): where a component fails it, the states in
// which the actor could move are left out, and what remains is looked at again.
// Emerson and Lei, "Modalities for Model Checking", SCP 1987; Baier and Katoen, "Principles of
// Model Checking", 5.1 for weak and strong, and the algorithm for both.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "checker/graph/components.hpp"
#include "model/lang/leads_to.hpp"

namespace nsmc::checker {

// What fairness asks of a loop through all of a component; sets of parties.
struct Obligations {
  std::uint64_t idle = 0;    // weak, and there is a state without such a move: to be visited
  std::uint64_t weak = 0;    // weak, and such a move is possible everywhere: to be made
  std::uint64_t strong = 0;  // strong, and such a move is possible somewhere: to be made
};
struct FairComponent {
  std::vector<std::uint32_t> nodes;  // ascending; empty: there is none
  Obligations owes;
};

// `weak(node)`, `strong(node)`: the parties with such a move in the whole system, not only among
// these nodes.  `made(edge, least)`: the party of an edge as a set, if it is owed at least that.
// Of several components the one with the first node.
template <class Weak, class Strong, class Made>
FairComponent fair_component(const Csr& graph, Weak&& weak, Strong&& strong, Made&& made) {
  constexpr std::uint32_t kOut = 0xffffffff;
  FairComponent best;
  std::vector<std::vector<std::uint32_t>> open(1);
  for (std::uint32_t node = 0; node < graph.size(); ++node) open[0].push_back(node);
  std::vector<std::uint32_t> local(graph.size(), kOut);
  while (!open.empty()) {
    const std::vector<std::uint32_t> nodes = std::move(open.back());
    open.pop_back();
    for (std::uint32_t i = 0; i < nodes.size(); ++i) local[nodes[i]] = i;
    Csr part;
    for (const std::uint32_t node : nodes) {
      for (const std::uint32_t to : graph.targets(node))
        if (local[to] != kOut) part.target.push_back(local[to]);
      part.end_node();
    }
    const Components c = components_of(part);
    struct Sets {
      std::uint64_t always = ~std::uint64_t{0}, ever = 0, strong = 0, made = 0, made_strong = 0;
      std::vector<std::uint32_t> nodes;
    };
    std::vector<Sets> sets(c.count);
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      if (c.cyclic[c.of[i]] == 0) continue;
      Sets& s = sets[c.of[i]];
      const std::uint32_t node = nodes[i];
      s.nodes.push_back(node);
      s.always &= weak(node);
      s.ever |= weak(node);
      s.strong |= strong(node);
      for (std::uint64_t e = graph.first[node]; e < graph.first[node + 1]; ++e) {
        const std::uint32_t to = local[graph.target[e]];
        if (to == kOut || c.of[to] != c.of[i]) continue;
        s.made |= made(e, lang::Fairness::weak);
        s.made_strong |= made(e, lang::Fairness::strong);
      }
    }
    for (const std::uint32_t node : nodes) local[node] = kOut;
    for (Sets& s : sets) {
      if (s.nodes.empty() || (s.always & ~s.made) != 0) continue;  // nor is any part of it fair
      if (!best.nodes.empty() && best.nodes.front() < s.nodes.front()) continue;
      if (const std::uint64_t starved = s.strong & ~s.made_strong; starved != 0) {
        std::erase_if(s.nodes, [&](std::uint32_t node) { return (strong(node) & starved) != 0; });
        if (!s.nodes.empty()) open.push_back(std::move(s.nodes));
        continue;
      }
      best = {std::move(s.nodes), {s.ever & ~s.always, s.always, s.strong}};
    }
  }
  return best;
}

}  // namespace nsmc::checker
