// Lines and tables from answers.
// SPDX-License-Identifier: MIT
#include "checker/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checker/cli/commands.hpp"
#include "checker/cli/distinct.hpp"
#include "checker/cli/statistics.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;

constexpr const char* kRed = "31";
constexpr const char* kGreen = "32";
constexpr const char* kYellow = "33";

std::string painted(const ReportOptions& o, const char* sgr, std::string text) {
  return traces::painted(o.colour, sgr, std::move(text));
}

std::string outcome_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::as_expected:
      return "as expected";
    case Outcome::unexpected:
      return "unexpected";
    case Outcome::deadlock:
      return "deadlock";
    case Outcome::inconclusive:
      return "inconclusive";
  }
  return {};
}

std::size_t steps(const Answer& a, const ClaimAnswer& c) {
  return a.result.findings[c.claim].run->actions.size();
}

bool is_survey(const Answer& a) {
  return a.bound.scenario.question.kind == traces::Question::Kind::survey;
}

std::string short_answer(const Answer& a) {
  if (is_survey(a)) {
    std::size_t held = 0, violated = 0;
    for (const ClaimAnswer& c : a.claims) {
      held += c.verdict == Verdict::holds;
      violated += c.verdict == Verdict::violated;
    }
    return fmt::format("{} hold, {} violated", held, violated);
  }
  const ClaimAnswer& c = a.claims.front();
  std::string text = answer_word(c);
  if (!c.bug.empty()) text += ": " + c.bug;
  if (has_run(a, c)) text += fmt::format(", {} step{}", steps(a, c), steps(a, c) == 1 ? "" : "s");
  return text;
}

std::string search_size(const Answer& a) {
  return fmt::format("{} states{}, {}, {:.1f} s", traces::thousands(a.result.states),
                     a.result.reduced_by.empty() ? "" : " (reduced)",
                     a.result.complete() ? "complete" : "cut short", a.result.seconds);
}

// The bug that the scenario names; else one that this kernel has and that breaks the property.
std::string known_bug(const Answer& a, const ClaimAnswer& c) {
  if (!c.bug.empty()) return c.bug;
  for (const kernel::ChangeRow& bug : kernel::kChanges) {
    const bool fixed = bug.change && a.bound.system->config().has(*bug.change);
    const std::string breaks = " " + std::string(bug.breaks) + " ";
    if (!fixed && breaks.find(" " + c.property + " ") != std::string::npos)
      return std::string(bug.id);
  }
  return {};
}

// What the reader should do about a claim that is not as expected.
std::string complaint(const Answer& a, const ClaimAnswer& c) {
  const std::string where = a.bound.scenario.path;
  if (c.outcome == Outcome::inconclusive)
    return fmt::format(
        "{}: {} is not decided: {}.\n  Raise the limit, or make the bounds smaller.\n", where, c.id,
        a.result.incomplete);
  if (c.verdict == Verdict::violated && !has_run(a, c))
    return fmt::format(
        "{}: {} was expected to be reached, but the complete search never reached it.\n"
        "  If the model is right, write `expect no`.\n",
        where, c.id);
  if (c.verdict == Verdict::holds && has_run(a, c))
    return fmt::format(
        "{}: {} was expected never to be reached, but a run of {} steps reaches it.\n"
        "  If the model is right, write `expect yes`.\n",
        where, c.id, steps(a, c));
  const std::string line = is_survey(a) ? fmt::format("expect no {}", c.id) : "the `expect` line";
  if (c.verdict == Verdict::violated)
    return fmt::format(
        "{}: {} was expected to {}, but it is violated: a run of {} steps shows it.\n"
        "  If the model is right, say so in the file: {}.\n",
        where, c.id, is_survey(a) ? "hold" : "be answered yes", steps(a, c),
        is_survey(a) ? "add `" + line + "`" : "write `expect no`");
  if (c.expected_to_hold && c.vacuous)
    return fmt::format(
        "{}: {} holds, but its premise was never true, so nothing was tested.\n"
        "  Give the run more room, or write `expect vacuous {}`.\n",
        where, c.id, c.id);
  if (c.expected_to_hold)
    return fmt::format(
        "{}: {} was expected to be vacuous, but its premise is reached.\n"
        "  Remove `expect vacuous {}`.\n",
        where, c.id, c.id);
  return fmt::format(
      "{}: {} was expected to be violated{}, but the complete search found nothing against it.\n"
      "  If the bug is fixed, {}.\n",
      where, c.id, c.bug.empty() ? "" : " by " + c.bug,
      is_survey(a) ? "remove `" + line + "`" : "write `expect yes`");
}

}  // namespace

