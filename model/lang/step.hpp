// A kernel function as a table of atomic steps: code above, catalogue below.
// SPDX-License-Identifier: MIT
//
//   template <class K>
//   struct free_pidmap {                        // the kernel function's name
//     static Next clear_bit() { ...; return go(nr_free_inc); }
//     static Next nr_free_inc() { ...; return ret(); }
//     static constexpr Row rows[] = {
//         {"clear_bit", clear_bit},
//         {"nr_free_inc", nr_free_inc, "r3: the number is free, the counter not yet"},
//     };
//   };
//
// A step is ordinary C++ and runs without interruption.  A row with a `why` is a place where
// another task may run before it (a step boundary); rows without one only
// give names to the parts of one atomic region.  What must survive from one step to the next
// lives in the task's kernel stack, so a state can be hashed, copied and written down.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nsmc::lang {

struct Next;
using StepFunction = Next (*)();

// Where control goes after a step.
struct Next {
  enum class Kind : std::uint8_t { go, call, ret, block, halt } kind;
  StepFunction to = nullptr;    // go, call: the step to run next
  StepFunction then = nullptr;  // call: the step to run when the callee returns
};

inline Next go(StepFunction step) { return {Next::Kind::go, step, nullptr}; }
inline Next call(StepFunction callee, StepFunction then) {
  return {Next::Kind::call, callee, then};
}
inline Next ret() { return {Next::Kind::ret}; }
// Not possible now: sleep, or spin on a lock.  REQUIRES: the step has changed nothing.
inline Next block() { return {Next::Kind::block}; }
// The context ends here; its stack is already empty.
inline Next halt() { return {Next::Kind::halt}; }

struct Row {
  std::string_view name;
  StepFunction run = nullptr;
  std::string_view why = {};  // non-empty: a switch is possible before this step, and this is why
};

struct Function {
  std::string_view name;
  std::string_view file;  // of the kernel's source
  std::span<const Row> rows;
};

}  // namespace nsmc::lang
