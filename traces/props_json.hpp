// The machine-readable result of property test runs: the versioned format nsmc-props/1.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nsmc::traces {

// Things with names: steps of the kernel, or premises of properties.
struct ReachRecord {
  std::size_t known = 0, reached = 0;
  std::vector<std::pair<std::string, std::string>> cannot;  // a name, and why it cannot be reached
  std::vector<std::string> never;
};

struct PlanRecord {
  std::size_t calls = 0, switches = 0, choices = 0, programs = 0;
};

struct PropsFailureRecord {
  std::string property, says;
  std::uint64_t run = 0;
  PlanRecord found, least;
  std::uint64_t shrinking_runs = 0;
  std::string why;
  std::string scenario;                   // its text
  std::string scenario_path, trace_path;  // empty: not written
};

struct PropsRecord {
  std::string version, kernel, defect, machine;
  std::vector<std::string> with, without, properties;
  std::uint64_t seed = 0, runs = 0, calls = 0, moves = 0, cut = 0;
  std::optional<double> seconds;  // nothing: not told
  std::uint64_t calls_a_minute = 0;
  ReachRecord steps, premises;
  std::uint64_t switches = 0, changes_asked_in_steps = 0;
  int deepest_level = 0, most_tasks = 0, most_namespaces = 0, highest_number = 0;
  std::uint64_t wraps = 0;
  std::vector<std::string> clone_refusals;
  std::vector<PropsFailureRecord> failures;
  std::string reproduce;
  int exit_code = 0;
};

// One JSON document, indented, ended by a newline.
std::string to_json(const PropsRecord& record);

}  // namespace nsmc::traces
