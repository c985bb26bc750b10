// What nsmc gate found in the formats that others read.  Each is a function of the result.
// SPDX-License-Identifier: MIT
//
// The same result gives the same bytes: times are written only if GateResult::times is set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "traces/gate/result.hpp"

namespace nsmc::traces {

// For people: a line per run, the first failures, the totals; at most about forty lines.
std::string gate_text(const GateResult& result, bool colour);

// nsmc-gate/1.
std::string gate_json(const GateResult& result);

// JUnit XML as docs/ci/junit.xsd has it: a suite per run, a test case per case and property, and
// one "search" per case that is about its size.
std::string gate_junit(const GateResult& result);

// SARIF 2.1.0: a result per problem, and per known bug whose run was kept (suppressed, a note).  A
// run is a code flow: one thread flow with all steps, then one per task.
std::string gate_sarif(const GateResult& result);

// KTAP 1: a test per case, a subtest per property and "search".
std::string gate_ktap(const GateResult& result);

// For the summary of a job: what failed, then a table of the runs.
std::string gate_markdown(const GateResult& result);

// A problem with what it is about.  A case that was cut short is one failure, whatever it left
// open.
struct GateFailure {
  const GateGroup* group = nullptr;  // null: all runs together
  const GateCase* one = nullptr;     // null: the group as a whole
  const GateClaim* claim = nullptr;  // null: the case as a whole
  const GateProblem* problem = nullptr;
};
std::vector<GateFailure> failures_of(const GateResult& result);
std::vector<GateFailure> worst_first(std::vector<GateFailure> failures);

// "kernel-steps@6.18 I17", "scenarios", "all runs".
std::string subject_of(const GateFailure& failure);

}  // namespace nsmc::traces
