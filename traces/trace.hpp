// A run written down: who did what, and the state after it.  The face of traces/.
// SPDX-License-Identifier: MIT
//
// Nothing here knows a PID, an engine or a file format: values are strings as a person reads them.
// A field whose name has a slash, such as "t1/alloc_pidmap.last", is a detail: it is part of the
// state, and shown only on demand.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/lang/system.hpp"

namespace nsmc::traces {

struct TraceStep {
  std::string actor;   // "init", "P", "rcu"; empty for the initial state
  std::string action;  // "alloc_pidmap/set_last_pid"; "initial" for the initial state
  std::string code;    // opaque token with which the system re-executes the move exactly
  std::vector<lang::Field> fields;  // the whole state after the move, fixed order
};

// steps[0] is the initial state.  Every step has the same field names in the same order.
struct Trace {
  std::map<std::string, std::string> meta;  // property, says, kernel, scenario text, version, ...
  std::vector<TraceStep> steps;
  // The run never ends: what was done from this step to the last is done again and again.  Both
  // have the same state; it is the last step itself if nothing is done any more.
  std::optional<std::size_t> loop = {};
};

}  // namespace nsmc::traces
