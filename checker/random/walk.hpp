// Random walks: a system tried by chance, with nothing kept of where it has been.
// SPDX-License-Identifier: MIT
//
// What a walk has seen is true of the system; what it has not seen says nothing, so the verdict on
// a claim is never drawn from silence.  Nothing here is shared with the exhaustive search: not its
// store, not its packing, and not its way of judging.  Equal seeds give equal walks, on any
// compiler: numbers are drawn from the generator's own words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/checker.hpp"

namespace nsmc::checker {

struct WalkLimits {
  std::uint64_t seed = 0;
  std::uint64_t walks = 1;
  std::uint32_t moves_max = 1000;  // of one walk
};

template <class S>
struct Walked {
  std::vector<Finding<S>> findings;  // runs are as short as those seen, not as those there are
  std::uint64_t moves = 0;           // of all walks
  std::uint64_t ends = 0;            // walks into a state without moves that is an expected end
  std::uint64_t deadlocks = 0;       // ... into one that is not
  std::optional<Run<S>> deadlock;    // the shortest of these
};

template <lang::System S>
class Walker {
 public:
  using State = typename S::State;
  using Claim = lang::Property<S>;
  using OnState = std::function<void(const State&)>;

  // `system` and `claims` outlive this object.
  Walker(const S& system, std::span<const Claim> claims, const WalkLimits& limits)
      : system_(system), claims_(claims), limits_(limits), random_(limits.seed) {
    walked_.findings.assign(claims.size(), {});
  }

  Walked<S> run(const OnState& on_state) {
    for (std::uint64_t i = 0; i < limits_.walks; ++i) walk(on_state);
    return std::move(walked_);
  }

 private:
  struct Successor {
    typename S::Action action;
    State after;
  };

  void walk(const OnState& on_state) {
    const std::vector<State> initial = system_.initial();
    run_ = {};
    run_.initial = below(initial.size());
    State state = initial.at(run_.initial);
    while (true) {
      if (on_state) on_state(state);
      see(state, lang::Scope::state);
      successors_.clear();
      system_.successors(state, [&](const auto& action, const State& after, const auto&) {
        successors_.push_back({action, after});
      });
      if (successors_.empty()) return see_end(state);
      if (run_.actions.size() >= limits_.moves_max) return;
      state = move(state, successors_[below(successors_.size())]);
    }
  }

  // The move is made by execute(), which is to do what successors() has said.
  State move(const State& before, const Successor& next) {
    State after{};
    typename S::Events events{};
    if (!system_.execute(before, next.action, after, events) ||
        std::memcmp(&after, &next.after, sizeof(State)) != 0)
      throw std::logic_error("a random walk: execute() and successors() differ about " +
                             std::string(system_.label(before, next.action)));
    run_.actions.push_back(next.action);
    ++walked_.moves;
    const lang::Move<S> made{before, next.action, after, events};
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      const Claim& claim = claims_[i];
      if (claim.scope == lang::Scope::move) judge(i, claim.holds_move(system_, made));
      const bool unconditional =
          claim.scope == lang::Scope::move && !claim.premise && !claim.premise_move;
      if (unconditional || (claim.premise_move && claim.premise_move(system_, made)))
        walked_.findings[i].premise_reached = true;
    }
    return after;
  }

  // Claims about states are asked in each, those about ends only there.
  void see(const State& state, lang::Scope scope) {
    for (std::size_t i = 0; i < claims_.size(); ++i) {
      const Claim& claim = claims_[i];
      const bool of_ends = claim.scope == lang::Scope::end;
      if (of_ends != (scope == lang::Scope::end)) continue;
      if (claim.scope == scope) judge(i, claim.holds(system_, state));
      const bool unconditional = claim.scope == scope && !claim.premise && !claim.premise_move;
      if (unconditional || (claim.premise && claim.premise(system_, state)))
        walked_.findings[i].premise_reached = true;
    }
  }

  void see_end(const State& state) {
    see(state, lang::Scope::end);
    if (!std::string(system_.terminal(state)).empty()) {
      ++walked_.ends;
      return;
    }
    ++walked_.deadlocks;
    keep(walked_.deadlock);
  }

  void judge(std::size_t i, bool value) {
    const bool always = claims_[i].expect == lang::Expect::always;
    if (value == always) return;
    walked_.findings[i].verdict = always ? Verdict::violated : Verdict::holds;
    keep(walked_.findings[i].run);
  }

  void keep(std::optional<Run<S>>& shortest) const {
    if (!shortest || run_.actions.size() < shortest->actions.size()) shortest = run_;
  }

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  const S& system_;
  std::span<const Claim> claims_;
  const WalkLimits limits_;
  std::mt19937_64 random_;
  Walked<S> walked_;
  Run<S> run_;
  std::vector<Successor> successors_;
};

// Walks from initial states by moves drawn with equal chances.  `on_state` is shown each state that
// a walk is in.  Throws std::logic_error if execute() does not do what successors() says.
template <lang::System S>
Walked<S> walk(const S& system, std::span<const lang::Property<S>> claims, const WalkLimits& limits,
               const typename Walker<S>::OnState& on_state = {}) {
  return Walker<S>(system, claims, limits).run(on_state);
}

}  // namespace nsmc::checker
