// Fuzzing nsmc.toml: what is accepted can be planned, or is refused at a place in a file.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <set>

#include "checker/cli/gate.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "traces/gate/file.hpp"

namespace {

using nsmc::fuzz::require;
using nsmc::fuzz::require_printable;
using nsmc::traces::GateFile;
using nsmc::traces::Name;
using nsmc::traces::ScenarioError;

constexpr const char* kPath = NSMC_SOURCE_DIR "/fuzz.toml";
// Small ones of each kind: a question, one with a fix, a survey.
constexpr const char* kScenarios[] = {"traces/scenarios/bz-34-not-zeroed.scn",
                                      "traces/scenarios/bz-11-last-pid-goes-back-fixed.scn",
                                      "traces/runs/today.scn"};

// Every mistake is one of the file that was read: nothing else is wrong here.
void require_helpful(const ScenarioError& error, const std::string& text) {
  require_printable(error.render(false));
  require(!error.message().empty(), "a refusal without a reason");
  require(error.kind() == ScenarioError::Kind::malformed, "a text is there, and called unreadable");
  require(error.path() == kPath, "a refusal that points into another file");
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  require(error.at().line >= 1 && error.at().line <= lines, "a refusal that points to no line");
  require(error.at().column >= 1, "a refusal that points to no column");
}

// Which files an input names is its own affair: it is given those of the project.
void name_what_is_there(GateFile& file) {
  std::size_t next = 0;
  for (auto& run : file.runs)
    for (Name& name : run.scenarios) name.text = kScenarios[next++ % std::size(kScenarios)];
}

void require_printable_words(const GateFile& file) {
  for (const auto& run : file.runs) {
    std::string words = run.name.text;
    for (const auto* names :
         {&run.scenarios, &run.kernels, &run.with, &run.without, &run.settings, &run.vacuous})
      for (const Name& name : *names) words += name.text;
    for (const auto& pin : run.pins) words += pin.of.text;
    if (run.expect)
      for (const auto& e : *run.expect) words += e.of.text + e.bug;
    require_printable(words);
  }
}

void plan(const GateFile& file) {
  const nsmc::cli::GatePlan planned = nsmc::cli::plan(file, {});
  require(planned.groups.size() == file.runs.size(), "a run without a group");
  std::set<std::string> names;
  for (const auto& task : planned.tasks) {
    const std::string& run = planned.groups.at(task.group).name;
    require(names.insert(run + "\n" + task.head.name).second, "two cases of one name");
    require(task.bound.system != nullptr, "a case without a model");
    require_printable(task.repeat);
  }
  for (const auto& group : planned.groups)
    for (const auto& problem : group.problems) require_printable(problem.what + problem.hint);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = nsmc::fuzz::text_of(data, size);
  try {
    GateFile file = nsmc::traces::parse_gate_file(kPath, text);
    require(!file.runs.empty(), "a gate that holds nothing");
    require(file.budget_seconds >= 0, "a budget that is no time");
    require_printable_words(file);
    name_what_is_there(file);
    plan(file);
  } catch (const ScenarioError& error) {
    require_helpful(error, text);
  }
  return 0;
}
