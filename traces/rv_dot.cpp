// The eight rules, written and read.
// SPDX-License-Identifier: MIT
#include "traces/rv_dot.hpp"

#include <algorithm>
#include <stdexcept>

#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : name_(name) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    if (!text.empty()) lines_.push_back(text);
  }

  RvAutomaton read() {
    if (lines_.empty() || !lines_[0].starts_with("digraph state_automaton")) refuse(1, "no head");
    for (at_ = 1; at_ < lines_.size() && !line().starts_with("{node ");) ++at_;
    for (; at_ < lines_.size() && line().starts_with("{node "); ++at_) declare();
    if (initial_.empty()) refuse(3, "no state is declared as \"__init_...\"");
    const auto known = std::find(automaton_.states.begin(), automaton_.states.end(), initial_);
    if (known == automaton_.states.end()) refuse(3, "the initial state is not declared");
    std::rotate(automaton_.states.begin(), known, known + 1);
    if (automaton_.finals.empty()) automaton_.finals = {initial_};
    if (line() != "\"__init_" + initial_ + "\" -> \"" + initial_ + "\";")
      refuse(5, "no edge from \"__init_" + initial_ + "\" directly behind the declarations");
    for (++at_; at_ < lines_.size() && line().starts_with('"'); ++at_) edge();
    for (; at_ < lines_.size(); ++at_)
      if (line().find("->") != std::string_view::npos) refuse(6, "an edge after the end of edges");
    return std::move(automaton_);
  }

 private:
  std::string_view line() const {
    if (at_ >= lines_.size()) return {};
    std::string_view text = lines_[at_];
    while (text.starts_with('\t') || text.starts_with(' ')) text.remove_prefix(1);
    return text;
  }

  [[noreturn]] void refuse(int rule, const std::string& what) const {
    throw std::invalid_argument(name_ + ":" + std::to_string(std::min(at_, lines_.size()) + 1) +
                                ": rule " + std::to_string(rule) + ": " + printable(what));
  }

  std::string identifier(std::string_view text) const {
    if (!is_identifier(text)) refuse(7, "`" + std::string(text) + "` is no identifier of C");
    return std::string(text);
  }

  // `{node [shape = circle] "name"};`
  void declare() {
    const std::size_t close = line().find("] \"");
    if (close == std::string_view::npos || !line().ends_with("\"};"))
      refuse(2, "a state is declared as {node [...] \"name\"};");
    const std::string_view shape = line().substr(0, close);
    const std::string name = identifier(
        line().substr(close + 3, line().size() - close - 3 - std::string("\"};").size()));
    if (name.starts_with("__init_")) {
      if (!initial_.empty()) refuse(3, "a second initial state");
      if (shape.find("plaintext") == std::string_view::npos)
        refuse(3, "\"" + name + "\" has not the shape plaintext");
      initial_ = name.substr(std::string("__init_").size());
      return;
    }
    if (std::count(automaton_.states.begin(), automaton_.states.end(), name) != 0)
      refuse(2, "\"" + name + "\" is declared twice");
    automaton_.states.push_back(name);
    if (shape.find("doublecircle") != std::string_view::npos ||
        shape.find("ellipse") != std::string_view::npos)
      automaton_.finals.push_back(name);
  }

  std::string declared(std::string_view text) const {
    const std::string name = identifier(text);
    if (std::count(automaton_.states.begin(), automaton_.states.end(), name) == 0)
      refuse(2, "\"" + name + "\" is not declared");
    return name;
  }

  // `"a" -> "b" [ label = "e1\ne2" ];`, or `"a" [label = "a", ...];`, which says nothing new.
  void edge() {
    std::string_view rest = line().substr(1);
    const std::string from = declared(rest.substr(0, rest.find('"')));
    rest.remove_prefix(from.size() + 1);
    if (rest.starts_with(" [label = \"" + from + "\"")) return;
    const std::string_view arrow = " -> \"", label = "\" [ label = \"", end = "\" ];";
    const std::size_t behind = rest.find(label);
    if (!rest.starts_with(arrow) || behind == std::string_view::npos || !rest.ends_with(end))
      refuse(6, "an edge is \"a\" -> \"b\" [ label = \"event\" ]; with these blanks");
    const std::string to = declared(rest.substr(arrow.size(), behind - arrow.size()));
    std::string_view events = rest.substr(behind + label.size());
    events.remove_suffix(end.size());
    for (bool more = true; more;) {
      const std::size_t bar = events.find("\\n");
      more = bar != std::string_view::npos;
      const std::string event = identifier(events.substr(0, bar));
      if (!automaton_.next.emplace(std::pair(from, event), to).second)
        refuse(8, "\"" + from + "\" has two successors for " + event);
      if (more) events.remove_prefix(bar + 2);
    }
  }

  const std::string& name_;
  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::string initial_;
  RvAutomaton automaton_;
};

}  // namespace

std::string to_rv_dot(const RvAutomaton& automaton) {
  const std::string& initial = automaton.states.front();
  const auto is_final = [&](const std::string& state) {
    return std::count(automaton.finals.begin(), automaton.finals.end(), state) != 0;
  };
  std::string out = "digraph state_automaton {\n\tcenter = true;\n\tsize = \"7,11\";\n";
  out += "\t{node [shape = plaintext, style=invis, label=\"\"] \"__init_" + initial + "\"};\n";
  for (const std::string& state : automaton.states)
    out += std::string("\t{node [shape = ") + (is_final(state) ? "doublecircle" : "circle") +
           "] \"" + state + "\"};\n";
  out += "\t\"__init_" + initial + "\" -> \"" + initial + "\";\n";
  for (const std::string& from : automaton.states) {
    out += "\t\"" + from + "\" [label = \"" + from + "\"";
    out += from == initial ? ", color = green3];\n" : "];\n";
    std::map<std::string, std::string> labels;  // by successor
    for (const auto& [key, to] : automaton.next)
      if (key.first == from) labels[to] += (labels[to].empty() ? "" : "\\n") + key.second;
    for (const auto& [to, label] : labels)
      out += "\t\"" + from + "\" -> \"" + to + "\" [ label = \"" + label + "\" ];\n";
  }
  return out + "\t{ rank = min ;\n\t\t\"__init_" + initial + "\";\n\t\t\"" + initial +
         "\";\n\t}\n}\n";
}

RvAutomaton from_rv_dot(std::string_view text, const std::string& name) {
  return Reader(text, name).read();
}

}  // namespace nsmc::traces
