// How much of a kernel property test runs have reached, and what they cannot reach.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checker/cli/runs/coverage.hpp"
#include "checker/cli/runs/unreachable.hpp"
#include "props/row.hpp"

namespace nsmc::cli {

// Of a number of things with names.
struct Reach {
  struct Exception {
    std::string name;
    const Unreachable* row;
  };
  std::size_t known = 0;
  std::vector<std::string> reached, never;
  std::vector<Exception> cannot;

  // Throws std::logic_error for a thing that was reached although it cannot be.
  void add(const std::string& name, bool is_reached, const kernel::Changes& changes);
};

// All steps of the model on a kernel with these changes.
Reach reach_of_steps(const Coverage& reached, const kernel::Changes& changes);

// Those of the rows that say something only sometimes.
Reach reach_of_premises(const Coverage& reached, const std::vector<const props::Row*>& rows,
                        const kernel::Changes& changes);

}  // namespace nsmc::cli
