// States with the moves between them, and what must happen in the end.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <random>

#include "checker/graph/bisimulation.hpp"
#include "checker/graph/components.hpp"
#include "checker/graph/liveness.hpp"
#include "checker/graph/state_graph.hpp"
#include "tests/toys.hpp"

namespace nsmc {
namespace {

using checker::StateGraph;
using checker::Verdict;
using lang::Fairness;

// `spinner` goes round and round; `worker` could finish all the while, or only at one place.
struct RoundState {
  std::uint8_t at = 0, done = 0;
};
struct Rounds : toys::Numbered<Rounds, RoundState> {
  Fairness worker = Fairness::none;
  Fairness spinner = Fairness::weak;
  bool only_at_zero = false;

  static int moves() { return 2; }
  static State widest() { return {3, 1}; }
  bool move(State& s, int number) const {
    if (number == 0) {
      s.at = static_cast<std::uint8_t>((s.at + 1) % 3);
      return true;
    }
    if (only_at_zero && s.at != 0) return false;
    return std::exchange(s.done, 1) == 0;
  }
  std::string actor(const Action& a) const { return a.number == 0 ? "spinner" : "worker"; }
  Fairness fairness(const State&, const Action& a) const {
    return a.number == 0 ? spinner : worker;
  }
};

template <class S>
lang::LeadsTo<S> leads_to(auto&& from, auto&& to) {
  return {.id = "X",
          .says = "",
          .source = "",
          .instances = 1,
          .from = [=](const S&, const typename S::State& s, int) { return from(s); },
          .to = [=](const S&, const typename S::State& s, int) { return to(s); }};
}
const auto work_is_done = leads_to<Rounds>([](const RoundState&) { return true; },
                                           [](const RoundState& s) { return s.done == 1; });

TEST(Graph, CountsStatesAndMoves) {
  const toys::TwoPhase system(3);
  const StateGraph<toys::TwoPhase> graph(system);
  EXPECT_TRUE(graph.complete());
  EXPECT_EQ(graph.size(), 288U);  // Stateright's figure
  std::uint64_t moves = 0;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    system.successors(graph.state(i), [&](const auto&, const auto&, const auto&) { ++moves; });
  EXPECT_EQ(graph.edges().edges(), moves);
  EXPECT_EQ(graph.labels().size(), moves);
}

TEST(Graph, EdgesAreSuccessors) {
  const toys::DieHard system;
  const StateGraph<toys::DieHard> graph(system);
  ASSERT_EQ(graph.size(), 16U);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    for (std::uint64_t k = 0; k < graph.edges().degree(i); ++k) {
      toys::Jugs after;
      toys::DieHard::Events events;
      ASSERT_TRUE(system.execute(graph.state(i), graph.move(i, k), after, events));
      const toys::Jugs to = graph.state(graph.edges().targets(i)[k]);
      EXPECT_EQ(after.big, to.big);
      EXPECT_EQ(after.small, to.small);
    }
}

TEST(Components, OfAGraphByHand) {
  // 0 <-> 1 -> 2, 2 -> 2, 3 alone
  const checker::Csr graph{.first = {0, 1, 3, 4, 4}, .target = {1, 0, 2, 2}};
  const checker::Components c = checker::components_of(graph);
  EXPECT_EQ(c.count, 3U);
  EXPECT_EQ(c.of[0], c.of[1]);
  EXPECT_EQ(c.size[c.of[0]], 2U);
  EXPECT_EQ(c.cyclic[c.of[0]], 1);
  EXPECT_EQ(c.bottom[c.of[0]], 0);
  EXPECT_EQ(c.cyclic[c.of[2]], 1);
  EXPECT_EQ(c.bottom[c.of[2]], 1);
  EXPECT_EQ(c.cyclic[c.of[3]], 0);
  EXPECT_EQ(c.bottom[c.of[3]], 1);
}

// a.(b + c) is not a.b + a.c.
TEST(Bisimulation, SeesWhenAChoiceIsMade) {
  const auto late = checker::Lts::from(4, {{0, 1, 1}, {1, 2, 2}, {1, 3, 3}});
  const auto early = checker::Lts::from(5, {{0, 1, 1}, {0, 1, 2}, {1, 2, 3}, {2, 3, 4}});
  EXPECT_FALSE(checker::bisimilar(late, early));
  const auto unrolled = checker::Lts::from(
      7, {{0, 1, 1}, {0, 1, 4}, {1, 2, 2}, {1, 3, 3}, {4, 2, 5}, {4, 3, 6}, {4, 3, 3}});
  EXPECT_TRUE(checker::bisimilar(late, unrolled));
  EXPECT_EQ(checker::bisimulation(unrolled).count, 3U);
  EXPECT_EQ(checker::bisimulation(unrolled, {0, 1, 2, 3, 4, 5, 6}).count, 7U);
}

// White 0 may go silently to 1, which cannot become black any more; 2 and 3 go round in silence.
TEST(Bisimulation, StutteringDoesNotCountButLosingAChoiceDoes) {
  const checker::Csr graph{.first = {0, 2, 3, 5, 6, 6, 6}, .target = {1, 4, 5, 3, 4, 2}};
  const std::vector<std::uint32_t> colour{0, 0, 0, 0, 1, 2};
  const checker::Blocks blocks = checker::stutter_equivalence(graph, colour);
  EXPECT_EQ(blocks.of, (std::vector<std::uint32_t>{0, 1, 2, 2, 3, 4}));
  const checker::Csr small = checker::collapsed(graph, blocks);
  EXPECT_EQ(small.size(), 5U);
  EXPECT_EQ(small.target, (std::vector<std::uint32_t>{1, 3, 4, 3}));
}

TEST(Liveness, ALoopWithoutFairnessViolates) {
  const Rounds system;  // nobody owes the worker anything
  const StateGraph<Rounds> graph(system);
  const auto finding = checker::judge(graph, work_is_done);
  EXPECT_EQ(finding.verdict, Verdict::violated);
  ASSERT_TRUE(finding.lasso);
  EXPECT_EQ(finding.lasso->stem.actions.size(), 0U);
  EXPECT_EQ(finding.lasso->loop.size(), 3U);
  EXPECT_EQ(finding.lasso->fair_to, std::vector<std::string>{"spinner"});
}

TEST(Liveness, AnUnfairLoopIsNoViolation) {
  Rounds system;
  system.worker = Fairness::weak;
  const StateGraph<Rounds> graph(system);
  EXPECT_EQ(checker::judge(graph, work_is_done).verdict, Verdict::holds);
}

TEST(Liveness, WeakIsNotEnoughForWhoCanMoveNowAndThen) {
  Rounds system;
  system.worker = Fairness::weak;
  system.only_at_zero = true;
  {
    const StateGraph<Rounds> graph(system);
    EXPECT_EQ(checker::judge(graph, work_is_done).verdict, Verdict::violated);
  }
  system.worker = Fairness::strong;
  const StateGraph<Rounds> graph(system);
  EXPECT_EQ(checker::judge(graph, work_is_done).verdict, Verdict::holds);
}

TEST(Liveness, WhoIsOwedNothingMayStayOut) {
  Rounds system;
  system.spinner = Fairness::none;
  const StateGraph<Rounds> graph(system);
  const auto finding = checker::judge(graph, work_is_done);
  ASSERT_TRUE(finding.lasso);
  EXPECT_TRUE(finding.lasso->loop.empty());
  EXPECT_EQ(finding.lasso->may_stay_out, (std::vector<std::string>{"spinner", "worker"}));
}

TEST(Liveness, ADeadlockIsAnEnd) {
  const toys::TwoLocks system;
  const StateGraph<toys::TwoLocks> graph(system);
  const auto both_done = leads_to<toys::TwoLocks>(
      [](const toys::LocksState& s) { return s.owner[0] == 1 && s.owner[1] == 2; },
      [](const toys::LocksState& s) { return s.pc[0] == 3 && s.pc[1] == 3; });
  const auto finding = checker::judge(graph, both_done);
  EXPECT_EQ(finding.verdict, Verdict::violated);
  ASSERT_TRUE(finding.lasso);
  EXPECT_EQ(finding.lasso->stem.actions.size(), 2U);
  EXPECT_TRUE(finding.lasso->may_stay_out.empty());
}

TEST(Liveness, CompleteOrNothing) {
  Rounds system;
  system.worker = Fairness::weak;
  for (std::uint64_t limit = 1; limit < 6; ++limit) {
    const StateGraph<Rounds> graph(system, {.states_max = limit});
    EXPECT_FALSE(graph.complete());
    EXPECT_EQ(checker::judge(graph, work_is_done).verdict, Verdict::unknown) << limit;
  }
}

TEST(Liveness, APremiseThatIsNeverTrueIsVacuous) {
  const Rounds system;
  const StateGraph<Rounds> graph(system);
  const auto finding =
      checker::judge(graph, leads_to<Rounds>([](const RoundState&) { return false; },
                                             [](const RoundState&) { return false; }));
  EXPECT_EQ(finding.verdict, Verdict::holds);
  EXPECT_FALSE(finding.premise_reached);
}

TEST(Liveness, ALassoThatIsNoneIsRefused) {
  Rounds system;
  const toys::Numbered<Rounds, RoundState>::Action spin{0}, work{1};
  checker::Lasso<Rounds> lasso{
      .stem = {}, .loop = {spin, spin, spin}, .fair_to = {}, .may_stay_out = {}};
  EXPECT_NO_THROW(checker::confirm(system, work_is_done, 0, lasso));
  system.worker = Fairness::weak;
  EXPECT_THROW(checker::confirm(system, work_is_done, 0, lasso), checker::EngineDisagreement);
  system.worker = Fairness::none;
  lasso.loop = {spin, spin};
  EXPECT_THROW(checker::confirm(system, work_is_done, 0, lasso), checker::EngineDisagreement);
  lasso.loop = {spin, spin, spin};
  lasso.stem.actions = {work};
  EXPECT_THROW(checker::confirm(system, work_is_done, 0, lasso), checker::EngineDisagreement);
}

// A system drawn at random: up to six states, three parties, any moves.
struct DrawnState {
  std::uint8_t at = 0;
};
struct Drawn : toys::Numbered<Drawn, DrawnState> {
  static constexpr int kStates = 6, kMoves = 4;
  int to[kStates][kMoves] = {};  // -1: no such move
  Fairness owed[kStates][kMoves] = {};
  bool begins[kStates] = {}, over[kStates] = {};

