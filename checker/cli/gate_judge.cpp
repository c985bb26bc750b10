// Answers held against nsmc.toml: what is wrong, what it may be, and how to see it again.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "checker/cli/bounded.hpp"
#include "checker/cli/catalogue.hpp"
#include "checker/cli/gate.hpp"
#include "checker/cli/report.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;
using traces::GateCase;
using traces::GateClaim;
using traces::GateProblem;
using Kind = GateProblem::Kind;

constexpr std::size_t kBugsNamed = 3;

bool is_survey(const Bound& bound) {
  return bound.scenario.question.kind == traces::Question::Kind::survey;
}

std::string expected_word(const Bound& bound, const ClaimAnswer& c, bool vacuous) {
  if (c.expected_vacuous || vacuous) return "vacuous";
  if (is_survey(bound)) return c.expected_to_hold ? "holds" : "violated";
  return c.expected_to_hold ? "yes" : "no";
}

std::string seen_word(const Bound& bound, const ClaimAnswer& c) {
  if (c.verdict == Verdict::unknown) return "unknown";
  if (c.vacuous) return "vacuous";
  if (!is_survey(bound)) return answer_word(c);
  return c.verdict == Verdict::holds ? "holds" : "violated";
}

// `BZ-07 ("pid_ns: zap_pid_ns_processes: fix the ->child_reaper changing", 2.6.27)`.
std::string told(const kernel::ChangeRow& row) {
  std::string text(row.id);
  const std::string_view what = row.subject.empty() ? row.what : row.subject;
  text += fmt::format(" (\"{}\"", what);
  return text + (row.since.empty() ? ")" : fmt::format(", {})", row.since));
}

// What the kernel was given or spared, and what it lacks, that is known to break the property.
std::string why_violated(const Bound& bound, const ClaimAnswer& c) {
  std::string asked, lacking, others;
  for (const traces::Change& change : bound.scenario.changes) {
    const kernel::ChangeRow* row = kernel::find_change(change.id.text);
    const std::string said =
        change.with ? "with " + change.id.text : "without " + (row != nullptr ? told(*row) : "");
    asked += (asked.empty() ? "This kernel is " : ", ") + said;
  }
  std::size_t count = 0;
  for (const kernel::ChangeRow& row : kernel::kChanges) {
    if (!row.change || bound.system->config().has(*row.change)) continue;
    if (!has_word(row.breaks, c.property)) continue;
    const bool spared =
        std::any_of(bound.scenario.changes.begin(), bound.scenario.changes.end(),
                    [&](const traces::Change& change) { return change.id.text == row.id; });
    if (spared)
      lacking += (lacking.empty() ? "" : ", ") + std::string(row.id);
    else if (++count <= kBugsNamed)
      others += (others.empty() ? "" : ", ") + told(row);
  }
  std::string text = asked.empty() ? "" : asked + ".";
  if (!lacking.empty()) text += " " + c.property + " is known to break without " + lacking + ".";
  if (count == 0 || !lacking.empty()) return text;
  text +=
      (text.empty() ? "" : " ") +
      fmt::format("{} is known to break without what this kernel lacks: {}", c.property, others);
  return text + (count > kBugsNamed ? fmt::format(", {} more.", count - kBugsNamed) : ".");
}

std::string why_not_violated(const Bound& bound, const ClaimAnswer& c) {
  const kernel::ChangeRow* row = kernel::find_change(c.bug);
  const std::string way_out =
      is_survey(bound) ? fmt::format("take `expect no {}` out of {}", c.id, bound.scenario.path)
                       : "write `expect yes` in " + bound.scenario.path;
  if (row == nullptr) return fmt::format("If what it showed is mended, {}.", way_out);
  const bool has = row->change && bound.system->config().has(*row->change);
  return fmt::format("{} {}. If that is meant, {}.",
                     has ? "This kernel has the fix of" : "This kernel is without the fix of",
                     told(*row), way_out);
}

std::int64_t length_of(const Answer& a, const ClaimAnswer& c) {
  if (!has_run(a, c)) return -1;
  return static_cast<std::int64_t>(a.result.findings[c.claim].run->actions.size());
}

