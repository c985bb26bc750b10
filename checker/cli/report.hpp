// All text that a person reads about a check.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/cli/answer.hpp"
#include "traces/result_json.hpp"

namespace nsmc::cli {

struct ReportOptions {
  bool colour = false;
  bool show_runs = false;           // print the run behind each `no`, expected or not
  bool statistics = false;          // states by depth, moves by step
  std::size_t distinct = 0;         // runs with different causes for each `no`; 0: the one run
  std::vector<std::string> proved;  // properties that hold for any size, in this kernel
};

// "ok    bz-07-stealth-child   no: BZ-07, 28 steps   1,234 states, complete, 0.1 s"; then, if the
// answer is not the expected one, what to make of it.
std::string report_line(const Answer& answer, const ReportOptions& options);
std::string report_details(const Answer& answer, const ReportOptions& options);

// The verdicts on all properties over several surveys, worst first by run: one line per property.
std::string report_properties(const std::vector<Answer>& answers, const ReportOptions& options);

// Known bugs that these answers show, and how to see each again.
std::string report_bugs(const std::vector<Answer>& answers, const ReportOptions& options);

// Sizes of all searches together, and grounds to doubt a success.  bmc: 0 for the explorer's, else
// to how many moves the bounded search looked.
std::string report_totals(const std::vector<Answer>& answers, std::uint32_t bmc);

traces::ScenarioRecord record_of(const Answer& answer);

}  // namespace nsmc::cli
