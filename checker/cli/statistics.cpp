// The histogram of depths and the coverage of steps.
// SPDX-License-Identifier: MIT
#include "checker/cli/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

constexpr std::size_t kBar = 40;  // characters of the longest

std::string bar(std::uint64_t count, std::uint64_t most) {
  const double share = static_cast<double>(count) / static_cast<double>(most);
  const auto length = static_cast<std::size_t>(share * static_cast<double>(kBar) + 0.5);
  return std::string(length, '#');
}

}  // namespace

std::string statistics(const Answer& a) {
  std::string text;
  const auto& levels = a.result.levels;
  if (!levels.empty()) {
    text += fmt::format("{:>8} {:>16}\n", "depth", "states");
    const std::uint64_t most = *std::max_element(levels.begin(), levels.end());
    for (std::size_t depth = 0; depth < levels.size(); ++depth)
      text += fmt::format("{:>8} {:>16}  {}\n", depth, traces::thousands(levels[depth]),
                          bar(levels[depth], most));
  }
  const auto& steps = a.result.step_counts;
  if (!steps.empty()) text += fmt::format("{:>16}  step\n", "moves with it");
  for (std::size_t i = 0; i < steps.size(); ++i)
    text += fmt::format("{:>16}  {}\n", steps[i] == 0 ? "never" : traces::thousands(steps[i]),
                        a.bound.system->step_name(static_cast<int>(i)));
  return text;
}

}  // namespace nsmc::cli
