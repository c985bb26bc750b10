// What a graph of states looks like, and what happens in it in the end, as JSON (nsmc-graph/1).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace nsmc::traces {

struct LivenessRecord {
  std::string id, verdict;  // holds, vacuous, violated, unknown
  std::uint64_t waiting = 0;
  std::vector<std::string> stem, loop;  // "t2  I: do_wait/scan"; empty without a lasso
  std::vector<std::string> fair_to, may_stay_out;
  std::optional<Trace> run;  // the lasso, whole; not in the JSON
};

struct WayRecord {
  std::string from, to;  // conditions
  std::string found;     // found, no start, no way, unknown; empty: it was not asked for
  std::vector<std::string> before, after;  // moves to `from`, and from there to `to`
};

struct GraphRecord {
  std::string scenario, kernel, incomplete;
  std::uint64_t states = 0, edges = 0, depth = 0, memory_bytes = 0;
  std::uint64_t components = 0, largest = 0, terminal_components = 0;
  std::uint64_t degree_max = 0, degree_in_max = 0;
  std::map<std::string, std::uint64_t> ends;  // by name; "" is a state in which all are stuck
  std::vector<LivenessRecord> liveness;
  WayRecord way;
};

std::string graphs_json(int exit_code, const std::vector<GraphRecord>& graphs);

}  // namespace nsmc::traces
