// One scenario explored: what the answer is, and whether it is the expected one.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/cli/binding.hpp"
#include "checker/cli/progress.hpp"
#include "checker/cli/reduced.hpp"
#include "traces/trace.hpp"

namespace nsmc::cli {

// As in docs/scenarios.md.  `inconclusive` is never as expected.
enum class Outcome : std::uint8_t { as_expected, unexpected, deadlock, inconclusive };

struct ClaimAnswer {
  std::string id;        // of the property, or the scenario's name
  std::string says;      // the property, or the question
  std::string property;  // that it is about: itself, or that of `always ID`; else empty
  checker::Verdict verdict = checker::Verdict::unknown;
  bool vacuous = false;          // complete, and its premise was never true
  bool expected_to_hold = true;  // by the scenario
  bool expected_vacuous = false;
  std::string bug;        // the known bug that the scenario names
  std::size_t claim = 0;  // index into Bound::claims
  Outcome outcome = Outcome::as_expected;
};

struct Answer {
  Bound bound;
  checker::Result<System> result;
  std::vector<ClaimAnswer> claims;
  Outcome outcome = Outcome::as_expected;  // the worst of all
  bool shortest = true;                    // the engine's runs are
};

// What is asked about the claims of a scenario: the explorer, or the bounded search on terms.
using Engine = std::function<checker::Result<System>(const Bound&)>;

// Lets the engine search, and compares what it found with what the scenario expects.
Answer answer(Bound bound, const Engine& engine);

// The same with the explorer, which Ctrl-C cuts short; a line on stderr says how far it is.
Answer explore(Bound bound, std::uint64_t memory_bytes_max = memory_bytes_default(),
               const Reductions& reductions = {});

// The worst of all, as the exit code of a program.
int exit_code(std::span<const Answer> answers);

// "yes", "no" or "unknown", as the question was asked.
std::string answer_word(const ClaimAnswer& claim);

// The run that shows the answer of this claim, written down; false if it has none.  Of the shortest
// ones that with the fewest context switches, and explained: which values decided, who wrote them,
// and where the fix of a known bug would have stopped it.
bool has_run(const Answer& answer, const ClaimAnswer& claim);
traces::Trace trace_of(const Answer& answer, const ClaimAnswer& claim);

}  // namespace nsmc::cli
