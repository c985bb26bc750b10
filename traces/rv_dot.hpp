// Deterministic automata in the DOT dialect of the kernel's runtime verification (rv) tools.
// SPDX-License-Identifier: MIT
//
// tools/verification/rvgen splits lines at blanks and is no DOT parser: what Graphviz takes for
// the same graph can become another automaton, silently.  The dialect is what the writer writes;
// the reader refuses the rest.  Rules: Documentation/trace/rv/deterministic_automata.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nsmc::traces {

struct RvAutomaton {
  std::vector<std::string> states;  // the first is the initial one
  std::vector<bool> marked;         // by state
  std::vector<std::string> events;  // in the order of their names
  // By state and event; empty: the event must not happen there.
  std::vector<std::vector<std::optional<std::uint32_t>>> next;
  bool operator==(const RvAutomaton&) const = default;
};

// REQUIRES: at least one state is marked.  Throws std::invalid_argument for a name that is no C
// identifier.
std::string to_rv_dot(const RvAutomaton& automaton);

// Throws GraphError at the first line that breaks one of the eight rules:
//   1  the first line is `digraph state_automaton {`
//   2  the states are declared in consecutive lines, `{node [shape = circle] "alive"};`
//   3  one of them is the pseudo state "__init_STATE", and names the initial state
//   4  at least one state is marked, by `doublecircle` or `ellipse`
//   5  the next line is `"__init_STATE" -> "STATE";`
//   6  then there is `"a" [label = "a"];` or `"a" -> "b" [ label = "ev1\nev2" ];`, these blanks
//   7  names are C identifiers, and the states of edges are declared
//   8  there is one target for a state and an event
RvAutomaton read_rv_dot(std::string_view text);

}  // namespace nsmc::traces
