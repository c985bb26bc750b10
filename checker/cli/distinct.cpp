// Causes are asked of the graph of all states: each violation at the end of a shortest run to it.
// SPDX-License-Identifier: MIT
#include "checker/cli/distinct.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "checker/cli/commands.hpp"
#include "checker/graph/state_graph.hpp"
#include "props/decisive.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

using Graph = checker::StateGraph<System>;

constexpr std::uint64_t kStatesMax = 2'000'000;
constexpr std::size_t kViolationsMax = 5'000;  // a run is made and taken apart for each

// "P: clone(CLONE_NEWPID)" of P and of C are the same step.
std::string step_of(const traces::TraceStep& step) {
  const auto colon = step.action.find(": ");
  return colon == std::string::npos ? step.action : step.action.substr(colon + 2);
}

// "ns1.kref" and "ns2.kref" are the same field.
std::string field_class(const std::string& field) {
  std::string name;
  for (const char c : field)
    if (c < '0' || c > '9') name += c;
  return name;
}

std::string cause_of(const Bound& bound, const Claim& claim, const lang::Run<System>& run) {
  const auto steps = traces::record(*bound.system, run).steps;
  const std::string last = step_of(steps.back());
  const auto values = props::decisive_values(*bound.system, claim, run.actions);
  if (values.empty()) return last;
  return fmt::format("{}, decided by {} of {}", last, field_class(values.front().field),
                     step_of(steps[values.front().step]));
}

// The shortest run to each violation that does not follow upon another, nearest first, until
// `take` has had enough.
using Take = std::function<bool(lang::Run<System>&&)>;

void each_state(const Graph& graph, const Claim& claim, const Take& take) {
  const bool at_ends = claim.scope == lang::Scope::end;
  std::vector<bool> violated(graph.size());
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    if (at_ends && (!graph.expanded(i) || graph.edges().degree(i) != 0)) continue;
    violated[i] = !claim.holds(graph.system(), graph.state(i));
    const bool is_first = graph.parent(i) == i || !violated[graph.parent(i)];
    if (violated[i] && is_first && !take(graph.run_to(i))) return;
  }
}

void each_move(const Graph& graph, const Claim& claim, const Take& take) {
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const System::State from = graph.state(i);
    bool goes_on = true;
    graph.system().successors(from, [&](const auto& action, const auto& to, const auto& events) {
      if (!goes_on || claim.holds_move(graph.system(), {from, action, to, events})) return;
      lang::Run<System> run = graph.run_to(i);
      run.actions.push_back(action);
      goes_on = take(std::move(run));
    });
    if (!goes_on) return;
  }
}

}  // namespace

DistinctRuns distinct_runs(const Bound& bound, const Claim& claim, std::size_t most) {
  checker::Limits limits;
  limits.states_max = kStatesMax;
  limits.stop = &stop_requested();
  const Graph graph(*bound.system, limits);
  DistinctRuns found{.runs = {}, .incomplete = graph.incomplete()};
  std::set<std::string> causes;
  std::size_t seen = 0;
  const Take take = [&](lang::Run<System>&& run) {
    std::string cause = cause_of(bound, claim, run);
    if (causes.insert(cause).second) found.runs.push_back({std::move(cause), std::move(run)});
    if (++seen == kViolationsMax) found.incomplete = "only the first 5,000 violations were taken";
    return found.runs.size() < most && seen < kViolationsMax;
  };
  claim.scope == lang::Scope::move ? each_move(graph, claim, take) : each_state(graph, claim, take);
  if (found.runs.size() == most) found.incomplete = "no more were asked for";
  return found;
}

std::string distinct_text(const Answer& answer, const ClaimAnswer& claim, std::size_t most) {
  const DistinctRuns found = distinct_runs(answer.bound, answer.bound.claims[claim.claim], most);
  std::string text =
      fmt::format("{} has {} distinct cause{}{}\n", claim.id, found.runs.size(),
                  found.runs.size() == 1 ? "" : "s",
                  found.incomplete.empty() ? ", and no more" : " (" + found.incomplete + ")");
  std::size_t number = 0;
  for (const DistinctRun& one : found.runs) {
    const traces::Trace trace = traces::record(*answer.bound.system, one.run);
    text += fmt::format("\n{}. {}: {}\n", ++number, one.cause, traces::length_text(trace));
    for (std::size_t k = 1; k < trace.steps.size(); ++k)
      text += fmt::format("  {:>3}  {}  {}\n", k, trace.steps[k].actor, trace.steps[k].action);
  }
  return text + "\n";
}

}  // namespace nsmc::cli
