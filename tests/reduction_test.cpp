// States left out of a search: what it says stays the same, and is a run of the whole system.
// SPDX-License-Identifier: MIT
#include "checker/explicit/reduction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "tests/naive_explorer.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {
namespace {

using lang::Expect;
using lang::Scope;
using toys::TwoPhase;
using State = TwoPhase::State;
using Claims = toys::Claims<TwoPhase>;

// The managers have no names: they stand in the order of what they are and have sent.
class Sorted : public NoReduction<TwoPhase> {
 public:
  explicit Sorted(const TwoPhase& system) : NoReduction(system), system_(system) {}
  void normalise(State& s) const {
    std::vector<std::tuple<int, bool, bool>> managers;
    for (int i = 0; i < system_.managers; ++i)
      managers.emplace_back(s.rm[static_cast<std::size_t>(i)], (s.tm_prepared >> i & 1) != 0,
                            (s.msg_prepared >> i & 1) != 0);
    std::sort(managers.begin(), managers.end());
    s.tm_prepared = s.msg_prepared = 0;
    for (std::size_t i = 0; i < managers.size(); ++i) {
      const auto [rm, counted, sent] = managers[i];
      s.rm[i] = static_cast<std::uint8_t>(rm);
      if (counted) s.tm_prepared |= static_cast<std::uint8_t>(1U << i);
      if (sent) s.msg_prepared |= static_cast<std::uint8_t>(1U << i);
    }
  }

 private:
  const TwoPhase& system_;
};

Claims claims() {
  const auto both = [](const TwoPhase& sys, const State& s) {
    return sys.any(s, toys::committed) && sys.any(s, toys::aborted);
  };
  const auto committed = [](const TwoPhase& sys, const State& s) {
    return sys.any(s, toys::committed);
  };
  return {{"T1",
           "",
           "",
           Expect::always,
           Scope::state,
           [both](const TwoPhase& sys, const State& s) { return !both(sys, s); },
           {},
           committed,
           {}},
          {"T2", "", "", Expect::sometimes, Scope::state, committed, {}, {}, {}},
          {"T3", "", "", Expect::sometimes, Scope::state, both, {}, {}, {}},
          {"T4",
           "",
           "",
           Expect::always,
           Scope::move,
           {},
           [](const TwoPhase& sys, const lang::Move<TwoPhase>& move) {
             return !sys.any(move.after, toys::aborted) || sys.any(move.before, toys::aborted) ||
                    move.before.tm_prepared == 0;
           },
           {},
           {}}};
}

TEST(Reduction, SaysTheSameOfFewerStatesByRunsOfTheSystem) {
  for (const int managers : {3, 5}) {
    const TwoPhase system(managers);
    Sorted sorted(system);
    const auto whole = search<TwoPhase>(system, claims(), {});
    const auto reduced = search_reduced<TwoPhase>(system, sorted, claims(), {});
    for (std::size_t i = 0; i < claims().size(); ++i) {
      EXPECT_EQ(reduced.findings[i].verdict, whole.findings[i].verdict);
      EXPECT_EQ(reduced.findings[i].premise_reached, whole.findings[i].premise_reached);
      ASSERT_EQ(reduced.findings[i].run.has_value(), whole.findings[i].run.has_value());
      if (whole.findings[i].run) {
        EXPECT_EQ(reduced.findings[i].run->actions.size(), whole.findings[i].run->actions.size());
      }
    }
    EXPECT_EQ(reduced.depth, whole.depth);
    std::set<std::string> orbits;
    for (const std::string& bytes : naive::explore(system).states) {
      State state{};
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&state));
      sorted.normalise(state);
      orbits.insert(naive::bytes_of(state));
    }
    EXPECT_EQ(reduced.states, orbits.size());
    EXPECT_LT(3 * reduced.states, whole.states);
  }
}

// The transaction manager counts whom it has never heard of.
class Forgetful : public NoReduction<TwoPhase> {
 public:
  using NoReduction::NoReduction;
  void normalise(State& s) const {
    if (s.tm_prepared != 0) s.tm_prepared = 7;
  }
};

TEST(Reduction, ARunThatTheSystemDoesNotHaveIsNoAnswer) {
  const TwoPhase system(3);
  Forgetful forgetful(system);
  EXPECT_THROW(search_reduced<TwoPhase>(system, forgetful, claims(), {}), NotReducible);
}

// Has a move that the system does not have, and knows it.
class Inventive : public NoReduction<TwoPhase> {
 public:
  using NoReduction::NoReduction;
  template <class Emit>
  void successors(const State& from, Emit&& emit) const {
    NoReduction::successors(from, emit);
    State after = from;
    after.rm[0] = toys::committed;
    emit(from, TwoPhase::Action{}, after, TwoPhase::Events{});
  }
  static bool is_exact() { return false; }
};

TEST(Reduction, APremiseIsNotBelievedEither) {
  const TwoPhase system(3);
  Inventive inventive(system);
  EXPECT_THROW(search_reduced<TwoPhase>(system, inventive, std::vector{claims()[0]}, {}),
               NotReducible);
}

}  // namespace
}  // namespace nsmc::checker
