// A bijection between words that scatters them, and its inverse.
// SPDX-License-Identifier: MIT
//
// A word stored as its scattered image loses nothing: it is the whole state, not a fingerprint.
// Multiplying by an odd number and folding the upper half onto the lower are each invertible
// (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, build their
// finaliser of the same two).
#pragma once

#include <cstdint>

namespace nsmc::checker {

// The number by which `odd` times it is 1, modulo 2^64.  Newton's iteration: each round doubles the
// number of right bits, of which three are right.
constexpr std::uint64_t inverse_of_odd(std::uint64_t odd) {
  std::uint64_t x = odd;
  for (int round = 0; round < 5; ++round) x *= 2 - odd * x;
  return x;
}

struct Mix {
  static constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15;  // 2^64 / the golden ratio
  static constexpr std::uint64_t kSecond = 0xbf58476d1ce4e5b9;

  static constexpr std::uint64_t forth(std::uint64_t word) {
    word *= kFirst;
    word ^= word >> 32;
    return word * kSecond;
  }
  static constexpr std::uint64_t back(std::uint64_t mixed) {
    // Named, so that they are not worked out for each word.
    constexpr std::uint64_t from_first = inverse_of_odd(kFirst);
    constexpr std::uint64_t from_second = inverse_of_odd(kSecond);
    mixed *= from_second;
    mixed ^= mixed >> 32;
    return mixed * from_first;
  }
};

}  // namespace nsmc::checker
