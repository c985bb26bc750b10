// What became of the mutants of a model, as JSON (nsmc-mutate/1).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nsmc::traces {

struct MutantRecord {
  std::string name;    // "do_exit/notify:skip"
  std::string mark;    // what the exams said: same, other, cut, answer, property, ...
  std::string by;      // the property or the question; may be empty
  std::string exam;    // the scenario, "bz-07-stealth-child@7.0"
  double seconds = 0;  // until it was marked
};

struct MutantsResult {
  std::uint64_t seed = 0;                                  // of the draw
  std::vector<std::pair<std::string, std::size_t>> marks;  // how many got each
  std::size_t argued = 0;                                  // missed, with a reason
  double score = 0;                                        // percent of those that differ
  std::vector<MutantRecord> mutants;
};

// Every mutant is marked by the explicit-state engine, which the record says too.
std::string mutants_json(const MutantsResult& result);

}  // namespace nsmc::traces