  explicit Drawn(std::mt19937& random) {
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    for (int s = 0; s < kStates; ++s) {
      begins[s] = pick(2) == 0;
      over[s] = pick(5) == 0;
      for (int m = 0; m < kMoves; ++m) {
        to[s][m] = pick(3) == 0 ? -1 : pick(kStates);
        owed[s][m] = static_cast<Fairness>(pick(3));
      }
    }
  }
  static int moves() { return kMoves; }
  static State widest() { return {7}; }
  bool move(State& s, int number) const {
    const int next = to[s.at][number];
    s.at = static_cast<std::uint8_t>(next < 0 ? 0 : next);
    return next >= 0;
  }
  static int who(int number) { return number % 3; }
  std::string actor(const Action& a) const { return std::to_string(who(a.number)); }
  Fairness fairness(const State& s, const Action& a) const { return owed[s.at][a.number]; }

  // Parties with a move of a state that is owed this; `inside`: that leads into these states.
  unsigned able(int s, Fairness least, unsigned inside = 63) const {
    unsigned set = 0;
    for (int m = 0; m < kMoves; ++m)
      if (to[s][m] >= 0 && owed[s][m] >= least && (inside >> to[s][m] & 1U) != 0)
        set |= 1U << who(m);
    return set;
  }
  // What is reached from a state by at least `least` moves within these states.
  unsigned reached(int from, unsigned inside, int least) const {
    unsigned set = least == 0 ? 1U << from : 0, open = 1U << from;
    for (int round = 0; round <= kStates; ++round) {
      unsigned next = 0;
      for (int s = 0; s < kStates; ++s)
        for (int m = 0; m < kMoves && (open >> s & 1U) != 0; ++m)
          if (to[s][m] >= 0) next |= 1U << to[s][m];
      open = next & inside;
      set |= open;
    }
    return set;
  }
  // By the definition: every set of states that a run could go through for ever is tried.
  bool violates() const {
    const unsigned all = reached(0, 63, 0);
    unsigned waits = 0, region = 0;
    for (int s = 0; s < kStates; ++s) waits |= over[s] ? 0 : 1U << s;
    for (int s = 0; s < kStates; ++s)
      if ((all >> s & 1U) != 0 && begins[s] && !over[s]) region |= reached(s, waits, 0);
    for (unsigned set = 1; set < 64; ++set) {
      if ((set & ~region) != 0) continue;
      unsigned always = 7, ever = 0, made = 0, made_strong = 0;
      bool connected = true;
      for (int s = 0; s < kStates; ++s) {
        if ((set >> s & 1U) == 0) continue;
        if (able(s, Fairness::weak) == 0) return true;  // it may rest here
        connected = connected && reached(s, set, 1) == set;
        always &= able(s, Fairness::weak);
        ever |= able(s, Fairness::strong);
        made |= able(s, Fairness::weak, set);
        made_strong |= able(s, Fairness::strong, set);
      }
      if (connected && (always & ~made) == 0 && (ever & ~made_strong) == 0) return true;
    }
    return false;
  }
};

TEST(Liveness, AgreesWithTheDefinitionOnSystemsDrawnAtRandom) {
  std::mt19937 random(20071018);
  int violated = 0, loops = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Drawn system(random);
    lang::LeadsTo<Drawn> property;
    property.from = [](const Drawn& d, const DrawnState& s, int) { return d.begins[s.at]; };
    property.to = [](const Drawn& d, const DrawnState& s, int) { return d.over[s.at]; };
    const auto finding = checker::judge(StateGraph<Drawn>(system), property);
    ASSERT_EQ(finding.verdict == Verdict::violated, system.violates()) << "system " << i;
    if (!finding.lasso) continue;
    ++violated;
    loops += finding.lasso->loop.empty() ? 0 : 1;
  }
  EXPECT_GT(violated, 1000);
  EXPECT_LT(violated, 19'000);
  EXPECT_GT(loops, 1000);
}

}  // namespace
}  // namespace nsmc
