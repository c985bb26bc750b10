// What one rank has found for an open question, as it is told to the others.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "model/lang/system.hpp"

namespace nsmc::checker {

enum class SeenAs : std::uint8_t { state, end, move, deadlock };

template <lang::System S>
struct Witness {
  SeenAs as = SeenAs::state;
  std::uint64_t where = 0;  // its rank knows it by this
  typename S::State state{};
  typename S::Action action{};  // of a move: out of the state
};

}  // namespace nsmc::checker
