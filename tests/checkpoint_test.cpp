// Searches that go on from a checkpoint: the same answers as in one sitting, to the bit.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "checker/checkpoint/checkpoints.hpp"
#include "checker/explicit/explicit.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {
namespace {

using lang::Expect;
using lang::Scope;
using S = toys::TwoPhase;

// The two-phase commit of some managers, with claims of every kind that are settled early and late.
toys::Claims<S> claims() {
  const auto committed = [](const S& sys, const S::State& s) {
    return sys.any(s, toys::committed);
  };
  toys::Claims<S> claims(5);
  claims[0].holds = [](const S& sys, const S::State& s) {
    return !(sys.any(s, toys::committed) && sys.any(s, toys::aborted));
  };
  claims[0].premise = committed;
  claims[1].expect = Expect::sometimes;
  claims[1].holds = committed;
  claims[2].scope = Scope::move;
  claims[2].holds_move = [](const S& sys, const lang::Move<S>& move) {
    return !sys.any(move.after, toys::aborted) || move.before.tm_prepared != sys.all();
  };
  claims[3].scope = Scope::end;
  claims[3].expect = Expect::sometimes;
  claims[3].holds = committed;
  claims[4].expect = Expect::sometimes;
  claims[4].holds = [](const S&, const S::State& s) { return s.decision == 3; };
  for (std::size_t i = 0; i < claims.size(); ++i) claims[i].id = "C" + std::to_string(i);
  return claims;
}

bool same(const std::optional<Run<S>>& a, const std::optional<Run<S>>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->initial == b->initial &&
         std::equal(a->actions.begin(), a->actions.end(), b->actions.begin(), b->actions.end(),
                    [](const auto& x, const auto& y) { return x.number == y.number; });
}

void expect_equal(const Result<S>& one, const Result<S>& other) {
  EXPECT_EQ(one.incomplete, other.incomplete);
  EXPECT_EQ(one.states, other.states);
  EXPECT_EQ(one.transitions, other.transitions);
  EXPECT_EQ(one.depth, other.depth);
  EXPECT_EQ(one.memory_bytes, other.memory_bytes);
  EXPECT_EQ(one.step_counts, other.step_counts);
  EXPECT_EQ(one.ends, other.ends);
  EXPECT_EQ(one.deadlocks, other.deadlocks);
  EXPECT_TRUE(same(one.deadlock, other.deadlock));
  ASSERT_EQ(one.findings.size(), other.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].verdict, other.findings[i].verdict) << i;
    EXPECT_EQ(one.findings[i].premise_reached, other.findings[i].premise_reached) << i;
    EXPECT_TRUE(same(one.findings[i].run, other.findings[i].run)) << i;
  }
}

class Checkpoint : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "checkpoint-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    plan_.path = folder_ + "/search.cpt";
    plan_.identity = "model two phase\n";
    plan_.on_failure = [this](const std::string& why) { failures_.push_back(why); };
    plan_.on_resume = [this](std::uint64_t states) { resumed_ = states; };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // One sitting; it goes on from the one before.
  Result<S> sit(const S& system, const Limits& limits, Tuning tuning) {
    Checkpoints checkpoints(plan_);
    tuning.checkpoints = &checkpoints;
    plan_.resume = true;
    Result<S> result = search<S>(system, claims_, limits, {}, 1.0, tuning);
    EXPECT_EQ(checkpoints.is_saved(), !result.complete());
    return result;
  }

  std::string folder_;
  Checkpoints::Plan plan_;
  toys::Claims<S> claims_ = claims();
  std::vector<std::string> failures_;
  std::uint64_t resumed_ = 0;
};

Tuning in_parts() {
  Tuning tuning;
  tuning.chunked_from_bytes = 1;
  tuning.chunk_bytes = 1000;
  tuning.slots_log2 = 2;
  return tuning;
}

TEST_F(Checkpoint, ASearchCutAnywhereEndsAsInOneSitting) {
  std::mt19937 random(1);
  for (const Tuning& tuning : {Tuning{}, in_parts()}) {
    const S system(5);
    const Result<S> straight = search<S>(system, claims_, {}, {}, 1.0, tuning);
    for (int i = 0; i < 20; ++i) {
      plan_.resume = false;
      Limits limits;
      std::uint64_t states = 0;
      while (true) {
        limits.states_max = states + 1 + random() % 4000;
        const Result<S> result = sit(system, limits, tuning);
        EXPECT_EQ(resumed_ > 0, states > 0);
        if (result.complete()) {
          expect_equal(straight, result);
          break;
        }
        EXPECT_EQ(result.states, limits.states_max);
        states = result.states;
      }
      resumed_ = 0;
    }
  }
  EXPECT_TRUE(failures_.empty());
}

TEST_F(Checkpoint, DepthMemoryTimeAndARequestCutItAsWell) {
  const S system(6);
  const Result<S> straight = search<S>(system, claims_, {}, {}, 1.0, in_parts());
  const std::atomic<bool> stop = true;
  for (const Limits& limits : std::vector<Limits>{{.depth_max = 5},
                                                  {.memory_bytes_max = 1'000'000},
                                                  {.seconds_max = 1e-9},
                                                  {.memory_bytes_max = 2'000'000},
                                                  {.stop = &stop}}) {
    const Result<S> cut = sit(system, limits, in_parts());
    EXPECT_FALSE(cut.complete());
    EXPECT_LE(cut.memory_bytes, limits.memory_bytes_max);
  }
  expect_equal(straight, sit(system, {}, in_parts()));
}

TEST_F(Checkpoint, ItIsWrittenOnTheWay) {
  plan_.seconds_between = 0;
  Checkpoints checkpoints(plan_);
  Tuning tuning;
  tuning.checkpoints = &checkpoints;
  const Result<S> straight = search<S>(S(5), claims_, {}, {}, 1.0, tuning);
  EXPECT_TRUE(straight.complete());
  EXPECT_TRUE(checkpoints.is_saved());
  plan_.resume = true;
  Checkpoints again(plan_);
  tuning.checkpoints = &again;
  expect_equal(straight, search<S>(S(5), claims_, {}, {}, 1.0, tuning));
  EXPECT_GT(resumed_, 1000U);
}

TEST_F(Checkpoint, OneThatIsLargerThanTheLimitStays) {
  sit(S(6), {.states_max = 30'000}, {});
  const auto bytes = std::filesystem::file_size(plan_.path);
  try {
    sit(S(6), {.memory_bytes_max = 100'000}, {});
    FAIL();
  } catch (const CheckpointError& error) {
    EXPECT_EQ(error.kind(), CheckpointError::Kind::memory);
  }
  EXPECT_EQ(std::filesystem::file_size(plan_.path), bytes);
}

TEST_F(Checkpoint, OneOfAnotherSearchIsRefused) {
  sit(S(5), {.states_max = 3000}, {});
  plan_.identity = "model three phase\n";
  EXPECT_THROW(sit(S(5), {}, {}), CheckpointError);
  plan_.identity = "model two phase\n";
  EXPECT_THROW(sit(S(5), {}, in_parts()), CheckpointError);  // as another program packs it
  EXPECT_TRUE(sit(S(5), {}, {}).complete());
}

}  // namespace
}  // namespace nsmc::checker
