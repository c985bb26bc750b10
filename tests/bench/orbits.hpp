// The benchmark model up to the names of its slots: a lang::System whose states stand for orbits.
// SPDX-License-Identifier: MIT
//
// Its moves are those of the model out of a canonical state (canonical.hpp), each to the canonical
// form of where it leads.  So a run of it is a run of the model in which, after every move, slots
// may have been renamed: there is one of the same length whose states have these as their forms,
// and every run of the model has such a picture.  Names of slots in its actions are those in the
// state before the move.
//
// A claim is asked of canonical states only.  It has the answer of the model if it cannot tell
// names apart: what it says of a state or a move, it says of each with other names.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/lang/word.hpp"
#include "model/lang/words.hpp"
#include "tests/bench/canonical.hpp"
#include "tests/bench/pidns.hpp"

namespace nsmc::bench {

template <Bounds B>
void make_orbit_moves_by_word(std::span<const std::uint64_t> states, lang::Moves& moves) {
  const std::size_t before = moves.after().size();
  make_moves_by_word<B>(states, moves);
  for (std::uint64_t& after : moves.after().subspan(before))
    after = Canonical<lang::Word, B>::form(after);
}

template <Bounds B>
class Orbits : public Pidns<B> {
 public:
  using typename Pidns<B>::State;
  using typename Pidns<B>::Action;
  using typename Pidns<B>::Events;

  explicit Orbits(MakeMoves by = make_orbit_moves_by_word<B>) : Pidns<B>(by) {}

  static State form(const State& s) { return {Canonical<lang::Word, B>::form(s.word)}; }

  static std::vector<State> initial() {
    std::vector<State> states = Pidns<B>::initial();
    for (State& state : states) state = form(state);
    return states;
  }
  template <class Emit>
  static void successors(const State& s, Emit&& emit) {
    Pidns<B>::successors(s, [&](const Action& action, const State& after, const Events& events) {
      emit(action, form(after), events);
    });
  }
  static bool execute(const State& s, const Action& wanted, State& after, Events& events) {
    const bool possible = Pidns<B>::execute(s, wanted, after, events);
    if (possible) after = form(after);
    return possible;
  }
};

}  // namespace nsmc::bench
