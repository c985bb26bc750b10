// Other moves than those of a run: what else was possible, and the run that takes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "traces/report/report.hpp"

namespace nsmc::traces {

struct OtherMove {
  std::string actor, action, code;  // as of a step
  std::string changes;              // "t1.PF_EXITING 0 -> 1, ..."; empty: no field
};

// Filled in by whoever knows the system; empty functions: nobody does.
struct Onward {
  // The moves possible after step k, in the system's order.
  std::function<std::vector<OtherMove>(const Trace&, std::size_t k)> moves;
  // The run up to step k, and then this move.
  std::function<Report(const Trace&, std::size_t k, const OtherMove&)> take;
};

// "1  t2  I: exit()  t2.PF_EXITING 0 -> 1", for all of them; a star marks the move that the run
// itself takes next, if it has one.
std::vector<std::string> moves_text(const Trace& trace, std::size_t k,
                                    const std::vector<OtherMove>& moves, std::size_t width);

}  // namespace nsmc::traces
