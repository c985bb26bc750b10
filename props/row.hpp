// A claim about the kernel as one row: what must hold, why anybody says so, and its witness.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
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
template <class Watch>
struct MoveOn<kernel::ByteMachine<Watch>> {
  using State = kernel::State<kernel::ByteMachine<Watch>>;
  MoveOn(int who, const State& from, const State& to, const kernel::Events& reported,
         const lang::Footprint* what_it_wrote = nullptr)
      : actor(who), before(from), after(to), events(reported), wrote(what_it_wrote) {}
  MoveOn(const Move& move) requires(!Watch::kReports)
      : MoveOn(move.action.actor, move.before, move.after, move.events) {}
  int actor;
  const State& before;
  const State& after;
  const kernel::Events& events;
  const lang::Footprint* wrote = nullptr;  // if that is known
  auto in_before(auto&& f) const { return f(before); }
  auto in_after(auto&& f) const { return f(after); }
  // Whether it gives the field of(state) another value.  That it does not write a field is known
  // without a look at it.
  bool changes(auto&& of) const {
    return may_write(of(before)) && value(of(before)) != value(of(after));
  }
  // Whether it gives the field this value, which is another one.
  bool gives(auto&& of, int what) const {
    return may_write(of(before)) && value(of(after)) == what && value(of(before)) != what;
  }

 private:
  bool may_write(const auto& field) const {
    const auto at =
        reinterpret_cast<const std::byte*>(&field) - reinterpret_cast<const std::byte*>(&before);
    return wrote == nullptr || wrote->has_written(static_cast<std::size_t>(at), sizeof field);
  }
  static int value(const auto& field) {
    if constexpr (requires { field.slot(); })
      return field.slot();
    else
      return field.value();
  }
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
using ObservedRow = RowOn<kernel::Observed>;

}  // namespace nsmc::props
