// What is said of the states that are left.
// SPDX-License-Identifier: MIT
#include "checker/cli/estimate.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace nsmc::cli {
namespace {

using Levels = std::vector<std::uint64_t>;

TEST(Estimate, SaysNothingWhileLevelsGrowOrAreFew) {
  EXPECT_FALSE(states_left(Levels{}));
  EXPECT_FALSE(states_left(Levels{8, 4, 2}));
  EXPECT_FALSE(states_left(Levels{1, 2, 4, 8}));
  EXPECT_FALSE(states_left(Levels{1000, 1000, 1000, 999})) << "hardly shrinking is no trend";
}

TEST(Estimate, LevelsThatHalveGoOnHalving) {
  const auto left = states_left(Levels{100, 4096, 2048, 1024}).value();
  EXPECT_EQ(left.least, 1023U);
  EXPECT_EQ(left.most, 1023U);
}

// Binomial coefficients are the levels of a system of independent bits; they are log-concave.
TEST(Estimate, TheRangeHoldsForIndependentBits) {
  Levels all = {1};
  for (std::uint64_t k = 1; k <= 30; ++k) all.push_back(all.back() * (31 - k) / k);
  int told = 0;
  for (std::size_t known = 4; known < all.size(); ++known) {
    const auto left = states_left(std::span(all).first(known));
    if (!left) continue;
    ++told;
    const auto really =
        std::accumulate(all.begin() + static_cast<std::ptrdiff_t>(known), all.end(), 0ULL);
    EXPECT_GE(left->most, really) << known;
    EXPECT_LE(left->least, left->most) << known;
    EXPECT_LE(left->most / 40, really) << "at depth " << known << " it says nothing";
  }
  EXPECT_GE(told, 14);
}

}  // namespace
}  // namespace nsmc::cli
