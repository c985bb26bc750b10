// The picture.
// SPDX-License-Identifier: MIT
#include "traces/quotient_dot.hpp"

#include "traces/aut.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {

std::string to_dot(const Quotient& q, std::string_view name, std::uint32_t most) {
  std::string text = "digraph " + quoted(name) + " {\n  node [shape=box];\n";
  if (q.nodes.size() > most) {
    const std::string note =
        "the first " + thousands(most) + " of " + thousands(q.nodes.size()) + " nodes";
    text += "  // " + note + "\n  note [shape=note, label=" + quoted(note) + "];\n";
  }
  for (std::size_t i = 0; i < q.nodes.size() && i < most; ++i) {
    const Quotient::Node& node = q.nodes[i];
    std::string label = "\"";
    for (const std::string& line : node.lines) {
      const std::string one = quoted(line);
      label += one.substr(1, one.size() - 2) + "\\l";
    }
    label += thousands(node.states) + (node.states == 1 ? " state" : " states") + "\"";
    text += "  " + std::to_string(i) + " [label=" + label + (i == 0 ? ", penwidth=3" : "") +
            (node.end ? ", peripheries=2" : "") + "];\n";
  }
  for (const auto& [from, to] : q.edges)
    if (from < most && to < most)
      text += "  " + std::to_string(from) + " -> " + std::to_string(to) + ";\n";
  return text + "}\n";
}

}  // namespace nsmc::traces
