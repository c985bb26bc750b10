// From nsmc.toml to the searches that it asks for.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "checker/cli/asked.hpp"
#include "checker/cli/gate.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;
using traces::GateFile;
using traces::GatePin;
using traces::GateProblem;
using traces::GateRun;
using traces::Name;
using traces::Scenario;
using Kind = traces::Question::Kind;

[[noreturn]] void unknown(const GateFile& file, const Name& name, const std::string& kind,
                          const std::string& list, const std::vector<std::string>& known) {
  std::string hint = traces::did_you_mean(name.text, known);
  if (hint.empty()) hint = "; see `nsmc list " + list + "`";
  throw traces::gate_error(file, name, "unknown " + kind + " `" + name.text + "`" + hint);
}

void require_kernel(const GateFile& file, const Name& name) {
  if (kernel::find_kernel(name.text) != nullptr) return;
  std::vector<std::string> known;
  for (const kernel::Kernel& k : kernel::kernels()) known.emplace_back(k.name);
  unknown(file, name, "kernel", "kernels", known);
}

// A seeded defect can be given like a change.
void require_change(const GateFile& file, const Name& name, bool with) {
  const kernel::ChangeRow* row = kernel::find_change(name.text);
  if ((row != nullptr && row->change) || (with && kernel::find_defect(name.text) != nullptr))
    return;
  std::vector<std::string> known;
  for (const kernel::ChangeRow& change : kernel::kChanges)
    if (change.change) known.emplace_back(change.id);
  unknown(file, name, "change", "changes", known);
}

void require_words(const GateFile& file, const GateRun& run) {
  for (const Name& name : run.kernels) require_kernel(file, name);
  for (const Name& name : run.with) require_change(file, name, true);
  for (const Name& name : run.without) require_change(file, name, false);
  if (!run.expect) return;
  for (const traces::GateExpectation& e : *run.expect) {
    std::vector<std::string> known;
    for (const props::Row& row : props::catalogue()) known.emplace_back(row.id);
    if (!e.of.text.empty() && props::find(e.of.text) == nullptr)
      unknown(file, e.of, "property", "properties", known);
    if (!e.bug.empty() && kernel::find_change(e.bug) == nullptr)
      throw traces::gate_error(file, e.of, "unknown bug `" + e.bug + "`; see `nsmc list bugs`");
  }
}

// What the run expects, instead of what the scenario does.
void expect(const GateFile& file, const GateRun& run, Scenario& s) {
  if (!run.expect) return;
  using Answer = traces::Expectation::Answer;
  const bool is_survey = s.question.kind == Kind::survey;
  s.question.expectations.clear();
  for (const traces::GateExpectation& e : *run.expect) {
    if (is_survey == e.of.text.empty())
      throw traces::gate_error(
          file, run.name,
          s.name.text + (is_survey ? " is a survey: `expect` takes a table of properties"
                                   : " asks a question: `expect` takes \"yes\" or \"no\""));
    traces::Expectation one;
    if (is_survey) one.property = Name{e.of.text, {}};
    if (!e.bug.empty()) one.bug = Name{e.bug, {}};
    one.answer = e.verdict == "vacuous"                         ? Answer::vacuous
                 : e.verdict == "violated" || e.verdict == "no" ? Answer::no
                                                                : Answer::yes;
    if (!is_survey || one.answer != Answer::yes) s.question.expectations.push_back(one);
  }
}

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_-./=+:@,") == std::string::npos;
  if (plain && !word.empty()) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string repeat_of(const std::string& path, const CheckOptions& o) {
  std::string text = "./nsmc check " + quoted(path);
  if (!o.kernel.empty()) text += " --kernel " + o.kernel;
  for (const std::string& id : o.with)
    text += (kernel::find_defect(id) != nullptr ? " --defect " : " --with ") + id;
  for (const std::string& id : o.without) text += " --without " + id;
  for (const std::string& setting : o.settings) text += " --config " + quoted(setting);
  return text;
}

class Planner {
 public:
  Planner(const GateFile& file, const CheckOptions& over)
      : file_(file), over_(over), tree_(fs::path(file.path).parent_path()) {
    if (tree_.empty()) tree_ = ".";
  }

  GatePlan plan() && {
    for (const GateRun& run : file_.runs) add(run);
    return std::move(plan_);
  }

 private:
  static std::vector<std::string> texts(const std::vector<Name>& names) {
    std::vector<std::string> all;
    for (const Name& name : names) all.push_back(name.text);
    return all;
  }

  void gone(const Name& name, const std::string& what) {
    GateProblem p;
    p.kind = GateProblem::Kind::smaller;
    p.what = what;
    p.hint = "If it is meant to be gone, take it out of " + file_.path + ":" +
             std::to_string(name.at.line) + ".";
    p.place = {fs::path(file_.path).filename().generic_string(), std::max(1, name.at.line)};
    plan_.groups.back().problems.push_back(std::move(p));
  }

