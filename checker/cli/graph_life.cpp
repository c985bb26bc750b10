// From moves to what they do to one namespace, and to the automaton of that.
// SPDX-License-Identifier: MIT
#include "checker/cli/graph_life.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "checker/graph/automaton.hpp"
#include "model/kernel/observation.hpp"

namespace nsmc::cli {
namespace {

using checker::Automaton;
using checker::LtsEdge;
using kernel::LifeEvent;

constexpr int kNamespace = 1;
constexpr std::size_t kStatesMax = 40, kSubsetsMax = 2000;

enum Phase : std::uint32_t { absent, alive, dying };
constexpr std::array<const char*, 3> kPhases = {"absent", "alive", "dying"};
Phase after(Phase phase, LifeEvent event) {
  switch (event) {
    case LifeEvent::clone_newpid:
      return alive;
    case LifeEvent::reaper_exit:
      return dying;
    case LifeEvent::ns_destroy:
      return absent;
    default:
      return phase;
  }
}

// The graph with what is remembered of the events; moves of several events have nodes in between.
struct Lives {
  checker::Lts lts;
  std::vector<std::uint32_t> phase;  // by node
};
Lives lives_of(const Graph& graph) {
  std::vector<kernel::Life> life;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    life.push_back(kernel::life_of(graph.state(i), kNamespace));
  Lives lives;
  std::vector<LtsEdge> edges;
  std::map<std::pair<std::uint32_t, Phase>, std::uint32_t> known;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open;  // state and node
  const auto fresh = [&](Phase phase) {
    lives.phase.push_back(phase);
    return static_cast<std::uint32_t>(lives.phase.size() - 1);
  };
  const auto node_of = [&](std::uint32_t state, Phase phase) {
    const auto at = known.find({state, phase});
    if (at != known.end()) return at->second;
    const std::uint32_t node = fresh(phase);
    known.emplace(std::pair(state, phase), node);
    open.emplace_back(state, node);
    return node;
  };
  node_of(0, absent);
  for (std::size_t i = 0; i < open.size(); ++i) {
    const auto [state, node] = open[i];
    for (const std::uint32_t to : graph.edges().targets(state)) {
      const std::vector<LifeEvent> events = kernel::life_events(life[state], life[to]);
      auto phase = static_cast<Phase>(lives.phase[node]);
      std::uint32_t from = node;
      for (std::size_t k = 0; k < events.size(); ++k) {
        phase = after(phase, events[k]);
        const std::uint32_t next = k + 1 == events.size() ? node_of(to, phase) : fresh(phase);
        edges.push_back({from, static_cast<std::uint32_t>(events[k]) + 1, next});
        from = next;
      }
      if (events.empty()) edges.push_back({node, checker::Lts::kSilent, node_of(to, phase)});
    }
  }
  lives.lts = checker::Lts::from(static_cast<std::uint32_t>(lives.phase.size()), std::move(edges));
  return lives;
}

// The states of a phase as one: deterministic, since an event and a phase give the next phase.
Automaton by_phase(const Automaton& a) {
  std::vector<std::uint32_t> number(kPhases.size(), Automaton::kNone);
  Automaton merged{.events = a.events, .next = {}, .colour = {}};
  for (const std::uint32_t phase : a.colour)
    if (number[phase] == Automaton::kNone) {
      number[phase] = static_cast<std::uint32_t>(merged.colour.size());
      merged.colour.push_back(phase);
    }
  merged.next.assign(merged.colour.size(), std::vector<std::uint32_t>(a.events, Automaton::kNone));
  for (std::size_t s = 0; s < a.next.size(); ++s)
    for (std::size_t event = 0; event < a.events; ++event) {
      if (a.next[s][event] == Automaton::kNone) continue;
      std::uint32_t& to = merged.next[number[a.colour[s]]][event];
      const std::uint32_t target = number[a.colour[a.next[s][event]]];
      if (to != Automaton::kNone && to != target)
        throw std::logic_error("an event that leads to two phases");
      to = target;
    }
  return merged;
}

traces::RvAutomaton named(const Automaton& a) {
  std::map<std::uint32_t, int> of_phase, number;
  for (const std::uint32_t phase : a.colour) ++of_phase[phase];
  traces::RvAutomaton rv;
  for (const std::uint32_t phase : a.colour) {
    rv.states.emplace_back(kPhases[phase]);
    if (of_phase[phase] > 1) rv.states.back() += "_" + std::to_string(++number[phase]);
    rv.marked.push_back(phase == absent);
  }
  std::map<std::string, std::size_t> events;  // those that happen, by name
  for (const auto& row : a.next)
    for (std::size_t event = 0; event < row.size(); ++event)
      if (row[event] != Automaton::kNone) events.emplace(kernel::kLifeEvents[event], event);
  for (const auto& [name, event] : events) rv.events.push_back(name);
  for (const auto& row : a.next) {
    auto& next = rv.next.emplace_back();
    for (const auto& [name, event] : events)
      next.push_back(row[event] == Automaton::kNone ? std::nullopt : std::optional(row[event]));
  }
  return rv;
}

}  // namespace

traces::RvAutomaton life_automaton(const Graph& graph, bool exact) {
  if (!graph.complete())
    throw std::invalid_argument("--rv needs the whole graph, and it is incomplete: " +
                                graph.incomplete());
  if (graph.system().config().namespaces <= kNamespace)
    throw std::invalid_argument("--rv: there is no namespace but the initial one");
  const Lives lives = lives_of(graph);
  const auto subsets = checker::determinised(
      lives.lts, static_cast<std::uint32_t>(kernel::kLifeEvents.size()), lives.phase, kSubsetsMax);
  if (!subsets)
    throw std::invalid_argument("--rv: more than " + std::to_string(kSubsetsMax) +
                                " states before they are merged; ask about a smaller scenario");
  const Automaton smallest = checker::minimised(*subsets);
  const Automaton a = exact ? smallest : by_phase(smallest);
  if (a.next.size() > kStatesMax)
    throw std::invalid_argument("--rv: " + std::to_string(a.next.size()) +
                                " states, and a monitor should have " + std::to_string(kStatesMax) +
                                " at most");
  return named(a);
}

}  // namespace nsmc::cli
