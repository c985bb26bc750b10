// The parts of nsmc gate: from the file to cases, from answers to records.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "traces/gate/file.hpp"
#include "traces/gate/result.hpp"

namespace nsmc::cli {

// Where the steps of a run stand in the source of the model, or in the scenario.
class Places {
 public:
  // Reads the headers of the model, if they are there.  `tree` is the folder to which places are
  // relative; what lies outside of it has no place.
  explicit Places(const std::filesystem::path& tree);

  // Of a move as Pidns::label() calls it: the step in a header of the model, or else the call in
  // the scenario, or else `scenario`.
  traces::GatePlace of(const std::string& label, const traces::Scenario& s,
                       const traces::GatePlace& scenario) const;

  // The file of the kernel that the step stands for, "kernel/exit.c"; empty for other moves.
  static std::string kernel_file(const std::string& label);

 private:
  std::map<std::string, traces::GatePlace> steps_;  // by "function/step"
};

// One search to be made.
struct GateTask {
  std::size_t group = 0;  // index into GatePlan::groups
  traces::GateCase head;  // what is known before the search
  Bound bound;
  std::uint32_t bounded = 0;  // as in GateRun
  bool pinned = false;
  bool expected_vacuous = false;  // a question whose premise is not reached
  std::string repeat;             // "./nsmc check ..." of the whole case
};

struct GatePlan {
  std::vector<traces::GateGroup> groups;  // without cases; problems: scenarios that are gone
  std::vector<GateTask> tasks;
};

// Throws ScenarioError at the word of the file that nobody knows.  `over` is said on the command
// line, over what the file says: its changes only.
GatePlan plan(const traces::GateFile& file, const CheckOptions& over);

// How the records of a gate are filled.
struct GateJudge {
  const Places* places = nullptr;
  bool keep_known = false;  // the runs of expected violations too
};

// Holds an answer against what was expected and pinned.
traces::GateCase judge(const GateTask& task, const Answer& answer, const GateJudge& how);

// Asks the engine on terms about the same claims, and adds a problem if it disagrees.  `limits` are
// those of the explorer's search.  Throws checker::EngineDisagreement.
void compare_bounded(const GateTask& task, const Answer& answer, checker::Limits limits,
                     traces::GateCase& record);

// The case of a search that ended in a disagreement.
traces::GateCase disagreement(const GateTask& task, const std::string& what);

}  // namespace nsmc::cli
