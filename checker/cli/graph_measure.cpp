// What can be said of a graph of states, as records.
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "checker/cli/graph.hpp"
#include "checker/cli/lasso.hpp"
#include "checker/graph/components.hpp"
#include "props/liveness.hpp"

namespace nsmc::cli {
namespace {

std::string move_text(const FairSystem& system, const FairSystem::State& s,
                      const FairSystem::Action& a) {
  return system.actor(a) + "  " + system.label(s, a);
}

}  // namespace

std::vector<std::string> move_texts(const FairSystem& system, FairSystem::State& state,
                                    const std::vector<FairSystem::Action>& actions) {
  std::vector<std::string> texts;
  for (const FairSystem::Action& action : actions) {
    texts.push_back(move_text(system, state, action));
    const FairSystem::State before = state;
    FairSystem::Events events;
    if (!system.execute(before, action, state, events))
      throw checker::EngineDisagreement("a confirmed run cannot be executed again");
  }
  return texts;
}

traces::GraphRecord measure(const Graph& graph) {
  traces::GraphRecord g;
  g.incomplete = graph.incomplete();
  g.states = graph.size();
  g.edges = graph.edges().edges();
  g.depth = graph.depth();
  g.memory_bytes = graph.memory_bytes();
  const checker::Components c = checker::components_of(graph.edges());
  g.components = c.count;
  for (std::uint32_t i = 0; i < c.count; ++i) {
    g.largest = std::max<std::uint64_t>(g.largest, c.size[i]);
    g.terminal_components += c.bottom[i];
  }
  std::vector<std::uint32_t> in(graph.size());
  for (const std::uint32_t to : graph.edges().target) ++in[to];
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    g.degree_max = std::max(g.degree_max, graph.edges().degree(i));
    g.degree_in_max = std::max<std::uint64_t>(g.degree_in_max, in[i]);
    // A state whose moves are not there looks like an end, and is none.
    if (!graph.expanded(i)) --g.terminal_components;
    if (graph.expanded(i) && graph.edges().degree(i) == 0)
      ++g.ends[graph.system().terminal(graph.state(i))];
  }
  return g;
}

traces::LivenessRecord judge_row(const Graph& graph, const std::string& id,
                                 const traces::Scenario& scenario) {
  const FairSystem& system = graph.system();
  const auto finding =
      checker::judge(graph, props::property(*props::find_live(id), system.config()));
  traces::LivenessRecord record;
  record.id = id;
  record.waiting = finding.waiting;
  record.verdict = finding.verdict == checker::Verdict::violated  ? "violated"
                   : finding.verdict == checker::Verdict::unknown ? "unknown"
                   : finding.premise_reached                      ? "holds"
                                                                  : "vacuous";
  if (!finding.lasso) return record;
  FairSystem::State state = system.initial().at(finding.lasso->stem.initial);
  record.stem = move_texts(system, state, finding.lasso->stem.actions);
  record.loop = move_texts(system, state, finding.lasso->loop);
  record.fair_to = finding.lasso->fair_to;
  record.may_stay_out = finding.lasso->may_stay_out;
  record.run = lasso_trace(system, scenario, id, finding.instance, *finding.lasso);
  return record;
}

traces::GraphText text_of(const Graph& graph) {
  return {.states = graph.size(),
          .edges = graph.edges().edges(),
          .each_edge = [&graph](const traces::GraphText::Edge& edge) {
            for (std::uint32_t i = 0; i < graph.size(); ++i) {
              if (graph.edges().degree(i) == 0) continue;
              const FairSystem::State from = graph.state(i);
              std::size_t k = 0;
              graph.system().successors(from, [&](const auto& action, const auto&, const auto&) {
                edge(i, move_text(graph.system(), from, action), graph.edges().targets(i)[k++]);
              });
            }
          }};
}

}  // namespace nsmc::cli
