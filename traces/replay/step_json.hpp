// One step of a run as JSON, for scripts.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "traces/replay/onward.hpp"

namespace nsmc::traces {

// {"format":"nsmc-step/1","step":...,"fields":{...},"changed":{...},"tree":[...],...,"truth":...};
// of each pane's rows the texts.  With `moves` also these.  Ends with a newline.
// REQUIRES: as pane_rows().
std::string to_step_json(const Report& report, std::size_t k, const std::vector<OtherMove>* moves);

}  // namespace nsmc::traces