// The sentence for a verdict that is not the expected one, and what it may be.
GateProblem wrong_verdict(const Answer& a, const ClaimAnswer& c, const GateClaim& record) {
  GateProblem p;
  const std::string bug = c.bug.empty() ? "" : " by " + c.bug;
  const auto size =
      fmt::format("a complete search of {} states", traces::thousands(a.result.states));
  if (record.seen == "unknown") {
    p.kind = Kind::inconclusive;
    p.what = fmt::format("expected {}, but not decided: {}", record.expected, a.result.incomplete);
    p.hint = "Raise the budget, or make the bounds smaller.";
  } else if (record.seen == "vacuous") {
    p.kind = c.expected_to_hold ? Kind::witness : Kind::verdict;
    p.what = fmt::format("expected {}{}, but vacuous: its premise is never true in {}",
                         record.expected, bug, size);
    p.hint = "A call, a bound or a step that led to it was lost; what is left tests nothing.";
  } else if (c.verdict == Verdict::holds) {
    p.what = record.expected == "vacuous"
                 ? "expected vacuous, but its premise is reached, and it holds"
                 : fmt::format("expected {}{}, but seen {}: {} found nothing against it",
                               record.expected, bug, record.seen, size);
    p.hint = record.expected == "vacuous" ? "It is tested now: no longer expect it to be vacuous."
                                          : why_not_violated(a.bound, c);
    if (has_run(a, c))  // of `sometimes`
      p.what = fmt::format("expected {}, but seen {}: a run of {} steps reaches it",
                           record.expected, record.seen, record.run_length);
  } else {
    p.what = has_run(a, c) ? fmt::format("expected {}, but seen {}: a run of {} steps shows it",
                                         record.expected, record.seen, record.run_length)
                           : fmt::format("expected {}, but seen {}: {} never reached it",
                                         record.expected, record.seen, size);
    p.hint = why_violated(a.bound, c);
  }
  return p;
}

void keep_run(const GateTask& task, const Answer& a, const ClaimAnswer& c, const GateJudge& how,
              GateClaim& record) {
  record.run = trace_of(a, c);
  for (const traces::TraceStep& step : record.run->steps) {
    record.places.push_back(how.places->of(step.action, a.bound.scenario, task.head.place));
    record.files.push_back(Places::kernel_file(step.action));
  }
  if (record.problem && record.places.size() > 1) record.problem->place = record.places.back();
}

GateClaim claim_of(const GateTask& task, const Answer& a, const ClaimAnswer& c,
                   const GateJudge& how) {
  GateClaim record;
  record.id = c.id;
  record.property = c.property;
  record.says = c.says;
  record.expected = expected_word(a.bound, c, task.expected_vacuous);
  record.seen = seen_word(a.bound, c);
  record.bug = c.bug;
  record.run_length = length_of(a, c);
  if (record.seen != record.expected) {
    record.problem = wrong_verdict(a, c, record);
    record.problem->place = task.head.place;
    record.problem->repeat = task.repeat + (is_survey(a.bound) ? " --property " + c.id : "");
  }
  const bool known = how.keep_known && c.verdict == Verdict::violated;
  if (has_run(a, c) && (record.problem || known)) keep_run(task, a, c, how, record);
  return record;
}

GateProblem problem(const GateTask& task, Kind kind, std::string what, std::string hint) {
  return {kind, std::move(what), std::move(hint), task.repeat, task.head.place};
}

std::string pin_line(const GateCase& record) {
  return fmt::format("\"{}\" = [{}, {}, {}]", record.name, record.states, record.transitions,
                     record.depth);
}

void compare_sizes(const GateTask& task, GateCase& record) {
  if (!task.pinned) {
    record.problems.push_back(problem(task, Kind::smaller,
                                      "not pinned: a smaller search would pass unseen",
                                      "Write below [run.states]: " + pin_line(record)));
    return;
  }
  std::string less;
  const auto compare = [&](const char* what, std::uint64_t seen, std::uint64_t pinned) {
    if (seen >= pinned) return;
    less += fmt::format("{}{} {}, pinned {}", less.empty() ? "" : "; ", traces::thousands(seen),
                        what, traces::thousands(pinned));
  };
  compare("states", record.states, record.states_pinned);
  compare("transitions", record.transitions, record.transitions_pinned);
  compare("deep", record.depth, record.depth_pinned);
  if (less.empty()) return;
  record.problems.push_back(problem(
      task, Kind::smaller, "the search has shrunk: " + less,
      "Bounds, calls or steps were lost. If that is meant, pin the new size: " + pin_line(record)));
}

// What a search no longer finds may lie where it no longer looks: that comes before any bug.
void blame_the_size(GateCase& record) {
  if (record.states >= record.states_pinned) return;
  for (GateClaim& claim : record.claims)
    if (claim.problem && (claim.seen == "vacuous" || claim.run_length < 0))
      claim.problem->hint = fmt::format(
          "The search has shrunk: {} states, pinned {}. {}", traces::thousands(record.states),
          traces::thousands(record.states_pinned), claim.problem->hint);
}

}  // namespace

