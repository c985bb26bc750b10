// A run of one kernel, made on another: where the two go different ways.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "checker/cli/binding.hpp"
#include "traces/trace.hpp"

namespace nsmc::cli {

struct Deviation {
  struct Difference {
    std::string field, is, was;  // on the other kernel, and in the run
  };
  // The first move after which the states differ; 0: none does.
  std::size_t differs = 0;
  std::vector<Difference> differences;  // there, without what is local to a call
  // The first move that the other kernel cannot make, or that is another one there; 0: none.
  std::size_t impossible = 0;
  std::string instead;  // what the actor does there instead; empty: nothing
  // All moves could be made, and the claim is settled as before.
  bool settled = false;
};

// REQUIRES: `other` is of the same scenario, and `run` a run of `bound` that settles the claim.
Deviation deviation(const Bound& bound, const Bound& other, const lang::Run<System>& run,
                    std::size_t claim);

// Sentences: where the two part, and for what reason.  `who` does it: "With BZ-12 fixed".
std::string deviation_text(const Deviation& d, const traces::Trace& trace, const std::string& who);

}  // namespace nsmc::cli
