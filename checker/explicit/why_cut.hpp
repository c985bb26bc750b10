// The words for why a search was cut short, for all that search.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <sstream>
#include <string>

#include "checker/checker.hpp"

namespace nsmc::checker {

inline std::string states_reached(std::uint64_t states_max) {
  return "state limit of " + std::to_string(states_max) + " reached";
}
inline std::string memory_reached(const Limits& limits) {
  return "memory limit of " + std::to_string(limits.memory_bytes_max) + " bytes reached";
}
inline std::string depth_reached(const Limits& limits) {
  return "depth limit of " + std::to_string(limits.depth_max) + " reached";
}
inline std::string time_reached(const Limits& limits) {
  std::ostringstream text;  // 0.5, not 0.500000
  text << "time limit of " << limits.seconds_max << " s reached";
  return text.str();
}
// Result::incomplete: why, and what is missing.
inline std::string cut_because(const std::string& why, std::uint64_t states_left) {
  return why + "; " + std::to_string(states_left) +
         (states_left == 1 ? " state was" : " states were") + " not expanded";
}

}  // namespace nsmc::checker
