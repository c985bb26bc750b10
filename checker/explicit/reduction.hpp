// What leaves states out of a search, and how a run through the rest is made one of the system.
// SPDX-License-Identifier: MIT
//
// A reduction maps each state to one that stands for it, and gives the moves of such states.  The
// search stores and expands nothing else.  What it finds is then looked for once more in the system
// itself, as a run whose states are mapped to those of the search, and confirm() performs that.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/reexecute.hpp"

namespace nsmc::checker {

// The search has found what the system does not do: nothing can be said with this reduction.
struct NotReducible : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// normalise(state)            the state that stands for this one
// successors(state, emit)     calls emit(before, action, after, events) for each move of a state
//                             that stands for others, where `before` may be one of those; more
//                             moves than the system has make is_exact() false
// is_exact()                  each run through such states was one of the system so far
//
// A reduction that can be inexact has admit_extra_moves() too: a search that goes on from a
// checkpoint has met such moves before.
template <class R, class S>
concept Reduction = requires(R& reduction, const R& constant, typename S::State& state,
                             void (*emit)(const typename S::State&, const typename S::Action&,
                                          const typename S::State&, const typename S::Events&)) {
  constant.normalise(state);
  reduction.successors(state, emit);
  { constant.is_exact() } -> std::same_as<bool>;
};

// Every state stands for itself.
template <lang::System S>
class NoReduction {
 public:
  explicit NoReduction(const S& system) : system_(system) {}
  void normalise(typename S::State&) const {}
  template <class Emit>
  void successors(const typename S::State& from, Emit&& emit) const {
    system_.successors(from, [&](const auto& action, const auto& after, const auto& events) {
      emit(from, action, after, events);
    });
  }
  static constexpr bool is_exact() { return true; }

 private:
  const S& system_;
};

// A run of the system through states that `path` stands for, which shows what is asked; `moves`:
// of the move after them.  Throws NotReducible if there is none.
template <lang::System S, Reduction<S> R>
Shown<S> run_through(const S& system, const R& reduction,
                     const std::vector<typename S::State>& path, const Asked<S>& asked,
                     bool moves) {
  using State = typename S::State;
  using Action = typename S::Action;
  constexpr std::size_t kTriesMax = 256;  // states that one state of the path stands for
  struct Reached {
    State state;
    std::size_t before;  // in the states of the place before; of the first: which initial one
    Action action;
  };
  std::vector<std::vector<Reached>> reached;
  const auto same = [](const State& a, const State& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
  };
  const auto add = [&](const State& state, std::size_t before, const Action& action) {
    auto& here = reached.back();
    State normal = state;
    reduction.normalise(normal);
    if (here.size() == kTriesMax || !same(normal, path[reached.size() - 1])) return;
    for (const Reached& other : here)
      if (same(other.state, state)) return;
    here.push_back({state, before, action});
  };
  const auto run_to = [&](std::size_t at) {
    Run<S> run;
    run.actions.resize(reached.size() - 1);
    for (std::size_t place = reached.size() - 1; place > 0; --place) {
      run.actions[place - 1] = reached[place][at].action;
      at = reached[place][at].before;
    }
    run.initial = reached[0][at].before;
    return run;
  };

  reached.emplace_back();
  const std::vector<State> initial = system.initial();
  for (std::size_t i = 0; i < initial.size(); ++i) add(initial[i], i, {});
  while (reached.size() < path.size()) {
    const std::size_t place = reached.size() - 1;
    reached.emplace_back();
    for (std::size_t i = 0; i < reached[place].size(); ++i)
      system.successors(reached[place][i].state, [&](const Action& action, const State& after,
                                                     const auto&) { add(after, i, action); });
  }
  for (std::size_t i = 0; i < reached.back().size(); ++i) {
    const State& end = reached.back()[i].state;
    if (!moves) {
      if (asked.is_shown_by(system, end)) return {run_to(i), end};
      continue;
    }
    Shown<S> shown;
    bool found = false;
    system.successors(end, [&](const Action& action, const State& after, const auto& events) {
      if (found || !asked.is_shown_by(system, {end, action, after, events})) return;
      found = true;
      shown = {run_to(i), after};
      shown.run.actions.push_back(action);
    });
    if (found) return shown;
  }
  throw NotReducible("the search has found a run that the system does not have");
}

}  // namespace nsmc::checker
