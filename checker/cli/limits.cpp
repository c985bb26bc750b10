// The limits of a search, from options.
// SPDX-License-Identifier: MIT
#include "checker/cli/limits.hpp"

#include "checker/cli/progress.hpp"

namespace nsmc::cli {

checker::Limits limits_of(const CheckOptions& o) {
  checker::Limits limits;
  if (o.states_max > 0) limits.states_max = o.states_max;
  if (o.seconds_max > 0) limits.seconds_max = o.seconds_max;
  limits.memory_bytes_max = o.memory_gib_max > 0
                                ? static_cast<std::uint64_t>(o.memory_gib_max * (1ULL << 30U))
                                : memory_bytes_default();
  if (o.bmc > 0) limits.depth_max = o.bmc;
  limits.stop = &stop_requested();
  return limits;
}

}  // namespace nsmc::cli
