// The machine-readable result of a check: the versioned format nsmc-result/1.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nsmc::traces {

struct ClaimRecord {
  std::string id;
  std::string says;
  std::string verdict;  // "holds", "violated", "unknown"
  bool vacuous = false;
  bool as_expected = false;
  std::string bug;               // the known bug that explains a violation; may be empty
  std::int64_t run_length = -1;  // moves of the shortest run that shows it; -1: there is none
  std::string trace;             // the file it was written to; may be empty
};

struct ScenarioRecord {
  std::string name;
  std::string path;
  std::string kernel;
  std::string outcome;                  // "as expected", "unexpected", "deadlock", "inconclusive"
  std::string incomplete;               // why the search was cut short; empty: it was complete
  std::vector<std::string> reduced_by;  // "symmetry", "dead-fields": states stand for others
  std::string not_reduced_because;      // if that was asked for and not possible
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;
  std::vector<std::uint64_t> levels;  // how many states are at each depth; empty: not known
  std::uint64_t deadlocks = 0;
  double seconds = 0;
  double bytes_per_state = 0;
  std::vector<ClaimRecord> claims;
  std::vector<std::string> steps_never_taken;
};

// One JSON document, indented, ended by a newline.
std::string to_json(const std::string& version, int exit_code,
                    const std::vector<ScenarioRecord>& scenarios);

}  // namespace nsmc::traces
