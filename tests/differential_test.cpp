// The engines check one another: on random models all of them say the same.
// SPDX-License-Identifier: MIT
//
// NSMC_SEED and NSMC_MODELS in the environment ask for other models, or more of them.  A model on
// which two engines differ is made smaller and printed as a scenario, ready for `nsmc check`.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "checker/cli/bounded.hpp"
#include "checker/cli/shipped.hpp"
#include "tests/broken_engines.hpp"
#include "tests/engines.hpp"
#include "tests/missed.hpp"
#include "tests/reduced_searches.hpp"
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
  } catch (const std::logic_error& error) {
    if (std::string(error.what()) == "a step makes more choices than a script can hold")
      return std::nullopt;
    throw;
  }
  if (!known.explored.whole) return std::nullopt;
  known.opinion = opinion_of(known.explored, bound.claims);
  return known;
}
std::optional<Bound> bound_if_valid(const Model& model,
                                    const std::vector<std::string>& properties = {}) {
  try {
    return cli::bind(traces::parse_scenario("random-model", model.text(properties)));
  } catch (const traces::ScenarioError&) {
    return std::nullopt;
  }
}

std::vector<Model> examples() {
  std::vector<Model> models;
  for (const traces::Scenario& scenario : cli::shipped_scenarios())
    models.push_back(model_of(scenario));
  return models;
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
  std::size_t known = 0, too_large = 0, contradictory = 0, states = 0;
};
template <class See>
Drawn draw(std::uint64_t from_seed, std::size_t enough, const See& see) {
  RandomModels models(from_seed, examples());
  Drawn drawn;
  while (drawn.known < enough) {
    const Model model = models.next();
    const std::optional<Bound> bound = bound_if_valid(model);
    const std::optional<Known> known = bound ? know(*bound) : std::nullopt;
    if (!known) {
      ++(bound ? drawn.too_large : drawn.contradictory);
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
    const std::optional<Bound> bound = bound_if_valid(candidate);
    const std::optional<Known> known = bound ? know(*bound) : std::nullopt;
    const std::string said = known ? says(*known) : "";
    if (!said.empty()) last = said;
    return !said.empty();
  });
  return last + "\n" + small.text();
}

// What the search was shown, through a claim that is true of anything and remembers what it saw.
std::set<std::string> states_of_explorer(const Bound& bound) {
  std::set<std::string> states;
  Claim remembers;
  remembers.id = "remembers";
  remembers.holds = [&](const System&, const System::State& s) {
    states.insert(naive::bytes_of(s));
    return true;
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
    if (!known.explored.states.contains(naive::bytes_of(state))) strange += "an unknown state\n";
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

TEST(Differential, AllEnginesAgreeOnRandomModels) {
  const std::size_t wanted = from_environment("NSMC_MODELS", 2000);
  std::size_t violated = 0, held = 0, vacuous = 0, deadlocks = 0;
  std::set<std::string> kernels, broken;
  std::printf("seed %llu; NSMC_SEED and NSMC_MODELS ask for others\n",
              static_cast<unsigned long long>(seed()));
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
      "%zu models of %zu states, %zu too large, %zu contradictory; %zu kernels; verdicts: %zu "
      "violated (%zu properties), %zu hold, %zu vacuous; %zu models with deadlocks\n",
      drawn.known, drawn.states, drawn.too_large, drawn.contradictory, kernels.size(), violated,
      broken.size(), held, vacuous, deadlocks);
  // A generator that makes nothing of interest would let everything pass.
  if (wanted < 1000 || HasFailure()) return;
  EXPECT_LT(drawn.too_large, wanted / 10);
  EXPECT_LT(drawn.contradictory, wanted / 50);
  EXPECT_EQ(kernels.size(), kernel::kernels().size());
  EXPECT_GT(broken.size(), 30U);
  EXPECT_GT(violated, wanted / 3);
  EXPECT_GT(held, 10 * wanted);
  EXPECT_GT(deadlocks, 2U);
}

// What a search with states left out says otherwise: all but sizes is the same.
std::string objection_of_reduced(const Reduced& engine, const Known& known) {
  try {
    Opinion reduced = engine.ask(known.bound).opinion;
    if ((reduced.deadlocks > 0) != (known.opinion.deadlocks > 0)) return "other deadlocks\n";
    Opinion sized = known.opinion;
    sized.claims = std::move(reduced.claims);
    sized.incomplete = reduced.incomplete;
    return differences(known.opinion, sized, ids_of(known.bound));
  } catch (const std::exception& error) {
    return std::string(error.what()) + "\n";
  }
}

// What somebody misses in some state that can be reached.
std::string missed_anywhere(const Known& known, std::size_t& forgotten) {
  if (!kernel::DeadFields::refusal(*known.bound.system).empty()) return "";
  for (const std::string& bytes : known.explored.states) {
    System::State state{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&state));
    bool any = false;
    if (const std::string what = missed(known.bound, state, any); !what.empty()) return what;
    forgotten += any ? 1 : 0;
  }
  return "";
}

