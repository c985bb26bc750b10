// The benchmark model as the engines see it: a lang::System whose states are words.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/lang/system.hpp"
#include "model/lang/word.hpp"
#include "model/lang/words.hpp"
#include "tests/bench/calls.hpp"
#include "tests/bench/pidns_layout.hpp"
#include "tests/bench/pidns_rules.hpp"

namespace nsmc::bench {

// Makes the moves of many states, in some value domain.
using MakeMoves = void (*)(std::span<const std::uint64_t>, lang::Moves&);

template <Bounds B>
void make_moves_by_word(std::span<const std::uint64_t> states, lang::Moves& moves) {
  for (const std::uint64_t state : states) {
    bool ended = true;
    each_move<lang::Word, B>(
        state, [&](Call call, int, int, int, bool enabled, std::uint64_t to)
                   __attribute__((always_inline)) {
                     if (!enabled) return;
                     ended = false;
                     moves.add(static_cast<std::size_t>(call), to);
                   });
    if (ended) moves.ended(state);
  }
}

// What does not depend on the bounds.
struct PidnsWords {
  struct State {
    std::uint64_t word = 0;
  };
  using Action = bench::Action;
  using Events = Action;

  static int step_count() { return kCalls; }
  static std::string_view step_name(int i) { return call_name(i); }
  static void each_step(const Events& events, auto&& f) { f(static_cast<int>(events.call)); }
  static std::string terminal(const State&) { return ""; }
  static std::string actor(const Action& a) {
    return (a.call == Call::umount ? "ns" : "t") + std::to_string(a.who);
  }
  static std::string label(const State&, const Action& a) {
    return std::string(call_name(static_cast<int>(a.call)));
  }

  // lang::Batched, the rest
  static constexpr std::uint64_t word(const State& s) { return s.word; }
  static constexpr State state(std::uint64_t word) { return {word}; }

 protected:
  template <class S>
  static bool execute_among_successors(const S& system, const State& s, const Action& wanted,
                                       State& after, Events& events) {
    bool possible = false;
    system.successors(s, [&](const Action& action, const State& to, const Events&) {
      if (!(action == wanted)) return;
      possible = true;
      after = to;
      events = action;
    });
    return possible;
  }
};

template <Bounds B>
class Pidns : public PidnsWords {
 public:
  // `by`: for another value domain than one word at a time.
  explicit Pidns(MakeMoves by = make_moves_by_word<B>) : make_moves_(by) {}

  static std::vector<State> initial() {
    return {{kLayout<B>.ns[0].last_pid.holding(std::uint64_t{1})}};
  }
  template <class Emit>
  static void successors(const State& s, Emit&& emit) {
    each_move<lang::Word, B>(
        s.word, [&](Call call, int who, int child, int made, bool enabled, std::uint64_t to) {
          const Action action{call, byte(who), byte(child), byte(made)};
          if (enabled) emit(action, State{to}, action);
        });
  }
  static bool execute(const State& s, const Action& wanted, State& after, Events& events) {
    return execute_among_successors(Pidns(), s, wanted, after, events);
  }
  static std::vector<std::uint8_t> significant_bits() {
    std::vector<std::uint8_t> bits(sizeof(State));
    for (std::size_t i = 0; i < kLayout<B>.bits; ++i) bits[i / 8] = byte(bits[i / 8] | 1 << i % 8);
    return bits;
  }
  static std::vector<lang::Field> fields(const State& s) {
    std::vector<lang::Field> all;
    const auto add = [&](const std::string& name, lang::BitField field) {
      all.push_back({name, std::to_string(field.of(s.word))});
    };
    for (std::size_t t = 1; t < kLayout<B>.task.size(); ++t) {
      const std::string task = "t" + std::to_string(t);
      for (std::size_t n = 0; n < kLayout<B>.ns.size(); ++n)
        add(task + ".nr in ns" + std::to_string(n), kLayout<B>.task[t].nr[n]);
      add(task + ".status", kLayout<B>.task[t].status);
      add(task + ".parent", kLayout<B>.task[t].parent);
    }
    for (std::size_t n = 0; n < kLayout<B>.ns.size(); ++n) {
      const std::string ns = "ns" + std::to_string(n);
      add(ns + ".last_pid", kLayout<B>.ns[n].last_pid);
      add(ns + ".parent", kLayout<B>.ns[n].parent);
      add(ns + ".mounts", kLayout<B>.ns[n].mounts);
    }
    return all;
  }

  // lang::Batched
  static constexpr std::size_t moves_max() {
    std::size_t most = 0;
    each_action<B>([&](auto...) { ++most; });
    return most;
  }
  void make_moves(std::span<const std::uint64_t> states, lang::Moves& moves) const {
    make_moves_(states, moves);
  }
  MakeMoves makes_moves() const { return make_moves_; }

 private:
  static std::uint8_t byte(int value) { return static_cast<std::uint8_t>(value); }

  MakeMoves make_moves_;
};

}  // namespace nsmc::bench
