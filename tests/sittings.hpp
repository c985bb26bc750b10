// Searches in several sittings: the system, its claims, and what has to be equal in the end.
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checker/checkpoint/checkpoints.hpp"
#include "checker/explicit/explicit.hpp"
#include "tests/same_result.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {

// The two-phase commit of some managers, with claims of every kind that are settled early and late.
inline toys::Claims<toys::TwoPhase> claims_of_sittings() {
  using lang::Expect;
  using lang::Scope;
  using S = toys::TwoPhase;
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

template <class S>
bool same(const std::optional<Run<S>>& a, const std::optional<Run<S>>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->initial == b->initial &&
         std::equal(a->actions.begin(), a->actions.end(), b->actions.begin(), b->actions.end(),
                    [](const auto& x, const auto& y) { return x.number == y.number; });
}

template <class S>
void expect_equal(const Result<S>& one, const Result<S>& other) {
  tests::expect_same_result(one, other, same<S>);
}

// A folder and a file of its own for each test.
class Sittings : public testing::Test {
 protected:
  using S = toys::TwoPhase;

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
  template <class Search>
  Result<S> sit(Search search_in_one_way, const S& system, const Limits& limits, Tuning tuning) {
    Checkpoints checkpoints(plan_);
    tuning.checkpoints = &checkpoints;
    plan_.resume = true;
    Result<S> result = search_in_one_way(system, claims_, limits, OnProgress{}, 1.0, tuning);
    EXPECT_EQ(checkpoints.is_saved(), !result.complete());
    return result;
  }

  std::string folder_;
  Checkpoints::Plan plan_;
  toys::Claims<S> claims_ = claims_of_sittings();
  std::vector<std::string> failures_;
  std::uint64_t resumed_ = 0;
};

}  // namespace nsmc::checker
