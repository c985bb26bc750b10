// Of all shortest runs that settle a claim: one with the fewest context switches, then actors.
// SPDX-License-Identifier: MIT
//
// A search stops at the first run that it meets.  That one is shortest, and otherwise an accident
// of the order in which moves are tried; a reader wants the one with the fewest interruptions
// (Musuvathi, Qadeer: Iterative Context Bounding, PLDI 2007, found that most bugs need few).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit/reexecute.hpp"
#include "checker/graph/state_graph.hpp"

namespace nsmc::checker {

template <class S>
struct EasiestRun {
  Run<S> run;
  std::uint32_t switches = 0;  // moves that are not made by the actor of the move before
  std::uint32_t actors = 0;
};

template <lang::System S>
std::uint32_t switches_of(const S& system, std::span<const typename S::Action> actions) {
  std::uint32_t switches = 0;
  for (std::size_t i = 1; i < actions.size(); ++i)
    switches += system.actor(actions[i]) == system.actor(actions[i - 1]) ? 0 : 1;
  return switches;
}

namespace fewest {

// What a run of least moves to a state looks like, as far as the rest of it depends on that.
struct Label {
  std::uint32_t switches = 0;
  std::uint32_t last = 0;    // the actor of the last move; kNobody before the first
  std::uint64_t actors = 0;  // all so far, as a set
  std::uint32_t before = 0;  // the state before the last move, and its label
  std::uint32_t label_before = 0;
  std::uint32_t move = 0;  // which move of it
};
constexpr std::uint32_t kNobody = 64;

// As good or better, whatever follows.
inline bool beats(const Label& a, const Label& b) {
  return a.last == b.last && a.switches <= b.switches && (a.actors & ~b.actors) == 0;
}

template <lang::System S>
class Layers {
 public:
  using Action = typename S::Action;
  using State = typename S::State;
  using Index = std::uint32_t;

  Layers(const StateGraph<S>& graph, const lang::Property<S>& claim, std::uint32_t moves)
      : graph_(graph),
        claim_(claim),
        moves_(moves),
        leads_there_(graph.size()),
        labels_(graph.size()) {}

  std::optional<EasiestRun<S>> easiest() {
    mark();
    for (Index i = 0; i < graph_.size() && graph_.depth(i) <= moves_; ++i) {
      if (!leads_there_[i]) continue;
      if (graph_.depth(i) == 0) labels_[i].push_back({.last = kNobody});
      if (claim_.scope != lang::Scope::move && graph_.depth(i) == moves_) end(i);
      extend(i);
    }
    if (!best_) return std::nullopt;
    return run();
  }

 private:
  struct Best {
    Label label;    // of the run as a whole
    Action action;  // its last move, for a claim about moves
  };

  bool settles(bool is_true) const { return is_true == (claim_.expect == lang::Expect::sometimes); }

  // From behind: states come in the order of their depth, so successors are marked first.
  void mark() {
    for (Index i = graph_.size(); i-- > 0;) {
      if (graph_.depth(i) > moves_) continue;
      if (graph_.depth(i) == moves_)
        leads_there_[i] = claim_.scope != lang::Scope::move && is_goal(graph_.state(i));
      else if (graph_.depth(i) + 1 == moves_ && claim_.scope == lang::Scope::move)
        leads_there_[i] = has_goal_move(graph_.state(i));
      else
        for (const Index to : graph_.edges().targets(i))
          if (graph_.depth(to) == graph_.depth(i) + 1 && leads_there_[to]) leads_there_[i] = true;
    }
  }

  bool is_goal(const State& state) const {
    if (!settles(claim_.holds(graph_.system(), state))) return false;
    if (claim_.scope != lang::Scope::end) return true;
    bool can_move = false;
    graph_.system().successors(state,
                               [&](const auto&, const auto&, const auto&) { can_move = true; });
    return !can_move;
  }

  bool has_goal_move(const State& state) const {
    bool has = false;
    graph_.system().successors(state, [&](const Action& a, const State& after, const auto& events) {
      has = has || settles(claim_.holds_move(graph_.system(), {state, a, after, events}));
    });
    return has;
  }

