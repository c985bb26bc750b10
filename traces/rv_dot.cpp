// The rv dialect of DOT.
// SPDX-License-Identifier: MIT
#include "traces/rv_dot.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "traces/aut.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::string_view kInit = "__init_";
constexpr std::string_view kFirst = "digraph state_automaton {";
constexpr std::string_view kPseudo = R"({node [shape = plaintext, style=invis, label=""] ")";

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto good = [&](char c) { return letter(c) || c == '_' || (c >= '0' && c <= '9'); };
  return !name.empty() && (letter(name[0]) || name[0] == '_') &&
         std::all_of(name.begin(), name.end(), good);
}

class Reader {
 public:
  explicit Reader(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size() - 1);
      std::string_view line = text.substr(0, end + 1);
      text.remove_prefix(end + 1);
      const std::size_t last = line.find_last_not_of(" \t\n");
      line = line.substr(0, last + 1);  // npos + 1: an empty line
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      lines_.push_back(line);
    }
  }

  RvAutomaton read() {
    if (!is(0) || lines_[0] != kFirst) fail(1, "expected `" + std::string(kFirst) + "`");
    while (is(++at_) && !begins("{node"))
      if (begins("\"")) fail(2, "an edge before the states are declared");
    while (begins("{node")) declare();
    if (states_.empty()) fail(2, "expected `{node [shape = circle] \"STATE\"};`");
    if (initial_.empty()) fail(3, "none of the states above is \"__init_STATE\"");
    const auto initial = std::find(states_.begin(), states_.end(), initial_);
    if (initial == states_.end()) fail(3, "`" + initial_ + "` is initial, and not declared");
    if (std::find(marked_.begin(), marked_.end(), true) == marked_.end())
      fail(4, "none of the states above is `doublecircle` or `ellipse`");
    const std::string arrow = "\"" + std::string(kInit) + initial_ + "\" -> \"" + initial_ + "\";";
    if (!is(at_) || lines_[at_] != arrow) fail(5, "expected `" + arrow + "`");
    ++at_;
    while (begins("\"")) edge();
    // What does not begin with a quote ends the edges for the kernel's parser: none may follow.
    for (std::size_t i = at_, depth = 1; i < lines_.size(); ++i) {
      at_ = i;
      if (lines_[i].find("->") != std::string_view::npos) fail(6, "an edge after the last one");
      if (begins("{node")) fail(2, "a state that is declared too late");
      if (begins("{")) ++depth;
      if (begins("}") && --depth == 0 && i + 1 != lines_.size()) fail(6, "more than one graph");
      if (i + 1 == lines_.size() && depth != 0) fail(6, "the graph has no end");
    }
    if (!is(at_)) fail(6, "the graph has no end");
    return result(static_cast<std::size_t>(initial - states_.begin()));
  }

 private:
  [[noreturn]] void fail(int rule, const std::string& why) const {
    throw GraphError(at_ + 1, "rule " + std::to_string(rule) + ": " + printable(why));
  }
  bool is(std::size_t i) const { return i < lines_.size(); }
  bool begins(std::string_view with) const { return is(at_) && lines_[at_].starts_with(with); }

  // Takes what stands between two marks off the line; empty if it does not look like that.
  static std::optional<std::string_view> between(std::string_view& line, std::string_view before,
                                                 std::string_view after) {
    if (!line.starts_with(before)) return {};
    const std::size_t end = line.find(after, before.size());
    if (end == std::string_view::npos) return {};
    const std::string_view found = line.substr(before.size(), end - before.size());
    line.remove_prefix(end + after.size());
    return found;
  }
  std::string name(std::string_view text) const {
    if (!is_identifier(text)) fail(7, "`" + std::string(text) + "` is no C identifier");
    return std::string(text);
  }

  void declare() {
    std::string_view line = lines_[at_];
    if (const auto pseudo = between(line, std::string(kPseudo) + std::string(kInit), "\"};")) {
      if (!initial_.empty()) fail(3, "a second pseudo state");
      if (!line.empty()) fail(2, "more than a state in a line");
      initial_ = name(*pseudo);
    } else {
      const auto shape = between(line, "{node [shape = ", "] \"");
      const auto state = between(line, "", "\"};");
      if (!shape || !state || !line.empty())
        fail(2, "expected `{node [shape = circle] \"STATE\"};`");
      if (state->starts_with(kInit)) fail(3, "a pseudo state is plaintext, without a label");
      const bool marks = *shape == "doublecircle" || *shape == "ellipse";
      if (!marks && *shape != "circle") fail(4, "`" + std::string(*shape) + "` is no such shape");
      if (std::find(states_.begin(), states_.end(), *state) != states_.end())
        fail(2, "a state that is declared twice");
      states_.push_back(name(*state));
      marked_.push_back(marks);
    }
    ++at_;
  }

  std::size_t state(std::string_view text) const {
    const auto at = std::find(states_.begin(), states_.end(), name(text));
    if (at == states_.end()) fail(7, "`" + std::string(text) + "` is not declared");
    return static_cast<std::size_t>(at - states_.begin());
  }
  void edge() {
    std::string_view line = lines_[at_];
    const auto from = between(line, "\"", "\"");
    if (!from) fail(6, "a name without an end");
    const std::size_t source = state(*from);
    std::string_view rest = line;
    if (const auto label = between(rest, " [label = \"", "\"];"); label && rest.empty()) {
      if (*label != *from) fail(6, "the label of a state is its name");
      ++at_;
      return;
    }
    const auto to = between(line, " -> \"", "\"");
    auto events = to ? between(line, " [ label = \"", "\" ];") : std::nullopt;
    if (!events || !line.empty())
      fail(6, R"(expected `"a" [label = "a"];` or `"a" -> "b" [ label = "event" ];`)");
    const std::size_t target = state(*to);
    for (std::string_view left = *events;;) {
      const std::size_t end = left.find("\\n");
      const std::string event = name(left.substr(0, end));
      if (!next_.emplace(std::pair(source, event), target).second)
        fail(8, "a second target for `" + event + "` in `" + states_[source] + "`");
      if (end == std::string_view::npos) break;
      left.remove_prefix(end + 2);
    }
    ++at_;
  }

  // As the kernel's generator has it: the initial state first.
  RvAutomaton result(std::size_t initial) const {
    std::vector<std::size_t> order{initial};
    for (std::size_t s = 0; s < states_.size(); ++s)
      if (s != initial) order.push_back(s);
    std::set<std::string> events;
    for (const auto& [key, to] : next_) events.insert(key.second);
    RvAutomaton a;
    a.events.assign(events.begin(), events.end());
    for (const std::size_t s : order) {
      a.states.push_back(states_[s]);
      a.marked.push_back(marked_[s]);
      auto& row = a.next.emplace_back();
      for (const std::string& event : a.events) {
        const auto to = next_.find({s, event});
        const auto at =
            to == next_.end() ? order.end() : std::find(order.begin(), order.end(), to->second);
        row.push_back(at == order.end()
                          ? std::nullopt
                          : std::optional(static_cast<std::uint32_t>(at - order.begin())));
      }
    }
    return a;
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::string initial_;
  std::vector<std::string> states_;
  std::vector<bool> marked_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> next_;
};

}  // namespace

