// A counterexample to liveness: a run, and a loop at its end that is gone through for ever.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "checker/graph/fair_component.hpp"
#include "checker/graph/state_graph.hpp"
#include "checker/graph/waiting.hpp"

namespace nsmc::checker {

template <class S>
struct Lasso {
  Run<S> stem;
  std::vector<typename S::Action> loop;   // empty: the run rests where the stem ends
  std::vector<std::string> fair_to;       // to whom the loop owes something, and gives it
  std::vector<std::string> may_stay_out;  // who could move where the run rests, and is owed nothing
};

template <lang::System S>
class LassoMaker {
 public:
  LassoMaker(const StateGraph<S>& graph, const Waiting& waiting)
      : graph_(graph), waiting_(waiting) {}

  // The run to a node: a shortest one to where the wait begins, and on through the wait.
  Run<S> stem(std::uint32_t node) const {
    std::vector<typename S::Action> wait;
    for (; waiting_.parent[node] != Waiting::kStart; node = waiting_.parent[node])
      wait.push_back(graph_.move(waiting_.state[waiting_.parent[node]], waiting_.move[node]));
    Run<S> run = graph_.run_to(waiting_.state[node]);
    run.actions.insert(run.actions.end(), wait.rbegin(), wait.rend());
    return run;
  }

  Lasso<S> rest(std::uint32_t node) const {
    Lasso<S> lasso{.stem = stem(node), .loop = {}, .fair_to = {}, .may_stay_out = {}};
    std::uint64_t able = 0;
    const std::uint32_t state = waiting_.state[node];
    const Csr& edges = graph_.edges();
    for (std::uint64_t e = edges.first[state]; e < edges.first[state + 1]; ++e)
      able |= graph_.labels()[e].owed(lang::Fairness::none);
    lasso.may_stay_out = names(able);
    return lasso;
  }

  // From the first node of the component past a witness of each obligation and back.
  Lasso<S> loop(const FairComponent& component) {
    inside_.assign(waiting_.state.size(), false);
    for (const std::uint32_t node : component.nodes) inside_[node] = true;
    const std::uint32_t start = component.nodes.front();
    Lasso<S> lasso{.stem = stem(start), .loop = {}, .fair_to = {}, .may_stay_out = {}};
    lasso.fair_to = names(component.owes.weak | component.owes.idle | component.owes.strong);
    Obligations left = component.owes;
    at_ = start;
    visit(left, at_);
    while ((left.idle | left.weak | left.strong) != 0)
      go(lasso, left, [&](std::uint32_t to, EdgeLabel by) {
        return (left.idle & ~weak(to)) != 0 || (left.weak & by.owed(lang::Fairness::weak)) != 0 ||
               (left.strong & by.owed(lang::Fairness::strong)) != 0;
      });
    if (at_ != start || lasso.loop.empty())
      go(lasso, left, [&](std::uint32_t to, EdgeLabel) { return to == start; });
    return lasso;
  }

 private:
  static constexpr std::uint64_t kNoEdge = ~std::uint64_t{0};

  std::uint64_t weak(std::uint32_t node) const {
    return graph_.enabled(waiting_.state[node], lang::Fairness::weak);
  }
  void visit(Obligations& left, std::uint32_t node) const { left.idle &= weak(node); }
  EdgeLabel label(std::uint64_t edge) const { return graph_.labels()[waiting_.origin[edge]]; }

  // By the fewest moves to, and over, an edge that is wanted; within the component.
  template <class Wanted>
  void go(Lasso<S>& lasso, Obligations& left, Wanted&& wanted) {
    std::vector<std::uint32_t> queue{at_};
    std::vector<std::pair<std::uint32_t, std::uint64_t>> from(inside_.size(), {0, kNoEdge});
    const Csr& edges = waiting_.edges;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::uint32_t node = queue[i];
      for (std::uint64_t e = edges.first[node]; e < edges.first[node + 1]; ++e) {
        const std::uint32_t to = edges.target[e];
        if (!inside_[to]) continue;
        if (wanted(to, label(e))) return take(lasso, left, node, e, from);
        if (to == at_ || from[to].second != kNoEdge) continue;
        from[to] = {node, e};
        queue.push_back(to);
      }
    }
    throw std::logic_error("a component that is not strongly connected");
  }
  void take(Lasso<S>& lasso, Obligations& left, std::uint32_t node, std::uint64_t last,
            const std::vector<std::pair<std::uint32_t, std::uint64_t>>& from) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> path{{node, last}};
    for (; node != at_; node = from[node].first) path.push_back(from[node]);
    std::reverse(path.begin(), path.end());
    for (const auto& [source, edge] : path) {
      const std::uint32_t state = waiting_.state[source];
      lasso.loop.push_back(graph_.move(state, waiting_.origin[edge] - graph_.edges().first[state]));
      left.weak &= ~label(edge).owed(lang::Fairness::weak);
      left.strong &= ~label(edge).owed(lang::Fairness::strong);
      at_ = waiting_.edges.target[edge];
      visit(left, at_);
    }
  }

  std::vector<std::string> names(std::uint64_t set) const {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < graph_.parties().size(); ++i)
      if ((set >> i & 1U) != 0) list.push_back(graph_.parties()[i]);
    std::sort(list.begin(), list.end());
    return list;
  }

  const StateGraph<S>& graph_;
  const Waiting& waiting_;
  std::vector<bool> inside_;
  std::uint32_t at_ = 0;
};

}  // namespace nsmc::checker
