// Deterministic automata in the DOT dialect of the kernel's runtime verification tools.
// SPDX-License-Identifier: MIT
//
// dot2c, dot2k and rvgen (tools/verification, since 6.0) read lines by their blanks and not DOT: a
// file that Graphviz takes for the same can be another automaton to them, without a word.  So what
// is written follows their eight rules to the letter, and a reader that knows nothing but the rules
// reads it back:
//
//   1. the first line begins `digraph state_automaton`;
//   2. states are declared on lines in a row, `{node [...] "name"};`;
//   3. one is `"__init_NAME"`, of shape plaintext: NAME is the initial state;
//   4. final states are of shape doublecircle or ellipse; if there is none, the initial one is;
//   5. behind the declarations one line `"__init_NAME" -> "NAME";`;
//   6. then `"a" [label = "a"...];` and `"a" -> "b" [ label = "e1\ne2" ];`, blanks as here; the
//      first line that does not begin with a quote ends them;
//   7. names are identifiers of C;
//   8. a state has one successor for an event.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nsmc::traces {

struct RvAutomaton {
  std::vector<std::string> states;  // the first is the initial one
  std::vector<std::string> finals;
  std::map<std::pair<std::string, std::string>, std::string> next;  // state, event: state
  bool operator==(const RvAutomaton&) const = default;
};

// REQUIRES: the names are identifiers of C, and none is that of two states.
std::string to_rv_dot(const RvAutomaton& automaton);

// Throws std::invalid_argument, "NAME:LINE: rule N: what is wrong".  States come in the order of
// their declarations, but the initial one first.
RvAutomaton from_rv_dot(std::string_view text, const std::string& name);

}  // namespace nsmc::traces
