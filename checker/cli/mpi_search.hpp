// The claims of a scenario, asked of all ranks together.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

#include "checker/cli/binding.hpp"
#include "checker/cli/commands.hpp"
#include "checker/mpi/ranks.hpp"

namespace nsmc::cli {

struct MpiOptions {
  std::string checkpoint;  // what the files of the ranks begin with; empty: none are written
  double checkpoint_seconds = 60;
  bool resume = false;
  std::size_t batch_bytes = 0;  // 0: the search's own
  bool traffic = false;         // say what was sent
};

// Every rank calls it with the same options, and has the same result.  Limits are of all ranks
// together; the memory of one machine is shared by those that run there.
checker::Result<System> search_on_ranks(const Bound& bound, const checker::Ranks& ranks,
                                        const CheckOptions& options, const MpiOptions& mpi);

}  // namespace nsmc::cli
