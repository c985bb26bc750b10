// Panes as lines of a given width.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "traces/replay/panes.hpp"

namespace nsmc::traces {

// Cells beside one another as long as they fit; one that does not starts a line.
std::vector<std::string> rows_text(const std::vector<PaneRow>& rows, std::size_t width,
                                   bool colour);

// A column for each life-line, a line for each step, and a head; see pane_text().
std::vector<std::string> lives_text(const Report& report, std::size_t k, std::size_t width,
                                    bool colour, std::size_t height);

}  // namespace nsmc::traces
