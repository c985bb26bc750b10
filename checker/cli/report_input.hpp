// A run and what nsmc knows of it besides: kernel files, life-lines, properties over time.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/cli/binding.hpp"
#include "traces/report/report.hpp"

namespace nsmc::cli {

// REQUIRES: `trace` is a run of bound's system, as verify() says.
traces::Report report_of(const Bound& bound, traces::Trace trace);

}  // namespace nsmc::cli