TEST(Differential, NobodyMissesWhatIsForgotten) {
  std::size_t forgotten = 0;
  const auto says = [&](const Known& known) { return missed_anywhere(known, forgotten); };
  draw(seed() + 3, from_environment("NSMC_MODELS", 2000) / 4,
       [&](const Model& model, const Known& known) {
         if (!says(known).empty()) ADD_FAILURE() << smallest(model, says);
       });
  std::printf("in %zu states something is forgotten\n", forgotten);
  EXPECT_GT(forgotten, 100U);
}

TEST(Differential, ReducedSearchesSayTheSame) {
  const std::size_t wanted = from_environment("NSMC_MODELS", 2000) / 4;
  for (const Reduced& engine : reduced_searches()) {
    const auto says = [&](const Known& known) { return objection_of_reduced(engine, known); };
    std::size_t states = 0, refused = 0, smaller = 0, larger = 0;
    std::set<std::string> reasons;
    const Drawn drawn = draw(seed() + 3, wanted, [&](const Model& model, const Known& known) {
      if (!says(known).empty()) ADD_FAILURE() << engine.name << "\n" << smallest(model, says);
      const Reduced::Said said = engine.ask(known.bound);
      states += said.opinion.states;
      refused += said.not_because.empty() ? 0 : 1;
      reasons.insert(said.not_because);
      smaller += said.opinion.states < known.opinion.states ? 1 : 0;
      larger += said.opinion.states > known.opinion.states ? 1 : 0;
    });
    std::printf(
        "%s: %zu models of %zu states, reduced to %zu; %zu smaller, %zu larger, "
        "%zu refused\n",
        engine.name.c_str(), drawn.known, drawn.states, states, smaller, larger, refused);
    for (const std::string& reason : reasons) std::printf("  %s\n", reason.c_str());
    if (wanted < 400 || HasFailure()) continue;
    EXPECT_LT(larger, smaller / 10);     // by moves that a state has under other names only
    EXPECT_LT(refused, wanted * 2 / 3);  // for a seeded defect; or little was compared
    EXPECT_GT(smaller, wanted / 50);
    // It is not by luck that the same is said.
    EXPECT_EQ(reasons.count("the search has found a run that the system does not have"), 0U);
  }
}

// Programs name their tasks, and named tasks are told apart.  Where any task may make any call,
// there is more to merge.
TEST(Differential, ReducedSearchesSayTheSameOfAnyCallsInAnyOrder) {
  const std::size_t wanted = from_environment("NSMC_MODELS", 2000) / 8;
  std::mt19937_64 random(seed() + 4);
  std::vector<std::size_t> states(reduced_searches().size());
  std::size_t known_states = 0, kept = 0, drawn = 0;
  for (; kept < wanted && !HasFailure(); ++drawn) {
    const std::string text = any_calls_in_any_order(random);
    const std::optional<Known> known = know(cli::bind(traces::parse_scenario("any-calls", text)));
    if (!known) continue;
    ++kept;
    known_states += known->explored.states.size();
    std::size_t at = 0;
    for (const Reduced& engine : reduced_searches()) {
      EXPECT_EQ(objection_of_reduced(engine, *known), "") << engine.name << "\n" << text;
      states[at++] += engine.ask(known->bound).opinion.states;
    }
  }
  std::printf("%zu of %zu models, %zu states;", kept, drawn, known_states);
  for (std::size_t i = 0; i < states.size(); ++i)
    std::printf(" %s: %zu;", reduced_searches()[i].name.c_str(), states[i]);
  std::printf("\n");
  if (wanted < 100 || HasFailure()) return;
  EXPECT_LT(states[0], known_states * 19 / 20);
  EXPECT_LT(states[1], known_states);
  EXPECT_LT(states[2], states[0]);
}

TEST(Differential, EachBrokenReductionIsNoticed) {
  constexpr int kModels = 500;
  for (const Reduced& broken : broken_reductions()) {
    const auto says = [&](const Known& known) { return objection_of_reduced(broken, known); };
    RandomModels models(seed(), examples());
    std::string noticed;
    int drawn = 0;
    for (; drawn < kModels && noticed.empty(); ++drawn) {
      const std::optional<Bound> bound = bound_if_valid(models.next());
      const std::optional<Known> known = bound ? know(*bound) : std::nullopt;
      if (known) noticed = says(*known);
    }
    EXPECT_FALSE(noticed.empty()) << "a reduction that " << broken.name;
    std::printf("a reduction that %s: model %d; %s\n", broken.name.c_str(), drawn,
                noticed.substr(0, noticed.find('\n')).c_str());
  }
}

