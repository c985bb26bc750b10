// Exams: shipped scenarios that a mutant of the model has to pass.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/cli/binding.hpp"
#include "model/kernel/mutate.hpp"

namespace nsmc::cli {

// A small program whose whole state space is judged by its own question and by the catalogue.
struct Exam {
  std::string name;  // of the scenario; with "@7.0" on another kernel than its own
  Bound bound;       // claims: the question, then the catalogue
  bool pinned = false;
  checker::Result<System> passed;  // what the model itself answers
  std::bitset<128> steps;          // that it takes
  std::uint64_t graph = 0;         // a sum of hashes over its transitions
};

// Each shipped scenario on its own kernel and on the last one, and the record of all steps.
struct Exams {
  std::vector<Exam> all;  // the small ones first
  kernel::Record record;
};
Exams exams(std::size_t jobs);

// What one exam says of a mutant.
struct Mark {
  enum class Kind : std::uint8_t {
    same,      // not a single transition is another one
    other,     // another state space, and each answer is as before
    cut,       // too large to tell
    answer,    // another answer to the scenario's question
    property,  // a property fails that did not, or one does not fail any more
    witness,   // what a claim is about happens no more
    deadlock,  // somebody waits for ever, or no longer
    smaller    // fewer states or transitions than pinned
  };
  Kind kind = Kind::same;
  std::string by;  // the property
};
bool is_noticed(Mark::Kind kind);

Mark mark(const Exam& exam, const kernel::Mutation& mutation);

}  // namespace nsmc::cli
