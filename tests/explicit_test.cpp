// The explicit engine: on every toy the known answer, under every limit an honest one.
// SPDX-License-Identifier: MIT
#include "checker/explicit/explicit.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "tests/hashes.hpp"
#include "tests/naive_explorer.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {
namespace {

using lang::Expect;
using lang::Scope;
using tests::Fourfold;
using tests::OneForAll;
using toys::Claims;
using toys::Counter;

template <lang::System S, class Hash = Xxh3>
Result<S> run(const S& system, const Claims<S>& claims = {}, const Limits& limits = {},
              const OnProgress& on_progress = {}) {
  return search<S, Hash>(system, claims, limits, on_progress, 0.0);
}

template <class S>
using OfState = std::function<bool(const S&, const typename S::State&)>;
template <class S>
using OfMove = std::function<bool(const S&, const lang::Move<S>&)>;

template <class S>
lang::Property<S> always(OfState<S> holds, OfState<S> premise = {}) {
  return {"T1", "", "", Expect::always, Scope::state, holds, {}, premise, {}};
}
template <class S>
lang::Property<S> sometimes(OfState<S> holds) {
  return {"T2", "", "", Expect::sometimes, Scope::state, holds, {}, {}, {}};
}
template <class S>
lang::Property<S> at_ends(Expect expect, OfState<S> holds) {
  return {"T3", "", "", expect, Scope::end, holds, {}, {}, {}};
}
template <class S>
lang::Property<S> of_moves(Expect expect, OfMove<S> holds, OfMove<S> premise = {}) {
  return {"T4", "", "", expect, Scope::move, {}, holds, {}, premise};
}

// States, transitions, ends and depth: what a second implementation can be compared in.
using Figures = std::array<std::uint64_t, 4>;
template <class S>
Figures figures(const Result<S>& result) {
  std::uint64_t ends = result.deadlocks;
  for (const auto& [name, count] : result.ends) ends += count;
  return {result.states, result.transitions, ends, result.depth};
}

template <lang::System S>
Figures naively(const S& system) {
  const naive::Explored all = naive::explore(system);
  return {all.states.size(), all.transitions, all.ends.size(), all.depth};
}

template <lang::System S>
void expect_same_as_naive(const S& system) {
  const Figures known = naively(system);
  EXPECT_EQ(figures(run(system)), known);
  EXPECT_EQ(figures(run(system)), known) << "the second time";
  EXPECT_EQ(figures(run<S, Fourfold>(system)), known);
  if (known[0] > 5000) return;  // it is quadratic
  EXPECT_EQ(figures(run<S, OneForAll>(system)), known);
}

TEST(Explicit, AgreesWithANaiveExplorerOnEveryToyWhateverTheHash) {
  expect_same_as_naive(toys::TwoPhase(3));
  expect_same_as_naive(toys::TwoPhase(5));
  expect_same_as_naive(toys::DieHard());
  expect_same_as_naive(toys::BrokenMutex());
  expect_same_as_naive(toys::Peterson());
  expect_same_as_naive(toys::TwoLocks());
  expect_same_as_naive(toys::Shortcut());
  expect_same_as_naive(Counter{{}, 3000});
}

TEST(Explicit, TwoPhaseCommitHasTheStatesOfTheLiteratureAndCountsItsSteps) {
  using S = toys::TwoPhase;
  const Claims<S> claims = {
      always<S>([](const S& sys, const S::State& s) {
        return !(sys.any(s, toys::committed) && sys.any(s, toys::aborted));
      }),
      sometimes<S>([](const S& sys, const S::State& s) { return sys.any(s, toys::committed); }),
      sometimes<S>([](const S&, const S::State& s) { return s.decision == 3; })};
  const Result<S> three = run(S(3), claims);
  const Result<S> five = run(S(5), claims);
  EXPECT_EQ(three.states, 288U);
  EXPECT_EQ(five.states, 8832U);
  EXPECT_EQ(five.findings[0].verdict, Verdict::holds);
  EXPECT_EQ(five.findings[1].verdict, Verdict::holds);
  ASSERT_TRUE(three.findings[1].run);
  EXPECT_EQ(three.findings[1].run->actions.size(), 8U);  // 3 prepare, 3 told, decide, one commits
  EXPECT_EQ(five.findings[2].verdict, Verdict::violated);
  EXPECT_FALSE(five.findings[2].run);
  EXPECT_EQ(five.deadlocks, 0U);
  EXPECT_EQ(std::accumulate(five.step_counts.begin(), five.step_counts.end(), std::uint64_t{0}),
            five.transitions);
}

TEST(Explicit, FourLitresTakeSixMoves) {
  using S = toys::DieHard;
  const auto result =
      run<S>({}, {always<S>([](const S&, const S::State& s) { return s.big != 4; })});
  EXPECT_EQ(result.states, 16U);
  EXPECT_EQ(result.findings[0].verdict, Verdict::violated);
  ASSERT_TRUE(result.findings[0].run);
  EXPECT_EQ(result.findings[0].run->actions.size(), 6U);
}

template <class S>
Claims<S> mutual_exclusion(int inside) {
  const auto in = [inside](const typename S::State& s, std::size_t i) { return s.pc[i] == inside; };
  return {always<S>([in](const S&, const auto& s) { return !(in(s, 0) && in(s, 1)); },
                    [in](const S&, const auto& s) { return in(s, 0) || in(s, 1); }),
          sometimes<S>([in](const S&, const auto& s) { return in(s, 1); })};
}

TEST(Explicit, TheBrokenMutexFailsInFourMovesAndPetersonsHolds) {
  const auto broken = run<toys::BrokenMutex>({}, mutual_exclusion<toys::BrokenMutex>(2));
  EXPECT_EQ(broken.findings[0].verdict, Verdict::violated);
  EXPECT_EQ(broken.findings[0].run.value().actions.size(), 4U);
  const auto peterson = run<toys::Peterson>({}, mutual_exclusion<toys::Peterson>(3));
  EXPECT_EQ(peterson.findings[0].verdict, Verdict::holds);
  EXPECT_TRUE(peterson.findings[0].premise_reached);
  EXPECT_EQ(peterson.findings[1].verdict, Verdict::holds);
  EXPECT_EQ(peterson.findings[1].run.value().actions.size(), 3U);
}

TEST(Explicit, FindsTheShortestDeadlockAndNamesTheExpectedEnd) {
  using S = toys::TwoLocks;
  const auto done = [](const S&, const S::State& s) { return s.pc[0] == 3; };
  const auto result = run<S>(
      {},
      {at_ends<S>(Expect::always, done), at_ends<S>(Expect::sometimes, done),
       at_ends<S>(Expect::sometimes, [](const S&, const S::State& s) { return s.pc[0] == 2; })});
  EXPECT_EQ(result.deadlocks, 1U);
  EXPECT_EQ(result.deadlock.value().actions.size(), 2U);
  EXPECT_EQ(result.ends, (std::map<std::string, std::uint64_t>{{"both done", 1}}));
  EXPECT_EQ(result.findings[0].verdict, Verdict::violated);
  EXPECT_EQ(result.findings[0].run.value().actions.size(), 2U);
  EXPECT_EQ(result.findings[1].verdict, Verdict::holds);
  EXPECT_EQ(result.findings[1].run.value().actions.size(), 6U);
  EXPECT_EQ(result.findings[2].verdict, Verdict::violated);  // true of a state, but of no end
}

TEST(Explicit, JudgesMovesIntoKnownStatesToo) {
  using S = toys::Shortcut;
  const auto from_one = [](const S&, const lang::Move<S>& m) { return m.before.at != 1; };
  const auto never = [](const S&, const lang::Move<S>&) { return false; };
  const auto result = run<S>(
      {}, {of_moves<S>(Expect::always, from_one), of_moves<S>(Expect::sometimes, never, never)});
  EXPECT_EQ(result.states, 3U);
  EXPECT_EQ(result.findings[0].verdict, Verdict::violated);
  const auto actions = result.findings[0].run.value().actions;
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(actions[1].number, 1U);
  EXPECT_TRUE(result.findings[0].premise_reached);
  EXPECT_EQ(result.findings[1].verdict, Verdict::violated);
  EXPECT_FALSE(result.findings[1].premise_reached);
}

struct ManyStarts : toys::DieHard {
  static std::vector<State> initial() { return {{5, 3}, {0, 0}, {0, 0}, {4, 3}}; }
};

TEST(Explicit, NamesTheInitialStateOfARunEvenAfterDuplicates) {
  const auto result = run<ManyStarts>(
      {}, {always<ManyStarts>([](const auto&, const auto& s) { return s.big != 4; }),
           sometimes<ManyStarts>([](const auto&, const auto& s) { return s.small == 2; })});
  EXPECT_EQ(result.states, 16U);
  EXPECT_EQ(result.findings[0].run.value().initial, 3U);
  EXPECT_TRUE(result.findings[0].run.value().actions.empty());
  EXPECT_EQ(result.findings[1].run.value().initial, 3U);
  EXPECT_EQ(result.findings[1].run.value().actions.size(), 1U);
}

TEST(Explicit, SaysThatAClaimIsVacuous) {
  using S = toys::DieHard;
  const auto yes = [](const S&, const S::State&) { return true; };
  const auto overfull = [](const S&, const S::State& s) { return s.big > 5; };
  const auto result = run<S>({}, {always<S>(yes, overfull), always<S>(yes), always<S>(yes, yes),
                                  at_ends<S>(Expect::always, yes)});
  for (const auto& finding : result.findings) EXPECT_EQ(finding.verdict, Verdict::holds);
  EXPECT_FALSE(result.findings[0].premise_reached);
  EXPECT_TRUE(result.findings[1].premise_reached);
  EXPECT_TRUE(result.findings[2].premise_reached);
  EXPECT_FALSE(result.findings[3].premise_reached);  // there is no end
}

// The trap of a truncated search: what is only true at the end was "not found", so it "holds".
Claims<Counter> claims_about_the_end() {
  return {always<Counter>([](const Counter& c, const auto& s) { return s.value < c.last; }),
          sometimes<Counter>([](const Counter& c, const auto& s) { return s.value == c.last; }),
          of_moves<Counter>(Expect::always,
                            [](const Counter& c, const auto& m) { return m.after.value < c.last; }),
          at_ends<Counter>(Expect::always, [](const Counter&, const auto&) { return false; }),
          sometimes<Counter>([](const Counter&, const auto& s) { return s.value == 3; })};
}

TEST(Explicit, CountsToTheEndIfItMay) {
  const auto result = run<Counter>({}, claims_about_the_end());
  EXPECT_TRUE(result.complete());
  EXPECT_EQ(result.states, 200'001U);
  EXPECT_EQ(result.depth, 200'000U);
  for (const std::size_t i : {0U, 2U, 3U}) {
    EXPECT_EQ(result.findings[i].verdict, Verdict::violated);
    EXPECT_EQ(result.findings[i].run.value().actions.size(), 200'000U);
  }
  EXPECT_EQ(result.findings[1].verdict, Verdict::holds);
}

void expect_cut_short(const Limits& limits, const std::string& why, std::uint64_t states_min) {
  const auto result = run<Counter>({}, claims_about_the_end(), limits);
  EXPECT_FALSE(result.complete());
  EXPECT_EQ(result.incomplete.substr(0, why.size()), why) << result.incomplete;
  EXPECT_LT(result.states, 200'001U);
  EXPECT_GE(result.states, states_min);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(result.findings[i].verdict, Verdict::unknown) << why << ", claim " << i;
    EXPECT_FALSE(result.findings[i].run);
  }
  EXPECT_EQ(result.findings[4].verdict, states_min > 3 ? Verdict::holds : Verdict::unknown);
}

TEST(Explicit, NeverSaysHoldsUnderALimit) {
  expect_cut_short({.states_max = 1000},
                   "state limit of 1000 reached at depth 999; 1 state was not expanded", 1000);
  expect_cut_short({.depth_max = 7}, "depth limit of 7 reached; 1 state was not expanded", 8);
  expect_cut_short({.memory_bytes_max = 1'000'000}, "memory limit of 1000000 bytes reached", 1000);
  expect_cut_short({.memory_bytes_max = 1}, "memory limit of 1 bytes reached", 0);
  expect_cut_short({.states_max = 0}, "state limit of 0 reached", 0);
  expect_cut_short({.seconds_max = 0.0}, "time limit of 0 s reached at depth 0", 0);
  const std::atomic<bool> stop = true;
  expect_cut_short({.stop = &stop}, "stopped on request at depth 0; 1 state was", 0);
}

TEST(Explicit, StaysBelowTheMemoryLimitAndJudgesWhatItFound) {
  const auto result = run(toys::TwoPhase(6), {}, {.memory_bytes_max = 900'000});
  EXPECT_FALSE(result.complete());
  EXPECT_LE(result.memory_bytes, 900'000U);
  EXPECT_GT(result.states, 10'000U);
  const Claims<toys::DieHard> claims = {
      always<toys::DieHard>([](const auto&, const auto& s) { return s.big != 4; })};
  const auto jugs = run<toys::DieHard>({}, claims, {.depth_max = 6});
  EXPECT_EQ(jugs.findings[0].verdict, Verdict::violated) << "found at depth 6, not expanded";
  EXPECT_FALSE(jugs.complete());
}

TEST(Explicit, ALimitThatIsJustEnoughIsNotReached) {
  EXPECT_TRUE(run(toys::TwoPhase(3), {}, {.states_max = 288}).complete());
  const auto less = run(toys::TwoPhase(3), {}, {.states_max = 287});
  EXPECT_EQ(less.states, 287U);
  EXPECT_FALSE(less.complete());
  EXPECT_TRUE(run(toys::TwoPhase(3), {}, {.depth_max = less.depth + 2}).complete());
  EXPECT_EQ(run<Counter>({}, {}, {.depth_max = 7}).states, 8U);
}

TEST(Explicit, StopsWhenAskedMeanwhileAndTellsItsProgress) {
  std::atomic<bool> stop = false;
  std::vector<Progress> seen;
  const auto result = run<Counter>({}, {}, {.stop = &stop}, [&](const Progress& progress) {
    seen.push_back(progress);
    stop = seen.size() == 3;
  });
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_LT(seen[1].states, seen[2].states);
  EXPECT_EQ(seen[2].frontier, 1U);
  EXPECT_EQ(seen[2].steps_taken, 1);
  EXPECT_EQ(seen[2].steps_known, 1);
  EXPECT_GT(seen[2].states_per_second_now, 0.0);
  EXPECT_EQ(result.incomplete.substr(0, 18), "stopped on request");
}

TEST(Explicit, ALyingSystemGetsNoVerdict) {
  using S = toys::Liar;
  const auto below = [](std::uint32_t most) {
    return Claims<S>{always<S>([most](const S&, const auto& s) { return s.value < most; })};
  };
  const S liar{{{}, 10}};
  EXPECT_EQ(run(liar, below(3)).findings[0].verdict, Verdict::violated);
  EXPECT_THROW(run(liar, below(7)), EngineDisagreement);
  EXPECT_THROW(run(liar, {at_ends<S>(Expect::sometimes, [](auto&, auto&) { return true; })}),
               EngineDisagreement);
  // 4 -> 5 became 4 -> 4: that shows the claim too, but ends elsewhere.
  EXPECT_THROW(
      run(liar, {of_moves<S>(Expect::always, [](auto&, auto& m) { return m.before.value != 4; })}),
      EngineDisagreement);
}

TEST(Explicit, ConfirmsOnlyARunThatIsPossibleAndShowsItsClaim) {
  const auto below_3 = always<Counter>([](auto&, auto& s) { return s.value < 3; });
  const Counter counter{{}, 3};
  const auto confirm_moves = [&](unsigned moves, const lang::Property<Counter>* claim) {
    confirm(counter, claim, {0, std::vector<Counter::Action>(moves)}, {moves});
  };
  EXPECT_NO_THROW(confirm_moves(3, &below_3));
  EXPECT_THROW(confirm_moves(2, &below_3), EngineDisagreement);
  EXPECT_THROW(confirm_moves(4, &below_3), EngineDisagreement);
  EXPECT_THROW(confirm_moves(3, nullptr), EngineDisagreement);  // an expected end, no deadlock
}

TEST(Explicit, RefusesWrongMasksAndClaimsWithoutAPredicate) {
  try {
    run(Counter{{}, 200'000, 0xffff});
    FAIL() << "byte 2 of the state was cut off in silence";
  } catch (const std::logic_error& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 28), "byte 2 of a state of 4 bytes");
  }
  EXPECT_THROW(run<Counter>({}, Claims<Counter>(1)), std::logic_error);
}

// Masks of every kind: sparse, dense, full words, empty words, odd sizes.
std::vector<std::uint8_t> random_masks(std::mt19937_64& random, std::size_t size) {
  std::vector<std::uint8_t> masks(size);
  const std::uint64_t kind = random() % 4;
  for (std::size_t i = 0; i < size; ++i) {
    masks[i] = static_cast<std::uint8_t>(kind == 0 ? ~0U : random());
    if (kind == 1) masks[i] &= static_cast<std::uint8_t>(random() & random());
    if (kind == 2 && i / 16 % 2 == 0) masks[i] = 0;
  }
  return masks;
}
using Bytes = std::vector<std::uint8_t>;
Bytes random_state(std::mt19937_64& random, const Bytes& masks) {
  Bytes state(masks);
  for (std::uint8_t& byte : state) byte &= static_cast<std::uint8_t>(random());
  return state;
}
std::vector<std::byte> packed(const BitPacker& packer, const Bytes& state) {
  std::vector<std::byte> result(packer.packed_bytes() + BitPacker::kSlack);
  packer.pack(state.data(), result.data());
  result.resize(packer.packed_bytes());
  return result;
}
std::vector<BitPacker> packers(const Bytes& masks) {
  std::vector<BitPacker> result = {BitPacker(masks, BitPacker::Gather::portable)};
  if (BitPacker::fastest() == BitPacker::Gather::bmi2) result.emplace_back(masks);
  return result;
}

TEST(BitPacker, BothWaysGiveTheSameFewestBytesAndTheStateBack) {
  std::mt19937_64 random(1);
  for (std::size_t round = 0; round < 2000; ++round) {
    const Bytes masks = random_masks(random, 1 + random() % 90 + (round % 10 == 0 ? 600 : 0));
    std::size_t bits = 0;
    for (const std::uint8_t mask : masks) bits += static_cast<std::size_t>(std::popcount(mask));
    const Bytes state = random_state(random, masks);
    const std::vector<BitPacker> all = packers(masks);
    const std::vector<std::byte> first = packed(all[0], state);
    for (const BitPacker& packer : all) {
      EXPECT_EQ(packer.packed_bytes(), std::max<std::size_t>(1, (bits + 7) / 8));
      std::vector<std::byte> bytes = packed(packer, state);
      ASSERT_EQ(bytes, first);
      bytes.resize(bytes.size() + BitPacker::kSlack, std::byte{0xff});  // whatever comes after
      Bytes back(masks.size(), 0xff);
      packer.unpack(bytes.data(), back.data());
      ASSERT_EQ(back, state);
    }
  }
}

TEST(BitPacker, EveryBitMattersAndABitThatShouldNotBeThereIsNamed) {
  std::mt19937_64 random(2);
  for (const std::size_t size : {1U, 3U, 8U, 13U, 64U, 157U}) {
    const Bytes masks = random_masks(random, size);
    for (const BitPacker& packer : packers(masks)) {
      StateStore<char> store(packer.packed_bytes());
      const auto add = [&](const Bytes& state) {
        std::vector<std::byte> bytes = packed(packer, state);
        return store.insert(bytes.data(), store.tag(bytes.data()), 0, 'a');
      };
      const Bytes state = random_state(random, masks);
      ASSERT_EQ(add(state), Insertion::added);
      for (std::size_t bit = 0; bit < 8 * size; ++bit) {
        Bytes flipped = state;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        if ((masks[bit / 8] >> bit % 8 & 1U) != 0) {
          ASSERT_EQ(add(flipped), Insertion::added);
          ASSERT_EQ(add(flipped), Insertion::known);
          continue;
        }
        try {
          add(flipped);
          FAIL() << "bit " << bit << " was ignored";
        } catch (const std::logic_error& error) {
          ASSERT_EQ(std::string(error.what()).find("byte " + std::to_string(bit / 8) + " of"), 0U);
        }
      }
      ASSERT_EQ(add(state), Insertion::known);
    }
  }
}

template <class Hash>
void expect_store_like_a_map(std::uint64_t states, const StoreLimits& limits) {
  StateStore<std::uint64_t, Hash> store(5, limits);
  std::mt19937_64 random(3);
  std::map<std::vector<std::byte>, std::uint32_t> known;
  std::vector<std::vector<std::byte>> order;
  while (order.size() < states) {
    std::vector<std::byte> state(5);
    const std::uint64_t value = random() % (2 * states);
    std::memcpy(state.data(), &value, 5);
    const auto index = static_cast<std::uint32_t>(order.size());
    const Insertion done = store.insert(state.data(), store.tag(state.data()), index / 2, value);
    ASSERT_EQ(done == Insertion::added, known.emplace(state, index).second);
    if (done == Insertion::added) order.push_back(state);
  }
  ASSERT_EQ(store.size(), states);
  for (std::uint32_t i = 0; i < states; ++i) {
    ASSERT_EQ(std::memcmp(store.packed(i), order[i].data(), 5), 0);
    ASSERT_EQ(std::memcmp(order[i].data(), std::array{store.action(i)}.data(), 5), 0);
    ASSERT_EQ(store.parent(i), i / 2);
  }
}

TEST(StateStore, GrowsAcrossTableAndArenaBoundariesWithoutLosingAState) {
  for (const std::size_t chunk_bytes : {1U, 17U, 34U, 100U, 4096U})
    expect_store_like_a_map<Xxh3>(5000, {.chunk_bytes = chunk_bytes, .slots_log2 = 1});
  expect_store_like_a_map<Fourfold>(3000, {.chunk_bytes = 100, .slots_log2 = 1});
  expect_store_like_a_map<OneForAll>(1000, {.chunk_bytes = 100, .slots_log2 = 1});
  expect_store_like_a_map<Xxh3>(100'000, {});
}

TEST(StateStore, RefusesOneStateTooManyAndStillKnowsTheOthers) {
  StateStore<char> store(1, {.states_max = 2});
  std::array<std::byte, 1> state{};
  const auto add = [&](unsigned value) {
    state[0] = static_cast<std::byte>(value);
    return store.insert(state.data(), store.tag(state.data()), 0, 'a');
  };
  EXPECT_EQ(add(1), Insertion::added);
  EXPECT_EQ(add(2), Insertion::added);
  EXPECT_EQ(add(3), Insertion::states_full);
  EXPECT_EQ(add(2), Insertion::known);
  EXPECT_EQ(store.size(), 2U);
  EXPECT_EQ(StateStore<char>(1).states_max(), 0xfffffffeU);
}

TEST(Explicit, TheExampleInItsHeaderDoesWhatItSays) {
  using toys::Lamp;
  lang::Property<Lamp> lit;
  lit.id = "L1";
  lit.says = "The lamp can be lit.";
  lit.expect = lang::Expect::sometimes;
  lit.holds = [](const Lamp&, const Lamp::State& s) { return s.on == 1; };
  const Result<Lamp> result = search<Lamp>(Lamp{}, {&lit, 1}, {.states_max = 1'000'000});
  EXPECT_EQ(result.findings[0].verdict, Verdict::holds);
  EXPECT_EQ(result.findings[0].run.value().actions.size(), 1U);
  EXPECT_EQ(result.states, 4U);
  EXPECT_EQ(result.deadlocks, 1U);
  EXPECT_EQ(result.deadlock.value().actions.size(), 3U);
}

}  // namespace
}  // namespace nsmc::checker
