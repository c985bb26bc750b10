// The engines that answer for a whole model, and such that are broken on purpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/cli/binding.hpp"
#include "checker/explicit/explicit.hpp"
#include "checker/random/walk.hpp"
#include "tests/hashes.hpp"
#include "tests/opinions.hpp"

namespace nsmc::tests {

using cli::Bound;
using cli::Claim;
using cli::System;

struct Engine {
  std::string name;
  std::function<Opinion(const Bound&)> ask;
};

template <class Hash>
Opinion searched(const Bound& bound, std::span<const Claim> claims,
                 const checker::Limits& limits = {}, const checker::Tuning& tuning = {}) {
  return opinion_of(checker::search<System, Hash>(*bound.system, claims, limits, {}, 1.0, tuning));
}

// Every second claim, then the others: what is asked beside a claim does not change its answer.
inline Opinion searched_by_halves(const Bound& bound) {
  const auto ask = [&](std::size_t from) {
    std::vector<Claim> claims;
    for (std::size_t i = from; i < bound.claims.size(); i += 2) claims.push_back(bound.claims[i]);
    return searched<checker::Xxh3>(bound, claims);
  };
  const Opinion halves[] = {ask(0), ask(1)};
  Opinion all = halves[0];
  all.claims.clear();
  for (std::size_t i = 0; i < bound.claims.size(); ++i)
    all.claims.push_back(halves[i % 2].claims[i / 2]);
  if (!differences(halves[0], halves[1], {}).empty()) all.incomplete = "each half another search";
  return all;
}

// The explorer with everything that can be set for it, one way and the other.
inline std::vector<Engine> explorers() {
  using checker::Xxh3;
  using Gather = checker::BitPacker::Gather;
  const auto all = [](auto ask) { return [ask](const Bound& b) { return ask(b, b.claims); }; };
  return {
      {"the explorer", all([](auto& b, auto& c) { return searched<Xxh3>(b, c); })},
      {"the same once more", all([](auto& b, auto& c) { return searched<Xxh3>(b, c); })},
      {"packing without BMI2", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c, {}, {.gather = Gather::portable});
       })},
      {"states packed bit by bit", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c, {}, {.parts_from_bytes = 1'000'000});
       })},
      {"moves remembered from the first state", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c, {}, {.parts_from_bytes = 1, .remembers_from = 0});
       })},
      {"numbers of parts of 32 bits", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c, {}, {.parts_from_bytes = 1, .parts_grow = false});
       })},
      {"a table and chunks that always grow", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c, {}, {.chunk_bytes = 1, .slots_log2 = 1});
       })},
      {"a hash of four values", all([](auto& b, auto& c) { return searched<Fourfold>(b, c); })},
      {"a hash of one value", all([](auto& b, auto& c) { return searched<OneForAll>(b, c); })},
      {"limits that are out of reach", all([](auto& b, auto& c) {
         return searched<Xxh3>(b, c,
                               {.states_max = 1'000'000,
                                .memory_bytes_max = std::uint64_t{1} << 40U,
                                .depth_max = 1'000'000,
                                .seconds_max = 1e6});
       })},
      {"the claims by halves", searched_by_halves},
  };
}

}  // namespace nsmc::tests