  std::vector<Scenario> scenarios(const GateRun& run) {
    std::vector<Scenario> all;
    for (const Name& name : run.scenarios) {
      const fs::path path =
          fs::path(name.text).is_absolute() ? fs::path(name.text) : tree_ / name.text;
      if (!fs::exists(path)) {
        gone(name, "there is no `" + name.text + "`");
        continue;
      }
      const std::string shown = tree_ == "." ? name.text : path.string();
      for (Scenario& s : scenarios_at(shown)) all.push_back(std::move(s));
    }
    return all;
  }

  void add(const GateRun& run) {
    require_words(file_, run);
    plan_.groups.push_back({run.name.text, {}, {}});
    std::set<std::string> names;
    for (const Scenario& s : scenarios(run)) {
      if (run.kernels.empty()) add(run, s, "", names);
      for (const Name& kernel : run.kernels) add(run, s, kernel.text, names);
    }
    for (const GatePin& pin : run.pins) {
      if (pin.of.text.empty() && names.size() > 1)
        throw traces::gate_error(file_, pin.of, "this run has several cases: pin each by its name");
      if (!pin.of.text.empty() && names.count(pin.of.text) == 0)
        gone(pin.of, "the pinned scenario `" + pin.of.text + "` is gone");
    }
    for (const Name& name : run.vacuous)
      if (names.count(name.text) == 0)
        gone(name, "the scenario `" + name.text + "`, named as vacuous, is gone");
  }

  // A setting is a mistake of the gate file, and not of the scenario that it is said over.
  void apply(const Name& setting, Scenario& s) const {
    CheckOptions o;
    o.settings = {setting.text};
    try {
      cli::apply(o, s);
    } catch (const traces::ScenarioError& error) {
      throw traces::gate_error(file_, setting, error.message());
    } catch (const std::invalid_argument&) {
      throw traces::gate_error(file_, setting, "`" + setting.text + "` is no single setting");
    }
  }

  // What the scenario alone would not be told stands in the gate file: at the setting that is wrong
  // by itself, or else it is all of the run.
  Bound bound(const GateRun& run, const Scenario& alone, const Scenario& s) const {
    try {
      return bind(s);
    } catch (const traces::ScenarioError& error) {
      bind(alone);
      for (const Name& setting : run.settings) {
        Scenario with_it = alone;
        apply(setting, with_it);
        try {
          bind(with_it);
        } catch (const traces::ScenarioError&) {
          throw traces::gate_error(file_, setting, s.name.text + ": " + error.message());
        }
      }
      throw traces::gate_error(file_, run.name, s.name.text + ": " + error.message());
    }
  }

  void add(const GateRun& run, Scenario s, const std::string& kernel,
           std::set<std::string>& names) {
    CheckOptions o;
    o.kernel = kernel;
    o.with = texts(run.with);
    o.without = texts(run.without);
    o.with.insert(o.with.end(), over_.with.begin(), over_.with.end());
    o.without.insert(o.without.end(), over_.without.begin(), over_.without.end());
    const Scenario alone = s;
    cli::apply(o, s);
    for (const Name& setting : run.settings) apply(setting, s);
    o.settings = texts(run.settings);
    expect(file_, run, s);
    GateTask task;
    task.group = plan_.groups.size() - 1;
    task.head.name = s.name.text + (kernel.empty() ? "" : "@" + kernel);
    if (!names.insert(task.head.name).second)
      throw traces::gate_error(file_, run.name,
                               "two cases of this run are called `" + task.head.name + "`");
    task.head.path = s.path;
    std::error_code error;
    const fs::path uri = fs::proximate(s.path, tree_, error);
    task.head.place = {error ? s.path : uri.generic_string(), s.question.at.line};
    task.head.kernel = s.kernel ? s.kernel->text : kSeedKernel;
    for (const GatePin& pin : run.pins) {
      if (!pin.of.text.empty() && pin.of.text != task.head.name) continue;
      task.pinned = true;
      task.head.states_pinned = pin.states;
      task.head.transitions_pinned = pin.transitions;
      task.head.depth_pinned = pin.depth;
    }
    task.bounded = run.bounded;
    task.expected_vacuous = std::any_of(run.vacuous.begin(), run.vacuous.end(),
                                        [&](const Name& n) { return n.text == task.head.name; });
    task.repeat = repeat_of(s.path, o);
    task.bound = bound(run, alone, s);
    plan_.tasks.push_back(std::move(task));
  }

  const GateFile& file_;
  const CheckOptions& over_;
  fs::path tree_;
  GatePlan plan_;
};

}  // namespace

GatePlan plan(const GateFile& file, const CheckOptions& over) {
  require_known(over);
  return Planner(file, over).plan();
}

}  // namespace nsmc::cli
