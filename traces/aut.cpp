// Aldebaran and Graphviz.
// SPDX-License-Identifier: MIT
#include "traces/aut.hpp"

#include "traces/text.hpp"

namespace nsmc::traces {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

void to_aut(const GraphText& graph, const Sink& sink) {
  constexpr std::size_t kBlock = std::size_t{1} << 16U;
  std::string text =
      "des (0, " + std::to_string(graph.edges) + ", " + std::to_string(graph.states) + ")\n";
  graph.each_edge([&](std::uint32_t from, std::string_view label, std::uint32_t to) {
    text += '(' + std::to_string(from) + ", " + quoted(label) + ", " + std::to_string(to) + ")\n";
    if (text.size() < kBlock) return;
    sink(text);
    text.clear();
  });
  sink(text);
}

std::string to_dot(const GraphText& graph, std::string_view name, std::uint32_t most) {
  std::string text = "digraph " + quoted(name) + " {\n  node [shape=point];\n  0 [shape=circle];\n";
  if (graph.states > most) {
    const std::string note =
        "the first " + thousands(most) + " of " + thousands(graph.states) + " states";
    text += "  // " + note + "\n  note [shape=note, label=" + quoted(note) + "];\n";
  }
  graph.each_edge([&](std::uint32_t from, std::string_view label, std::uint32_t to) {
    if (from >= most || to >= most) return;
    text += "  " + std::to_string(from) + " -> " + std::to_string(to) + " [label=" + quoted(label) +
            "];\n";
  });
  return text + "}\n";
}

}  // namespace nsmc::traces
