// The explicit-state engine's public face: search() answers all claims in one exact search.
// SPDX-License-Identifier: MIT
//
// It checks any type with the members that lang::System asks for.  A whole system, compiled as
// such in tests/toys.hpp: a lamp whose switch sticks when it is pressed the third time.
//
//   struct Lamp {
//     struct State {
//       std::uint8_t on = 0, presses = 0;
//     };
//     struct Action {};  // at most 8 bytes that identify a move; here there is but one
//     struct Events {};  // what moves report besides the state they lead to
//
//     static std::vector<State> initial() { return {{}}; }
//     static bool execute(const State& s, Action, State& after, Events&) {
//       after = {static_cast<std::uint8_t>(1 - s.on), static_cast<std::uint8_t>(s.presses + 1)};
//       return s.presses < 3;
//     }
//     template <class Emit>
//     static void successors(const State& s, Emit&& emit) {
//       State after;
//       Events events;
//       if (execute(s, {}, after, events)) emit(Action{}, after, events);
//     }
//     static std::vector<std::uint8_t> significant_bits() { return {0b1, 0b11}; }
//     static int step_count() { return 1; }
//     static std::string step_name(int) { return "press"; }
//     static void each_step(const Events&, auto&& f) { f(0); }
//     static std::string terminal(const State& s) { return s.on == 1 ? "" : "dark for ever"; }
//     static std::vector<lang::Field> fields(const State& s) {
//       return {{"on", std::to_string(s.on)}, {"presses", std::to_string(s.presses)}};
//     }
//     static std::string actor(Action) { return "hand"; }
//     static std::string label(const State&, Action) { return "press"; }
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

#include <span>

#include "checker/checker.hpp"
#include "checker/explicit/compact_search.hpp"
#include "checker/explicit/search.hpp"
#include "checker/explicit/tuning.hpp"

namespace nsmc::checker {

// Explores every state that `system` can reach and judges all claims on the way.  A claim that was
// settled has its shortest run, re-executed by confirm(); a limit makes the result incomplete.
// Throws EngineDisagreement, std::logic_error (a bit outside significant_bits(), a claim without a
// predicate) and what the system throws.
template <lang::System S, class Hash = Xxh3, class Store = StateStore<NoAction, Hash>>
Result<S> search(const S& system, std::span<const lang::Property<S>> claims, const Limits& limits,
                 const OnProgress& on_progress = {}, double progress_seconds = 1.0,
                 const Tuning& tuning = {}) {
  if constexpr (lang::Batched<S>)
    if (tuning.visited == Tuning::Visited::automatic)
      return search_compact<S>(system, claims, limits, on_progress, progress_seconds, tuning);
  NoReduction<S> all(system);
  return Search<S, Hash, Store, NoReduction<S>>(system, all, claims, limits, on_progress,
                                                progress_seconds, tuning)
      .run();
}

// The same with states left out.  Verdicts and lengths of runs are those of search(); sizes and
// step counts are of what was looked at.  Throws NotReducible, and what the reduction throws, if
// there is nothing to be said that way.
template <lang::System S, Reduction<S> R, class Hash = Xxh3,
          class Store = StateStore<NoAction, Hash>>
Result<S> search_reduced(const S& system, R& reduction, std::span<const lang::Property<S>> claims,
                         const Limits& limits, const OnProgress& on_progress = {},
                         double progress_seconds = 1.0, const Tuning& tuning = {}) {
  return Search<S, Hash, Store, R>(system, reduction, claims, limits, on_progress, progress_seconds,
                                   tuning)
      .run();
}

}  // namespace nsmc::checker
