// The benchmark model at any bounds, whole or up to names: one type, so one engine is compiled.
// SPDX-License-Identifier: MIT
//
// What a search asks for state by state it asks of a batch, by a pointer that Pidns has anyway; the
// rest is asked when a run is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/lang/words.hpp"
#include "tests/bench/pidns.hpp"

namespace nsmc::bench {

class AnyPidns : public PidnsWords {
 public:
  using Emit = std::function<void(const Action&, const State&, const Events&)>;

  // S: Pidns or Orbits at some bounds, whose moves are made by `by`.
  template <class S>
  static AnyPidns of(const S& system = S()) {
    AnyPidns any;
    any.initial_ = S::initial;
    any.successors_ = [](const State& s, const Emit& emit) { S::successors(s, emit); };
    any.significant_bits_ = S::significant_bits;
    any.fields_ = S::fields;
    any.moves_max_ = S::moves_max();
    any.make_moves_ = system.makes_moves();
    return any;
  }

  std::vector<State> initial() const { return initial_(); }
  template <class F>
  void successors(const State& s, F&& emit) const {
    successors_(s, std::ref(emit));
  }
  bool execute(const State& s, const Action& wanted, State& after, Events& events) const {
    return execute_among_successors(*this, s, wanted, after, events);
  }
  std::vector<std::uint8_t> significant_bits() const { return significant_bits_(); }
  std::vector<lang::Field> fields(const State& s) const { return fields_(s); }

  // lang::Batched
  std::size_t moves_max() const { return moves_max_; }
  void make_moves(std::span<const std::uint64_t> states, lang::Moves& moves) const {
    make_moves_(states, moves);
  }

 private:
  AnyPidns() = default;

  std::vector<State> (*initial_)() = nullptr;
  void (*successors_)(const State&, const Emit&) = nullptr;
  std::vector<std::uint8_t> (*significant_bits_)() = nullptr;
  std::vector<lang::Field> (*fields_)(const State&) = nullptr;
  std::size_t moves_max_ = 0;
  MakeMoves make_moves_ = nullptr;
};

}  // namespace nsmc::bench