GateCase judge(const GateTask& task, const Answer& a, const GateJudge& how) {
  GateCase record = task.head;
  record.states = a.result.states;
  record.transitions = a.result.transitions;
  record.depth = a.result.depth;
  record.deadlocks = a.result.deadlocks;
  record.incomplete = a.result.incomplete;
  record.seconds = a.result.seconds;
  for (const ClaimAnswer& c : a.claims) record.claims.push_back(claim_of(task, a, c, how));
  if (a.outcome == Outcome::deadlock)
    record.problems.push_back(problem(
        task, Kind::deadlock,
        fmt::format("{} states are stuck: nobody can move, and it is no end of the programs",
                    traces::thousands(a.result.deadlocks)),
        ""));
  if (a.result.complete()) {
    compare_sizes(task, record);
    blame_the_size(record);
  } else {
    const auto open = std::count_if(record.claims.begin(), record.claims.end(),
                                    [](const GateClaim& c) { return c.seen == "unknown"; });
    record.problems.push_back(
        problem(task, Kind::inconclusive,
                fmt::format("cut short after {} states, {} of {} claims not decided: {}",
                            traces::thousands(record.states), open, record.claims.size(),
                            record.incomplete),
                "Raise the budget, or make the bounds smaller."));
  }
  return record;
}

void compare_bounded(const GateTask& task, const Answer& a, checker::Limits limits,
                     GateCase& record) {
  const std::vector<std::string> known = bounded_properties();
  Bound asked = a.bound;
  asked.claims.clear();
  std::vector<std::size_t> which;  // index into a.claims
  for (std::size_t i = 0; i < a.claims.size(); ++i) {
    if (std::find(known.begin(), known.end(), a.claims[i].property) == known.end()) continue;
    which.push_back(i);
    asked.claims.push_back(a.bound.claims[a.claims[i].claim]);
  }
  if (which.empty())
    throw std::invalid_argument(fmt::format(
        "{}: `bounded`: the engine on terms can be asked about none of its claims; it knows {}",
        task.head.name, fmt::join(known, ", ")));
  limits.depth_max = record.bounded = task.bounded;
  const auto found = search_bounded(asked, limits, {}, [](const checker::Progress&) {});
  const bool all_runs = found.complete();
  // It stops when it has a run for each claim.
  const bool all_found = std::all_of(found.findings.begin(), found.findings.end(),
                                     [](const auto& f) { return f.run.has_value(); });
  if (!all_runs && !all_found && found.depth < task.bounded) {
    record.problems.push_back(problem(
        task, Kind::inconclusive,
        fmt::format("the engine on terms reached {} of {} moves", found.depth, task.bounded),
        "Raise the budget, or lower `bounded`."));
    return;
  }
  for (std::size_t k = 0; k < which.size(); ++k) {
    const ClaimAnswer& c = a.claims[which[k]];
    const auto& mine = a.result.findings[c.claim];
    const auto& other = found.findings[k];
    const std::int64_t length = length_of(a, c);
    const std::int64_t other_length =
        other.run ? static_cast<std::int64_t>(other.run->actions.size()) : -1;
    const bool within = length >= 0 && (all_runs || length <= found.depth);
    const bool premise = other.premise_reached && !mine.premise_reached &&
                         mine.verdict == Verdict::holds && a.result.complete();
    if (!premise && other_length == (within ? length : -1)) continue;
    const auto say = [](std::int64_t moves) {
      return moves < 0 ? std::string("no run") : fmt::format("a run of {} moves", moves);
    };
    record.problems.push_back(problem(
        task, Kind::disagreement,
        premise ? fmt::format(
                      "{}: the explorer never reaches the premise, the engine on terms does", c.id)
                : fmt::format("{}: the explorer has {} against it, the engine on terms {}", c.id,
                              say(length), say(other_length)),
        fmt::format("One of the engines is wrong: ./nsmc prove --bmc {} {}", task.bounded,
                    task.head.path)));
  }
}

GateCase disagreement(const GateTask& task, const std::string& what) {
  GateCase record = task.head;
  record.incomplete = "the engine disagrees with the model";
  record.problems.push_back(problem(task, Kind::disagreement, what, "This is a bug of nsmc."));
  return record;
}

}  // namespace nsmc::cli
