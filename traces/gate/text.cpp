// One screen about a gate: what every report shares, and the one for a terminal.
// SPDX-License-Identifier: MIT
#include "traces/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "traces/gate/reports.hpp"

namespace nsmc::traces {
namespace {

constexpr const char* kRed = "31";
constexpr const char* kGreen = "32";
constexpr std::size_t kScreen = 38;
constexpr std::size_t kLinesAround = 6;  // how many more, the sums, whether it is closed
constexpr std::size_t kLinesOfFailuresMin = 16;
constexpr std::size_t kWidth = 100;

// A failure as a few lines; all but the first are indented.
std::vector<std::string> lines_of(const GateFailure& f, bool colour) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& text) {
    for (const std::string& line : wrapped(printable(text), kWidth - 6))
      lines.push_back("      " + line);
  };
  add(subject_of(f) + ": " + f.problem->what);
  lines.front().replace(0, 4, painted(colour, kRed, "FAIL"));
  if (f.claim != nullptr)
    add((f.claim->property.empty() ? "" : f.claim->property + "  ") + f.claim->says);
  if (!f.problem->hint.empty()) add(f.problem->hint);
  if (!f.problem->repeat.empty()) lines.push_back("      " + f.problem->repeat);
  return lines;
}

std::string line_of(const GateGroup& group, const std::vector<GateFailure>& failures, bool times,
                    bool colour) {
  std::uint64_t states = 0;
  double seconds = 0;
  std::size_t answers = 0;
  for (const GateCase& one : group.cases) {
    states += one.states;
    seconds += one.seconds;
    answers += one.claims.size();
  }
  const auto failed = std::count_if(failures.begin(), failures.end(),
                                    [&](const GateFailure& f) { return f.group == &group; });
  std::string text =
      fmt::format("{}  {:<24}  {:>3} case{} {:>4} answer{}  {:>11} states",
                  painted(colour, failed == 0 ? kGreen : kRed, failed == 0 ? "ok  " : "FAIL"),
                  group.name, group.cases.size(), group.cases.size() == 1 ? ", " : "s,", answers,
                  answers == 1 ? " " : "s", thousands(states));
  if (times) text += fmt::format("  {:>6.1f} s", seconds);
  return failed == 0 ? text : fmt::format("{}  {} failed", text, failed);
}

// A search that was cut short is one failure, and not one per claim that it left open.
bool is_told_of(const GateCase& one, const GateProblem& of_claim) {
  return of_claim.kind == GateProblem::Kind::inconclusive &&
         std::any_of(one.problems.begin(), one.problems.end(), [](const GateProblem& p) {
           return p.kind == GateProblem::Kind::inconclusive;
         });
}

}  // namespace

std::vector<GateFailure> worst_first(std::vector<GateFailure> failures) {
  using Kind = GateProblem::Kind;
  constexpr Kind kOrder[] = {Kind::disagreement, Kind::verdict,   Kind::deadlock,    Kind::witness,
                             Kind::smaller,      Kind::dead_step, Kind::inconclusive};
  const auto rank = [&](const GateFailure& f) {
    return std::find(std::begin(kOrder), std::end(kOrder), f.problem->kind) - std::begin(kOrder);
  };
  std::stable_sort(failures.begin(), failures.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return failures;
}

std::vector<GateFailure> failures_of(const GateResult& result) {
  std::vector<GateFailure> all;
  for (const GateGroup& group : result.groups) {
    for (const GateProblem& p : group.problems) all.push_back({&group, nullptr, nullptr, &p});
    for (const GateCase& one : group.cases) {
      for (const GateProblem& p : one.problems) all.push_back({&group, &one, nullptr, &p});
      for (const GateClaim& claim : one.claims)
        if (claim.problem && !is_told_of(one, *claim.problem))
          all.push_back({&group, &one, &claim, &*claim.problem});
    }
  }
  for (const GateProblem& p : result.problems) all.push_back({nullptr, nullptr, nullptr, &p});
  return all;
}

std::string subject_of(const GateFailure& f) {
  if (f.group == nullptr) return "all runs";
  if (f.one == nullptr) return f.group->name;
  // A question has no other name than that of its scenario.
  const bool named = f.claim != nullptr && f.one->name.rfind(f.claim->id, 0) != 0;
  return named ? f.one->name + " " + f.claim->id : f.one->name;
}

std::string gate_text(const GateResult& result, bool colour) {
  const std::vector<GateFailure> failures = worst_first(failures_of(result));
  std::string text;
  std::uint64_t states = 0, answers = 0;
  for (const GateGroup& group : result.groups) {
    text += line_of(group, failures, result.times, colour) + "\n";
    for (const GateCase& one : group.cases) {
      states += one.states;
      answers += one.claims.size();
    }
  }
  const std::size_t taken_up = result.groups.size() + kLinesAround;
  const std::size_t lines_max =
      taken_up + kLinesOfFailuresMin < kScreen ? kScreen - taken_up : kLinesOfFailuresMin;
  std::size_t lines = 0, told = 0;
  for (const GateFailure& f : failures) {
    const std::vector<std::string> block = lines_of(f, colour);
    if (told > 0 && lines + block.size() + 1 > lines_max) break;
    lines += block.size() + 1;
    ++told;
    text += "\n";
    for (const std::string& line : block) text += line + "\n";
  }
  if (told < failures.size())
    text += fmt::format("\nand {} more: see --markdown or --json\n", failures.size() - told);
  const std::size_t taken =
      static_cast<std::size_t>(result.steps_known) - result.steps_never_taken.size();
  text += fmt::format("\n{} answer{}, {} states, {} of {} kernel steps taken", answers,
                      answers == 1 ? "" : "s", thousands(states), taken, result.steps_known);
  if (result.times) text += fmt::format(", {:.1f} s", result.seconds);
  if (result.exit_code == 0)
    return text + "\nthe gate is open: all is as " + result.path + " says\n";
  return text + fmt::format("\nthe gate is closed: {} failure{} of {}, exit code {}\n",
                            failures.size(), failures.size() == 1 ? "" : "s", result.path,
                            result.exit_code);
}

}  // namespace nsmc::traces
