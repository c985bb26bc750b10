// Any file in the Informal Trace Format, of whatever tool: is it well-formed to the letter?
// SPDX-License-Identifier: MIT
//
// The rules are those of Apalache's ADR-015 as of 2023-09, when plain numbers were given up; the
// same as a JSON Schema: docs/itf.schema.json.  What a schema cannot say is asked here alone: each
// state defines each variable, sets and the keys of maps have no duplicates, names are distinct,
// the loop starts at a state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nsmc::traces {

struct ItfSummary {
  std::size_t states = 0, variables = 0;
  std::optional<std::size_t> loop;  // the state that a lasso returns to
  bool is_ours = false;             // to_itf() wrote it, or says so: it can be re-executed
};

// Throws TraceError at the first thing that is wrong.  `name` is for messages.
ItfSummary check_itf(std::string_view text, std::string name);

}  // namespace nsmc::traces
