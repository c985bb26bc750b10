// nsmc gate: the runs of nsmc.toml, and a reason for each way in which they are not as it says.
// SPDX-License-Identifier: MIT
#include "checker/cli/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>

#include "checker/cli/jobs.hpp"
#include "checker/cli/reduced.hpp"
#include "checker/explicit/reexecute.hpp"
#include "traces/files.hpp"
#include "traces/gate/reports.hpp"
#include "traces/itf.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;
using traces::GateCase;
using traces::GateProblem;
using traces::GateResult;
using Clock = std::chrono::steady_clock;

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// The searches' clock: what is left of the budget when one begins is its limit.
class Budget {
 public:
  explicit Budget(double seconds) : seconds_(seconds), begin_(Clock::now()) {}

  double spent() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  checker::Limits limits(std::size_t jobs) const {
    checker::Limits limits;
    if (seconds_ > 0) limits.seconds_max = std::max(kNothing, seconds_ - spent());
    limits.memory_bytes_max = memory_bytes_default() / jobs;
    limits.stop = &stop_requested();
    return limits;
  }
  static bool is_spent(const checker::Limits& limits) { return limits.seconds_max <= kNothing; }

 private:
  static constexpr double kNothing = 1e-6;
  double seconds_;
  Clock::time_point begin_;
};

struct Searched {
  std::size_t task = 0;  // its index
  std::size_t group = 0;
  GateCase record;
  std::vector<bool> steps_taken;  // empty: the search gave nothing
  std::vector<std::string> step_names;
};

Searched search(GateTask& task, const GateJudge& how, const Budget& budget, std::size_t jobs,
                ProgressStyle progress) {
  Searched done{0, task.group, {}, {}, {}};
  try {
    const checker::Limits limits = budget.limits(jobs);
    ProgressLine line(progress, task.head.name);
    Answer a = answer(std::move(task.bound), [&](const Bound& bound) {
      return search_whole(*bound.system, bound.claims, limits,
                          [&](const checker::Progress& p) { line(p); });
    });
    if (budget.is_spent(limits)) a.result.incomplete = "the budget was spent before it began";
    done.record = judge(task, a, how);
    if (task.bounded > 0 && a.result.complete())
      compare_bounded(task, a, budget.limits(jobs), done.record);
    for (std::size_t i = 0; i < a.result.step_counts.size(); ++i) {
      done.steps_taken.push_back(a.result.step_counts[i] > 0);
      done.step_names.push_back(a.bound.system->step_name(static_cast<int>(i)));
    }
  } catch (const checker::EngineDisagreement& error) {
    done.record = disagreement(task, error.what());
  }
  return done;
}

// The steps of the kernel that no run has taken, over all runs.
class Coverage {
 public:
  void add(const Searched& one) {
    if (names_.empty()) names_ = one.step_names;
    taken_.resize(names_.size());
    for (std::size_t i = 0; i < one.steps_taken.size(); ++i)
      taken_[i] = taken_[i] || one.steps_taken[i];
  }
  int known() const { return static_cast<int>(names_.size()); }
  std::vector<std::string> never_taken() const {
    std::vector<std::string> never;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (!taken_[i]) never.push_back(names_[i]);
    return never;
  }

 private:
  std::vector<std::string> names_;
  std::vector<bool> taken_;
};

// Small ones first: a budget that is too short then leaves the few that are large.
void search_all(std::vector<GateTask>& tasks, const GateJudge& how, const Budget& budget,
                const GateOptions& o, GateResult& result) {
  std::vector<std::size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return tasks[a].head.states_pinned < tasks[b].head.states_pinned;
  });
  const std::size_t jobs = std::min(jobs_of(o.jobs), std::max<std::size_t>(1, tasks.size()));
  std::vector<std::optional<Searched>> done(tasks.size());
  in_order(
      tasks.size(), o.jobs,
      [&](std::size_t i) {
        Searched one = search(tasks[order[i]], how, budget, jobs, o.progress);
        one.task = order[i];
        return one;
      },
      [&](Searched&& one) { done[one.task] = std::move(one); });
  Coverage coverage;
  for (std::optional<Searched>& one : done) {
    if (!one) continue;
    coverage.add(*one);
    result.groups[one->group].cases.push_back(std::move(one->record));
  }
  result.seconds = budget.spent();
  result.steps_known = coverage.known();
  result.steps_never_taken = coverage.never_taken();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (done[i]) continue;
    result.groups[tasks[i].group].problems.push_back(
        {GateProblem::Kind::inconclusive, tasks[i].head.name + " was not begun: interrupted", "",
         tasks[i].repeat, tasks[i].head.place});
  }
}

// Of searches that were cut short nobody knows what they would have taken.
void require_all_steps(GateResult& result) {
  bool complete = true;
  for (const traces::GateGroup& group : result.groups) {
    complete = complete && group.problems.empty();
    for (const GateCase& one : group.cases) complete = complete && one.incomplete.empty();
  }
  const std::vector<std::string>& never = result.steps_never_taken;
  if (!complete || never.empty()) return;
  const std::size_t told = std::min<std::size_t>(never.size(), 8);
  std::string names = fmt::format(
      "{}", fmt::join(never.begin(), never.begin() + static_cast<std::ptrdiff_t>(told), ", "));
  if (told < never.size()) names += fmt::format(" and {} more", never.size() - told);
  result.problems.push_back(
      {GateProblem::Kind::dead_step,
       fmt::format("no run takes {} of {} kernel steps: {}", never.size(), result.steps_known,
                   names),
       "What no run takes is not tested: add a scenario, or take the step out of the model.",
       "",
       {fs::path(result.path).filename().generic_string(), 1}});
}

