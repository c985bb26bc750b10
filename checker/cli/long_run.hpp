// A search of more than one sitting: what `check --checkpoint` writes, says and ends with.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "checker/checkpoint/checkpoints.hpp"
#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"

namespace nsmc::cli {

// What options say; nullptr: nothing of checkpoints.  Throws std::invalid_argument if there are
// several scenarios, and CheckpointError.
std::unique_ptr<checker::Checkpoints> checkpoints_of(const CheckOptions& options,
                                                     const std::vector<Bound>& bound);

// Says how to go on if the search was cut short; the exit code is another one if that is not
// possible because the last checkpoint could not be written.
int close_checkpoints(const checker::Checkpoints& checkpoints, const Answer& answer, int code);

}  // namespace nsmc::cli
