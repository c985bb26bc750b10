// Subsets, and the smallest of equals.
// SPDX-License-Identifier: MIT
#include "checker/graph/automaton.hpp"

#include <map>
#include <utility>

#include "checker/graph/bisimulation.hpp"

namespace nsmc::checker {
namespace {

using Nodes = std::vector<std::uint32_t>;

// With all that is reached in silence; ascending.
Nodes closed(const Lts& lts, Nodes nodes, std::vector<bool>& seen) {
  for (const std::uint32_t node : nodes) seen[node] = true;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::uint32_t node = nodes[i];
    for (std::uint64_t e = lts.edges.first[node]; e < lts.edges.first[node + 1]; ++e) {
      const std::uint32_t to = lts.edges.target[e];
      if (lts.label[e] != Lts::kSilent || seen[to]) continue;
      seen[to] = true;
      nodes.push_back(to);
    }
  }
  for (const std::uint32_t node : nodes) seen[node] = false;
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

std::uint32_t colour_of(const Nodes& nodes, const std::vector<std::uint32_t>& colour) {
  for (const std::uint32_t node : nodes)
    if (colour[node] != colour[nodes.front()]) return kMixed;
  return colour[nodes.front()];
}

}  // namespace

std::optional<Automaton> determinised(const Lts& lts, std::uint32_t events,
                                      const std::vector<std::uint32_t>& colour, std::size_t most) {
  Automaton a{.events = events, .next = {}, .colour = {}};
  std::vector<bool> seen(lts.edges.size());
  std::map<Nodes, std::uint32_t> known;
  std::vector<const Nodes*> sets;
  const auto state_of = [&](Nodes nodes) {
    const auto [at, is_new] =
        known.emplace(closed(lts, std::move(nodes), seen), static_cast<std::uint32_t>(sets.size()));
    if (is_new) sets.push_back(&at->first);
    return at->second;
  };
  state_of({0});
  for (std::size_t s = 0; s < sets.size(); ++s) {
    if (sets.size() > most) return std::nullopt;
    std::vector<Nodes> to(events);
    for (const std::uint32_t node : *sets[s])
      for (std::uint64_t e = lts.edges.first[node]; e < lts.edges.first[node + 1]; ++e)
        if (lts.label[e] != Lts::kSilent) to[lts.label[e] - 1].push_back(lts.edges.target[e]);
    std::vector<std::uint32_t> row;
    for (Nodes& nodes : to) {
      std::sort(nodes.begin(), nodes.end());
      nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
      row.push_back(nodes.empty() ? Automaton::kNone : state_of(std::move(nodes)));
    }
    a.colour.push_back(colour_of(*sets[s], colour));
    a.next.push_back(std::move(row));
  }
  return a;
}

Automaton minimised(const Automaton& a) {
  std::vector<LtsEdge> edges;
  for (std::uint32_t s = 0; s < a.next.size(); ++s)
    for (std::uint32_t event = 1; event <= a.events; ++event)
      if (const std::uint32_t to = a.next[s][event - 1]; to != Automaton::kNone)
        edges.push_back({s, event, to});
  // Of deterministic systems bisimilarity is equality of words.
  const Blocks blocks = bisimulation(
      Lts::from(static_cast<std::uint32_t>(a.next.size()), std::move(edges)), a.colour);
  std::vector<std::uint32_t> number(blocks.count, Automaton::kNone), first{0};
  number[blocks.of[0]] = 0;
  Automaton small{.events = a.events, .next = {}, .colour = {}};
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::vector<std::uint32_t> row;
    for (const std::uint32_t to : a.next[first[i]]) {
      if (to == Automaton::kNone) {
        row.push_back(to);
        continue;
      }
      std::uint32_t& known = number[blocks.of[to]];
      if (known == Automaton::kNone) {
        known = static_cast<std::uint32_t>(first.size());
        first.push_back(to);
      }
      row.push_back(known);
    }
    small.next.push_back(std::move(row));
    small.colour.push_back(a.colour[first[i]]);
  }
  return small;
}

}  // namespace nsmc::checker
