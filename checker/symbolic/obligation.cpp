// What is shown of a state in which a claim fails.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/obligation.hpp"

#include <set>

namespace nsmc::symbolic {

std::vector<Value> values_in(Solver& solver, const std::vector<Term>& facts) {
  std::vector<Value> values;
  std::set<std::string> told;
  each_node(facts, [&](Term t) {
    if (t->op != Op::variable && t->op != Op::apply) return;
    Value value{std::string(symbol_name(t->symbol)), solver.value(t)};
    if (t->op == Op::apply) {
      value.what += "(";
      for (std::size_t i = 0; i < t->arguments.size(); ++i)
        value.what += (i > 0 ? ", " : "") + std::to_string(solver.value(t->arguments[i]));
      value.what += ")";
    }
    if (told.insert(value.what).second) values.push_back(std::move(value));
  });
  return values;
}

}  // namespace nsmc::symbolic
