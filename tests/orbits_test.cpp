// The benchmark model up to the names of its slots, against all renamings one by one.
// SPDX-License-Identifier: MIT
#include "tests/bench/orbits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "checker/explicit/compact_search.hpp"
#include "tests/bench/any_pidns.hpp"
#include "tests/bench/bounds.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {
namespace {

using checker::Result;
using checker::Verdict;
using Words = std::vector<std::uint64_t>;

// f.operator()<index, bounds>(row) for the rows with these ids.
template <class Wanted, class F>
void each_row(F f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f.template operator()<I, kTable[I].bounds>(kTable[I]), ...);
  }
  (Wanted{});
}
using Small = std::index_sequence<0, 2>;  // a, with one namespace, and c, with two
using UpToB = std::make_index_sequence<6>;
static_assert(kTable[0].id == "a" && kTable[2].id == "c" && kTable[5].id == "B");

// The states that are reached, in order; by nothing that the engine is made of.
Words reached(const AnyPidns& system) {
  std::set<std::uint64_t> seen;
  Words open;
  const auto see = [&](const PidnsWords::State& s) {
    if (seen.insert(s.word).second) open.push_back(s.word);
  };
  for (const PidnsWords::State& s : system.initial()) see(s);
  while (!open.empty()) {
    const std::uint64_t word = open.back();
    open.pop_back();
    system.successors({word}, [&](const auto&, const auto& after, const auto&) { see(after); });
  }
  return {seen.begin(), seen.end()};
}

template <Bounds B>
AnyPidns whole() {
  return AnyPidns::of<Pidns<B>>();
}
template <Bounds B>
AnyPidns orbits() {
  return AnyPidns::of<Orbits<B>>();
}

using Names = std::vector<std::size_t>;  // the new slot of each; 0 stays

std::vector<Names> all_names(int slots) {
  Names names(static_cast<std::size_t>(slots) + 1);
  std::iota(names.begin(), names.end(), 0);
  std::vector<Names> all;
  do all.push_back(names);
  while (std::next_permutation(names.begin() + 1, names.end()));
  return all;
}

// What a slot's reference says when it is `from` and all have new names.
template <Bounds B>
std::uint64_t renamed(std::uint64_t reference, std::size_t from, const Names& names) {
  if (reference == 0) return 0;
  const std::size_t to = (reference ^ (from - 1)) + 1;
  return Layout<B>::reference(static_cast<int>(names[from]), static_cast<int>(names[to]));
}

template <Bounds B>
std::uint64_t renamed(std::uint64_t word, const Names& task, const Names& ns) {
  constexpr const Layout<B>& at = kLayout<B>;
  std::uint64_t after = at.ns[0].last_pid.holding(at.ns[0].last_pid.of(word));
  for (std::size_t t = 1; t < task.size(); ++t) {
    const auto& from = at.task[t];
    const auto& to = at.task[task[t]];
    for (std::size_t n = 0; n < ns.size(); ++n) after |= to.nr[ns[n]].holding(from.nr[n].of(word));
    after |= to.status.holding(from.status.of(word));
    after |= to.parent.holding(renamed<B>(from.parent.of(word), t, task));
  }
  for (std::size_t n = 1; n < ns.size(); ++n) {
    const auto& from = at.ns[n];
    const auto& to = at.ns[ns[n]];
    after |= to.last_pid.holding(from.last_pid.of(word));
    after |= to.mounts.holding(from.mounts.of(word));
    after |= to.parent.holding(renamed<B>(from.parent.of(word), n, ns));
  }
  return after;
}

