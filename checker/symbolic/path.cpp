// Depth-first enumeration of paths, with the solver's scopes following the branches.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/path.hpp"

#include <stdexcept>

namespace nsmc::symbolic {

// What a path knows without asking: its guard's conjuncts.
void Paths::learn(Term fact) {
  if (fact->op == Op::conjunction) {
    for (const Term part : fact->arguments) learn(part);
    return;
  }
  if (fact->op == Op::negation)
    known_[fact->arguments[0]] = false;
  else
    known_[fact] = true;
}

bool Paths::decide(Term condition) {
  if (is_constant(condition)) return is_true(condition);
  if (!branching_) throw std::logic_error("a predicate branches: use all() and if_else()");
  if (condition->has_bound) throw std::logic_error("a bulk write branches on its index");
  const bool negated = condition->op == Op::negation;
  const Term atom = negated ? condition->arguments[0] : condition;
  if (const auto known = known_.find(atom); known != known_.end()) return known->second != negated;
  if (before_asking) before_asking();
  if (!replaying()) {
    const Term yes_side[] = {condition}, no_side[] = {negate(condition)};
    const bool yes = solver_.check_with(yes_side) != Answer::unsat;
    // A path that got here is feasible, so one side is.
    const bool no = !yes || solver_.check_with(no_side) != Answer::unsat;
    trace_.push_back({yes, yes && no});
    if (on_pruned && !(yes && no)) on_pruned(yes ? negate(condition) : condition);
    flipped_ = true;
  }
  const bool is_new = at_ + 1 == trace_.size() && flipped_;
  const bool taken = trace_[at_++].taken;
  const Term fact = taken ? condition : negate(condition);
  if (is_new) {
    solver_.push();
    solver_.add(fact);
    flipped_ = false;
  }
  guard_.push_back(fact);
  learn(fact);
  return taken;
}

void Paths::assume(Term fact) {
  if (is_true(fact)) return;
  learn(fact);
  // An earlier run of this prefix has added it, in a scope that is still there.
  if (!replaying()) solver_.add(fact);
}

void Paths::given(Term fact) {
  guard_.push_back(fact);
  learn(fact);
  if (!replaying()) solver_.add(fact);
}

void Paths::require(Term fact) {
  if (is_true(fact)) return;
  if (is_false(fact)) throw PathEnd{};
  if (const auto known = known_.find(fact); known != known_.end() && known->second) return;
  guard_.push_back(fact);
  learn(fact);
  if (before_asking) before_asking();
  if (replaying()) return;
  solver_.add(fact);
  if (solver_.check() != Answer::unsat) return;
  guard_.pop_back();
  if (on_pruned) on_pruned(fact);
  throw PathEnd{};
}

int Paths::pick(int alternatives, const std::string& name) {
  if (alternatives <= 1) return 0;
  const Term choice = variable(name, Sort::integer, 0, alternatives - 1);
  for (int i = 0; i + 1 < alternatives; ++i)
    if (decide(equal(choice, number(i)))) return i;
  return alternatives - 1;
}

Term Paths::fresh(const std::string& name, Sort sort, std::int64_t lo, std::int64_t hi) {
  return variable(name + "!" + std::to_string(fresh_++), sort, lo, hi);
}

bool Paths::backtrack() {
  while (!trace_.empty()) {
    solver_.pop();
    if (trace_.back().other_too) {
      trace_.back() = {!trace_.back().taken, false};
      flipped_ = true;
      return true;
    }
    trace_.pop_back();
  }
  return false;
}

}  // namespace nsmc::symbolic
