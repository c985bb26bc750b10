// The compact way of the explicit engine: the recorded one's answers, in any number of threads.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "checker/explicit/compact_search.hpp"
#include "checker/explicit/explicit.hpp"
#include "checker/explicit/level.hpp"
#include "checker/explicit/mix.hpp"
#include "checker/explicit/recently_seen.hpp"
#include "tests/same_result.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {
namespace {

using lang::Expect;
using lang::Scope;
using toys::Claims;

// A poor scatter is slower and equally right.
struct Swapped {
  static std::uint64_t forth(std::uint64_t word) { return __builtin_bswap64(word); }
  static std::uint64_t back(std::uint64_t key) { return __builtin_bswap64(key); }
};

std::vector<Tuning> tunings() {
  std::vector<Tuning> all;
  for (const unsigned threads : {1U, 2U, 5U})
    for (const auto compare : {CompactSet::fastest(), CompactSet::Compare::portable}) {
      Tuning tuning;
      tuning.threads = threads;
      tuning.compare = compare;
      tuning.buckets = threads == 1 ? CompactSet::kBucketsMin : 2 * CompactSet::kBucketsMin;
      all.push_back(tuning);
    }
  return all;
}

template <class S>
void expect_same(const S& system, const Result<S>& one, const Result<S>& other) {
  using Shown = std::optional<Run<S>>;
  tests::expect_same_result(one, other, [&](const Shown& a, const Shown& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    EXPECT_NO_THROW(perform(system, *b));
    return a->actions.size() == b->actions.size();
  });
}

// Claims of every scope, about the bytes of a state: some hold and some do not.
template <class S>
Claims<S> claims_about_bytes() {
  using Bytes = std::array<std::uint8_t, sizeof(typename S::State)>;
  const auto sum = [](const typename S::State& s) {
    int total = 0;
    for (const std::uint8_t byte : std::bit_cast<Bytes>(s)) total += byte;
    return total;
  };
  Claims<S> claims;
  for (const Expect expect : {Expect::always, Expect::sometimes})
    for (const Scope scope : {Scope::state, Scope::move, Scope::end})
      for (const int bound : {3, 5, 9, 1000}) {
        lang::Property<S> claim;
        claim.id = std::to_string(claims.size());
        claim.expect = expect;
        claim.scope = scope;
        claim.holds = [=](const S&, const auto& s) {
          return (sum(s) < bound) == (expect == Expect::always);
        };
        claim.holds_move = [=](const S&, const auto& move) {
          return (sum(move.after) < bound) == (expect == Expect::always);
        };
        if (bound == 5) claim.premise = [=](const S&, const auto& s) { return sum(s) == 2; };
        if (bound == 9)
          claim.premise_move = [=](const S&, const auto& move) { return sum(move.before) > 4; };
        claims.push_back(claim);
      }
  return claims;
}

template <class S>
void expect_same_in_both_ways(const S& system) {
  const Claims<S> claims = claims_about_bytes<S>();
  const Result<S> recorded = search<S>(system, claims, {});
  ASSERT_TRUE(recorded.complete());
  for (const Tuning& tuning : tunings())
    expect_same(system, recorded, search_compact<S>(system, claims, {}, {}, 1.0, tuning));
}

TEST(Compact, AnswersTheSameHoweverPoorlyItScatters) {
  using S = toys::TwoPhase;
  const S system(5);
  const Claims<S> claims = claims_about_bytes<S>();
  const Result<S> recorded = search<S>(system, claims, {});
  for (const Tuning& tuning : tunings())
    expect_same(system, recorded,
                CompactSearch<S, Swapped>(system, claims, {}, {}, 1.0, tuning).run());
}

TEST(Compact, AnswersAsTheRecordedWayOnEveryToy) {
  expect_same_in_both_ways(toys::TwoPhase(3));
  expect_same_in_both_ways(toys::TwoPhase(5));
  expect_same_in_both_ways(toys::DieHard());
  expect_same_in_both_ways(toys::BrokenMutex());
  expect_same_in_both_ways(toys::Peterson());
  expect_same_in_both_ways(toys::TwoLocks());
  expect_same_in_both_ways(toys::Shortcut());
  expect_same_in_both_ways(toys::Lamp());
  expect_same_in_both_ways(toys::Counter{{}, 200});
}

struct ManyStarts : toys::DieHard {
  static std::vector<State> initial() { return {{5, 3}, {0, 0}, {0, 0}, {4, 3}}; }
};

TEST(Compact, NamesTheInitialStateOfARun) {
  expect_same_in_both_ways(ManyStarts());
  lang::Property<ManyStarts> not_4;
  not_4.holds = [](const auto&, const auto& s) { return s.big != 4; };
  const auto result = search_compact<ManyStarts>({}, {&not_4, 1}, {}, {}, 1.0, tunings()[0]);
  EXPECT_EQ(result.findings[0].run.value().initial, 3U);
}

TEST(Compact, ALimitLeavesNothingThatHolds) {
  using S = toys::TwoPhase;
  lang::Property<S> yes;
  yes.holds = [](const S&, const S::State&) { return true; };
  const std::atomic<bool> stop = true;
  const std::vector<std::pair<Limits, std::string>> limits = {
      {{.states_max = 1000}, "state limit of 1000 reached at depth "},
      {{.memory_bytes_max = 1'000'000}, "memory limit of 1000000 bytes reached at depth "},
      {{.memory_bytes_max = 1}, "memory limit of 1 bytes reached at depth 0; 0 states"},
      {{.depth_max = 5}, "depth limit of 5 reached; "},
      {{.seconds_max = 0}, "time limit of 0 s reached at depth 0; 1 state was not expanded"},
      {{.stop = &stop}, "stopped on request at depth 0; 1 state was not expanded"}};
  for (const auto& [limit, reason] : limits)
    for (const Tuning& tuning : tunings()) {
      const auto result = search_compact<S>(S(8), {&yes, 1}, limit, {}, 1.0, tuning);
      EXPECT_EQ(result.incomplete.substr(0, reason.size()), reason) << result.incomplete;
      EXPECT_EQ(result.findings[0].verdict, Verdict::unknown);
      EXPECT_LE(result.memory_bytes, std::max<std::uint64_t>(limit.memory_bytes_max, 100'000));
    }
  for (const Tuning& tuning : tunings())
    EXPECT_TRUE(search_compact<S>(S(3), {}, {.states_max = 288}, {}, 1.0, tuning).complete());
}

TEST(Compact, WhatASystemThrowsInAThreadIsThrown) {
  lang::Property<toys::TwoPhase> bad;
  bad.holds = [](const auto&, const auto& s) -> bool {
    return s.decision == 0 ? true : throw std::runtime_error("of a claim");
  };
  for (const Tuning& tuning : tunings())
    EXPECT_THROW(search_compact<toys::TwoPhase>(toys::TwoPhase(5), {&bad, 1}, {}, {}, 1.0, tuning),
                 std::runtime_error);
}

TEST(Compact, ALyingSystemGetsNoVerdict) {
  using S = toys::Liar;
  lang::Property<S> below_7;
  below_7.holds = [](const S&, const auto& s) { return s.value < 7; };
  for (const Tuning& tuning : tunings())
    EXPECT_THROW(search_compact<S>(S{{{}, 10}}, {&below_7, 1}, {}, {}, 1.0, tuning),
                 EngineDisagreement);
}

TEST(Mix, GoesBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t word = random() >> random() % 64;
    EXPECT_EQ(Mix::back(Mix::forth(word)), word);
  }
}

// Keys that crowd one home, keys that differ in their top bits only, and such as come along.
std::vector<std::uint64_t> difficult_keys() {
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> keys = {0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 54};
  for (std::uint64_t i = 0; i < 300; ++i) keys.push_back(0x4000'0000'0000'0000 + i);
  for (std::uint64_t i = 0; i < 300; ++i) keys.push_back(~std::uint64_t{0} - i);
  for (std::uint64_t i = 0; i < 500; ++i) keys.push_back(i << 54 | 77);
  while (keys.size() < 60'000) keys.push_back(random());
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::shuffle(keys.begin(), keys.end(), random);
  return keys;
}

TEST(RecentlySeen, ForgetsAndIsNeverWrong) {
  for (const auto compare : {RecentlySeen::fastest(), RecentlySeen::Compare::portable}) {
    RecentlySeen recent(compare);
    std::mt19937_64 random(3);
    std::set<std::uint64_t> before;
    std::size_t forgotten = 0, known = 0;
    for (int round = 0; round < 100; ++round) {
      std::vector<std::uint64_t> words(1000), out(words.size() + 1), told;
      for (std::uint64_t& word : words) word = random() % 20'000;
      words[500] = words[499];
      const std::size_t kept =
          recent.sift<Mix>(words.data(), words.size(), out.data(),
                           [&](std::uint64_t key) { told.push_back(Mix::back(key)); });
      EXPECT_EQ(told, words);
      std::size_t next = 0;
      for (const std::uint64_t word : words) {
        const bool is_new = before.insert(word).second;
        if (next < kept && Mix::back(out[next]) == word) {
          ++next;
          forgotten += is_new ? 0 : 1;
        } else {
          EXPECT_FALSE(is_new) << word;
          ++known;
        }
      }
      EXPECT_EQ(next, kept);
    }
    EXPECT_GT(forgotten, 1000U);
    EXPECT_GT(known, 1000U);
  }
}

TEST(RecentlySeen, KnowsTheLastTwoKeysWhereverTheyBelong) {
  for (const auto compare : {RecentlySeen::fastest(), RecentlySeen::Compare::portable}) {
    RecentlySeen recent(compare);
    std::array<std::uint64_t, 5> out{};
    for (std::uint64_t word = 0; word < 100'000; word += 2) {
      const std::array<std::uint64_t, 4> words = {word, word + 1, word, word + 1};
      EXPECT_EQ(recent.sift<Mix>(words.data(), words.size(), out.data(), [](std::uint64_t) {}), 2U);
    }
  }
}

TEST(CompactSet, HasEachKeyOnceHoweverItGrows) {
  const std::vector<std::uint64_t> keys = difficult_keys();
  for (const auto& [compare, alone] : {std::pair{CompactSet::fastest(), true},
                                       {CompactSet::fastest(), false},
                                       {CompactSet::Compare::portable, false}}) {
    CompactSet set(std::size_t{1} << 24, CompactSet::kBucketsMin, compare);
    if (alone) set.be_of_one_thread();
    std::vector<std::uint64_t> added(keys.size());
    std::size_t done = 0;
    for (std::size_t at = 0; at < keys.size();) {
      const auto phase = static_cast<unsigned>(at % 3);
      const std::size_t count = std::min<std::size_t>(keys.size() - at, 100);
      const auto got = set.insert(keys.data() + at, count, phase, added.data() + done);
      at += got.looked_at;
      done += got.added;
      if (got.looked_at < count || at % 3000 == 0) {
        ASSERT_TRUE(set.grow(set.buckets() * 9 / 8 + 1 + at % 1000));
      }
    }
    EXPECT_EQ(done, keys.size());
    EXPECT_EQ(set.insert(keys.data(), keys.size(), 1, added.data()).added, 0U);
    std::set<std::uint64_t> found;
    for (unsigned phase = 0; phase < CompactSet::kPhases; ++phase)
      set.find(phase, [&](std::uint64_t key) { return !found.insert(key).second; });
    EXPECT_EQ(found, std::set<std::uint64_t>(keys.begin(), keys.end()));
  }
}

// Each key of a level is in one chunk that was taken, or left, whoever stops when.
TEST(Level, IsTakenOrLeft) {
  constexpr std::size_t kThreads = 3;
  std::mt19937_64 random(7);
  for (std::size_t size = 0; size < 9; ++size) {
    std::vector<BlockPool::Block> blocks;
    for (std::size_t i = 0; i < size; ++i)
      blocks.push_back({nullptr, 1 + random() % (4 * Level::kChunk), i});
    for (int takes = 0;; ++takes) {
      Level level(kThreads);
      level.begin(blocks);
      std::vector<std::size_t> keys(blocks.size());  // of each block, taken or left
      std::set<std::pair<std::size_t, std::size_t>> taken;
      for (int i = 0; i < takes; ++i)
        if (const auto chunk = level.take(random() % kThreads)) {
          keys[chunk->block->at] += chunk->size();
          EXPECT_TRUE(taken.emplace(chunk->block->at, chunk->from).second) << "taken twice";
        }
      level.each_left([&](const BlockPool::Block& block, std::size_t from) {
        keys[block.at] += block.size - from;
      });
      for (const auto& block : blocks) EXPECT_EQ(keys[block.at], block.size);
      if (level.is_taken()) break;
    }
  }
}

TEST(CompactSet, ManyThreadsAddEachKeyOnce) {
  std::vector<std::uint64_t> keys = difficult_keys();
  keys.resize(20'000);
  CompactSet set(std::size_t{1} << 24, CompactSet::kBucketsMin * 8);
  std::vector<std::vector<std::uint64_t>> added(4, std::vector<std::uint64_t>(keys.size()));
  {
    std::vector<std::jthread> threads;
    for (auto& mine : added)
      threads.emplace_back(
          [&] { mine.resize(set.insert(keys.data(), keys.size(), 0, mine.data()).added); });
  }
  std::vector<std::uint64_t> all;
  for (const auto& mine : added) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(all, keys);
}

}  // namespace
}  // namespace nsmc::checker