// All that a state can be called, each once.
template <Bounds B>
Words orbit(std::uint64_t word) {
  static const std::vector<Names> tasks = all_names(B.tasks);
  static const std::vector<Names> namespaces = all_names(B.namespaces);
  Words words;
  for (const Names& task : tasks)
    for (const Names& ns : namespaces) words.push_back(renamed<B>(word, task, ns));
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

template <Bounds B>
std::uint64_t form(std::uint64_t word) {
  return Canonical<lang::Word, B>::form(word);
}

// Two states have one form iff a renaming leads from one to the other: a form is a renaming of each
// state that has it (=>), and all renamings have one form (<=).
template <Bounds B>
bool has_exact_form(std::uint64_t word) {
  const Words names = orbit<B>(word);
  const std::uint64_t one = form<B>(word);
  return std::binary_search(names.begin(), names.end(), one) && form<B>(one) == one &&
         std::all_of(names.begin(), names.end(),
                     [one](std::uint64_t other) { return form<B>(other) == one; });
}
template <Bounds B>
void expect_exact_forms(const Words& states) {
  std::set<std::uint64_t> forms;
  for (const std::uint64_t word : states) {
    ASSERT_TRUE(has_exact_form<B>(word)) << word;
    forms.insert(form<B>(word));
  }
  EXPECT_EQ(Words(forms.begin(), forms.end()), reached(orbits<B>()));
}

TEST(CanonicalForm, IsOneOfTheRenamingsAndTheSameForAllOfThem) {
  each_row<Small>([]<std::size_t I, Bounds B>(const Row& row) {
    const Words states = reached(whole<B>());
    ASSERT_EQ(states.size(), row.states);
    expect_exact_forms<B>(states);
  });
}

// No row of the table has as many: their order is more than who is around whom of two.
constexpr Bounds kThreeNamespaces{2, 3, 3, 3, 1};

TEST(CanonicalForm, IsThatOfThreeNamespacesToo) {
  const Words states = reached(whole<kThreeNamespaces>());
  const auto uses_all = [](std::uint64_t word) {
    const auto& ns = kLayout<kThreeNamespaces>.ns;
    return std::all_of(ns.begin() + 1, ns.end(),
                       [word](const auto& each) { return each.last_pid.of(word) != 0; });
  };
  EXPECT_TRUE(std::any_of(states.begin(), states.end(), uses_all));
  expect_exact_forms<kThreeNamespaces>(states);
}

using NamedMoves = std::vector<std::pair<Call, std::uint64_t>>;

TEST(Orbits, HaveTheMovesOfEachOfTheirStates) {
  each_row<Small>([]<std::size_t I, Bounds B>(const Row&) {
    const auto moves_to_forms = [](const AnyPidns& system, std::uint64_t word) {
      NamedMoves moves;
      system.successors({word}, [&](const auto& action, const auto& after, const auto&) {
        moves.emplace_back(action.call, form<B>(after.word));
      });
      std::sort(moves.begin(), moves.end());
      return moves;
    };
    for (const std::uint64_t word : reached(whole<B>()))
      ASSERT_EQ(moves_to_forms(whole<B>(), word), moves_to_forms(orbits<B>(), form<B>(word)));
  });
}

// Searches, and returns the states that stand for orbits.
Words representatives(const AnyPidns& system, const Row& row, unsigned threads) {
  Words words;
  std::mutex mutex;
  lang::Property<AnyPidns> collect;
  collect.holds = [&](const AnyPidns&, const PidnsWords::State& s) {
    const std::lock_guard lock(mutex);
    words.push_back(s.word);
    return true;
  };
  checker::Tuning tuning;
  tuning.threads = threads;
  const Result<AnyPidns> result =
      checker::search_compact<AnyPidns>(system, {&collect, 1}, {}, {}, 1.0, tuning);
  EXPECT_TRUE(result.complete()) << result.incomplete;
  EXPECT_EQ(result.states, row.orbits) << row.id;
  EXPECT_EQ(result.transitions, row.orbit_transitions) << row.id;
  EXPECT_EQ(result.depth, row.diameter) << row.id;
  EXPECT_EQ(result.deadlocks, 0U) << row.id;
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

TEST(Orbits, HaveTheCountsOfTheTableAndTogetherAllStates) {
  each_row<UpToB>([]<std::size_t I, Bounds B>(const Row& row) {
    const Words words = representatives(orbits<B>(), row, 1);
    EXPECT_EQ(words, representatives(orbits<B>(), row, 2)) << row.id;
    std::uint64_t states = 0;
    for (const std::uint64_t word : words) states += orbit<B>(word).size();
    EXPECT_EQ(states, row.states) << row.id;
  });
}

// As row G is searched, whose states do not fit a word otherwise.
TEST(Orbits, OfNamespacesInOrderHaveTheSameCounts) {
  each_row<std::index_sequence<2>>([]<std::size_t I, Bounds B>(const Row& row) {
    static_assert(kLayout<in_order(B)>.bits < kLayout<B>.bits);
    EXPECT_EQ(representatives(orbits<in_order(B)>(), row, 1).size(), row.orbits);
  });
}

TEST(Orbits, OfEightAtOnceHaveTheMovesOfEachOne) {
  if (make_orbit_moves_by_eight(0) == nullptr) GTEST_SKIP() << "no AVX-512 here";
  each_row<std::index_sequence<0, 2, 4>>([]<std::size_t I, Bounds B>(const Row&) {
    const Words states = reached(orbits<B>());
    const std::size_t most = states.size() * Orbits<B>::moves_max();
    lang::Moves one(most);
    lang::Moves eight(most);
    make_orbit_moves_by_word<B>(states, one);
    make_orbit_moves_by_eight(I)(states, eight);
    Words after_one(one.after().begin(), one.after().end());
    Words after_eight(eight.after().begin(), eight.after().end());
    std::sort(after_one.begin(), after_one.end());
    std::sort(after_eight.begin(), after_eight.end());
    EXPECT_EQ(after_one, after_eight);
    EXPECT_EQ(one.steps(), eight.steps());
  });
}

// One namespace in another, and the only task of the inner one dead.
template <Bounds B>
lang::Property<AnyPidns> orphaned_inner_namespace() {
  lang::Property<AnyPidns> claim;
  claim.expect = lang::Expect::sometimes;
  claim.holds = [](const AnyPidns&, const PidnsWords::State& s) {
    bool zombie_in_both = false;
    for (std::size_t t = 1; t < kLayout<B>.task.size(); ++t) {
      const auto& task = kLayout<B>.task[t];
      zombie_in_both |= task.nr[1].of(s.word) != 0 && task.nr[2].of(s.word) != 0 &&
                        task.status.of(s.word) == kZomb;
    }
    return zombie_in_both;
  };
  return claim;
}

TEST(Orbits, GiveShortestRunsOfTheModel) {
  constexpr Bounds B = row("c").bounds;
  const auto claim = orphaned_inner_namespace<B>();
  const auto runs = checker::search_compact(whole<B>(), {&claim, 1}, {});
  const auto named = checker::search_compact(orbits<B>(), {&claim, 1}, {});
  ASSERT_EQ(runs.findings[0].verdict, Verdict::holds);
  ASSERT_EQ(named.findings[0].verdict, Verdict::holds);
  EXPECT_EQ(named.findings[0].run->actions.size(), runs.findings[0].run->actions.size());
}

}  // namespace
}  // namespace nsmc::bench
