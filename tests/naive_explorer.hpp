// A second explorer, as plain as it can be: whole states in a std::set, layer by layer.
// SPDX-License-Identifier: MIT
//
// It is what the engines are compared with, so it shares nothing with them: no store, no packing,
// no hashing, and its own reading of what a claim, a premise and an end are.  It asks every claim
// everywhere and never stops asking.  Slow, and meant to be believed at sight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/lang/system.hpp"

namespace nsmc::naive {

// A state or an action as a key.
template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <class T>
T from_bytes(const std::string& bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

struct ClaimSeen {
  // Moves of a shortest run that ends in (or with) what settles the claim: the claim is false
  // there, or true if it was to be true sometimes.
  std::optional<std::uint32_t> settled_after;
  bool premise = false;
};

struct Explored {
  std::set<std::string> states;
  std::set<std::string> ends;  // those without moves
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;
  std::map<std::string, std::uint64_t> named_ends;
  std::uint64_t deadlocks = 0;
  std::optional<std::uint32_t> deadlock_after;
  std::vector<std::uint64_t> step_counts;
  std::vector<ClaimSeen> claims;
  bool whole = true;  // false: more states than were wanted, and all figures are too small
};

template <class S>
class Explorer {
 public:
  using State = typename S::State;
  using Claim = lang::Property<S>;

  Explorer(const S& system, const std::vector<Claim>& claims, std::size_t states_max)
      : system_(system), claims_(claims), states_max_(states_max) {}

  Explored explore() {
    seen_.claims.resize(claims_.size());
    seen_.step_counts.resize(static_cast<std::size_t>(system_.step_count()));
    std::set<std::string> layer;
    for (const State& state : system_.initial()) layer.insert(bytes_of(state));
    seen_.states = layer;
    for (const std::string& state : layer) ask_state(from_bytes<State>(state));
    while (true) {
      std::set<std::string> next;
      for (const std::string& state : layer) {
        expand(from_bytes<State>(state), next);
        if (seen_.states.size() <= states_max_) continue;
        seen_.whole = false;
        return seen_;
      }
      if (next.empty()) return seen_;
      ++seen_.depth;
      for (const std::string& state : next) ask_state(from_bytes<State>(state));
      layer = next;
    }
  }

 private:
  void expand(const State& before, std::set<std::string>& next) {
    bool moves = false;
    system_.successors(before, [&](const auto& action, const State& after, const auto& events) {
      moves = true;
      ++seen_.transitions;
      system_.each_step(events,
                        [&](int step) { ++seen_.step_counts[static_cast<std::size_t>(step)]; });
      ask_move({before, action, after, events});
      const std::string key = bytes_of(after);
      if (seen_.states.insert(key).second) next.insert(key);
    });
    if (!moves) see_end(before);
  }

  void see_end(const State& state) {
    seen_.ends.insert(bytes_of(state));
    const std::string name(system_.terminal(state));
    if (!name.empty()) {
      ++seen_.named_ends[name];
    } else {
      ++seen_.deadlocks;
      if (!seen_.deadlock_after) seen_.deadlock_after = seen_.depth;
    }
    for (std::size_t i = 0; i < claims_.size(); ++i)
      if (claims_[i].scope == lang::Scope::end) ask_here(i, state);
  }

  // Found in the layer that has just been counted.
  void ask_state(const State& state) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      const Claim& claim = claims_[i];
      if (claim.scope == lang::Scope::state) ask_here(i, state);
      if (claim.scope == lang::Scope::move && claim.premise && claim.premise(system_, state))
        seen_.claims[i].premise = true;
    }
  }

  void ask_here(std::size_t i, const State& state) {
    const Claim& claim = claims_[i];
    value(i, claim.holds(system_, state), seen_.depth);
    const bool no_premise = !claim.premise && !claim.premise_move;
    if (no_premise || (claim.premise && claim.premise(system_, state)))
      seen_.claims[i].premise = true;
  }

  // Made in a state of the layer before the one it leads to.
  void ask_move(const lang::Move<S>& move) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      const Claim& claim = claims_[i];
      if (claim.scope == lang::Scope::move)
        value(i, claim.holds_move(system_, move), seen_.depth + 1);
      const bool no_premise =
          claim.scope == lang::Scope::move && !claim.premise && !claim.premise_move;
      if (no_premise || (claim.premise_move && claim.premise_move(system_, move)))
        seen_.claims[i].premise = true;
    }
  }

  void value(std::size_t i, bool is_true, std::uint32_t moves) {
    const bool settles = is_true == (claims_[i].expect == lang::Expect::sometimes);
    std::optional<std::uint32_t>& first = seen_.claims[i].settled_after;
    if (settles && (!first || moves < *first)) first = moves;
  }

  const S& system_;
  const std::vector<Claim>& claims_;
  const std::size_t states_max_;
  Explored seen_;
};

// All that can be reached, if it is not more than `states_max` states.
template <class S>
Explored explore(const S& system, const std::vector<lang::Property<S>>& claims = {},
                 std::size_t states_max = static_cast<std::size_t>(-1)) {
  return Explorer<S>(system, claims, states_max).explore();
}

}  // namespace nsmc::naive
