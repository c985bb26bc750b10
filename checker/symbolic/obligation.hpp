// What has to be unsatisfiable for a theorem, and what became of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checker/symbolic/solver.hpp"

namespace nsmc::symbolic {

enum class Status : std::uint8_t { proved, refuted, unknown };

// A term of interest in the state before a step and in the state after it.
struct Change {
  std::string what;
  std::int64_t before = 0, after = 0;
};

// These facts cannot be true together.
struct Obligation {
  enum class What : std::uint8_t {
    preserves,  // a step leaves a lemma true
    initially,  // a lemma is true in the first state
    excludes,   // no step ends in this fault
    covers      // a branch that was not followed cannot be taken
  } what = What::preserves;
  std::string claim;  // the lemma, or the fault
  std::string step;   // "function/row"
  std::string end;    // where the path ends
  int path = 0;       // of the step's, from 1
  std::vector<Term> facts;       // the path, and that the claim is false
  std::vector<Term> hypotheses;  // instances that were taken for granted
  Status status = Status::unknown;
  std::vector<Change> counterexample;
};

}  // namespace nsmc::symbolic
