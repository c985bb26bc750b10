// The solver that is linked: Z3, behind an interface that speaks of terms.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checker/symbolic/term.hpp"

namespace nsmc::symbolic {

enum class Answer : std::uint8_t { sat, unsat, unknown };

class Solver {
 public:
  // `rlimit`: Z3's deterministic resource units for one check; 0: none.  A check that needs more is
  // unknown, on every machine alike.
  explicit Solver(std::uint32_t rlimit = 0);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  void push();
  void pop(unsigned levels = 1);
  void add(Term fact);
  Answer check();
  // Whether the facts added so far allow these as well; nothing is kept of them.
  Answer check_with(std::span<const Term> more);
  // After sat: the value of a term in the state that was found.
  std::int64_t value(Term term);

  // Which of the hypotheses a refutation of all of them needs: nothing unless they are unsat.
  std::optional<std::vector<Term>> core(std::span<const Term> hypotheses);

  std::uint64_t checks() const { return checks_; }
  static std::string version();

 private:
  struct Z3;
  std::unique_ptr<Z3> z3_;
  std::uint64_t checks_ = 0;
};

}  // namespace nsmc::symbolic
