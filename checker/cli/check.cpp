// nsmc check: scenarios, folders of them, the default runs, or a bare question.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include "checker/cli/asked.hpp"
#include "checker/cli/bounded.hpp"
#include "checker/cli/jobs.hpp"
#include "checker/cli/limits.hpp"
#include "checker/cli/long_run.hpp"
#include "checker/cli/prove.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/explicit/tuning.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;
using traces::Scenario;

void append(std::vector<Scenario>&& some, std::vector<Scenario>& all) {
  std::move(some.begin(), some.end(), std::back_inserter(all));
}

// A question asked on the command line, as the scenario that asks it.
Scenario bare_question(const CheckOptions& o) {
  std::string text =
      "scenario bare-question\n"
      "\"Do the named properties hold when any process may make any call?\"\n\n";
  if (!o.kernel.empty()) text += "kernel " + o.kernel + "\n";
  text +=
      "config tasks=3 namespaces=2 pid_max=4 steps=kernel\n\n"
      "free fork(), clone(CLONE_NEWPID), exit(), wait4(), signal(SIGCHLD, SIG_IGN)\n\nsurvey";
  for (const std::string& property : o.properties) text += " " + property;
  return traces::parse_scenario("the command line", text + "\n");
}

// Traces are named after scenarios.
void require_distinct(const std::vector<Scenario>& scenarios) {
  std::map<std::string, std::string> paths;
  for (const Scenario& s : scenarios)
    if (const auto [other, is_new] = paths.emplace(s.name.text, s.path); !is_new)
      throw std::invalid_argument("--out: " + other->second + " and " + s.path +
                                  " are both called " + s.name.text);
}

std::vector<Scenario> collect(const CheckOptions& o) {
  require_known(o);
  std::vector<Scenario> scenarios;
  if (!o.paths.empty()) {
    for (const std::string& path : o.paths) append(scenarios_at(path), scenarios);
    for (Scenario& s : scenarios)
      if (!o.properties.empty()) s.question = bare_question(o).question;
  } else if (!o.properties.empty()) {
    scenarios.push_back(bare_question(o));
  } else {
    scenarios = shipped_runs();
    std::vector<Scenario> shipped = shipped_scenarios();
    for (Scenario& s : shipped) {
      const auto& expectations = s.question.expectations;
      if (!expectations.empty() && expectations.front().bug) scenarios.push_back(std::move(s));
    }
  }
  for (Scenario& s : scenarios) apply(o, s);
  if (!o.out.empty()) require_distinct(scenarios);
  return scenarios;
}

std::vector<std::string> write_traces(const std::string& folder, const Answer& a,
                                      traces::ScenarioRecord& record) {
  std::vector<std::string> written;
  for (const ClaimAnswer& c : a.claims) {
    if (!has_run(a, c)) continue;
    const std::string& name = a.bound.scenario.name.text;
    const std::string path =
        (fs::path(folder) / (c.id == name ? name : name + "-" + c.id)).string() + ".itf.json";
    traces::Trace trace = trace_of(a, c);
    trace.meta["replay"] = "./nsmc replay " + path;
    traces::write_atomically(path, traces::to_itf(trace));
    record.claims[c.claim].trace = path;
    written.push_back(path);
  }
  return written;
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// The main job's report: what holds, what is violated, and the known bugs with their runs.
void print_default_report(const std::vector<Answer>& answers, const ReportOptions& report) {
  print("\n" + report_properties(answers, report));
  if (const std::string bugs = report_bugs(answers, report); !bugs.empty())
    print("\nknown bugs, each shown by its shortest run:\n" + bugs);
}

Engine engine(const CheckOptions& o, const checker::Limits& limits, ProgressLine& line,
              const checker::Tuning& tuning) {
  return [&o, &limits, &line, &tuning](const Bound& bound) {
    const auto progress = [&line](const checker::Progress& p) { line(p); };
    return o.bmc > 0 ? search_bounded(bound, limits, {.rlimit = o.rlimit}, progress)
                     : search(bound, limits, o.reductions, progress, tuning);
  };
}

}  // namespace

int check(const CheckOptions& o) {
  if (!o.out.empty()) traces::create_folder(o.out);
  std::vector<Bound> bound;
  for (const Scenario& s : collect(o)) bound.push_back(bind(s));
  const bool is_default = o.paths.empty() && o.properties.empty();
  const std::size_t asked = bound.size();
  const bool one = asked == 1;
  const bool shows_table = is_default || (one && !o.properties.empty());
  ReportOptions report{.colour = use_colour(),
                       .show_runs = one,
                       .statistics = o.statistics,
                       .distinct = o.distinct,
                       .proved = {}};
  if (shows_table) report.proved = proved_properties(o.kernel.empty() ? kSeedKernel : o.kernel);
  const auto checkpoints = checkpoints_of(o, bound);
  checker::Tuning tuning;
  tuning.checkpoints = checkpoints.get();
  tuning.disk = o.disk;
  std::vector<Answer> answers;
  std::vector<traces::ScenarioRecord> records;
  checker::Limits limits = limits_of(o);
  limits.memory_bytes_max /= std::min(jobs_of(o.jobs), std::max<std::size_t>(1, asked));
  const auto ask = [&](std::size_t i) {
    ProgressLine line(o.progress, bound[i].scenario.name.text);
    return answer(std::move(bound[i]), engine(o, limits, line, tuning));
  };
  in_order(asked, o.jobs, ask, [&](Answer&& a) {
    records.push_back(record_of(a));
    if (o.no_times) records.back().seconds = 0;
    std::vector<std::string> written;
    if (!o.out.empty()) written = write_traces(o.out, a, records.back());
    if (!o.json) {
      print(report_line(a, report) + report_details(a, report));
      for (const std::string& path : written) print("      wrote " + path + "\n");
      std::fflush(stdout);
    }
    answers.push_back(std::move(a));
  });
  int code = stop_signal() != 0 ? 128 + stop_signal() : exit_code(answers);
  if (checkpoints && !answers.empty())
    code = close_checkpoints(*checkpoints, answers.front(), code);
  if (o.json) {
    print(traces::to_json(NSMC_VERSION, code, records));
    return code;
  }
  if (shows_table) print_default_report(answers, report);
  const auto as_expected = std::count_if(answers.begin(), answers.end(), [](const Answer& a) {
    return a.outcome == Outcome::as_expected;
  });
  print(fmt::format("\n{}{} of {} answers are as expected\n", report_totals(answers, o.bmc),
                    as_expected, asked));
  return code;
}

}  // namespace nsmc::cli
