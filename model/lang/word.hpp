// The scalar value domain: one state, a word.  What any value domain has.
// SPDX-License-Identifier: MIT
//
// A rule that is written over a domain D says D::Num where it means a number, D::Bool where it
// means a condition, D::select(c, a, b) where it means c ? a : b.  Over Word that is one state;
// over EightWords (model/lang/eight_words.hpp) the same source makes the move of eight states at
// once, each lane with its own answer.  `if` is for what is the same in all lanes: the loops over
// slots, and "in no lane at all", D::any().
#pragma once

#include <bit>
#include <cstdint>

namespace nsmc::lang {

struct Word {
  using Num = std::uint64_t;
  using Bool = bool;
  static constexpr unsigned kLanes = 1;

  static bool any(bool condition) { return condition; }
  static unsigned count(bool condition) { return condition ? 1 : 0; }
  static std::uint64_t select(bool condition, std::uint64_t yes, std::uint64_t no) {
    return condition ? yes : no;
  }
  // `value` where the condition holds, 0 elsewhere.
  static std::uint64_t where(bool condition, std::uint64_t value) { return condition ? value : 0; }
  // 1 << n, for each lane's n
  static std::uint64_t bit(std::uint64_t n) { return std::uint64_t{1} << n; }
  // value << by, for each lane's `by`
  static std::uint64_t shifted(std::uint64_t value, std::uint64_t by) { return value << by; }
  // The number of the lowest bit that is set.  REQUIRES (else any number): there is one.
  static std::uint64_t lowest(std::uint64_t bits) {
    return static_cast<std::uint64_t>(std::countr_zero(bits));
  }
};

}  // namespace nsmc::lang
