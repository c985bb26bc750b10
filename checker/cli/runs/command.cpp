// nsmc props: what was run, what was reached, and what was found.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "checker/cli/answer.hpp"
#include "checker/cli/asked.hpp"
#include "checker/cli/reduced.hpp"
#include "checker/cli/runs/hunt.hpp"
#include "checker/cli/runs/told.hpp"
#include "props/props.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;

// The search for the shortest run of the least scenario may take this much.
constexpr std::uint64_t kStatesMax = 300'000;

constexpr const char* kUserSpaceSays = "User space sees what the man pages say.";

std::vector<const props::Row*> rows_of(const PropsOptions& o) {
  std::vector<const props::Row*> rows;
  for (const props::Row& row : props::catalogue())
    if (o.properties.empty() ||
        std::find(o.properties.begin(), o.properties.end(), row.id) != o.properties.end())
      rows.push_back(&row);
  return rows;
}

// Throws std::invalid_argument for a word that is none.
Subject subject_of(const PropsOptions& o) {
  CheckOptions words;
  for (const std::string& id : o.properties)
    if (id != kUserSpace) words.properties.push_back(id);
  words.kernel = o.kernel;
  words.with = o.with;
  words.without = o.without;
  words.defect = o.defect;
  require_known(words);
  traces::Scenario scenario;
  apply(words, scenario);
  return {o.kernel, scenario.changes};
}

// A scenario with the one run that was found.
Answer answer_by_run(const traces::Scenario& scenario, const Failure& failure) {
  Answer a = answer(bind(scenario), [&](const Bound& b) {
    Judges judges;
    judges.user_space = failure.property == kUserSpace;
    judges.every = 1;
    if (!judges.user_space) judges.rows = {props::find(failure.property)};
    checker::Result<System> result;
    result.incomplete = "a single run";
    result.findings.resize(1);
    result.findings[0].verdict = checker::Verdict::violated;
    result.findings[0].run = execute(failure.least, *b.system, judges).run;
    return result;
  });
  a.shortest = false;
  return a;
}

// The least scenario with its shortest run, or with the run that was found.  No search asks the
// reference, and a result can be wrong in one run and right in another.
Answer answer_to(const Failure& failure) {
  if (failure.property == kUserSpace)
    return answer_by_run(asking(failure.least, failure.disagreement), failure);
  const traces::Scenario scenario = asking(failure.least, failure.property);
  Answer shortest = answer(bind(scenario), [](const Bound& b) {
    return search_whole(*b.system, b.claims, {.states_max = kStatesMax, .stop = &stop_requested()});
  });
  if (shortest.claims.front().verdict == checker::Verdict::violated) return shortest;
  return answer_by_run(scenario, failure);
}

ToldFailure told_of(const Failure& failure, const PropsOptions& o) {
  const bool user_space = failure.property == kUserSpace;
  const Answer a = answer_to(failure);
  ToldFailure told{failure,
                   user_space ? kUserSpaceSays : std::string(props::find(failure.property)->says),
                   traces::to_text(a.bound.scenario),
                   {},
                   {},
                   {}};
  traces::Trace trace = trace_of(a, a.claims.front());
  if (user_space) {
    trace.meta["judge"] = kUserSpace;
    trace.meta["says"] = kUserSpaceSays;
    trace.meta["because"] = a.bound.scenario.title.text;
  }
  told.why = trace.meta["because"];
  if (o.out.empty()) return told;
  const std::string path = (fs::path(o.out) / a.bound.scenario.name.text).string();
  told.scenario_path = path + ".scn";
  told.trace_path = path + ".itf.json";
  trace.meta["replay"] = "./nsmc replay " + told.trace_path;
  traces::write_atomically(told.scenario_path, told.scenario);
  traces::write_atomically(told.trace_path, traces::to_itf(trace));
  return told;
}

kernel::Changes changes_of(const Subject& subject) {
  traces::Scenario scenario;
  scenario.kernel = traces::Name{subject.kernel, {}};
  scenario.changes = subject.changes;
  return bind(scenario).system->config().changes;
}

std::string progress_of(const Hunted& h, const HuntOptions& o) {
  std::string left;
  if (o.seconds_max > 0) left = fmt::format(" of {:.0f} s", o.seconds_max);
  if (o.runs_max > 0)
    left += fmt::format(" | {:.0f}% of the runs",
                        100 * static_cast<double>(h.runs) / static_cast<double>(o.runs_max));
  return fmt::format("{:.0f} s{} | {} runs | {} calls, {} a minute | steps {}/{} | {} kept{}",
                     h.seconds, left, traces::thousands(h.runs), traces::thousands(h.calls),
                     traces::thousands(calls_a_minute(h)), h.reached.steps.count(),
                     kernel::all_steps().size() - 1, traces::thousands(h.kept),
                     h.failures.empty() ? "" : fmt::format(" | {} violated", h.failures.size()));
}

std::string reproduce(const PropsOptions& o, const HuntOptions& h, const Hunted& result) {
  constexpr bool kLarge = kernel::kTasks > 8;
  std::string text = fmt::format("./nsmc props {}--kernel {}", kLarge ? "--large " : "", o.kernel);
  for (const std::string& id : o.with) text += " --with " + id;
  for (const std::string& id : o.without) text += " --without " + id;
  if (!o.defect.empty()) text += " --defect " + o.defect;
  for (const std::string& id : o.properties) text += " --property " + id;
  if (o.keep_going) text += " --keep-going";
  if (o.calls != PropsOptions{}.calls) text += fmt::format(" --calls {}", o.calls);
  return text + fmt::format(" --seed {} --runs {}", h.seed, result.runs);
}

}  // namespace

int props_command(const PropsOptions& o) {
  HuntOptions options;
  options.subject = subject_of(o);
  options.rows = rows_of(o);
  options.user_space =
      o.properties.empty() || std::count(o.properties.begin(), o.properties.end(), kUserSpace) != 0;
  options.seed = o.seed != 0 ? o.seed
                             : static_cast<std::uint64_t>(
                                   std::chrono::system_clock::now().time_since_epoch().count()) %
                                   1'000'000'000;
  options.runs_max = o.runs;
  options.seconds_max = o.seconds > 0 ? o.seconds : o.runs > 0 ? 0 : 10;
  options.calls_max = o.calls;
  options.jobs = o.jobs;
  if (!o.out.empty()) traces::create_folder(o.out);
  options.keep_going = o.keep_going;
  ProgressLine line(isatty(STDERR_FILENO) == 1 ? ProgressStyle::automatic : ProgressStyle::none,
                    "nsmc props");
  Told told;
  told.options = o;
  told.hunted = hunt(options, [&](const Hunted& h) {
    if (line.is_due(h.seconds)) line.show(h.seconds, progress_of(h, options));
  });
  told.hunted_for = options;
  const kernel::Changes changes = changes_of(options.subject);
  told.steps = reach_of_steps(told.hunted.reached, changes);
  told.premises = reach_of_premises(told.hunted.reached, options.rows, changes);
  line.clear();
  for (const Failure& failure : told.hunted.failures) told.failures.push_back(told_of(failure, o));
  told.reproduce = reproduce(o, options, told.hunted);
  told.exit_code = stop_signal() != 0       ? 128 + stop_signal()
                   : !told.failures.empty() ? static_cast<int>(kViolation)
                                            : static_cast<int>(kOk);
  fmt::print("{}", o.json ? to_json(told) : to_text(told));
  return told.exit_code;
}

}  // namespace nsmc::cli
