// The narrow waist: all that an engine may ask of a system, and all that a claim may say of it.
// SPDX-License-Identifier: MIT
//
// After Stateright's `Model` trait and TLA+'s split of a specification into Init, Next and
// properties: an engine sees states, moves and claims; it never sees a PID.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/lang/footprint.hpp"

namespace nsmc::lang {

// One transition as a claim sees it: the states on both sides, who moved, and what the move
// reported on its way (a system call's return value, a lock that was not held, ...).
template <class S>
struct Move {
  const typename S::State& before;
  const typename S::Action& action;
  const typename S::State& after;
  const typename S::Events& events;
};

// A run from an initial state: the index of the initial state, then one action per move.
template <class S>
struct Run {
  std::size_t initial = 0;
  std::vector<typename S::Action> actions;
};

// always:    true in every reachable state (or of every reachable move)
// sometimes: true in at least one; proves that the system can do the thing at all
enum class Expect : std::uint8_t { always, sometimes };

// Where a claim is judged.
enum class Scope : std::uint8_t {
  state,  // in every reachable state
  move,   // of every transition between reachable states
  end     // in every state in which no move is left
};

// A claim about a system: one row of a catalogue, or one question of a scenario.
// `holds` is set for scopes state and end, `holds_move` for scope move.  `premise` (or
// `premise_move`) is the claim's non-vacuity witness: a run in which it was never true has shown
// nothing about the claim.  An empty premise means "true everywhere".
template <class S>
struct Property {
  std::string id;      // stable: never renumbered, never reused
  std::string says;    // one present-tense sentence
  std::string source;  // man page section, commit ("subject"), or "ours"
  Expect expect = Expect::always;
  Scope scope = Scope::state;
  std::function<bool(const S&, const typename S::State&)> holds;
  std::function<bool(const S&, const Move<S>&)> holds_move;
  std::function<bool(const S&, const typename S::State&)> premise;
  std::function<bool(const S&, const Move<S>&)> premise_move;
  // The same, and all that was read to know; empty: nobody knows what is read.  Of a move the
  // footprint has what it wrote, and gets what was read of `before`, and of `after` where the move
  // did not write.
  std::function<bool(const S&, const typename S::State&, Footprint&)> holds_observed{};
  std::function<bool(const S&, const typename S::State&, Footprint&)> premise_observed{};
  std::function<bool(const S&, const Move<S>&, Footprint&)> holds_move_observed{};
  std::function<bool(const S&, const Move<S>&, Footprint&)> premise_move_observed{};
};

// A field of a state, rendered for people: {"ns1.kref", "2"}.
struct Field {
  std::string name;
  std::string value;
};

// What an engine may ask.
//
// State, Action, Events   trivially copyable.  Two states are equal iff their bytes are equal.
//                         Action is at most 8 bytes and identifies one move out of a state.
// initial()               the initial states, in a fixed order, without duplicates
// successors(s, emit)     calls emit(action, after, events) once per move, in a fixed order; the
//                         references are valid during the call only
// execute(s, a, t, e)     performs one named move; false if it is not possible in s.  The stepper
//                         that re-executes counterexamples is built on it and on nothing else.
// significant_bits()      sizeof(State) bytes: the bits of each byte that may ever be non-zero
// step_count/step_name    the named atomic steps, for coverage; each_step(events, f) calls f(i) for
//                         each step (0 <= i < step_count()) that the move executed
// terminal(s)             for a state without moves: the name of an expected end, or empty for an
//                         unexpected deadlock
// fields(s)               the state, rendered
// actor(a), label(s, a)   who moves, and what it does, for people
template <class S>
concept System = std::is_trivially_copyable_v<typename S::State> &&
                     std::is_trivially_copyable_v<typename S::Action> &&
                     sizeof(typename S::Action) <= 8 &&
                 std::is_trivially_copyable_v<typename S::Events>&& requires(
                     const S& system, const typename S::State& s, const typename S::Action& a,
                     const typename S::Events& e, typename S::State& out_state,
                     typename S::Events& out_events,
                     void (*emit)(const typename S::Action&, const typename S::State&,
                                  const typename S::Events&),
                     void (*on_step)(int)) {
  { system.initial() } -> std::convertible_to<std::vector<typename S::State>>;
  system.successors(s, emit);
  { system.execute(s, a, out_state, out_events) } -> std::same_as<bool>;
  { system.significant_bits() } -> std::convertible_to<std::span<const std::uint8_t>>;
  { system.step_count() } -> std::convertible_to<int>;
  { system.step_name(0) } -> std::convertible_to<std::string_view>;
  system.each_step(e, on_step);
  { system.terminal(s) } -> std::convertible_to<std::string>;
  { system.fields(s) } -> std::same_as<std::vector<Field>>;
  { system.actor(a) } -> std::convertible_to<std::string>;
  { system.label(s, a) } -> std::convertible_to<std::string>;
};

}  // namespace nsmc::lang
