// The benchmark model: its table, its invariant, and its two texts against each other.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "tests/bench/any_pidns.hpp"
#include "tests/bench/bounds.hpp"
#include "tests/bench/pidns.hpp"
#include "tests/bench/pidns_plain.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {
namespace {

using checker::Result;
using checker::search;
using checker::Verdict;

template <class S>
void expect_row(const Result<S>& result, const Row& row) {
  EXPECT_TRUE(result.complete()) << result.incomplete;
  EXPECT_EQ(result.states, row.states) << row.id;
  EXPECT_EQ(result.transitions, row.transitions) << row.id;
  EXPECT_EQ(result.depth, row.diameter) << row.id;
  EXPECT_EQ(result.deadlocks, 0U) << row.id;
}

// f.operator()<bounds>(row) for the rows from c, the first with two namespaces, to this one.
template <std::size_t Last, class F>
void each_row(F f) {
  constexpr std::size_t kFirst = 2;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f.template operator()<kTable[kFirst + I].bounds>(kTable[kFirst + I]), ...);
  }
  (std::make_index_sequence<Last - kFirst + 1>{});
}
constexpr std::size_t kToA = 4, kToB = 5;

TEST(Plain, HasTheCountsOfTheTableAndTheInvariantHolds) {
  each_row<kToA>([]<Bounds B>(const Row& row) {
    using S = PlainPidns<B>;
    const auto claim = S::derived_fields_agree();
    const Result<S> result = search<S>(S{}, {&claim, 1}, {});
    expect_row(result, row);
    EXPECT_EQ(result.findings[0].verdict, Verdict::holds);
    EXPECT_TRUE(result.findings[0].premise_reached);
  });
}

checker::Tuning visited(checker::Tuning::Visited how, unsigned threads = 1) {
  checker::Tuning tuning;
  tuning.visited = how;
  tuning.threads = threads;
  return tuning;
}

TEST(Words, HaveTheCountsOfTheTableInBothWaysOfTheEngine) {
  using enum checker::Tuning::Visited;
  each_row<kToB>([]<Bounds B>(const Row& row) {
    for (const checker::Tuning& tuning :
         {visited(automatic), visited(recorded), visited(automatic, 2), visited(automatic, 3)})
      expect_row(search<AnyPidns>(AnyPidns::of<Pidns<B>>(), {}, {}, {}, 1.0, tuning), row);
  });
}

// The word of a state of the plain model.
template <Bounds B>
std::uint64_t word(const typename PlainPidns<B>::State& s) {
  constexpr const Layout<B>& at = kLayout<B>;
  std::uint64_t word = at.ns[0].last_pid.holding(std::uint64_t{s.ns[0].last_pid});
  for (int t = 1; t <= B.tasks; ++t) {
    const auto slot = static_cast<std::size_t>(t);
    const auto& task = s.task[slot];
    if (task.status == 0) continue;
    for (std::size_t n = task.ns;; n = s.ns[n].parent) {
      word |= at.task[slot].nr[n].holding(std::uint64_t{task.nr[s.ns[n].level]});
      if (n == 0) break;
    }
    word |= at.task[slot].status.holding(std::uint64_t{task.status} - 1);
    if (task.parent != 0)
      word |= at.task[slot].parent.holding(Layout<B>::reference(t, task.parent));
  }
  for (int n = 1; n <= B.namespaces; ++n) {
    const auto slot = static_cast<std::size_t>(n);
    const auto& ns = s.ns[slot];
    word |= at.ns[slot].last_pid.holding(std::uint64_t{ns.last_pid});
    if (ns.parent != 0) word |= at.ns[slot].parent.holding(Layout<B>::reference(n, ns.parent));
    word |= at.ns[slot].mounts.holding(std::uint64_t{ns.mounts});
  }
  return word;
}

using NamedMove = std::tuple<int, int, int, int, std::uint64_t>;

TEST(Words, MakeTheMovesOfThePlainModelInEveryState) {
  each_row<kToA>([]<Bounds B>(const Row& row) {
    using Plain = PlainPidns<B>;
    std::vector<std::uint64_t> seen;
    lang::Property<Plain> same;
    same.holds = [&](const Plain& plain, const typename Plain::State& s) {
      std::vector<NamedMove> expected;
      plain.successors(s, [&](const auto& a, const auto& after, const auto&) {
        expected.emplace_back(static_cast<int>(a.call), a.who, a.child, a.made, word<B>(after));
      });
      std::vector<NamedMove> made;
      Pidns<B>::successors({word<B>(s)}, [&](const auto& a, const auto& after, const auto&) {
        made.emplace_back(static_cast<int>(a.call), a.who, a.child, a.made, after.word);
      });
      seen.push_back(word<B>(s));
      return made == expected;
    };
    const Result<Plain> result = search<Plain>(Plain{}, {&same, 1}, {});
    EXPECT_EQ(result.findings[0].verdict, Verdict::holds) << row.id;
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end()) << "two states have one word";
    EXPECT_EQ(seen.size(), row.states);
  });
}

TEST(Words, EightAtOnceMakeTheMovesOfEachOne) {
  if (make_moves_by_eight(0) == nullptr) GTEST_SKIP() << "no AVX-512 here";
  each_row<kToA>([]<Bounds B>(const Row& row) {
    const auto index = static_cast<std::size_t>(&row - kTable.data());
    std::vector<std::uint64_t> batch;
    lang::Property<AnyPidns> collect;
    collect.holds = [&](const AnyPidns&, const auto& s) { return batch.push_back(s.word), true; };
    search<AnyPidns>(AnyPidns::of<Pidns<B>>(), {&collect, 1}, {});
    std::sort(batch.begin(), batch.end());
    batch.erase(std::unique(batch.begin(), batch.end()), batch.end());
    ASSERT_EQ(batch.size(), row.states);
    batch.push_back(0);  // a state that is not reached, and has moves all the same
    lang::Moves one(batch.size() * Pidns<B>::moves_max());
    lang::Moves eight(batch.size() * Pidns<B>::moves_max());
    make_moves_by_word<B>(batch, one);
    make_moves_by_eight(index)(batch, eight);
    std::vector<std::uint64_t> after_one(one.after().begin(), one.after().end());
    std::vector<std::uint64_t> after_eight(eight.after().begin(), eight.after().end());
    std::sort(after_one.begin(), after_one.end());
    std::sort(after_eight.begin(), after_eight.end());
    EXPECT_EQ(after_one, after_eight);
    EXPECT_EQ(one.steps(), eight.steps());
    EXPECT_TRUE(one.ended().empty());
    EXPECT_TRUE(eight.ended().empty());
  });
}

}  // namespace
}  // namespace nsmc::bench