  void extend(Index i) {
    const bool last_move = claim_.scope == lang::Scope::move && graph_.depth(i) + 1 == moves_;
    if (graph_.depth(i) >= moves_) return;
    const State state = graph_.state(i);
    std::uint32_t move = 0;
    graph_.system().successors(state, [&](const Action& a, const State& after, const auto& events) {
      const Index to = graph_.edges().targets(i)[move];
      const bool useful =
          last_move ? settles(claim_.holds_move(graph_.system(), {state, a, after, events}))
                    : graph_.depth(to) == graph_.depth(i) + 1 && leads_there_[to];
      if (useful) {
        const std::uint32_t actor = number_of(graph_.system().actor(a));
        for (std::uint32_t l = 0; l < labels_[i].size(); ++l) {
          const Label& from = labels_[i][l];
          const bool is_switch = from.last != kNobody && from.last != actor;
          const Label next{.switches = from.switches + (is_switch ? 1U : 0U),
                           .last = actor,
                           .actors = from.actors | std::uint64_t{1} << actor,
                           .before = i,
                           .label_before = l,
                           .move = move};
          last_move ? propose(next) : add(labels_[to], next);
        }
      }
      ++move;
    });
  }

  static void add(std::vector<Label>& labels, const Label& next) {
    for (const Label& known : labels)
      if (beats(known, next)) return;
    // Labels that are beaten stay: another one may already have been made from them.
    labels.push_back(next);
  }

  void end(Index i) {
    for (const Label& label : labels_[i]) propose(label);
  }

  void propose(const Label& label) {
    const auto better = [](const Label& a, const Label& b) {
      if (a.switches != b.switches) return a.switches < b.switches;
      return std::popcount(a.actors) < std::popcount(b.actors);
    };
    if (!best_ || better(label, *best_)) best_ = label;
  }

  EasiestRun<S> run() const {
    EasiestRun<S> easiest{.run = {},
                          .switches = best_->switches,
                          .actors = static_cast<std::uint32_t>(std::popcount(best_->actors))};
    std::vector<Action>& actions = easiest.run.actions;
    Index start = 0;
    for (Label at = *best_; at.last != kNobody; at = labels_[start][at.label_before]) {
      start = at.before;
      actions.push_back(graph_.move(start, at.move));
    }
    std::reverse(actions.begin(), actions.end());
    easiest.run.initial = graph_.run_to(start).initial;
    return easiest;
  }

  std::uint32_t number_of(const std::string& actor) {
    const auto at = std::find(actors_.begin(), actors_.end(), actor);
    const auto number = static_cast<std::uint32_t>(at - actors_.begin());
    if (number >= kNobody) throw std::logic_error("more than 64 take part in a run");
    if (at == actors_.end()) actors_.push_back(actor);
    return number;
  }

  const StateGraph<S>& graph_;
  const lang::Property<S>& claim_;
  const std::uint32_t moves_;
  std::vector<bool> leads_there_;
  std::vector<std::vector<Label>> labels_;
  std::vector<std::string> actors_;
  std::optional<Label> best_;
};

}  // namespace fewest

// `shortest` is a shortest run that settles the claim, of any engine.  Nothing, if more than
// `states_max` states lie nearer than its end: then nobody knows whether it is the easiest.
// The result was executed anew, like every run.  Throws EngineDisagreement.
template <lang::System S>
std::optional<EasiestRun<S>> fewest_switches(const S& system, const lang::Property<S>& claim,
                                             const Run<S>& shortest, std::uint64_t states_max) {
  const auto moves = static_cast<std::uint32_t>(shortest.actions.size());
  if (moves == 0) return EasiestRun<S>{.run = shortest};
  Limits limits;
  limits.states_max = states_max;
  limits.depth_max = moves;
  const StateGraph<S> graph(system, limits);
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    if (graph.depth(i) < moves && !graph.expanded(i)) return std::nullopt;
  if (graph.size() >= states_max) return std::nullopt;
  auto easiest = fewest::Layers<S>(graph, claim, moves).easiest();
  if (!easiest)
    throw EngineDisagreement("the graph has no run of " + std::to_string(moves) +
                             " moves to claim " + claim.id);
  confirm(system, &claim, easiest->run, perform(system, easiest->run));
  return easiest;
}

}  // namespace nsmc::checker
