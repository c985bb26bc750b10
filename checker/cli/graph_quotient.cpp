// States that user space cannot tell apart, as one.
// SPDX-License-Identifier: MIT
#include <map>

#include "checker/cli/graph.hpp"
#include "checker/graph/bisimulation.hpp"
#include "model/kernel/observation.hpp"

namespace nsmc::cli {

traces::Quotient quotient_of(const Graph& graph) {
  if (!graph.complete())
    throw std::invalid_argument("--quotient needs the whole graph, and it is incomplete: " +
                                graph.incomplete());
  std::map<std::vector<std::string>, std::uint32_t> numbers;
  std::vector<std::uint32_t> colour;
  for (std::uint32_t i = 0; i < graph.size(); ++i)
    colour.push_back(numbers
                         .emplace(kernel::seen_by_user_space(graph.state(i)),
                                  static_cast<std::uint32_t>(numbers.size()))
                         .first->second);
  std::vector<const std::vector<std::string>*> lines(numbers.size());
  for (const auto& [seen, number] : numbers) lines[number] = &seen;
  const checker::Blocks blocks = checker::stutter_equivalence(graph.edges(), colour);
  traces::Quotient q;
  q.nodes.resize(blocks.count);
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    traces::Quotient::Node& node = q.nodes[blocks.of[i]];
    if (node.states++ == 0) node.lines = *lines[colour[i]];
    node.end = node.end || graph.edges().degree(i) == 0;
  }
  const checker::Csr small = checker::collapsed(graph.edges(), blocks);
  for (std::uint32_t from = 0; from < small.size(); ++from)
    for (const std::uint32_t to : small.targets(from)) q.edges.emplace_back(from, to);
  return q;
}

}  // namespace nsmc::cli
