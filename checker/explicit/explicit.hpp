// The explicit-state engine's public face: search() answers all claims in one exact search.
// SPDX-License-Identifier: MIT
//
// It checks any type with the members that lang::System asks for.  A whole system, compiled as
// such in tests/toys.hpp: a lamp whose switch sticks when it is pressed the third time.
//
//   struct Lamp {
//     struct State { std::uint8_t on = 0, presses = 0; };
//     struct Action {};  // at most 8 bytes that identify a move; here there is but one
//     struct Events {};  // what moves report besides the state they lead to
//
//     std::vector<State> initial() const { return {{}}; }
//     bool execute(const State& s, Action, State& after, Events&) const {
//       after = {static_cast<std::uint8_t>(1 - s.on), static_cast<std::uint8_t>(s.presses + 1)};
//       return s.presses < 3;
//     }
//     template <class Emit>
//     void successors(const State& s, Emit&& emit) const {
//       State after;
//       Events events;
//       if (execute(s, {}, after, events)) emit(Action{}, after, events);
//     }
//     std::vector<std::uint8_t> significant_bits() const { return {0b1, 0b11}; }
//     int step_count() const { return 1; }
//     std::string step_name(int) const { return "press"; }
//     void each_step(const Events&, auto&& f) const { f(0); }
//     std::string terminal(const State& s) const { return s.on == 1 ? "" : "dark for ever"; }
//     std::vector<lang::Field> fields(const State& s) const {
//       return {{"on", s.on == 1 ? "1" : "0"}};
//     }
//     std::string actor(Action) const { return "hand"; }
//     std::string label(const State&, Action) const { return "press"; }
//   };
//
//   lang::Property<Lamp> lit;
//   lit.id = "L1";
//   lit.says = "The lamp can be lit.";
//   lit.expect = lang::Expect::sometimes;
//   lit.holds = [](const Lamp&, const Lamp::State& s) { return s.on == 1; };
//   const Result<Lamp> result = search<Lamp>(Lamp{}, {&lit, 1}, {.states_max = 1'000'000});
//
// Then result.findings[0].verdict is `holds` and its run has one move; result.states is 4; the end
// after three presses is lit, so result.deadlocks is 1 and result.deadlock a run of three moves.
// A verdict is never `holds` for a claim with Expect::always unless result.complete().
#pragma once

#include "checker/explicit/search.hpp"
