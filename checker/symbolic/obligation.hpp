// What has to be unsatisfiable for a theorem, and what became of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checker/symbolic/solver.hpp"

namespace nsmc::symbolic {

enum class Status : std::uint8_t { proved, refuted, unknown };

// What a field is in a state that the solver has found.
struct Value {
  std::string what;
  std::int64_t is = 0;
};

// These facts cannot be true together.
struct Obligation {
  enum class What : std::uint8_t {
    preserves,  // a step leaves a lemma true
    initially,  // a lemma is true in the first state
    excludes,   // no step ends in this fault
    claims,     // a piece of code keeps a promise
    covers,     // a branch that was not followed cannot be taken
    witness     // a path can be taken: these facts can be true together
  } what = What::preserves;
  std::string claim;             // the lemma, or the fault
  std::string step;              // "function/row"
  std::string end;               // where the path ends
  int path = 0;                  // of the step's, from 1
  std::vector<Term> facts;       // the path, and that the claim is false
  std::vector<Term> hypotheses;  // instances that were taken for granted
  Status status = Status::unknown;
  std::vector<Value> counterexample;  // the state before the step, as far as the question reads it
  std::vector<Value> written;         // by the step, in that state
};

// Each leaf of these facts in the state that the solver has found: its name, and its value.
std::vector<Value> values_in(Solver& solver, const std::vector<Term>& facts);

}  // namespace nsmc::symbolic
