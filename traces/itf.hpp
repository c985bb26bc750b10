// The Informal Trace Format (Apalache ADR-015), written canonically and read strictly.
// SPDX-License-Identifier: MIT
//
// A variable is Int if its value is a decimal integer in every state, Bool if it is true or false
// in every state, and otherwise Str throughout; `#meta.varTypes` says which.  So a string that
// looks like an integer in some states only stays a string, and each text comes back as it was:
// the type is a matter of notation, never of the value.
#pragma once

#include <string>
#include <string_view>

#include "traces/json_input.hpp"
#include "traces/trace.hpp"

namespace nsmc::traces {

// Equal traces give equal bytes: fixed order of keys, one state per line.
// Throws std::invalid_argument for what no system may produce: no steps, steps whose field names
// differ, names that ITF reserves, text that is not UTF-8.
std::string to_itf(const Trace& trace);

// Throws TraceError for anything that to_itf() could not mean; only blanks and the order of keys
// are free, and varTypes may be absent.  What it accepts is well-formed, not yet true: verify() of
// traces/replay/stepper.hpp decides that.  `name` is for messages.
Trace from_itf(std::string_view text, std::string name);

}  // namespace nsmc::traces
