// nsmc.toml: the runs that nsmc gate holds fixed, their verdicts and their sizes.
// SPDX-License-Identifier: MIT
//
// Purely syntactic, as traces/scenario.hpp is: which kernels, changes and properties exist is for
// checker/cli to say, through gate_error(), at the positions kept here.  The keys: docs/gate.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/scenario.hpp"

namespace nsmc::traces {

// The least that the search of one case must have seen.  0: nothing is asked.
struct GatePin {
  Name of;  // the case; empty: the only one of its run
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
};

// Instead of what the scenario expects.
struct GateExpectation {
  Name of;              // a property; empty: the question
  std::string verdict;  // "holds", "violated", "vacuous"; of a question "yes", "no"
  std::string bug;      // that explains it; may be empty
};

// Some scenarios, each on some kernels: a case for each pair.
struct GateRun {
  Name name;
  std::vector<Name> scenarios;  // files and folders, relative to the folder of the gate file
  std::vector<Name> kernels;    // empty: those that the scenarios name
  std::vector<Name> with, without;
  std::vector<Name> settings;  // "tasks=4", over those of the scenario
  std::optional<std::vector<GateExpectation>> expect;
  std::vector<Name> vacuous;  // cases whose question is about something that never happens
  std::vector<GatePin> pins;
  std::uint32_t bounded = 0;  // the engine on terms is asked too, to this many moves; 0: it is not
};

struct GateFile {
  std::string path;  // as it was given; for messages
  std::string text;
  double budget_seconds = 0;  // for all runs together; 0: no limit
  bool strict = false;
  std::vector<GateRun> runs;
};

// Both throw ScenarioError (malformed) at the key or value that is wrong; read_gate_file also
// FileError.  A file is at most 1 MiB.
GateFile parse_gate_file(std::string path, std::string text);
GateFile read_gate_file(const std::string& path);

// For whoever knows what the words mean.
ScenarioError gate_error(const GateFile& file, const Name& name, std::string what);

// "90s", "5m", "1h" or a number of seconds; 0 if it is none of these or not positive.
double duration_seconds(const std::string& text);

}  // namespace nsmc::traces
