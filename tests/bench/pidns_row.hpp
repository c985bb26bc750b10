// The benchmark model with its bounds chosen at run time: compiled once for each engine that asks.
// SPDX-License-Identifier: MIT
//
// The moves of a batch are made by the code for its bounds; one state's moves, which are asked for
// when a run is walked, go through a function each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/bench/pidns.hpp"

namespace nsmc::bench {

class PidnsRow {
 public:
  struct State {
    std::uint64_t word = 0;
  };
  struct Action {
    Call call = Call::fork;
    std::uint8_t who = 0, child = 0, made = 0;
    bool operator==(const Action&) const = default;
  };
  using Events = Action;

  // Of a row of the table, if it is one of those that are compiled; `by`: as for Pidns.  Throws
  // std::out_of_range.
  explicit PidnsRow(std::string_view id, MakeMoves by = nullptr)
      : of_(find(id)), make_moves_(by == nullptr ? of_->make_moves : by) {}

  std::vector<State> initial() const { return {{of_->initial}}; }
  template <class Emit>
  void successors(const State& s, Emit&& emit) const {
    of_->each(s.word,
              [&](const Action& action, std::uint64_t to) { emit(action, State{to}, action); });
  }
  bool execute(const State& s, const Action& wanted, State& after, Events& events) const {
    bool possible = false;
    successors(s, [&](const Action& action, const State& to, const Events&) {
      if (!(action == wanted)) return;
      possible = true;
      after = to;
      events = action;
    });
    return possible;
  }
  std::vector<std::uint8_t> significant_bits() const { return of_->significant_bits; }
  static int step_count() { return kCalls; }
  static std::string_view step_name(int i) { return call_name(i); }
  static void each_step(const Events& events, auto&& f) { f(static_cast<int>(events.call)); }
  static std::string terminal(const State&) { return ""; }
  std::vector<lang::Field> fields(const State& s) const { return of_->fields(s.word); }
  static std::string actor(const Action& a) {
    return (a.call == Call::umount ? "ns" : "t") + std::to_string(a.who);
  }
  static std::string label(const State&, const Action& a) {
    return std::string(call_name(static_cast<int>(a.call)));
  }

  // lang::Batched
  static constexpr std::uint64_t word(const State& s) { return s.word; }
  static constexpr State state(std::uint64_t word) { return {word}; }
  std::size_t moves_max() const { return of_->moves_max; }
  void make_moves(std::span<const std::uint64_t> states, lang::Moves& moves) const {
    make_moves_(states, moves);
  }

 private:
  using OnMove = std::function<void(const Action&, std::uint64_t to)>;

  // What depends on the bounds.
  struct Of {
    std::uint64_t initial;
    std::vector<std::uint8_t> significant_bits;
    std::size_t moves_max;
    MakeMoves make_moves;
    void (*each)(std::uint64_t, const OnMove&);
    std::vector<lang::Field> (*fields)(std::uint64_t);
  };

  template <Bounds B>
  static Of of() {
    using S = Pidns<B>;
    return {S::initial()[0].word,
            S::significant_bits(),
            S::moves_max(),
            make_moves_by_word<B>,
            [](std::uint64_t word, const OnMove& on_move) {
              S::successors({word}, [&](const auto& a, const auto& to, const auto&) {
                on_move({a.call, a.who, a.child, a.made}, to.word);
              });
            },
            [](std::uint64_t word) { return S::fields({word}); }};
  }
  // Each takes two seconds to compile.
  static constexpr std::array<std::string_view, 6> kRows = {"a", "b", "A", "B", "D", "F"};

  static const Of* find(std::string_view id) {
    static const auto all = []<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Of, sizeof...(I)>{of<row(kRows[I]).bounds>()...};
    }
    (std::make_index_sequence<kRows.size()>{});
    for (std::size_t i = 0; i < kRows.size(); ++i)
      if (kRows[i] == id) return &all[i];
    throw std::out_of_range("this program has rows a, b, A, B, D and F");
  }

  const Of* of_;
  MakeMoves make_moves_;
};

}  // namespace nsmc::bench
