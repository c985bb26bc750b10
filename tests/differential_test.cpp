// The engines check one another: on a thousand random models all of them say the same.
// SPDX-License-Identifier: MIT
//
// NSMC_SEED and NSMC_MODELS in the environment ask for other models, or more of them.  A model on
// which two engines differ is made smaller and printed as a scenario, ready for `nsmc check`.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checker/cli/bounded.hpp"
#include "tests/broken_engines.hpp"
#include "tests/engines.hpp"
#include "tests/shrink.hpp"

namespace nsmc::tests {
namespace {

constexpr std::size_t kStatesMax = 2000;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
std::uint64_t seed() { return from_environment("NSMC_SEED", 20261126); }

std::vector<std::string> ids_of(const Bound& bound) {
  std::vector<std::string> ids;
  for (const Claim& claim : bound.claims) ids.push_back(claim.id);
  return ids;
}

// A model, and all that the naive explorer knows of it.
struct Known {
  Bound bound;
  naive::Explored explored;
  Opinion opinion;
};

// Nothing if the model has too many states, or a move with more choices than an action can name.
std::optional<Known> know(const Bound& bound) {
  Known known{bound, {}, {}};
  try {
    known.explored = naive::explore(*bound.system, bound.claims, kStatesMax);
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  if (!known.explored.whole) return std::nullopt;
  known.opinion = opinion_of(known.explored, bound.claims);
  return known;
}
Bound bound_of(const Model& model, const std::vector<std::string>& properties = {}) {
  return cli::bind(traces::parse_scenario("random-model", model.text(properties)));
}

// What an engine says otherwise than the naive explorer; empty: nothing.
std::string objection(const Engine& engine, const Known& known) {
  try {
    return differences(known.opinion, engine.ask(known.bound), ids_of(known.bound));
  } catch (const std::logic_error& error) {
    return std::string(error.what()) + "\n";
  }
}

// Draws models until `enough` of them were small enough to be known, and shows each of those.
struct Drawn {
  std::size_t known = 0, skipped = 0, states = 0;
};
template <class See>
Drawn draw(std::uint64_t from_seed, std::size_t enough, const See& see) {
  RandomModels models(from_seed);
  Drawn drawn;
  while (drawn.known < enough) {
    const Model model = models.next();
    const std::optional<Known> known = know(bound_of(model));
    if (!known) {
      ++drawn.skipped;
      continue;
    }
    ++drawn.known;
    drawn.states += known->explored.states.size();
    see(model, *known);
    if (testing::Test::HasFailure()) break;
  }
  return drawn;
}

// The smallest model near this one of which `says` still has something to say, with what it says.
template <class Says>
std::string smallest(const Model& model, const Says& says) {
  std::string last = "?";
  const Model small = shrink(model, [&](const Model& candidate) {
    try {
      const std::optional<Known> known = know(bound_of(candidate));
      const std::string said = known ? says(*known) : "";
      if (!said.empty()) last = said;
      return !said.empty();
    } catch (const traces::ScenarioError&) {
      return false;  // no model any more
    }
  });
  return last + "\n" + small.text();
}

// What the search was shown, through a claim that is true of anything and remembers what it saw.
std::set<std::string> states_of_explorer(const Bound& bound) {
  std::set<std::string> states;
  Claim remembers;
  remembers.id = "remembers";
  remembers.holds = [&](const System&, const System::State& s) {
    return states.insert(naive::bytes_of(s)).second || true;
  };
  checker::search<System>(*bound.system, {&remembers, 1}, {});
  return states;
}

// A search that was cut short says less than the whole truth, and nothing else.
std::string lie_when_cut_short(const Known& known, const checker::Limits& limits) {
  const Opinion some = searched<checker::Xxh3>(known.bound, known.bound.claims, limits);
  if (some.incomplete.empty()) return "a search that was cut short calls itself complete\n";
  for (std::size_t i = 0; i < some.claims.size(); ++i) {
    const Opinion::OfClaim& truth = known.opinion.claims[i];
    Opinion::OfClaim claim = some.claims[i];
    if (claim.premise && !truth.premise) return known.bound.claims[i].id + ": no such premise\n";
    claim.premise = truth.premise;
    if (claim.verdict == Verdict::unknown ? claim.moves >= 0 : !(claim == truth))
      return known.bound.claims[i].id + ", cut short: " + text_of(claim) + ", in truth " +
             text_of(truth) + "\n";
  }
  return "";
}
std::string lies_when_cut_short(const Known& known) {
  if (known.opinion.depth < 2) return "";
  return lie_when_cut_short(known, {.states_max = known.opinion.states - 1}) +
         lie_when_cut_short(known, {.states_max = known.opinion.states / 2}) +
         lie_when_cut_short(known, {.depth_max = known.opinion.depth / 2});
}

// Whatever a walk meets is known, no run of it is shorter than the shortest, and each can be
// executed.
std::string strange_in_walks(const Known& known) {
  const Bound& bound = known.bound;
  std::string strange;
  const auto on_state = [&](const System::State& state) {
    if (known.explored.states.count(naive::bytes_of(state)) == 0) strange += "an unknown state\n";
  };
  const auto walked = checker::walk<System>(
      *bound.system, bound.claims, {.seed = seed(), .walks = 5, .moves_max = 300}, on_state);
  if (walked.deadlocks > 0 && known.opinion.deadlocks == 0) strange += "an unknown deadlock\n";
  for (std::size_t i = 0; i < bound.claims.size(); ++i) {
    const auto& finding = walked.findings[i];
    const Opinion::OfClaim& truth = known.opinion.claims[i];
    if (finding.premise_reached && !truth.premise) strange += bound.claims[i].id + ": premise\n";
    if (!finding.run) continue;
    const int moves = static_cast<int>(finding.run->actions.size());
    if (finding.verdict != truth.verdict || truth.moves < 0 || moves < truth.moves)
      strange += bound.claims[i].id + ": a walk of " + std::to_string(moves) + " moves, " +
                 text_of(truth) + "\n";
  }
  return strange;
}

std::string other_states(const Known& known) {
  return states_of_explorer(known.bound) == known.explored.states ? "" : "other states\n";
}

// All that any engine has to object to what the naive explorer says.
std::string objections(const Known& known) {
  std::string all;
  for (const Engine& engine : explorers())
    if (const std::string said = objection(engine, known); !said.empty())
      all += engine.name + ":\n" + said;
  return all + other_states(known) + lies_when_cut_short(known) + strange_in_walks(known);
}

TEST(Differential, AllEnginesAgreeOnAThousandRandomModels) {
  const std::size_t wanted = from_environment("NSMC_MODELS", 1000);
  std::size_t violated = 0, held = 0, vacuous = 0, deadlocks = 0;
  std::set<std::string> kernels, broken;
  const Drawn drawn = draw(seed(), wanted, [&](const Model& model, const Known& known) {
    if (!objections(known).empty()) ADD_FAILURE() << smallest(model, objections);
    kernels.insert(model.kernel);
    deadlocks += known.opinion.deadlocks > 0 ? 1 : 0;
    for (std::size_t i = 0; i < known.opinion.claims.size(); ++i) {
      const Opinion::OfClaim& claim = known.opinion.claims[i];
      if (claim.verdict == Verdict::violated) broken.insert(known.bound.claims[i].id);
      ++(claim.verdict == Verdict::violated ? violated : claim.premise ? held : vacuous);
    }
  });
  std::printf(
      "seed %llu: %zu models of %zu states, %zu skipped; %zu kernels; verdicts: %zu violated (%zu "
      "properties), %zu hold, %zu vacuous; %zu models with deadlocks\n",
      static_cast<unsigned long long>(seed()), drawn.known, drawn.states, drawn.skipped,
      kernels.size(), violated, broken.size(), held, vacuous, deadlocks);
  if (wanted < 1000 || HasFailure()) return;
  // A generator that makes nothing of interest would let everything pass.
  EXPECT_EQ(kernels.size(), kernel::kernels().size());
  EXPECT_GT(broken.size(), 25U);
  EXPECT_GT(violated, 1000U);
  EXPECT_GT(held, 10'000U);
  EXPECT_GT(deadlocks, 20U);
}

}  // namespace
}  // namespace nsmc::tests
