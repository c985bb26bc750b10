// Why a run shows what it shows, in sentences made from its data.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "checker/cli/answer.hpp"

namespace nsmc::cli {

// Lines: what is false at the end; which values decided it and who wrote them, the last of which is
// the decisive step; where the fix of the claim's known bug would have stopped the run.
// REQUIRES: the run violates the claim at its end, and `trace` is its record.
std::string reasons(const Bound& bound, const ClaimAnswer& claim, const lang::Run<System>& run,
                    const traces::Trace& trace);

}  // namespace nsmc::cli
