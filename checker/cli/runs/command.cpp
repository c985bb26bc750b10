// nsmc props: what was run, what was reached, and what was found.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "checker/cli/answer.hpp"
#include "checker/cli/asked.hpp"
#include "checker/cli/runs/hunt.hpp"
#include "checker/explicit/explicit.hpp"
#include "props/props.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

namespace fs = std::filesystem;

// The search for the shortest run of the least scenario may take this much.
constexpr std::uint64_t kStatesMax = 300'000;

constexpr std::string_view kUserSpaceSays = "User space sees what the man pages say.";

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

std::string never_of(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string text = "; never:";
  for (const std::string& name : names) text += " " + name;
  return text;
}

std::string coverage_text(const Hunted& h, const HuntOptions& o) {
  std::vector<std::string> steps, premises;
  const auto all = kernel::all_steps();
  for (std::size_t i = 1; i < all.size(); ++i)
    if (!h.reached.steps[i - 1])
      steps.push_back(fmt::format("{}/{}", all[i].function, all[i].row.name));
  std::size_t asked = 0;
  for (const props::Row* row : o.rows) {
    if (row->premise == nullptr && row->premise_move == nullptr) continue;
    ++asked;
    if (!h.reached.premises[static_cast<std::size_t>(row - props::catalogue().data())])
      premises.emplace_back(row->id);
  }
  return fmt::format(
      "reached    {} of {} kernel steps{}\n           {} of {} premises{}\n"
      "           {} switches between steps, {} changes asked for in steps\n",
      all.size() - 1 - steps.size(), all.size() - 1, never_of(steps), asked - premises.size(),
      asked, never_of(premises), traces::thousands(h.reached.switches.count()),
      traces::thousands(h.reached.step_asked_change.count()));
}

// A scenario with the one run that was found.
Answer answer_by_run(const traces::Scenario& scenario, const Failure& failure) {
  return answer(bind(scenario), [&](const Bound& b) {
    Judges judges{{}, failure.property == kUserSpace, 1, nullptr};
    if (!judges.user_space) judges.rows = {props::find(failure.property)};
    checker::Result<System> result;
    result.incomplete = "a single run";
    result.findings.resize(1);
    result.findings[0].verdict = checker::Verdict::violated;
    result.findings[0].run = execute(failure.least, *b.system, judges).run;
    return result;
  });
}

// The least scenario with its shortest run, or with the run that was found.  No search asks the
// reference, and a result can be wrong in one run and right in another.
Answer answer_to(const Failure& failure) {
  if (failure.property == kUserSpace)
    return answer_by_run(asking(failure.least, failure.disagreement), failure);
  const traces::Scenario scenario = asking(failure.least, failure.property);
  Answer shortest = answer(bind(scenario), [](const Bound& b) {
    return checker::search<System>(*b.system, b.claims,
                                   {.states_max = kStatesMax, .stop = &stop_requested()});
  });
  if (shortest.claims.front().verdict == checker::Verdict::violated) return shortest;
  return answer_by_run(scenario, failure);
}

std::string counts(const Plan& plan) {
  const auto [calls, switches, choices, tasks] = size_of(plan);
  return fmt::format("{} calls, {} switches, {} choices, {} programs", calls, switches, choices,
                     tasks);
}

void report_failure(const Failure& failure, const PropsOptions& o) {
  const bool user_space = failure.property == kUserSpace;
  const Answer a = answer_to(failure);
  const std::string text = traces::to_text(a.bound.scenario);
  fmt::print(
      "\n{} violated in run {}: {}\nshrunk     from {}\n           to {}, in {} runs\n\n{}\n",
      failure.property, failure.run,
      user_space ? kUserSpaceSays : props::find(failure.property)->says, counts(failure.found), counts(failure.least),
      traces::thousands(failure.tried), text);
  traces::Trace trace = trace_of(a, a.claims.front());
  if (user_space) {
    trace.meta["says"] = kUserSpaceSays;
    trace.meta["because"] = a.bound.scenario.title.text;
  }
  fmt::print("why        {}\n", trace.meta["because"]);
  if (o.out.empty()) return;
  const std::string path = (fs::path(o.out) / a.bound.scenario.name.text).string();
  if (!a.result.complete()) trace.meta["shortest"] = "false";
  trace.meta["replay"] = "./nsmc replay " + path + ".itf.json";
  traces::write_atomically(path + ".scn", text);
  traces::write_atomically(path + ".itf.json", traces::to_itf(trace));
  fmt::print("wrote      {0}.scn, {0}.itf.json\n", path);
}

std::string reproduce(const PropsOptions& o, const HuntOptions& h, const Hunted& result) {
  constexpr bool kLarge = kernel::kTasks > 8;
  std::string text = fmt::format("./nsmc props {}--kernel {}", kLarge ? "--large " : "", o.kernel);
  for (const std::string& id : o.with) text += " --with " + id;
  for (const std::string& id : o.without) text += " --without " + id;
  if (!o.defect.empty()) text += " --defect " + o.defect;
  for (const std::string& id : o.properties) text += " --property " + id;
  if (o.calls != PropsOptions{}.calls) text += fmt::format(" --calls {}", o.calls);
  return text + fmt::format(" --seed {} --runs {}", h.seed, result.runs);
}

}  // namespace

int props_command(const PropsOptions& o) {
  HuntOptions options;
  options.subject = subject_of(o);
  options.rows = rows_of(o);
  options.user_space = o.properties.empty() ||
                       std::find(o.properties.begin(), o.properties.end(), kUserSpace) !=
                           o.properties.end();
  options.seed = o.seed != 0 ? o.seed
                             : static_cast<std::uint64_t>(
                                   std::chrono::system_clock::now().time_since_epoch().count()) %
                                   1'000'000'000;
  options.runs_max = o.runs;
  options.seconds_max = o.seconds > 0 ? o.seconds : o.runs > 0 ? 0 : 10;
  options.calls_max = o.calls;
  options.jobs = o.jobs;
  if (!o.out.empty()) traces::create_folder(o.out);
  const Hunted h = hunt(options, [](const Hunted&) {});
  fmt::print("seed       {}\nran        {} runs, {} calls, {} moves", options.seed,
             traces::thousands(h.runs), traces::thousands(h.calls), traces::thousands(h.moves));
  if (o.runs == 0)
    fmt::print(" in {:.1f} s: {} calls a minute", h.seconds,
               traces::thousands(
                   static_cast<std::uint64_t>(static_cast<double>(h.calls) / h.seconds * 60)));
  fmt::print("\n{}", coverage_text(h, options));
  if (h.cut > 0)
    fmt::print("           {} runs were cut at their length\n", traces::thousands(h.cut));
  if (h.failure) report_failure(*h.failure, o);
  if (!h.failure)
    fmt::print("\nnothing is violated in these runs; that is a sample and no proof\n");
  fmt::print("reproduce  {}\n", reproduce(o, options, h));
  if (stop_signal() != 0) return 128 + stop_signal();
  return h.failure ? kViolation : kOk;
}

}  // namespace nsmc::cli
