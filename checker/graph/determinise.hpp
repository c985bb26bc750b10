// A graph of which only some moves are seen, as the least deterministic automaton of what is seen.
// SPDX-License-Identifier: MIT
//
// Subsets over what is not seen (Rabin, Scott, "Finite Automata and Their Decision Problems",
// 1959), then Moore's refinement.  Every state accepts: a run may be watched for as long as one
// likes, so two states are the same if the same sequences can be seen from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "checker/graph/csr.hpp"

namespace nsmc::checker {

struct Dfa {
  // By state and symbol; state 0 is the initial one, states are in breadth-first order.
  std::vector<std::map<std::uint32_t, std::uint32_t>> next;
};

namespace dfa {

// All that can be reached without being seen.
inline std::set<std::uint32_t> closed(const Csr& graph, std::span<const std::uint32_t> symbols,
                                      std::set<std::uint32_t> nodes) {
  std::vector<std::uint32_t> left(nodes.begin(), nodes.end());
  while (!left.empty()) {
    const std::uint32_t node = left.back();
    left.pop_back();
    for (std::uint64_t e = graph.first[node]; e < graph.first[node + 1]; ++e)
      if (symbols[e] == 0 && nodes.insert(graph.target[e]).second) left.push_back(graph.target[e]);
  }
  return nodes;
}

// The states that can be told apart, by number of their class.
inline std::vector<std::uint32_t> classes(const Dfa& automaton) {
  std::vector<std::uint32_t> of(automaton.next.size(), 0);
  for (std::size_t count = 0;;) {
    std::map<std::map<std::uint32_t, std::uint32_t>, std::uint32_t> known;
    std::vector<std::uint32_t> refined;
    for (std::size_t i = 0; i < of.size(); ++i) {
      std::map<std::uint32_t, std::uint32_t> seen = {{0, of[i]}};
      for (const auto& [symbol, to] : automaton.next[i]) seen[symbol] = of[to];
      refined.push_back(known.emplace(seen, known.size()).first->second);
    }
    of = std::move(refined);
    if (known.size() == count) return of;
    count = known.size();
  }
}

inline Dfa merged(const Dfa& automaton) {
  const std::vector<std::uint32_t> of = classes(automaton);
  std::map<std::uint32_t, std::uint32_t> number;  // of a class, in the order in which it is met
  std::vector<std::uint32_t> order = {0};
  number[of[0]] = 0;
  Dfa least;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least.next.emplace_back();
    for (const auto& [symbol, to] : automaton.next[order[i]]) {
      const auto [at, is_new] = number.emplace(of[to], static_cast<std::uint32_t>(number.size()));
      if (is_new) order.push_back(to);
      least.next[i][symbol] = at->second;
    }
  }
  return least;
}

}  // namespace dfa

// `symbols` is what is seen of each edge, 0: nothing.  Nothing, if more than `most` subsets would
// have to be told apart on the way.
inline std::optional<Dfa> determinise(const Csr& graph, std::span<const std::uint32_t> symbols,
                                      const std::set<std::uint32_t>& initial, std::size_t most) {
  Dfa automaton;
  std::map<std::set<std::uint32_t>, std::uint32_t> known;
  std::vector<std::set<std::uint32_t>> left = {dfa::closed(graph, symbols, initial)};
  known.emplace(left[0], 0);
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::map<std::uint32_t, std::set<std::uint32_t>> after;
    for (const std::uint32_t node : left[i])
      for (std::uint64_t e = graph.first[node]; e < graph.first[node + 1]; ++e)
        if (symbols[e] != 0) after[symbols[e]].insert(graph.target[e]);
    automaton.next.emplace_back();
    for (auto& [symbol, nodes] : after) {
      std::set<std::uint32_t> subset = dfa::closed(graph, symbols, std::move(nodes));
      const auto [at, is_new] = known.emplace(subset, static_cast<std::uint32_t>(known.size()));
      if (is_new) left.push_back(std::move(subset));
      automaton.next[i][symbol] = at->second;
    }
    if (known.size() > most) return std::nullopt;
  }
  return dfa::merged(automaton);
}

}  // namespace nsmc::checker
