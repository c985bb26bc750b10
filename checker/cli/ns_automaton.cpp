// Moves become events, the graph an automaton, its states get names.
// SPDX-License-Identifier: MIT
#include "checker/cli/ns_automaton.hpp"

#include <fmt/format.h>

#include <set>
#include <stdexcept>
#include <vector>

#include "checker/graph/determinise.hpp"
#include "model/kernel/ns_life.hpp"

namespace nsmc::cli {
namespace {

constexpr int kWatched = 1;
constexpr std::size_t kSubsetsMax = 5'000;
constexpr std::size_t kStatesMax = 100;  // more is no monitor that anybody would read

std::vector<std::uint32_t> symbols_of(const Graph& graph) {
  std::vector<std::uint32_t> symbols;
  symbols.reserve(graph.edges().edges());
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const FairSystem::State from = graph.state(i);
    graph.system().successors(from, [&](const auto&, const auto& to, const auto&) {
      symbols.push_back(kernel::ns_events(from, to, kWatched));
    });
  }
  return symbols;
}

std::string event_name(std::uint32_t symbol) {
  std::string name;
  for (std::size_t i = 0; i < kernel::kNsEvents.size(); ++i)
    if ((symbol >> i & 1U) != 0)
      name += (name.empty() ? "" : "_and_") + std::string(kernel::kNsEvents[i]);
  return name;
}

// What has been seen last of creation, death of the reaper and destruction says where one is.
std::string phase_after(const std::string& before, std::uint32_t symbol) {
  std::string phase = before;
  if ((symbol & 1U) != 0) phase = "alive";
  if ((symbol & 4U) != 0) phase = "dying";
  if ((symbol & 16U) != 0) phase = "gone";
  return phase;
}

std::vector<std::string> names_of(const checker::Dfa& automaton) {
  std::vector<std::string> phases(automaton.next.size());
  phases[0] = "absent";
  for (std::size_t i = 0; i < phases.size(); ++i)  // breadth first: who leads here has its phase
    for (const auto& [symbol, to] : automaton.next[i])
      if (phases[to].empty()) phases[to] = phase_after(phases[i], symbol);
  std::map<std::string, std::size_t> total, told;
  for (const std::string& phase : phases) ++total[phase];
  std::vector<std::string> names;
  for (const std::string& phase : phases)
    names.push_back(total[phase] == 1 ? phase : fmt::format("{}_{}", phase, ++told[phase]));
  return names;
}

}  // namespace

traces::RvAutomaton ns_automaton(const Graph& graph) {
  if (!graph.complete())
    throw std::invalid_argument("no automaton of a part of the states: " + graph.incomplete());
  std::set<std::uint32_t> initial;
  for (std::uint32_t i = 0; i < graph.size() && graph.depth(i) == 0; ++i) initial.insert(i);
  const auto automaton =
      checker::determinise(graph.edges(), symbols_of(graph), initial, kSubsetsMax);
  if (!automaton || automaton->next.size() > kStatesMax)
    throw std::invalid_argument(
        fmt::format("the life of ns1 is no automaton of at most {} states here; take a smaller "
                    "scenario",
                    kStatesMax));
  traces::RvAutomaton named{.states = names_of(*automaton), .finals = {}, .next = {}};
  named.finals = {named.states[0]};
  for (std::size_t i = 0; i < automaton->next.size(); ++i)
    for (const auto& [symbol, to] : automaton->next[i])
      named.next[{named.states[i], event_name(symbol)}] = named.states[to];
  return named;
}

}  // namespace nsmc::cli
