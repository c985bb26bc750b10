// The result for people.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "checker/cli/runs/told.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using traces::thousands;

std::string never_of(const Reach& reach) {
  std::string text = reach.cannot.empty() ? "" : fmt::format("; {} cannot be", reach.cannot.size());
  if (reach.never.empty()) return text;
  text += "; never:";
  for (const std::string& name : reach.never) text += " " + name;
  return text;
}

// Each reason once, with all that it is the reason for.
std::string why_not(const Told& told) {
  std::vector<const Unreachable*> rows;
  std::map<const Unreachable*, std::string> names;
  for (const Reach* reach : {&told.steps, &told.premises})
    for (const Reach::Exception& one : reach->cannot) {
      if (names.count(one.row) == 0) rows.push_back(one.row);
      names[one.row] += (names[one.row].empty() ? "" : " ") + one.name;
    }
  std::string text;
  for (const Unreachable* row : rows)
    text += fmt::format("{}{}\n             {}\n", text.empty() ? "cannot     " : "           ",
                        row->why, names[row]);
  return text;
}

std::string coverage(const Told& told) {
  const Coverage& reached = told.hunted.reached;
  return fmt::format(
      "reached    {} of {} kernel steps{}\n           {} of {} premises{}\n"
      "           {} switches between steps, {} changes asked for in steps\n",
      told.steps.reached.size(), told.steps.known, never_of(told.steps),
      told.premises.reached.size(), told.premises.known, never_of(told.premises),
      thousands(reached.switches.count()), thousands(reached.step_asked_change.count()));
}

std::string extremes(const Extremes& e) {
  const std::vector<std::string> refusals = refusals_of(e);
  return fmt::format(
      "           level {}, {} namespaces and {} tasks at a time, number {}; numbers wrapped {} "
      "times\n{}",
      e.deepest, e.most_namespaces, e.most_tasks, e.highest_number, thousands(e.wraps),
      refusals.empty()
          ? ""
          : fmt::format("           clone() was refused with {}\n", fmt::join(refusals, ", ")));
}

std::string counts(const Plan& plan) {
  const auto [calls, switches, choices, tasks] = size_of(plan);
  return fmt::format("{} calls, {} switches, {} choices, {} programs", calls, switches, choices,
                     tasks);
}

std::string failure_text(const ToldFailure& told) {
  const Failure& failure = told.failure;
  std::string text = fmt::format(
      "\n{} violated in run {}: {}\nshrunk     from {}\n           to {}, in {} runs\n\n{}\n"
      "why        {}\n",
      failure.property, failure.run, told.says, counts(failure.found), counts(failure.least),
      thousands(failure.tried), told.scenario, told.why);
  if (!told.trace_path.empty())
    text += fmt::format("wrote      {}, {}\n", told.scenario_path, told.trace_path);
  return text;
}

}  // namespace

std::vector<std::string> refusals_of(const Extremes& extremes) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < extremes.refusals.size(); ++i)
    if (extremes.refusals[i]) names.emplace_back(kernel::kErrors[i].second);
  return names;
}

std::uint64_t calls_a_minute(const Hunted& h) {
  if (h.seconds <= 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(h.calls) / h.seconds * 60);
}

std::string to_text(const Told& told) {
  const Hunted& h = told.hunted;
  std::string text =
      fmt::format("seed       {}\nran        {} runs, {} calls, {} moves", told.hunted_for.seed,
                  thousands(h.runs), thousands(h.calls), thousands(h.moves));
  if (told.options.runs == 0 && !told.options.no_times)
    text += fmt::format(" in {:.1f} s: {} calls a minute", h.seconds, thousands(calls_a_minute(h)));
  text += "\n" + coverage(told) + extremes(h.extremes);
  if (told.options.why) text += why_not(told);
  if (h.cut > 0)
    text += fmt::format("           {} runs were cut at their length\n", thousands(h.cut));
  for (const ToldFailure& failure : told.failures) text += failure_text(failure);
  if (told.failures.empty())
    text += "\nnothing is violated in these runs; that is a sample and no proof\n";
  return text + "reproduce  " + told.reproduce + "\n";
}

}  // namespace nsmc::cli