// The same model in which nobody else runs between the steps of a call.
System with_whole_calls(const System& system) {
  kernel::Config config = system.config();
  config.steps = kernel::Granularity::syscall;
  return {config, system.userland()};
}

// What whole calls lead to, bytes and all, and their steps do not.
std::string new_with_whole_calls(const Known& known) {
  const naive::Explored whole = naive::explore(with_whole_calls(*known.bound.system));
  const auto within = [](const auto& some, const auto& all) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
  };
  return std::string(within(whole.ends, known.explored.ends) ? "" : "another end\n") +
         (within(whole.states, known.explored.states) ? "" : "another state\n");
}

TEST(Differential, WhatWholeCallsLeadToTheirStepsDoToo) {
  std::size_t compared = 0, raced = 0;
  draw(seed() + 1, 1000, [&](const Model& model, const Known& known) {
    if (known.bound.system->config().steps == kernel::Granularity::syscall) return;
    if (!new_with_whole_calls(known).empty())
      ADD_FAILURE() << smallest(model, new_with_whole_calls);
    ++compared;
    const naive::Explored whole = naive::explore(with_whole_calls(*known.bound.system));
    raced += whole.ends != known.explored.ends ? 1 : 0;
  });
  std::printf("%zu models; in %zu of them a race has an outcome of its own\n", compared, raced);
  EXPECT_GT(compared, 500U);
  EXPECT_GT(raced, 50U);
}

// What the search on terms says of the properties that it knows: of a violation also how long its
// shortest run is.
std::string objection_of_terms(const Known& known, std::size_t apart) {
  const auto found = cli::search_bounded(known.bound, {.depth_max = 500}, {.apart = apart},
                                         [](const checker::Progress&) {});
  std::string all;
  for (std::size_t i = 0; i < known.bound.claims.size(); ++i) {
    const auto& finding = found.findings[i];
    Opinion::OfClaim claim = known.opinion.claims[i];
    claim.verdict = finding.verdict;
    claim.moves = finding.run ? static_cast<int>(finding.run->actions.size()) : -1;
    // Of a property that is violated it asks no more.
    if (claim.verdict == Verdict::holds) claim.premise = finding.premise_reached;
    if (!(claim == known.opinion.claims[i]))
      all += known.bound.claims[i].id + ": " + text_of(claim) + " on terms, " +
             text_of(known.opinion.claims[i]) + "\n";
  }
  return all;
}

TEST(Differential, TheSearchOnTermsAgreesToo) {
  constexpr std::size_t kMerged = 0, kApart = 64;
  const std::size_t wanted = from_environment("NSMC_MODELS", 2000) / 50;
  std::size_t apart = 0, merged = 0, violated = 0, held = 0;
  RandomModels models(seed() + 2, examples());
  while (apart < wanted && !HasFailure()) {
    const Model model = models.next();
    const std::optional<Bound> bound = bound_if_valid(model, cli::bounded_properties());
    const std::optional<Known> known = bound ? know(*bound) : std::nullopt;
    if (!known || known->explored.states.size() > 200) continue;
    ++apart;
    EXPECT_EQ(objection_of_terms(*known, kApart), "") << known->bound.scenario.text;
    // Merging all that stands at the same steps makes terms that are hard for the solver.
    if (known->explored.states.size() < 40) {
      ++merged;
      EXPECT_EQ(objection_of_terms(*known, kMerged), "") << known->bound.scenario.text;
    }
    for (const Opinion::OfClaim& claim : known->opinion.claims)
      ++(claim.verdict == Verdict::violated ? violated : held);
  }
  std::printf("%zu models, %zu of them also merged; %zu violated, %zu hold\n", apart, merged,
              violated, held);
  if (wanted < 80 || HasFailure()) return;
  EXPECT_GT(violated, 10U);
  EXPECT_GT(held, 400U);
  EXPECT_GT(merged, 10U);
}

// A comparison that notices nothing is worth nothing.
TEST(Differential, EachBrokenEngineIsNoticed) {
  constexpr int kModels = 300;
  for (const Engine& broken : broken_engines()) {
    const auto says = [&](const Known& known) { return objection(broken, known); };
    RandomModels models(seed(), examples());
    std::string noticed;
    int drawn = 0;
    for (; drawn < kModels && noticed.empty(); ++drawn) {
      const Model model = models.next();
      const std::optional<Bound> bound = bound_if_valid(model);
      const std::optional<Known> known = bound ? know(*bound) : std::nullopt;
      if (known && !says(*known).empty()) noticed = smallest(model, says);
    }
    EXPECT_FALSE(noticed.empty()) << "an engine that " << broken.name;
    std::printf("an engine that %s: model %d; %s\n", broken.name.c_str(), drawn,
                noticed.substr(0, noticed.find('\n')).c_str());
  }
}

}  // namespace
}  // namespace nsmc::tests
