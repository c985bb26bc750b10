// Exams: how they are set, and how they are marked.
// SPDX-License-Identifier: MIT
#include "checker/cli/exam.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>

#include "checker/cli/asked.hpp"
#include "checker/cli/jobs.hpp"
#include "checker/cli/reduced.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/explicit/state_store.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

using checker::Result;
using checker::Verdict;
using kernel::Mutation;

// A mutant may have a larger state space than the model, but not without end.
constexpr std::uint64_t kTimesLarger = 8, kStatesMore = 20'000;

std::uint64_t hash_of(const lang::Move<System>& move) {
  const checker::Xxh3 hash;
  const std::uint64_t parts[] = {hash(std::as_bytes(std::span(&move.before, 1))),
                                 hash(std::as_bytes(std::span(&move.action, 1))),
                                 hash(std::as_bytes(std::span(&move.after, 1)))};
  return hash(std::as_bytes(std::span(parts)));
}

// Never violated; sums up what it is shown.
Claim sum_of_transitions(std::uint64_t& sum) {
  Claim claim;
  claim.id = "the graph";
  claim.scope = lang::Scope::move;
  claim.holds_move = [&sum](const System&, const lang::Move<System>& move) {
    sum += hash_of(move);
    return true;
  };
  return claim;
}

// The same claims; the search ends when one is violated that is not expected to be.
std::vector<Claim> stopping(const std::vector<Claim>& claims, const Result<System>& passed,
                            std::atomic<bool>& stop) {
  std::vector<Claim> all = claims;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (passed.findings[i].run) continue;  // settled by a run in the model too
    const bool settled_by = all[i].expect == lang::Expect::sometimes;
    if (all[i].holds)
      all[i].holds = [&stop, settled_by, holds = all[i].holds](const System& system,
                                                               const System::State& s) {
        const bool value = holds(system, s);
        if (value == settled_by) stop = true;
        return value;
      };
    if (all[i].holds_move)
      all[i].holds_move = [&stop, settled_by, holds = all[i].holds_move](
                              const System& system, const lang::Move<System>& move) {
        const bool value = holds(system, move);
        if (value == settled_by) stop = true;
        return value;
      };
  }
  return all;
}

std::shared_ptr<System> with(const System& system, const Mutation& mutation) {
  kernel::Config config = system.config();
  config.mutation = mutation;
  return std::make_shared<System>(config, system.userland());
}

struct Set {
  Exam exam;
  kernel::Record record;
};

Set set_up(const traces::Scenario& scenario, bool pinned) {
  Set set;
  Exam& exam = set.exam;
  exam.name = scenario.name.text + (pinned ? "" : "@" + scenario.kernel->text);
  exam.pinned = pinned;
  exam.bound = bind(scenario);
  for (const props::Row& row : props::catalogue())
    exam.bound.claims.push_back(props::property(row));
  std::vector<Claim> claims = exam.bound.claims;
  claims.push_back(sum_of_transitions(exam.graph));
  Mutation record;
  record.kind = Mutation::Kind::keep_record;
  record.step = Mutation::kEveryStep;
  kernel::recording = &set.record;
  exam.passed = search_whole(*with(*exam.bound.system, record), claims, {});
  kernel::recording = nullptr;
  for (std::size_t i = 0; i < exam.passed.step_counts.size(); ++i)
    exam.steps[i] = exam.passed.step_counts[i] > 0;
  return set;
}

void add(kernel::Record& all, const kernel::Record& one) {
  all.resize(std::max(all.size(), one.size()));
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].goals.empty()) continue;
    all[i].fields |= one[i].fields;
    all[i].set |= one[i].set;
    all[i].locks = all[i].goals.empty() ? one[i].locks : all[i].locks & one[i].locks;
    all[i].goals.insert(one[i].goals.begin(), one[i].goals.end());
    all[i].scanned = all[i].scanned || one[i].scanned;
  }
}

}  // namespace

Exams exams(std::size_t jobs) {
  const std::vector<traces::Scenario> scenarios = shipped_scenarios();
  CheckOptions today;
  today.kernel = std::string(kernel::kernels().back().name);
  Exams exams;
  in_order(
      2 * scenarios.size(), jobs,
      [&](std::size_t i) {
        traces::Scenario s = scenarios[i / 2];
        if (i % 2 != 0) apply(today, s);
        return set_up(s, i % 2 == 0);
      },
      [&](Set&& set) {
        add(exams.record, set.record);
        exams.all.push_back(std::move(set.exam));
      });
  std::stable_sort(exams.all.begin(), exams.all.end(), [](const Exam& a, const Exam& b) {
    return a.passed.transitions < b.passed.transitions;
  });
  return exams;
}

bool is_noticed(Mark::Kind kind) { return kind >= Mark::Kind::answer; }

Mark mark(const Exam& exam, const Mutation& mutation) {
  std::atomic<bool> stop = false;
  std::vector<Claim> claims = stopping(exam.bound.claims, exam.passed, stop);
  std::uint64_t graph = 0;
  claims.push_back(sum_of_transitions(graph));
  checker::Limits limits;
  limits.states_max = kTimesLarger * exam.passed.states + kStatesMore;
  limits.stop = &stop;
  const Result<System> got = search_whole(*with(*exam.bound.system, mutation), claims, limits);
  // The question's own claim comes first; a survey has none but the catalogue.
  const std::size_t questions = exam.bound.claims.size() - props::catalogue().size();
  const auto found_by = [&](std::size_t i, Mark::Kind kind) {
    const bool asked = i < questions && kind == Mark::Kind::property;
    return Mark{asked ? Mark::Kind::answer : kind, claims[i].id};
  };
  for (std::size_t i = 0; i + 1 < claims.size(); ++i) {
    const bool was = exam.passed.findings[i].run.has_value(), is = got.findings[i].run.has_value();
    if (is && !was) return found_by(i, Mark::Kind::property);
  }
  if (got.deadlocks > 0 && exam.passed.deadlocks == 0) return {Mark::Kind::deadlock, ""};
  if (!got.complete()) return {Mark::Kind::cut, ""};
  for (std::size_t i = 0; i + 1 < claims.size(); ++i) {
    if (exam.passed.findings[i].run && !got.findings[i].run)
      return found_by(i, Mark::Kind::property);
    if (exam.passed.findings[i].premise_reached && !got.findings[i].premise_reached)
      return found_by(i, Mark::Kind::witness);
  }
  if (got.deadlocks == 0 && exam.passed.deadlocks > 0) return {Mark::Kind::deadlock, ""};
  if (exam.pinned && (got.states < exam.passed.states || got.transitions < exam.passed.transitions))
    return {Mark::Kind::smaller, ""};
  return {graph == exam.graph ? Mark::Kind::same : Mark::Kind::other, ""};
}

}  // namespace nsmc::cli
