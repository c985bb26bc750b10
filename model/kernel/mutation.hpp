// A mutation: one step of the model that does something else, as data.
// SPDX-License-Identifier: MIT
//
// Where a seeded defect (defects.hpp) is a condition that somebody wrote into a kernel function, a
// mutation names a place of the model's own structure and what goes wrong there; mutate.hpp makes
// it happen.  No source is edited, and there is no second copy of a step (DeMillo, Lipton, Sayward:
// Hints on Test Data Selection, Computer 11(4), 1978; Untch, Offutt, Harrold: Mutation Analysis
// Using Mutant Schemata, ISSTA 1993).
#pragma once

#include <cstdint>

namespace nsmc::kernel {

struct Mutation {
  enum class Kind : std::uint8_t {
    none,
    skip,      // nothing that the step does lasts; control goes on as if it had
    twice,     // the step runs twice
    swap,      // the step that always follows runs first
    redirect,  // where control would go `from`, it goes `to`: a guard dropped, a call left out
    lose,      // what it writes to `field` is lost
    one_more,  // what it writes to `field` is one more
    one_less,
    null,        // what it writes to the pointer `field` is NULL
    blind,       // what it looks for among objects is not found, where there is one
    next_one,    // the first that it finds is passed over
    unlock,      // its lock is given up before it, and taken again
    keep_record  // no mutation: what steps do is written down (recording())
  };
  // Where control goes after a step: the numbers of steps, as in lang::Next.
  struct Goal {
    std::uint8_t kind = 0, to = 0, then = 0;
    friend auto operator<=>(const Goal&, const Goal&) = default;
  };
  static constexpr std::uint8_t kNoStep = 0, kEveryStep = 255;

  Kind kind = Kind::none;
  std::uint8_t step = kNoStep;
  std::uint8_t follower = kNoStep;  // swap: the step that runs first
  Goal from, to;                    // redirect
  std::uint16_t field = 0;  // lose, one_more, one_less, null: a class of fields; unlock: which lock

  // Whether it has a say in what this step does.
  bool is_about(int number) const { return step == number || step == kEveryStep; }
  friend auto operator<=>(const Mutation&, const Mutation&) = default;
};

}  // namespace nsmc::kernel
