// States with the moves between them, and what must happen in the end.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace nsmc
