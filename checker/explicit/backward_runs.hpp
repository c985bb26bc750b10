// Runs to states that have no parents: walked backwards, by the depth of each state modulo 3.
// SPDX-License-Identifier: MIT
//
// The set knows the depth of each state modulo 3, so the predecessors of a state at depth d are
// among those with d - 1.  (Of those that many levels away from it modulo 3, one further up would
// have put it nearer, and none further down is known yet or has a move to it.)
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/compact_set.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/word_codec.hpp"

namespace nsmc::checker {

// All that it is made of outlives it.
template <lang::System S, class Scatter>
class BackwardRuns {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  BackwardRuns(const S& system, const WordCodec<S>& codec, const CompactSet& set)
      : system_(system), codec_(codec), set_(set) {}

  static unsigned phase(std::int64_t depth) {
    return static_cast<unsigned>(depth % CompactSet::kPhases);
  }
  State state(std::uint64_t key) const { return codec_.state(Scatter::back(key)); }

  // REQUIRES: the state is there, at this depth.  Throws EngineDisagreement.
  Run<S> run_to(std::uint64_t key, std::int64_t depth) const {
    std::vector<Action> backwards;
    for (; depth > 0; --depth)
      if (!step_back(key, depth, backwards.emplace_back())) throw no_predecessor();
    return run_from(key, std::move(backwards));
  }
  // To a state from which a move leads to this one, if there is one in this set.
  bool step_back(std::uint64_t& key, std::int64_t depth, Action& by) const {
    const std::uint64_t word = Scatter::back(key);
    return set_.find(phase(depth - 1), [&](std::uint64_t from) {
      return leads_to(from, word, by) && (key = from, true);
    });
  }
  // REQUIRES: the state is an initial one.
  Run<S> run_from(std::uint64_t key, std::vector<Action> backwards) const {
    Run<S> run;
    std::reverse(backwards.begin(), backwards.end());
    run.actions = std::move(backwards);
    const std::vector<State> initial = system_.initial();
    while (codec_.word(initial.at(run.initial)) != Scatter::back(key)) ++run.initial;
    return run;
  }
  static EngineDisagreement no_predecessor() {
    return EngineDisagreement("a state has no predecessor when it is looked for");
  }
  // That a premise is met is known, and no run of it is asked for.
  Shown<S> shown(const Asked<S>& asked, std::uint64_t key, std::int64_t depth) const {
    if (asked.premise) return {};
    return {run_to(key, depth), state(key)};
  }

 private:
  bool leads_to(std::uint64_t from, std::uint64_t to, Action& by) const {
    bool found = false;
    system_.successors(state(from), [&](const Action& action, const State& after, const Events&) {
      if (found || codec_.word(after) != to) return;
      found = true;
      by = action;
    });
    return found;
  }

  const S& system_;
  const WordCodec<S>& codec_;
  const CompactSet& set_;
};

}  // namespace nsmc::checker