std::string report_line(const Answer& a, const ReportOptions& o) {
  const bool ok = a.outcome == Outcome::as_expected;
  return fmt::format("{}  {:<34}  {:<26}  {}\n",
                     painted(o, ok ? kGreen : kRed, ok ? "ok  " : "FAIL"),
                     a.bound.scenario.name.text, short_answer(a), search_size(a));
}

std::string report_details(const Answer& a, const ReportOptions& o) {
  std::string text;
  for (const ClaimAnswer& c : a.claims) {
    const bool wrong = c.outcome != Outcome::as_expected;
    if (wrong) text += complaint(a, c);
    const bool shown = c.verdict == Verdict::violated || !is_survey(a);
    if (has_run(a, c) && shown && (o.show_runs || (wrong && c.verdict == Verdict::violated)))
      text += "\n" + traces::to_text(trace_of(a, c), {.colour = o.colour}) + "\n";
    if (o.distinct > 0 && has_run(a, c) && c.verdict == Verdict::violated)
      text += distinct_text(a, c, o.distinct);
  }
  for (const ClaimAnswer& c : a.claims)
    if (c.vacuous && c.outcome == Outcome::as_expected && !c.expected_vacuous)
      text += fmt::format("{}: note: {} is vacuous here: what it speaks of never happens\n",
                          a.bound.scenario.path, c.property);
  if (!a.result.not_reduced_because.empty())
    text += fmt::format("{}: note: not reduced as asked: {}\n", a.bound.scenario.path,
                        a.result.not_reduced_because);
  if (a.result.deadlocks > 0)
    text +=
        fmt::format("{}: {} states are stuck: nobody can move, and it is no end of the programs.\n",
                    a.bound.scenario.path, traces::thousands(a.result.deadlocks));
  if (o.statistics) text += statistics(a);
  return text;
}

std::string report_properties(const std::vector<Answer>& answers, const ReportOptions& o) {
  std::string text =
      fmt::format("{:<4} {:<9} {:<7} {:>5}  {}\n", "", "verdict", "known", "steps", "property");
  for (const props::Row& row : props::catalogue()) {
    const Answer* shortest = nullptr;
    const ClaimAnswer* found = nullptr;
    bool all_hold = true, reached = false, asked = false;
    for (const Answer& a : answers)
      for (const ClaimAnswer& c : a.claims) {
        if (c.property != row.id) continue;
        if (!is_survey(a) && c.verdict != Verdict::violated) continue;
        asked = true;
        all_hold = all_hold && c.verdict == Verdict::holds;
        reached = reached || !c.vacuous;
        if (c.verdict == Verdict::violated &&
            (found == nullptr || steps(a, c) < steps(*shortest, *found))) {
          shortest = &a;
          found = &c;
        }
      }
    if (!asked) continue;
    std::string verdict = painted(o, kYellow, "unknown  ");
    std::string known = fmt::format("{:<7} {:>5}", "", "");
    if (found != nullptr) {
      verdict = painted(o, kRed, "violated ");
      known = fmt::format("{:<7} {:>5}", known_bug(*shortest, *found), steps(*shortest, *found));
    } else if (all_hold) {
      if (std::count(o.proved.begin(), o.proved.end(), std::string(row.id)) > 0)
        known = fmt::format("{:<7} {:>5}", "proved", "");
      verdict = reached ? painted(o, kGreen, "holds    ") : painted(o, kYellow, "vacuous  ");
    }
    text += fmt::format("{:<4} {} {}  {}\n", row.id, verdict, known, row.says);
  }
  if (!o.proved.empty())
    text += "proved: for any number of namespaces, pids and tasks; see `nsmc prove`\n";
  return text;
}

std::string report_bugs(const std::vector<Answer>& answers, const ReportOptions& o) {
  std::string text;
  std::set<std::string> told;
  for (const Answer& a : answers)
    for (const ClaimAnswer& c : a.claims) {
      if (is_survey(a) || c.bug.empty() || c.verdict != Verdict::violated) continue;
      const kernel::ChangeRow* bug = kernel::find_change(c.bug);
      if (bug == nullptr || !told.insert(c.bug).second) continue;
      text += fmt::format("{}  {}\n", painted(o, kYellow, fmt::format("{:<5}", c.bug)), bug->what);
      if (!bug->commit.empty())
        text += fmt::format("       fixed in {} by {} (\"{}\")\n", bug->since, bug->commit,
                            bug->subject);
      else if (!bug->subject.empty())
        text += fmt::format("       fixed in {} (\"{}\")\n", bug->since, bug->subject);
      text +=
          fmt::format("       {} steps: ./nsmc replay {}\n", steps(a, c), a.bound.scenario.path);
    }
  return text;
}

