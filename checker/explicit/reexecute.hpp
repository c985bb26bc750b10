// The second opinion: performs a run with execute() alone and asks the claim again.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/checker.hpp"

namespace nsmc::checker {

// The system does not take a run that the search found, or the run does not show what it should:
// the engine or the system is wrong, and there is no verdict.
struct EngineDisagreement : std::logic_error {
  using std::logic_error::logic_error;
};

// A run, and the state that it ends in.
template <lang::System S>
struct Shown {
  Run<S> run;
  typename S::State end;
};

// What a run is to show: that a claim is settled or its premise met; without a claim, a deadlock.
template <lang::System S>
struct Asked {
  const lang::Property<S>* claim = nullptr;
  bool premise = false;

  bool is_shown_by(const S& system, const typename S::State& end) const {
    if (claim == nullptr) return std::string(system.terminal(end)).empty();
    if (premise) return !claim->premise || claim->premise(system, end);
    return claim->holds(system, end) == (claim->expect == lang::Expect::sometimes);
  }
  bool is_shown_by(const S& system, const lang::Move<S>& move) const {
    if (premise) return !claim->premise_move || claim->premise_move(system, move);
    return claim->holds_move(system, move) == (claim->expect == lang::Expect::sometimes);
  }
};

// The state at the end of a run, by execute() alone.  Throws EngineDisagreement.
template <lang::System S>
typename S::State perform(const S& system, const Run<S>& run) {
  typename S::State state = system.initial().at(run.initial);
  for (const typename S::Action& action : run.actions) {
    const typename S::State before = state;
    typename S::Events events{};
    if (!system.execute(before, action, state, events))
      throw EngineDisagreement("a run is not possible: " +
                               std::string(system.label(before, action)));
  }
  return state;
}

// The run from the first of these states to the last, each of which follows the one before it, by
// the first move that leads there.  Throws EngineDisagreement if there is none.
template <lang::System S>
Run<S> run_along(const S& system, const std::vector<typename S::State>& path) {
  Run<S> run;
  for (std::size_t i = 1; i < path.size(); ++i) {
    system.successors(path[i - 1], [&](const auto& action, const auto& after, const auto&) {
      if (run.actions.size() < i && std::memcmp(&after, &path[i], sizeof after) == 0)
        run.actions.push_back(action);
    });
    if (run.actions.size() < i)
      throw EngineDisagreement("a state was found that does not follow the one before it");
  }
  return run;
}

// REQUIRES: the run of a claim with scope move has a move; without a claim it is a deadlock's.
template <lang::System S>
void confirm(const S& system, const lang::Property<S>* claim, const Run<S>& run,
             const typename S::State& expected) {
  const std::string what = "the run of " + (claim ? "claim " + claim->id : "a deadlock");
  typename S::State before{};
  typename S::State after = system.initial().at(run.initial);
  typename S::Action action{};
  typename S::Events events{};
  for (const typename S::Action& next : run.actions) {
    before = after;
    action = next;
    events = {};
    if (!system.execute(before, action, after, events))
      throw EngineDisagreement(what + ": not possible: " + std::string(system.label(before, next)));
  }
  if (std::memcmp(&after, &expected, sizeof after) != 0)
    throw EngineDisagreement(what + " ends in another state when it is executed");
  const Asked<S> asked{claim};
  const bool is_move = claim != nullptr && claim->scope == lang::Scope::move;
  const bool shown = is_move ? asked.is_shown_by(system, {before, action, after, events})
                             : asked.is_shown_by(system, after);
  if (!shown) throw EngineDisagreement(what + " does not show it when it is executed");
  if (claim != nullptr && claim->scope != lang::Scope::end) return;
  // execute() has no word for "no move is left".
  system.successors(after, [&](const auto&, const auto&, const auto&) {
    throw EngineDisagreement(what + " ends in a state with moves when it is executed");
  });
}

}  // namespace nsmc::checker
