// Deterministic automata, and how a labelled transition system becomes one.
// SPDX-License-Identifier: MIT
//
// All states accept: the language is that of the runs and whatever they begin with.  Hopcroft,
// Motwani and Ullman, "Introduction to Automata Theory", 2.3.5 (subsets), 4.4.3 (smallest).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/graph/lts.hpp"

namespace nsmc::checker {

struct Automaton {
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::uint32_t events = 0;                      // 1..events; 0, Lts::kSilent, is none
  std::vector<std::vector<std::uint32_t>> next;  // by state and event - 1; state 0 is initial
  std::vector<std::uint32_t> colour;             // by state: what it must not be merged across
  bool operator==(const Automaton&) const = default;
};

// The same words without Lts::kSilent, from node 0.  Each state is a set of nodes; its colour is
// that of the nodes if all have the same, or kMixed.  Empty: it has more than `most` states.
constexpr std::uint32_t kMixed = 0xfffffffe;
std::optional<Automaton> determinised(const Lts& lts, std::uint32_t events,
                                      const std::vector<std::uint32_t>& colour, std::size_t most);

// The smallest that tells colours apart; states in the order in which they are first reached.
Automaton minimised(const Automaton& automaton);

}  // namespace nsmc::checker
