// The second opinion on a lasso: performs it with execute() alone, and asks everything again.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checker/explicit/reexecute.hpp"
#include "checker/graph/lasso.hpp"

namespace nsmc::checker {

// What is owed to whom in one state.
struct Owed {
  std::set<std::string> weak, strong;
};
// execute() has no word for who else could move: that alone is asked of successors().
template <lang::System S>
Owed owed_in(const S& system, const typename S::State& s) {
  Owed owed;
  system.successors(s, [&](const auto& action, const auto&, const auto&) {
    const lang::Fairness fairness = lang::fairness_of(system, s, action);
    if (fairness >= lang::Fairness::weak) owed.weak.insert(lang::party_of(system, s, action));
    if (fairness >= lang::Fairness::strong) owed.strong.insert(lang::party_of(system, s, action));
  });
  return owed;
}

// Whether a loop is fair, by the definition; `states[i]` is where `actions[i]` is made.
template <lang::System S>
bool is_fair(const S& system, const std::vector<typename S::State>& states,
             const std::vector<typename S::Action>& actions) {
  std::map<std::string, std::size_t> able;  // weakly: in how many states
  std::set<std::string> strong, made, made_strong;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Owed owed = owed_in(system, states[i]);
    for (const std::string& party : owed.weak) ++able[party];
    strong.insert(owed.strong.begin(), owed.strong.end());
    if (actions.empty()) continue;  // it rests: every move that is owed is missing
    const std::string party = lang::party_of(system, states[i], actions[i]);
    const lang::Fairness fairness = lang::fairness_of(system, states[i], actions[i]);
    if (fairness >= lang::Fairness::weak) made.insert(party);
    if (fairness >= lang::Fairness::strong) made_strong.insert(party);
  }
  for (const auto& [party, times] : able)
    if (times == states.size() && made.count(party) == 0) return false;
  for (const std::string& party : strong)
    if (made_strong.count(party) == 0) return false;
  return true;
}

// Throws EngineDisagreement if the lasso is no fair run of the system that violates the property.
template <lang::System S>
void confirm(const S& system, const lang::LeadsTo<S>& property, int instance,
             const Lasso<S>& lasso) {
  using State = typename S::State;
  const std::string what = "the lasso of " + property.id;
  State state = system.initial().at(lasso.stem.initial);
  bool waits = false;
  const auto see = [&] {
    waits =
        (waits || property.from(system, state, instance)) && !property.to(system, state, instance);
  };
  const auto perform = [&](const typename S::Action& action) {
    State after{};
    typename S::Events events{};
    if (!system.execute(state, action, after, events))
      throw EngineDisagreement(what +
                               ": not possible: " + std::string(system.label(state, action)));
    state = after;
    see();
  };
  see();
  for (const auto& action : lasso.stem.actions) perform(action);
  const State start = state;
  std::vector<State> states;
  for (const auto& action : lasso.loop) {
    states.push_back(state);
    if (!waits) break;
    perform(action);
  }
  if (!waits) throw EngineDisagreement(what + " does not wait when it is executed");
  if (std::memcmp(&state, &start, sizeof state) != 0)
    throw EngineDisagreement(what + " does not come back to its start when it is executed");
  if (lasso.loop.empty()) states.push_back(state);
  if (!is_fair(system, states, lasso.loop))
    throw EngineDisagreement(what + " is not fair when it is executed");
}

}  // namespace nsmc::checker
