// The compact search in several sittings, in any number of threads, with its frontier on disk.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <vector>

#include "checker/explicit/compact_search.hpp"
#include "tests/sittings.hpp"

namespace nsmc::checker {
namespace {

using S = toys::TwoPhase;

class CompactCheckpoint : public Sittings {
 protected:
  Result<S> sit(const S& system, const Limits& limits, const Tuning& tuning) {
    return Sittings::sit(search_compact<S>, system, limits, tuning);
  }
  Result<S> in_one_sitting(const S& system, const Limits& limits, const Tuning& tuning) {
    return search_compact<S>(system, claims_, limits, {}, 1.0, tuning);
  }
};

Tuning small(unsigned threads) {
  Tuning tuning;
  tuning.threads = threads;
  tuning.buckets = CompactSet::kBucketsMin;
  return tuning;
}

// Which of several shortest runs is shown may depend on the number of threads.
void expect_equal_but_for_runs(Result<S> one, Result<S> other) {
  for (Result<S>* result : {&one, &other})
    for (Finding<S>& finding : result->findings)
      if (finding.run)
        for (auto& action : finding.run->actions) action = {};
  expect_equal(one, other);
}

TEST_F(CompactCheckpoint, ASearchCutAnywhereEndsAsInOneSitting) {
  std::mt19937 random(2);
  const S system(6);
  const Result<S> straight = in_one_sitting(system, {}, small(1));
  for (int i = 0; i < 20; ++i) {
    plan_.resume = false;
    resumed_ = 0;
    const bool alone = i % 2 == 0;
    for (Limits limits;;) {
      limits.states_max = resumed_ + 1 + random() % 20'000;
      const auto threads = static_cast<unsigned>(alone ? 1 : 1 + random() % 3);
      const Result<S> result = sit(system, limits, small(threads));
      if (!result.complete()) continue;
      alone ? expect_equal(straight, result) : expect_equal_but_for_runs(straight, result);
      break;
    }
    EXPECT_GT(resumed_, 0U);
  }
  EXPECT_TRUE(failures_.empty());
}

TEST_F(CompactCheckpoint, DepthMemoryTimeAndARequestCutItAsWell) {
  const S system(6);
  const std::atomic<bool> stop = true;
  for (const Limits& limits : std::vector<Limits>{{.stop = &stop},
                                                  {.depth_max = 5},
                                                  {.memory_bytes_max = 400'000},
                                                  {.seconds_max = 1e-9},
                                                  {.memory_bytes_max = 800'000},
                                                  {.depth_max = 12}}) {
    const Result<S> cut = sit(system, limits, small(1));
    EXPECT_FALSE(cut.complete());
    EXPECT_LE(cut.memory_bytes, limits.memory_bytes_max);
  }
  EXPECT_THROW(sit(system, {.memory_bytes_max = 400'000}, small(1)), CheckpointError);
  expect_equal(in_one_sitting(system, {}, small(1)), sit(system, {}, small(1)));
}

TEST_F(CompactCheckpoint, ItIsWrittenOnTheWay) {
  plan_.seconds_between = 0;
  Checkpoints checkpoints(plan_);
  Tuning tuning = small(2);
  tuning.checkpoints = &checkpoints;
  const Result<S> straight = in_one_sitting(S(5), {}, tuning);
  EXPECT_TRUE(checkpoints.is_saved());
  plan_.resume = true;
  Checkpoints again(plan_);
  tuning.checkpoints = &again;
  expect_equal_but_for_runs(straight, in_one_sitting(S(5), {}, tuning));
  EXPECT_GT(resumed_, 1000U);
}

TEST_F(CompactCheckpoint, AFrontierOnDiskIsAsGood) {
  const S system(8);
  const Limits little{.memory_bytes_max = 18'500'000};
  claims_.clear();
  const Result<S> straight = in_one_sitting(system, {}, small(1));
  Tuning tuning = small(2);
  EXPECT_FALSE(in_one_sitting(system, little, tuning).complete());
  tuning.disk = folder_;
  const Result<S> on_disk = in_one_sitting(system, little, tuning);
  expect_equal(straight, on_disk);
  EXPECT_LE(on_disk.memory_bytes, little.memory_bytes_max);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  Limits cut = little;
  cut.states_max = 1'300'000;  // with blocks in memory and on disk
  EXPECT_FALSE(sit(system, cut, tuning).complete());
  expect_equal(straight, sit(system, little, tuning));
}

TEST_F(CompactCheckpoint, AFolderWithoutRoomIsTheReason) {
  Tuning tuning = small(1);
  tuning.disk = folder_ + "/none";
  EXPECT_THROW(in_one_sitting(S(3), {}, tuning), CheckpointError);
}

}  // namespace
}  // namespace nsmc::checker