// A disagreement is never downgraded; a wrong verdict outweighs a limit.
int exit_code(const GateResult& result) {
  if (stop_signal() != 0) return 128 + stop_signal();
  constexpr int kCodes[] = {kViolation, kDeadlock,     kShrunken, kInconclusive,
                            kShrunken,  kDisagreement, kShrunken};
  constexpr int kByRank[] = {kDisagreement, kViolation, kDeadlock, kInconclusive, kShrunken};
  const auto failures = traces::failures_of(result);
  for (const int code : kByRank)
    for (const traces::GateFailure& f : failures)
      if (kCodes[static_cast<int>(f.problem->kind)] == code) return code;
  return kOk;
}

void write_traces(const std::string& folder, GateResult& result) {
  for (traces::GateGroup& group : result.groups)
    for (GateCase& one : group.cases)
      for (traces::GateClaim& claim : one.claims) {
        if (!claim.run) continue;
        // A question is called like its scenario.
        const bool named = one.name.rfind(claim.id, 0) == 0;
        std::string name = group.name + "-" + one.name + (named ? "" : "-" + claim.id);
        std::replace(name.begin(), name.end(), '/', '-');
        claim.trace = (fs::path(folder) / (name + ".itf.json")).string();
        claim.run->meta["replay"] = "./nsmc replay " + claim.trace;
        traces::write_atomically(claim.trace, traces::to_itf(*claim.run));
      }
}

// Each report that was asked for; true if one of them took standard output.
bool write_reports(const GateOptions& o, const GateResult& result) {
  using Writer = std::string (*)(const GateResult&);
  struct Report {
    std::string path;
    const char* in_folder;
    Writer write;
  };
  const Report reports[] = {{o.json ? "-" : "", "gate.json", traces::gate_json},
                            {o.junit, "gate.junit.xml", traces::gate_junit},
                            {o.sarif, "gate.sarif", traces::gate_sarif},
                            {o.ktap, "gate.ktap", traces::gate_ktap},
                            {o.markdown, "gate.md", traces::gate_markdown}};
  bool printed = false;
  for (const Report& report : reports) {
    if (!o.out.empty())
      traces::write_atomically((fs::path(o.out) / report.in_folder).string(), report.write(result));
    if (report.path.empty()) continue;
    if (report.path == "-") {
      print(report.write(result));
      printed = true;
    } else {
      traces::write_atomically(report.path, report.write(result));
    }
  }
  return printed;
}

void require_one_output(const GateOptions& o) {
  const int outputs = int{o.json} + (o.junit == "-") + (o.sarif == "-") + (o.ktap == "-") +
                      (o.markdown == "-") + int{o.pins};
  if (outputs > 1) throw std::invalid_argument("only one report can go to standard output");
}

// Ready to be pasted.
void print_pins(const GateResult& result) {
  for (const traces::GateGroup& group : result.groups) {
    print(fmt::format("# {}\n[run.states]\n", group.name));
    for (const GateCase& one : group.cases) {
      if (!one.incomplete.empty()) {
        print(fmt::format("# {} was cut short: {}\n", one.name, one.incomplete));
        continue;
      }
      print(
          fmt::format("\"{}\" = [{}, {}, {}]\n", one.name, one.states, one.transitions, one.depth));
    }
    print("\n");
  }
}

// In the folder where one stands, or else the project's own.
std::string path_of(const GateOptions& o) {
  if (!o.path.empty()) return o.path;
  const char* home = std::getenv("NSMC_HOME");
  if (fs::exists("nsmc.toml")) return "nsmc.toml";
  return (fs::path(home != nullptr ? home : NSMC_SOURCE_DIR) / "nsmc.toml").string();
}

}  // namespace

int gate(const GateOptions& o) {
  require_one_output(o);
  const traces::GateFile file = traces::read_gate_file(path_of(o));
  double seconds = file.budget_seconds;
  if (!o.budget.empty() && (seconds = traces::duration_seconds(o.budget)) <= 0)
    throw std::invalid_argument("--budget takes a time, such as 90s, 5m or 1h");
  CheckOptions over;
  over.with = o.with;
  over.without = o.without;
  GatePlan planned = plan(file, over);
  if (!o.out.empty()) traces::create_folder(o.out);

  const fs::path tree = fs::path(file.path).parent_path();
  const Places places(tree.empty() ? fs::path(".") : tree);
  const GateJudge how{&places, o.known};
  GateResult result;
  result.version = NSMC_VERSION;
  result.path = file.path;
  result.budget_seconds = seconds;
  result.times = o.times;
  result.groups = std::move(planned.groups);
  const Budget budget(seconds);
  search_all(planned.tasks, how, budget, o, result);
  if (o.pins) {
    print_pins(result);
    return stop_signal() != 0 ? 128 + stop_signal() : kOk;
  }
  if (file.strict || o.strict) require_all_steps(result);
  result.exit_code = exit_code(result);
  if (!o.out.empty()) write_traces(o.out, result);
  if (!write_reports(o, result)) {
    GateResult timed = result;
    timed.times = true;
    print(traces::gate_text(timed, use_colour()));
  }
  if (o.ktap == "-") return result.exit_code == kOk ? 0 : 1;
  return result.exit_code;
}

}  // namespace nsmc::cli
