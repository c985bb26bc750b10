// Two engines that disagree: an answer that was tampered with is noticed.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <utility>

#include "checker/cli/gate.hpp"

namespace nsmc::cli {
namespace {

using Kind = traces::GateProblem::Kind;

struct Asked {
  GateTask task;
  Answer answer;

  explicit Asked(const std::string& name, std::uint32_t moves = 12)
      : answer(explore(
            bind(traces::read_scenario(NSMC_SOURCE_DIR "/traces/scenarios/" + name + ".scn")))) {
    task.bounded = moves;
    task.pinned = true;
    task.head.name = name;
  }

  traces::GateCase compared() const {
    traces::GateCase record;
    compare_bounded(task, answer, {}, record);
    return record;
  }
};

TEST(GateJudge, EnginesThatAgreeHaveNoProblem) {
  for (const char* name : {"bz-34-not-zeroed", "bz-34-not-zeroed-fixed"}) {
    const traces::GateCase record = Asked(name).compared();
    EXPECT_TRUE(record.problems.empty()) << name << ": " << record.problems.front().what;
    EXPECT_EQ(record.bounded, 12U);
  }
}

void expect_disagreement(const Asked& asked, const std::string& said) {
  const traces::GateCase record = asked.compared();
  ASSERT_EQ(record.problems.size(), 1U);
  EXPECT_EQ(record.problems.front().kind, Kind::disagreement);
  EXPECT_NE(record.problems.front().what.find(said), std::string::npos)
      << record.problems.front().what;
}

TEST(GateJudge, AViolationThatTheExplorerMissesIsADisagreement) {
  Asked asked("bz-34-not-zeroed");
  asked.answer.result.findings.front().run.reset();
  expect_disagreement(asked, "the explorer has no run against it, the engine on terms a run of 11");
}

TEST(GateJudge, ARunThatIsNotTheShortestIsADisagreement) {
  Asked asked("bz-34-not-zeroed");
  auto& actions = asked.answer.result.findings.front().run->actions;
  actions.push_back(actions.back());
  expect_disagreement(asked, "the explorer has a run of 12 moves against it");
}

TEST(GateJudge, AViolationThatOnlyTheExplorerFindsIsADisagreement) {
  Asked asked("bz-34-not-zeroed-fixed");
  asked.answer.result.findings.front().run =
      Asked("bz-34-not-zeroed").answer.result.findings.front().run;
  asked.answer.claims.front().verdict = checker::Verdict::violated;
  expect_disagreement(asked, "the engine on terms no run");
}

TEST(GateJudge, WhatIsNotDecidedIsNeverFine) {
  Asked asked("bz-34-not-zeroed-fixed");
  asked.answer.claims.front().verdict = checker::Verdict::unknown;
  asked.answer.result.incomplete = "cut short";
  const Places places(NSMC_SOURCE_DIR);
  const traces::GateCase record = judge(asked.task, asked.answer, {&places, false});
  ASSERT_EQ(record.problems.size(), 1U);
  EXPECT_EQ(record.problems.front().kind, Kind::inconclusive);
  EXPECT_EQ(record.claims.front().seen, "unknown");
  EXPECT_TRUE(record.claims.front().problem.has_value());
}

TEST(GateJudge, ADisagreementWithTheModelHasACase) {
  const Asked asked("bz-34-not-zeroed");
  const traces::GateCase record = disagreement(asked.task, "cannot be executed");
  ASSERT_EQ(record.problems.size(), 1U);
  EXPECT_EQ(record.problems.front().kind, Kind::disagreement);
  EXPECT_FALSE(record.incomplete.empty());
}

}  // namespace
}  // namespace nsmc::cli
