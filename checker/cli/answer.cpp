// Asking an engine, and holding its findings against the scenario's expectations.
// SPDX-License-Identifier: MIT
#include "checker/cli/answer.hpp"

#include <algorithm>

#include "checker/cli/commands.hpp"
#include "checker/cli/reasons.hpp"
#include "checker/cli/settings.hpp"
#include "checker/graph/fewest_switches.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

// A run through more is left as the engine found it.
constexpr std::uint64_t kStatesToMinimise = 1'000'000;

using checker::Verdict;
using Kind = traces::Question::Kind;

void expect_question(const traces::Expectation& e, ClaimAnswer& claim) {
  claim.expected_to_hold = e.answer == traces::Expectation::Answer::yes;
  if (e.bug) claim.bug = e.bug->text;
}

void expect_survey(const traces::Question& question, ClaimAnswer& claim) {
  for (const traces::Expectation& e : question.expectations) {
    if (!e.property || e.property->text != claim.id) continue;
    if (e.answer == traces::Expectation::Answer::vacuous) claim.expected_vacuous = true;
    if (e.answer == traces::Expectation::Answer::no) expect_question(e, claim);
  }
}

Outcome judge(const ClaimAnswer& claim, bool is_survey) {
  if (claim.verdict == Verdict::unknown) return Outcome::inconclusive;
  if ((claim.verdict == Verdict::holds) != claim.expected_to_hold) return Outcome::unexpected;
  if (is_survey && claim.vacuous != claim.expected_vacuous) return Outcome::unexpected;
  return Outcome::as_expected;
}

}  // namespace

Answer answer(Bound bound, const Engine& engine) {
  Answer a;
  a.bound = std::move(bound);
  a.result = engine(a.bound);
  const traces::Question& question = a.bound.scenario.question;
  const bool is_survey = question.kind == Kind::survey;
  for (std::size_t i = 0; i < a.bound.claims.size(); ++i) {
    const Claim& claim = a.bound.claims[i];
    const auto& finding = a.result.findings[i];
    ClaimAnswer one;
    one.id = claim.id;
    one.says = claim.says;
    one.claim = i;
    one.property = property_of(a.bound, claim);
    one.verdict = finding.verdict;
    one.vacuous = finding.verdict == Verdict::holds && !finding.premise_reached &&
                  (claim.premise != nullptr || claim.premise_move != nullptr);
    if (is_survey)
      expect_survey(question, one);
    else
      expect_question(question.expectations.front(), one);
    one.outcome = judge(one, is_survey);
    a.outcome = std::max(a.outcome, one.outcome, [](Outcome x, Outcome y) {
      // unexpected is the worst, then deadlock, then inconclusive
      const int rank[] = {0, 3, 2, 1};
      return rank[static_cast<int>(x)] < rank[static_cast<int>(y)];
    });
    a.claims.push_back(std::move(one));
  }
  // A hang beside the one bug that a question is about is no news; a survey has to expect it (L1).
  const bool shown = std::any_of(a.claims.begin(), a.claims.end(), [&](const ClaimAnswer& c) {
    return c.verdict == Verdict::violated && c.outcome == Outcome::as_expected &&
           (!is_survey || a.bound.claims[c.claim].scope == lang::Scope::end);
  });
  if (a.result.deadlocks > 0 && !shown && a.outcome != Outcome::unexpected)
    a.outcome = Outcome::deadlock;
  return a;
}

Answer explore(Bound bound, std::uint64_t memory_bytes_max, const Reductions& reductions) {
  ProgressLine line(ProgressStyle::automatic, bound.scenario.name.text);
  return answer(std::move(bound), [&](const Bound& b) {
    return search(b, {.memory_bytes_max = memory_bytes_max, .stop = &stop_requested()}, reductions,
                  [&line](const checker::Progress& p) { line(p); });
  });
}

int exit_code(std::span<const Answer> answers) {
  int code = kOk;
  for (const Answer& a : answers) {
    if (a.outcome == Outcome::unexpected) return kViolation;
    if (a.outcome == Outcome::deadlock) code = kDeadlock;
    if (a.outcome == Outcome::inconclusive && code == kOk) code = kInconclusive;
  }
  return code;
}

std::string answer_word(const ClaimAnswer& claim) {
  return claim.verdict == Verdict::holds      ? "yes"
         : claim.verdict == Verdict::violated ? "no"
                                              : "unknown";
}

bool has_run(const Answer& answer, const ClaimAnswer& claim) {
  return answer.result.findings[claim.claim].run.has_value();
}

traces::Trace trace_of(const Answer& answer, const ClaimAnswer& claim) {
  const Bound& bound = answer.bound;
  const bool reached = claim.verdict == Verdict::holds;
  std::map<std::string, std::string> meta = {
      {"property", claim.id},
      {"says", claim.says},
      {"verdict", reached ? "reached" : "violated"},
      {"kernel", bound.scenario.kernel ? bound.scenario.kernel->text : kSeedKernel},
      {"config", config_text(bound.system->config())},
      {"shortest", answer.shortest ? "true" : "false"},
      {"version", NSMC_VERSION},
      {"scenario", traces::to_text(bound.scenario)}};
  lang::Run<System> run = *answer.result.findings[claim.claim].run;
  if (answer.shortest)
    if (const auto easiest = checker::fewest_switches(*bound.system, bound.claims[claim.claim], run,
                                                      kStatesToMinimise)) {
      run = easiest->run;
      meta["switches"] = std::to_string(easiest->switches);
      meta["actors"] = std::to_string(easiest->actors);
    }
  traces::Trace trace = traces::record(*bound.system, run, std::move(meta));
  if (!reached) trace.meta["because"] = reasons(bound, claim, run, trace);
  const std::string& path = bound.scenario.path;
  trace.meta["replay"] = "./nsmc replay " + (path.empty() ? claim.id + ".itf.json" : path) +
                         (claim.id == bound.scenario.name.text ? "" : " --property " + claim.id);
  return trace;
}

}  // namespace nsmc::cli
