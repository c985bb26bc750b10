// A claim about the kernel as one row: what must hold, why anybody says so, and its witness.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "model/kernel/pidns.hpp"

namespace nsmc::props {

using Move = lang::Move<kernel::Pidns>;

// A move as predicates over any K see it: who moved, and what was there on either side.
template <class K>
struct MoveOn {
  int actor = 0;
  auto in_before(auto&& f) const { return K::before(f); }  // f(state)
  auto in_after(auto&& f) const { return f(K::on().state); }
};
template <>
struct MoveOn<kernel::Concrete> : Move {
  MoveOn(const Move& move) : Move(move), actor(move.action.actor) {}
  auto in_before(auto&& f) const { return f(before); }
  auto in_after(auto&& f) const { return f(after); }
  int actor;
};

template <class K>
struct RowOn {
  using Bool = typename K::Bool;
  std::string_view id;        // the number of the invariant catalogue; never reused
  std::string_view says;      // one present-tense sentence
  std::string_view source;    // kernel file, commit ("subject"), or the tool that checks it
  Bool (*holds)() = nullptr;  // of a state, or ...
  Bool (*holds_move)(const MoveOn<K>&) = nullptr;    // ... of a move
  Bool (*premise)() = nullptr;                       // a state in which the claim says something
  Bool (*premise_move)(const MoveOn<K>&) = nullptr;  // a move of which it says something
  std::string_view transient = {};                   // where it may legally not hold for a moment
  bool at_ends = false;  // `holds` and `premise` are of states in which nothing can move any more
};
using Row = RowOn<kernel::Concrete>;

}  // namespace nsmc::props
