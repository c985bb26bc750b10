// A run as a report that can be mailed: what the page and the diagrams are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "traces/trace.hpp"

namespace nsmc::traces {

// A life-line: of a task, or of whoever else moves.
struct ReportLane {
  std::string actor;  // as in the steps
  std::string label;  // what the scenario calls it; empty: nothing
  std::string group;  // the namespace that it belongs to; empty: none
};

enum class Truth : std::uint8_t {
  broken,
  kept,
  silent,   // true, and about nothing that there is
  unasked,  // not judged here, such as a claim on moves in the initial state
  awaited   // it has to be true once, and is not yet
};

// The truth of one property over the steps of the run, as its changes.
struct ReportTruth {
  std::string id;
  std::string says;
  std::vector<std::pair<std::size_t, Truth>> changes;  // from this step on; the first is 0
};

// What a trace alone does not say is filled in by whoever knows the system.
struct Report {
  Trace trace;
  std::vector<std::string> files;  // the kernel's file of each step; empty: none
  std::vector<ReportLane> lanes;   // in the order in which they are drawn
  std::vector<ReportTruth> truths;
  std::vector<std::string> counted;      // names of the fields that hold a counted reference
  std::optional<std::size_t> violation;  // the step after which the trace's property is broken
};

// One file that needs nothing else, for a browser; equal reports give equal bytes.
// REQUIRES, here and below: the trace has steps, all with the same fields; as many files as steps.
std::string to_html(const Report& report);

// The data of the page, ASCII; see page_state.js for how it is read.
std::string to_page_json(const Report& report);

// A sequence diagram, for whatever shows Mermaid.
std::string to_mermaid(const Report& report);

// Chrome's trace events as JSON, for Perfetto; a step lasts a millisecond.
std::string to_perfetto(const Report& report);

}  // namespace nsmc::traces
