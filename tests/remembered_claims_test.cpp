// What is known of claims without asking them is what they would say.
// SPDX-License-Identifier: MIT
#include "checker/explicit/remembered_claims.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "checker/explicit/judged_moves.hpp"
#include "checker/explicit/remembered_moves.hpp"
#include "checker/explicit/sight.hpp"
#include "props/props.hpp"
#include "tests/random_moves.hpp"
#include "tests/same_result.hpp"

namespace nsmc::tests {
namespace {

using checker::LearningBudget;
using checker::PartPacker;
using checker::Projections;
using checker::Sight;
using kernel::Pidns;
using lang::Footprint;
using State = Pidns::State;
using Property = lang::Property<Pidns>;
using Mask = std::vector<std::uint8_t>;

constexpr std::uint64_t kSeed = 20071012;

std::vector<Property> catalogue() {
  std::vector<Property> all;
  for (const props::Row& row : props::catalogue()) all.push_back(props::property(row));
  return all;
}

// `state` where the mask says so, and `other` elsewhere.
State mixed(const State& state, const Mask& mask, const State& other) {
  State result = other;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0)
      std::memcpy(reinterpret_cast<std::byte*>(&result) + i,
                  reinterpret_cast<const std::byte*>(&state) + i, 1);
  return result;
}
std::uint64_t bytes_of(const Mask& mask) {
  return static_cast<std::uint64_t>(std::count(mask.begin(), mask.end(), 1));
}

// --- what they read

TEST(ObservedClaims, OfStatesDependOnWhatTheyReadAndOnNothingElse) {
  const std::vector<Property> claims = catalogue();
  std::map<std::string, std::pair<int, int>> said;  // by question: how often false, true
  std::uint64_t asked = 0, read = 0;
  State other{};
  each_walked(kSeed, 2, [&](const cli::Bound& bound, const State& state, auto&) {
    const Pidns& system = *bound.system;
    const auto see = [&](const std::string& id, const auto& plain, const auto& observed) {
      Footprint footprint(sizeof state);
      const bool value = observed(system, state, footprint);
      ASSERT_EQ(value, plain(system, state)) << id;
      ASSERT_EQ(value, plain(system, mixed(state, footprint.read(), other))) << id;
      ++(value ? said[id].second : said[id].first);
      ++asked;
      read += bytes_of(footprint.read());
    };
    for (const Property& claim : claims) {
      if (claim.scope != lang::Scope::end && claim.holds_observed)
        see(claim.id, claim.holds, claim.holds_observed);
      if (claim.scope != lang::Scope::end && claim.premise_observed)
        see("premise of " + claim.id, claim.premise, claim.premise_observed);
    }
    other = state;
  });
  EXPECT_GT(asked, 100'000U);
  EXPECT_LT(read / asked, sizeof(State) / 4) << "claims read nearly everything";
  const auto both = std::count_if(said.begin(), said.end(), [](const auto& one) {
    return one.second.first > 0 && one.second.second > 0;
  });
  EXPECT_GT(both, 20) << "hardly a question has two answers";
}

TEST(ObservedClaims, OfMovesDependOnWhatTheyReadAndOnNothingElse) {
  const std::vector<Property> claims = catalogue();
  std::map<std::string, std::pair<int, int>> said;
  State other{};
  each_walked(kSeed + 1, 1, [&](const cli::Bound& bound, const State& state, auto&) {
    const Pidns& system = *bound.system;
    for (int actor = 0; actor < Pidns::actors(); ++actor) {
      Footprint made(sizeof state);
      system.moves_of(
          state, actor, &made, [&](const auto& action, const State& after, const auto& events) {
            const auto see = [&](const std::string& id, const auto& plain, const auto& observed) {
              Footprint footprint(sizeof state);
              for (std::size_t i = 0; i < sizeof state; ++i)
                if (made.written()[i] != 0) footprint.add_written(i);
              const bool value = observed(system, {state, action, after, events}, footprint);
              ASSERT_EQ(value, plain(system, {state, action, after, events})) << id;
              const State from = mixed(state, footprint.read(), other);
              const State to = mixed(after, made.written(), from);
              ASSERT_EQ(value, plain(system, {from, action, to, events})) << id;
              ++(value ? said[id].second : said[id].first);
            };
            for (const Property& claim : claims) {
              if (claim.holds_move_observed)
                see(claim.id, claim.holds_move, claim.holds_move_observed);
              if (claim.premise_move_observed)
                see("premise of " + claim.id, claim.premise_move, claim.premise_move_observed);
            }
          });
    }
    other = state;
  });
  const auto both = std::count_if(said.begin(), said.end(), [](const auto& one) {
    return one.second.first > 0 && one.second.second > 0;
  });
  EXPECT_GT(both, 6) << "hardly a question has two answers";
}

TEST(ObservedClaims, AreAllThatAreNotOfEnds) {
  for (const Property& claim : catalogue()) {
    if (claim.scope == lang::Scope::end) continue;
    EXPECT_EQ(claim.holds != nullptr, claim.holds_observed != nullptr) << claim.id;
    EXPECT_EQ(claim.premise != nullptr, claim.premise_observed != nullptr) << claim.id;
    EXPECT_EQ(claim.holds_move != nullptr, claim.holds_move_observed != nullptr) << claim.id;
    EXPECT_EQ(claim.premise_move != nullptr, claim.premise_move_observed != nullptr) << claim.id;
  }
}

// --- moves

// What is known of a move, wherever it is made, is what its claims say of it there.
TEST(JudgedMoves, SettleNothingThatTheyAreKnownNotTo) {
  const std::vector<Property> claims = catalogue();
  std::mt19937_64 random(kSeed + 2);
  std::uint64_t known = 0, unknown = 0, settled = 0;
  each_shipped([&](const cli::Bound& bound) {
    const Pidns& system = *bound.system;
    std::vector<checker::Finding<Pidns>> findings;
    const checker::OpenClaims<Pidns> open(system, claims, findings);
    PartPacker parts(system.significant_bits(), Pidns::part_ends());
    checker::RememberedMoves<Pidns> moves(system, parts);
    checker::JudgedMoves<Pidns> judged(system, moves.projections(), moves.footprints(),
                                       open.observed_moves(), 64 << 20, 0);
    std::vector<std::byte> packed(parts.packed_bytes()), after(packed);
    walk(bound, random, 6, [&](const cli::Bound&, const State& state, auto&) {
      parts.pack(&state, packed.data());
      const auto see = [&](const auto& action, const auto& events, auto, const auto& go) {
        State to;
        go(after.data());
        parts.unpack(after.data(), &to);
        const lang::Move<Pidns> move{state, action, to, events};
        const std::uint32_t number = moves.move();
        if (number == checker::RememberedMoves<Pidns>::kNotRemembered) return;
        const auto all = open.open_moves();
        const auto unsettled = judged.unsettled(number, all, moves.parts());
        for (std::size_t question = 0; question < open.move_questions(); ++question) {
          const bool is_known = (unsettled >> question & 1) != 0;
          ++(is_known ? known : unknown);
          if (!open.settles_move(question, move)) continue;
          ++settled;
          ASSERT_FALSE(is_known) << "question " << question << " at "
                                 << system.label(state, action);
        }
        judged.ask(number, all & ~unsettled, moves.parts(), moves.mover(), moves.written(number),
                   move);
      };
      moves.each(
          packed.data(), nullptr, [](auto) { return true; }, see);
    });
  });
  EXPECT_GT(known, unknown);
  EXPECT_GT(settled, 100U);
}

// --- searches

// The same findings with and without, and by far fewer questions.
TEST(RememberedClaims, SayWhatTheyWouldSay) {
  std::uint64_t plainly = 0, remembering = 0, findings = 0;
  each_shipped([&](const cli::Bound& bound) {
    std::uint64_t asked = 0;
    std::vector<Property> claims = catalogue();
    for (Property& claim : claims) {
      const auto count = [&asked](auto& predicate) {
        if (!predicate) return;
        predicate = [&asked, inner = predicate](const auto&... seen) {
          ++asked;
          return inner(seen...);
        };
      };
      count(claim.holds);
      count(claim.holds_move);
      count(claim.premise);
      count(claim.premise_move);
    }
    const auto search = [&](std::uint64_t remembers_from, std::uint64_t& questions) {
      asked = 0;
      auto result = checker::search<Pidns>(*bound.system, claims, {.states_max = 30'000}, {}, 1.0,
                                           {.remembers_from = remembers_from});
      questions += asked;
      return result;
    };
    const auto plain = search(~std::uint64_t{0}, plainly);
    const auto remembered = search(0, remembering);
    expect_same_result(plain, remembered, [](const auto& a, const auto& b) {
      const auto same = [](const Pidns::Action& x, const Pidns::Action& y) {
        return std::memcmp(&x, &y, sizeof x) == 0;
      };
      return a.has_value() == b.has_value() &&
             (!a || std::equal(a->actions.begin(), a->actions.end(), b->actions.begin(),
                               b->actions.end(), same));
    });
    for (const auto& finding : plain.findings) findings += finding.run ? 1 : 0;
  });
  EXPECT_GT(findings, 20U) << "no claim was settled by a run";
  EXPECT_LT(remembering, plainly / 2);
}

// --- what was seen

TEST(Sight, WidensAndForgets) {
  PartPacker parts(Mask{0xff, 0xff}, std::vector<std::size_t>{1, 2});
  Projections projections(parts);
  Sight sight(projections, 2);
  std::vector<PartPacker::Number> numbers(2);
  const auto see = [&](unsigned first, unsigned second) {
    const std::byte bytes[] = {std::byte(first), std::byte(second)};
    std::vector<std::byte> packed(parts.packed_bytes());
    parts.pack(bytes, packed.data());
    parts.numbers(packed.data(), numbers.data());
    for (std::size_t place = 0; place < 2; ++place) projections.know_all(place);
    return sight.has(sight.look_at(numbers.data()));
  };
  EXPECT_FALSE(see(3, 4));
  EXPECT_TRUE(sight.keep(numbers.data(), {1, 0}));
  EXPECT_TRUE(see(3, 4));
  EXPECT_TRUE(see(3, 200)) << "the second byte was not read";
  EXPECT_FALSE(see(4, 4));
  EXPECT_TRUE(sight.keep(numbers.data(), {1, 1}));
  EXPECT_TRUE(see(4, 4));
  EXPECT_FALSE(see(4, 5));
  EXPECT_FALSE(see(3, 4)) << "what was seen with less is forgotten";
  EXPECT_FALSE(sight.keep(numbers.data(), {1, 0}));
  EXPECT_TRUE(see(3, 4));
  EXPECT_FALSE(see(3, 5)) << "it looks at the second byte ever since";
}

TEST(LearningBudget, IsAShareOfTheQuestions) {
  LearningBudget budget;
  std::uint64_t learned = 0;
  for (int asked = 0; asked < 100'000; ++asked)
    if (budget.may_learn()) {
      budget.has_learned();
      ++learned;
    }
  EXPECT_GT(learned, 100'000U / 32);
  EXPECT_LT(learned, 100'000U / 8);
}

}  // namespace
}  // namespace nsmc::tests
