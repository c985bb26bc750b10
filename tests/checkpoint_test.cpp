// Searches that go on from a checkpoint: the same answers as in one sitting, to the bit.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "tests/sittings.hpp"

namespace nsmc::checker {
namespace {

using S = toys::TwoPhase;

Tuning in_parts() {
  Tuning tuning;
  tuning.parts_from_bytes = 1;
  tuning.chunk_bytes = 1000;
  tuning.slots_log2 = 2;
  return tuning;
}

Tuning in_wide_parts() {
  Tuning tuning = in_parts();
  tuning.parts_grow = false;
  return tuning;
}

class Checkpoint : public Sittings {
 protected:
  Result<S> sit(const S& system, const Limits& limits, const Tuning& tuning) {
    return Sittings::sit(search<S>, system, limits, tuning);
  }
};

TEST_F(Checkpoint, ASearchCutAnywhereEndsAsInOneSitting) {
  std::mt19937 random(1);
  for (const Tuning& tuning : {Tuning{}, in_parts(), in_wide_parts()}) {
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
          EXPECT_EQ(straight.memory_bytes, result.memory_bytes);
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

TEST_F(Checkpoint, OldStatesOnDiskAreAsGood) {
  const S system(6);
  Tuning tuning;
  tuning.chunk_bytes = 10'000;
  tuning.slots_log2 = 17;  // the table does not grow: it has to stay in memory
  const Result<S> straight = search<S>(system, claims_, {}, {}, 1.0, tuning);
  Limits little{.memory_bytes_max = straight.memory_bytes - 400'000};
  EXPECT_FALSE(search<S>(system, claims_, little, {}, 1.0, tuning).complete());
  tuning.disk = folder_;
  const Result<S> on_disk = search<S>(system, claims_, little, {}, 1.0, tuning);
  expect_equal(straight, on_disk);
  EXPECT_LE(on_disk.memory_bytes, little.memory_bytes_max);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  little.states_max = 45'000;
  EXPECT_FALSE(sit(system, little, tuning).complete());
  little.states_max = Limits{}.states_max;
  expect_equal(straight, sit(system, little, tuning));
  tuning.disk = folder_ + "/none";
  EXPECT_THROW(search<S>(system, claims_, little, {}, 1.0, tuning), CheckpointError);
}

// States on disk are not written anew, so their numbers are wide from the start.
TEST_F(Checkpoint, ADiskIsTakenLaterForStatesWithNarrowNumbers) {
  const S system(6);
  const Result<S> straight = search<S>(system, claims_, {}, {}, 1.0, in_parts());
  EXPECT_FALSE(sit(system, {.states_max = 20'000}, in_parts()).complete());
  Tuning with_disk = in_parts();
  with_disk.disk = folder_;
  EXPECT_FALSE(sit(system, {.states_max = 45'000}, with_disk).complete());
  const Result<S> ended = sit(system, {}, in_parts());
  EXPECT_GT(resumed_, 20'000U);
  EXPECT_EQ(straight.states, ended.states);
  EXPECT_EQ(straight.transitions, ended.transitions);
  EXPECT_EQ(straight.levels, ended.levels);
}

TEST_F(Checkpoint, ItSaysOfWhichOfTwoSearchesItIs) {
  Tuning tuning;
  Checkpoints first(plan_);
  first.search_is("search whole");
  first.set_remark("the other one has said nothing");
  tuning.checkpoints = &first;
  search<S>(S(5), claims_, {.states_max = 3000}, {}, 1.0, tuning);
  EXPECT_FALSE(first.goes_on_with("search whole"));  // it was not to go on
  plan_.resume = true;
  Checkpoints second(plan_);
  EXPECT_FALSE(second.goes_on_with("search reduced"));
  EXPECT_TRUE(second.goes_on_with("search whole"));
  second.search_is("search whole");
  tuning.checkpoints = &second;
  EXPECT_TRUE(search<S>(S(5), claims_, {}, {}, 1.0, tuning).complete());
  EXPECT_EQ(second.remark(), "the other one has said nothing");
  EXPECT_FALSE(second.goes_on_with("search whole"));  // a search after it begins anew
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
