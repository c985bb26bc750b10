// Random numbers from a seed: the same on every machine and with every compiler.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <iterator>

namespace nsmc::cli {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ z >> 30U) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ z >> 27U) * 0x94D049BB133111EBULL;
    return z ^ z >> 31U;
  }
  // 0 .. below - 1.  REQUIRES: below > 0.  The bias of the remainder is of no concern to a test.
  int below(int below) { return static_cast<int>(next() % static_cast<std::uint64_t>(below)); }
  int from_to(int least, int most) { return least + below(most - least + 1); }
  bool chance(int percent) { return below(100) < percent; }

  // One of `values` by its weight.  REQUIRES: the sum of the weights is positive.
  template <class Weighted>
  const auto& weighted(const Weighted& values) {
    int sum = 0;
    for (const auto& value : values) sum += value.weight;
    int at = below(sum);
    for (const auto& value : values)
      if ((at -= value.weight) < 0) return value;
    return *std::begin(values);
  }

 private:
  std::uint64_t state_;
};

}  // namespace nsmc::cli
