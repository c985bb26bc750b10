// nsmc props, as the command line calls it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cli/progress.hpp"

namespace nsmc::cli {

struct PropsOptions {
  std::string kernel = "7.0";
  std::vector<std::string> with, without;
  std::string defect;
  std::vector<std::string> properties;  // empty: all
  std::uint64_t seed = 0;               // 0: from the clock; printed in any case
  std::uint64_t runs = 0;
  double seconds = 0;  // of runs and seconds one is enough; neither: 10 s
  int calls = 40;      // the most of one run
  std::size_t jobs = 1;
  std::string out;
  bool keep_going = false;  // after a violation, for other properties
  bool why = false;         // tell why what cannot be reached cannot
  bool json = false;
  bool no_times = false;  // equal questions are equal bytes, if runs are counted
};

// Exit codes: 0 nothing found, 12 a property is violated, 128 + signal.
int props_command(const PropsOptions& options);

}  // namespace nsmc::cli
