// What is to be proved of a model by induction over its steps, and with what help.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checker/symbolic/obligation.hpp"
#include "checker/symbolic/store.hpp"
#include "checker/symbolic/value.hpp"
#include "model/lang/step.hpp"

namespace nsmc::symbolic {

using Arguments = std::span<const Int>;

// phi(x, y, ..): must not branch, and not read what a step writes anywhere but in the state.
struct Lemma {
  std::string id;    // "balance-is-exact"
  std::string says;  // one present-tense sentence
  std::vector<Kind> over;
  std::function<Bool(Arguments)> holds;
};

// A row at which a context that is in no function may begin.
struct Entry {
  lang::StepFunction row = nullptr;
  bool numbered = true;  // by a context of many, or by the one without a number
  std::function<Bool(const Int& context)> may;
};

// A ghost of the proof is kept up by code that runs before a step.
struct Ghost {
  lang::StepFunction before = nullptr;
  std::function<void()> update;
};

struct Theory {
  std::vector<Entry> entries;
  // Rows that belong to the step before them: nobody else may run in between.
  std::vector<lang::StepFunction> joined;
  std::vector<Ghost> ghosts;
  std::vector<Lemma> lemmas;
  // What no step may end in: use after free and double free of objects that may not dangle, and
  std::vector<lang::Fault> excluded;
};

// The context without a number.
inline constexpr int kNoContext = -1;

struct StepResult {
  std::string step;
  int paths = 0;
  std::vector<Obligation> obligations;
  double seconds = 0;
};

}  // namespace nsmc::symbolic
