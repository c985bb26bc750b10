// What nsmc gate found, as plain data; every report is a function of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace nsmc::traces {

// A place in the tree that the gate file lies in: a scenario, or the step in a header of the model.
struct GatePlace {
  std::string uri;  // relative, with forward slashes
  int line = 1;
};

// Why the gate is closed.
struct GateProblem {
  enum class Kind : std::uint8_t {
    verdict,       // not the expected one, in either direction
    deadlock,      // a state in which nobody can move, and which is no end
    witness,       // a premise that is no longer reached
    inconclusive,  // a limit was reached
    smaller,       // fewer states than pinned, a scenario that is gone or not pinned
    disagreement,  // between engines, or between an engine and the model
    dead_step      // a step of the kernel that no run takes; with --strict only
  };
  Kind kind = Kind::verdict;
  std::string what;    // "expected to hold, but violated: a run of 29 steps shows it"
  std::string hint;    // which fix, bug or property this may be; may be empty
  std::string repeat;  // the command; may be empty
  GatePlace place;
};

struct GateClaim {
  std::string id;        // of the property, or the scenario's name
  std::string property;  // that it is about; may be empty
  std::string says;
  std::string expected;  // "holds", "violated", "vacuous"; of a question "yes", "no", "vacuous"
  std::string seen;      // the same, or "unknown"
  std::string bug;       // the known bug that explains a violation; may be empty
  std::int64_t run_length = -1;  // moves of the shortest run that shows it; -1: there is none
  std::string trace;             // the file that the run was written to; may be empty
  std::optional<GateProblem> problem;
  std::optional<Trace> run;        // kept for problems, and for known bugs if they are asked for
  std::vector<GatePlace> places;   // of the run's steps: places[i] of run->steps[i]
  std::vector<std::string> files;  // the same in the kernel's source: "kernel/exit.c", may be empty
};

// One scenario on one kernel.
struct GateCase {
  std::string name;  // the scenario, "@" and the kernel if the run names kernels
  std::string path;  // from here
  GatePlace place;
  std::string kernel;
  std::uint64_t states = 0, transitions = 0, depth = 0;
  std::uint64_t states_pinned = 0, transitions_pinned = 0, depth_pinned = 0;
  std::uint64_t deadlocks = 0;
  std::uint32_t bounded = 0;  // to how many moves the engine on terms was asked as well
  std::string incomplete;     // why the search was cut short; empty: it was complete
  double seconds = 0;
  std::vector<GateClaim> claims;
  std::vector<GateProblem> problems;  // of the search as a whole
};

struct GateGroup {
  std::string name;
  std::vector<GateCase> cases;
  std::vector<GateProblem> problems;  // scenarios that are gone
};

struct GateResult {
  std::string version;
  std::string path;  // of the gate file
  int exit_code = 0;
  double budget_seconds = 0;
  double seconds = 0;  // of the clock on the wall
  bool times = false;  // write how long things took; without, reports are the same byte by byte
  std::vector<GateGroup> groups;
  std::vector<GateProblem> problems;  // of all runs together
  int steps_known = 0;
  std::vector<std::string> steps_never_taken;  // by any run
};

// "verdict", "deadlock", "lost-witness", "inconclusive", "smaller", "disagreement", "dead-step".
inline const char* name_of(GateProblem::Kind kind) {
  static constexpr const char* kNames[] = {"verdict",      "deadlock", "lost-witness",
                                           "inconclusive", "smaller",  "disagreement",
                                           "dead-step"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace nsmc::traces
