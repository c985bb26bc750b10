// What the options of a command allow a search.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/checker.hpp"
#include "checker/cli/commands.hpp"

namespace nsmc::cli {

// Of one search that has the machine to itself; a signal stops it.
checker::Limits limits_of(const CheckOptions& options);

}  // namespace nsmc::cli
