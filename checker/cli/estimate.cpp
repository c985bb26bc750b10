// The estimate of what is left.
// SPDX-License-Identifier: MIT
#include "checker/cli/estimate.hpp"

#include <algorithm>

namespace nsmc::cli {
namespace {

// The levels to come, each a part of the one before, and that part changing by a factor.
double sum_of_levels(double last, double part, double change) {
  double sum = 0;
  for (double level = last * part; level >= 1; level *= part) {
    sum += level;
    part *= change;
  }
  return sum;
}

}  // namespace

std::optional<StatesLeft> states_left(std::span<const std::uint64_t> levels) {
  constexpr std::size_t kLevelsMin = 4;
  // Parts nearer to 1 make a sum without end of what is hardly known.
  constexpr double kPartMax = 0.98;
  if (levels.size() < kLevelsMin) return {};
  const auto part = [&](std::size_t before_last) {
    const std::size_t at = levels.size() - 1 - before_last;
    return static_cast<double>(levels[at]) / static_cast<double>(levels[at - 1]);
  };
  if (part(0) > kPartMax) return {};
  const auto last = static_cast<double>(levels.back());
  const double change = std::min(1.0, part(0) / part(1));
  return StatesLeft{static_cast<std::uint64_t>(sum_of_levels(last, part(0), change)),
                    static_cast<std::uint64_t>(sum_of_levels(last, part(0), 1))};
}

}  // namespace nsmc::cli