std::string to_rv_dot(const RvAutomaton& a) {
  for (const auto* names : {&a.states, &a.events})
    for (const std::string& name : *names)
      if (!is_identifier(name) || name.starts_with(kInit))
        throw std::invalid_argument("`" + name + "` is no name for the kernel's rv tools");
  const std::string& initial = a.states.at(0);
  std::string text = std::string(kFirst) + "\n\tcenter = true;\n\tsize = \"7,11\";\n\t" +
                     std::string(kPseudo) + std::string(kInit) + initial + "\"};\n";
  for (std::size_t s = 0; s < a.states.size(); ++s)
    text += std::string("\t{node [shape = ") + (a.marked[s] ? "doublecircle" : "circle") + "] \"" +
            a.states[s] + "\"};\n";
  text += "\t\"" + std::string(kInit) + initial + "\" -> \"" + initial + "\";\n";
  for (std::size_t s = 0; s < a.states.size(); ++s) {
    text += "\t\"" + a.states[s] + "\" [label = \"" + a.states[s] + "\"];\n";
    std::map<std::uint32_t, std::string> events;  // by target, one edge for all of them
    for (std::size_t e = 0; e < a.events.size(); ++e)
      if (const auto to = a.next[s][e]) {
        std::string& label = events[*to];
        label += (label.empty() ? "" : "\\n") + a.events[e];
      }
    for (const auto& [to, label] : events)
      text +=
          "\t\"" + a.states[s] + "\" -> \"" + a.states[to] + "\" [ label = \"" + label + "\" ];\n";
  }
  return text + "\t{ rank = min ;\n\t\t\"" + std::string(kInit) + initial + "\";\n\t\t\"" +
         initial + "\";\n\t}\n}\n";
}

RvAutomaton read_rv_dot(std::string_view text) { return Reader(text).read(); }

}  // namespace nsmc::traces