namespace {

// What the sizes of these searches are sizes of.
std::string reduction_of(const std::vector<Answer>& answers) {
  std::set<std::string> kinds;
  bool all = true;
  for (const Answer& a : answers) {
    for (const std::string& kind : a.result.reduced_by)
      kinds.insert(kind == "dead-fields" ? "dead fields" : kind);
    all = all && a.result.reduced_by == answers.front().result.reduced_by;
  }
  if (kinds.empty()) return "no reduction";
  std::string text = "reduced by";
  for (const std::string& kind : kinds) text += (text.ends_with("by") ? " " : " and ") + kind;
  return text + (all ? "" : " where possible");
}

}  // namespace

std::string report_totals(const std::vector<Answer>& answers, std::uint32_t bmc) {
  std::uint64_t states = 0, transitions = 0, bytes = 0;
  double seconds = 0;
  bool complete = true;
  std::set<int> taken;
  int known = 0;
  for (const Answer& a : answers) {
    states += a.result.states;
    transitions += a.result.transitions;
    bytes += a.result.memory_bytes;
    seconds += a.result.seconds;
    complete = complete && a.result.complete();
    known = static_cast<int>(a.result.step_counts.size());
    for (std::size_t i = 0; i < a.result.step_counts.size(); ++i)
      if (a.result.step_counts[i] > 0) taken.insert(static_cast<int>(i));
  }
  if (bmc > 0)
    return fmt::format(
        "{} run{}, {} merged states, {} paths of moves; {}; Z3\n{:.1f} s\n", answers.size(),
        answers.size() == 1 ? "" : "s", traces::thousands(states), traces::thousands(transitions),
        complete ? "no run is longer" : fmt::format("all runs of at most {} moves", bmc), seconds);
  std::string text = fmt::format(
      "{} run{}, {} distinct states, {} transitions, {}; exact visited set, {}\n"
      "{:.1f} s, {} states/s, {:.0f} bytes/state; {} of {} kernel steps taken\n",
      answers.size(), answers.size() == 1 ? "" : "s", traces::thousands(states),
      traces::thousands(transitions),
      complete ? "every search complete" : "NOT every search complete", reduction_of(answers),
      seconds,
      traces::thousands(
          static_cast<std::uint64_t>(static_cast<double>(states) / std::max(seconds, 1e-9))),
      static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(states, 1)),
      taken.size(), known);
  if (answers.empty()) return text;
  std::string never;
  for (int step = 0; step < known; ++step)
    if (taken.count(step) == 0)
      never += (never.empty() ? "" : ", ") + answers.front().bound.system->step_name(step);
  if (!never.empty()) text += "never taken: " + never + "\n";
  return text;
}

traces::ScenarioRecord record_of(const Answer& a) {
  traces::ScenarioRecord record;
  record.name = a.bound.scenario.name.text;
  record.path = a.bound.scenario.path;
  record.kernel = a.bound.scenario.kernel ? a.bound.scenario.kernel->text : kSeedKernel;
  record.outcome = outcome_word(a.outcome);
  record.incomplete = a.result.incomplete;
  record.states = a.result.states;
  record.transitions = a.result.transitions;
  record.depth = a.result.depth;
  record.levels = a.result.levels;
  record.deadlocks = a.result.deadlocks;
  record.seconds = a.result.seconds;
  record.reduced_by = a.result.reduced_by;
  record.not_reduced_because = a.result.not_reduced_because;
  record.bytes_per_state = static_cast<double>(a.result.memory_bytes) /
                           static_cast<double>(std::max<std::uint64_t>(a.result.states, 1));
  for (const ClaimAnswer& c : a.claims)
    record.claims.push_back({c.id, c.says,
                             c.verdict == Verdict::holds      ? "holds"
                             : c.verdict == Verdict::violated ? "violated"
                                                              : "unknown",
                             c.vacuous, c.outcome == Outcome::as_expected, c.bug,
                             has_run(a, c) ? static_cast<std::int64_t>(steps(a, c)) : -1, ""});
  for (std::size_t i = 0; i < a.result.step_counts.size(); ++i)
    if (a.result.step_counts[i] == 0)
      record.steps_never_taken.push_back(a.bound.system->step_name(static_cast<int>(i)));
  return record;
}

}  // namespace nsmc::cli
