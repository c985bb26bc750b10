// Property test runs: random plans, one after the other, towards what was not reached yet.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checker/cli/runs/execute.hpp"
#include "checker/cli/runs/generate.hpp"

namespace nsmc::cli {

struct HuntOptions {
  Subject subject;
  std::vector<const props::Row*> rows;  // what is judged
  bool user_space = true;               // by the reference as well
  std::uint64_t seed = 1;
  std::uint64_t runs_max = 0;  // 0: no limit
  double seconds_max = 0;      // 0: no limit; then the number of runs differs from time to time
  int calls_max = 40;          // of one plan, as it is generated
  std::size_t jobs = 1;        // threads; the result does not depend on it
  bool keep_going = false;     // after a violation, for other properties
};

// A violated property or a disagreement with the reference, and the least plan that was found to
// violate it.
struct Failure {
  std::string property;
  std::uint64_t run = 0;  // which, from 1
  Plan found, least;
  std::uint64_t tried = 0;    // plans, while shrinking
  Disagreement disagreement;  // of `least`
};

struct Hunted {
  std::uint64_t runs = 0, calls = 0, moves = 0;
  std::uint64_t cut = 0;   // runs that had no end
  std::uint64_t kept = 0;  // plans that reached something for the first time
  double seconds = 0;      // of the runs, without shrinking
  Coverage reached;
  Extremes extremes;
  std::vector<Failure> failures;  // of each property the first; one, unless all are wanted
};

// Runs until a limit, Ctrl-C, or a violation; shrinks what is violated.
// `progress` is called between batches of runs.
Hunted hunt(const HuntOptions& options, const std::function<void(const Hunted&)>& progress);

// How the scenario of a plan asks about one property.
traces::Scenario asking(const Plan& plan, const std::string& property);
// The same about what the reference says cannot be.  The language has no word for the reference,
// but it has one for what a call returns: does it ever return that?
traces::Scenario asking(const Plan& plan, const Disagreement& disagreement);

}  // namespace nsmc::cli
