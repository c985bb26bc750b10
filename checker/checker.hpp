// What every engine takes and gives: limits, verdicts, findings.  The face of checker/.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/lang/system.hpp"

namespace nsmc::checker {

// The verdict on one claim.  There is no `bool`: a search that was cut short has not shown that a
// claim holds.
enum class Verdict : std::uint8_t {
  holds,     // the search was complete and found nothing against it
  violated,  // there is a run that shows it, re-executed by the independent stepper
  unknown    // nothing found, but the search was cut short; `Result::incomplete` says why
};

using lang::Run;

// What an exploration says of one claim, in the order in which the claims were given.
// For expect == sometimes, `run` is the shortest run that reaches it (then: holds), and
// `violated` means that the complete search never reached it (then there is no run).
template <class S>
struct Finding {
  Verdict verdict = Verdict::unknown;
  std::optional<Run<S>> run;     // shortest; ends in (or with) the offending state or move
  bool premise_reached = false;  // false: vacuous
};

// Bounds on a search.  Reaching one makes the result incomplete, never wrong.
struct Limits {
  std::uint64_t states_max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t memory_bytes_max = std::numeric_limits<std::uint64_t>::max();
  std::uint32_t depth_max = std::numeric_limits<std::uint32_t>::max();
  double seconds_max = std::numeric_limits<double>::infinity();
  const std::atomic<bool>* stop = nullptr;  // set by a signal handler: give what there is
};

struct Progress {
  std::uint32_t depth = 0;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t frontier = 0;  // states found and not yet expanded
  std::uint64_t memory_bytes = 0;
  double seconds = 0;
  double states_per_second_now = 0;  // since the previous call
  bool frontier_shrinks = false;
  std::vector<std::uint64_t> levels;     // as in Result, of those in which no more will be found
  int steps_taken = 0, steps_known = 0;  // coverage of named steps
};

template <class S>
struct Result {
  std::uint64_t states = 0;           // distinct
  std::uint64_t transitions = 0;      // including those into known states
  std::uint32_t depth = 0;            // longest shortest path from an initial state, in moves
  std::vector<std::uint64_t> levels;  // of the states: how many are at each depth
  std::uint64_t memory_bytes = 0;
  double seconds = 0;
  std::string incomplete;  // empty: every reachable state was expanded
  std::vector<Finding<S>> findings;
  std::vector<std::uint64_t> step_counts;     // per named step: moves that executed it
  std::map<std::string, std::uint64_t> ends;  // expected ends by name: how many states
  std::uint64_t deadlocks = 0;                // states without moves that are no expected end
  std::optional<Run<S>> deadlock;             // the shortest run into one
  std::vector<std::string> reduced_by;        // what left states out; empty: nothing did
  std::string not_reduced_because;            // if that was asked for

  bool complete() const { return incomplete.empty(); }
};

using OnProgress = std::function<void(const Progress&)>;

}  // namespace nsmc::checker
