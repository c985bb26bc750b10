// Proof by induction over steps, for any number of objects: what there is; induction.hpp does it.
// SPDX-License-Identifier: MIT
//
// A lemma is a claim phi(x, y, ..) of every tuple of objects.  It is an invariant if it is true in
// the first state and each step leaves it true.  A step touches finitely many objects.  So for each
// path of each step, and fresh constants x*, y*, .. for the objects of the claim, it is enough that
//     instances of lemmas before, the path, and not phi(x*, y*, ..) after
// cannot be true together.  Instances are taken at the objects that the path and the claim name:
// too few can only make a proof fail.  Everything that is used as a hypothesis is a lemma, so a
// goal.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checker/symbolic/control.hpp"
#include "checker/symbolic/domain.hpp"
#include "checker/symbolic/obligation.hpp"
#include "checker/symbolic/theory.hpp"

namespace nsmc::symbolic {

template <class K>
class Induction {
 public:
  Induction(const Theory& theory, const Control& control, K& machine, Solver& solver)
      : theory_(theory), control_(control), k_(machine), paths_(solver) {}

  // All obligations of the step in this row, from any context that may stand at it; each of those
  // that the solver could not settle is marked.
  StepResult step(lang::StepFunction row);
  // That each lemma is true in the state with which the machine was made.
  StepResult initially();

 private:
  // One run of a step: named objects, and what was assumed of them.
  struct Known {
    std::set<std::pair<std::size_t, std::vector<Term>>> tuples;
    std::set<std::vector<Term>> counted;
    std::vector<Term> terms;
    Space::Seen found;  // named by the instances themselves
  };
  using Add = std::function<void(Term)>;

  void run(Position at);
  void enter(Position at, const Entry* entry);
  // Follows control to the end of the step; false if there is no such step.
  bool follow(Position& at, lang::Next next);
  void ends(Position at);
  void excluded(Position at, lang::Fault fault, Kind kind);
  void prove(Obligation obligation, const Space::Seen& named);
  void settle(Obligation& o, const std::function<void(int, const Add&)>& instances);
  static std::vector<Term> constants_for(const Lemma& lemma);

  Term evaluated(const Lemma& lemma, const std::vector<Term>& arguments) {
    std::vector<Int> values;
    for (const Term t : arguments) values.emplace_back(t);
    const Paths::NoBranching no_branching;
    return lemma.holds(values).term();
  }
  template <class F>
  auto before_step(F&& f) {
    Space::Snapshot now = k_.space.exchange({});
    auto result = f();
    k_.space.exchange(std::move(now));
    return result;
  }
  std::vector<std::vector<Term>> tuples(const Lemma& lemma, const Space::Seen& named);
  void instantiate(Known& known, const Space::Seen& named, int rounds, const Add& add);
  void count_holders(Known& known, const Space::Seen& named, const Add& add);

  const Theory& theory_;
  const Control& control_;
  K& k_;
  Paths paths_;
  StepResult result_;
  Known known_;
  Position started_;
  int rounds_ = 0;
};

// How contexts stand in functions: in each that is not the outermost, its caller waits where it
// goes on when the callee returns; and functions of which neither calls the other are not active
// together.
template <class K>
std::vector<Lemma> control_lemmas(const Control& control);

}  // namespace nsmc::symbolic
