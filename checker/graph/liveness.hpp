// Judges leads-to properties on the graph of all states.
// SPDX-License-Identifier: MIT
//
// A run that violates from ~> to passes a state with from && !to and never meets `to` again.  Then
// it rests in a state in which nobody is owed a move, which may but need not be an end; or it goes
// on for ever, and what it meets again and again is a strongly connected set of waiting states.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/graph/confirm_lasso.hpp"
#include "checker/graph/fair_component.hpp"
#include "checker/graph/lasso.hpp"
#include "checker/graph/state_graph.hpp"
#include "checker/graph/waiting.hpp"

namespace nsmc::checker {

template <class S>
struct LivenessFinding {
  Verdict verdict = Verdict::unknown;
  bool premise_reached = false;   // somebody has begun to wait; false: vacuous
  std::uint64_t waiting = 0;      // states in which something is still to happen
  std::optional<Lasso<S>> lasso;  // re-executed
  int instance = 0;               // of which thing
};

// By state, for one instance: from && !to, and to.
struct Marks {
  std::vector<bool> begins, over;
};
// For all instances at once, since to decode a state takes longer than to judge it.
template <lang::System S>
std::vector<Marks> marks_of(const StateGraph<S>& graph, const lang::LeadsTo<S>& property) {
  std::vector<Marks> marks;
  for (int i = 0; i < property.instances; ++i)
    marks.push_back({std::vector<bool>(graph.size()), std::vector<bool>(graph.size())});
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    const typename S::State s = graph.state(node);
    for (int i = 0; i < property.instances; ++i) {
      Marks& m = marks[static_cast<std::size_t>(i)];
      const bool over = property.to(graph.system(), s, i);
      m.over[node] = over;
      m.begins[node] = !over && property.from(graph.system(), s, i);
    }
  }
  return marks;
}

// For one of the property's instances.  A lasso is real even if the graph is cut short: all moves
// of its states are there.  That there is none is known of a complete graph only.
template <lang::System S>
LivenessFinding<S> judge(const StateGraph<S>& graph, const lang::LeadsTo<S>& property, int instance,
                         const Marks& marks) {
  using lang::Fairness;
  LivenessFinding<S> finding;
  finding.instance = instance;
  const Waiting waiting = waiting_part(graph, marks.begins, marks.over);
  finding.waiting = waiting.state.size();
  finding.premise_reached = !waiting.state.empty();
  const auto weak = [&](std::uint32_t n) {
    return graph.enabled(waiting.state[n], Fairness::weak);
  };
  LassoMaker<S> maker(graph, waiting);
  for (std::uint32_t n = 0; n < waiting.state.size() && !finding.lasso; ++n)
    if (graph.expanded(waiting.state[n]) && weak(n) == 0) finding.lasso = maker.rest(n);
  if (!finding.lasso) {
    const FairComponent component = fair_component(
        waiting.edges, weak,
        [&](std::uint32_t n) { return graph.enabled(waiting.state[n], Fairness::strong); },
        [&](std::uint64_t e, Fairness least) {
          return graph.labels()[waiting.origin[e]].owed(least);
        });
    if (!component.nodes.empty()) finding.lasso = maker.loop(component);
  }
  if (finding.lasso) {
    confirm(graph.system(), property, instance, *finding.lasso);
    finding.verdict = Verdict::violated;
  } else if (graph.complete()) {
    finding.verdict = Verdict::holds;
  }
  return finding;
}

// For all of them: the shortest lasso, and `holds` only if none has one.
template <lang::System S>
LivenessFinding<S> judge(const StateGraph<S>& graph, const lang::LeadsTo<S>& property) {
  LivenessFinding<S> worst;
  const auto moves = [](const LivenessFinding<S>& f) {
    return f.lasso->stem.actions.size() + f.lasso->loop.size();
  };
  std::uint64_t waiting = 0;
  bool reached = false;
  std::vector<Marks> marks = marks_of(graph, property);
  for (int i = 0; i < property.instances; ++i) {
    const Marks mine = std::move(marks[static_cast<std::size_t>(i)]);
    LivenessFinding<S> one = judge(graph, property, i, mine);
    waiting += one.waiting;
    reached = reached || one.premise_reached;
    const bool first = one.lasso && !worst.lasso;
    if (i == 0 || first || (one.lasso && moves(one) < moves(worst))) worst = std::move(one);
  }
  worst.waiting = waiting;
  worst.premise_reached = reached;
  return worst;
}

}  // namespace nsmc::checker
