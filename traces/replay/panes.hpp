// What one state of a run looks like as a tree, as counts, as numbers and as life-lines.
// SPDX-License-Identifier: MIT
//
// The same reading of the fields as that of the page (page_model.js), for a terminal.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/report/report.hpp"

namespace nsmc::traces {

enum class Pane : std::uint8_t { fields, tree, holders, pids, lives };
inline constexpr std::array<std::string_view, 5> kPaneNames = {"fields", "tree", "holders", "pids",
                                                               "lives"};
std::optional<Pane> find_pane(std::string_view name);

// `subject` is what is told about, and stays the same when what is told changes.
struct PaneCell {
  std::string subject;
  std::string text;
  bool is_member = false;  // of a list: told once more, as gone, in the step that takes it away
  bool is_wrong = false;
  bool is_changed = false;
};
struct PaneRow {
  std::string subject;
  std::size_t indent = 0;
  std::vector<PaneCell> cells;
};

// For tree, holders and pids; what step `k` changed is marked.  All texts are printable.
// REQUIRES, here and below: the trace has steps, all with the same fields; k is one of them.
std::vector<PaneRow> pane_rows(const Report& report, std::size_t k, Pane pane);

// Any pane as lines of at most `width` columns.  Without colour a star follows what changed and an
// exclamation mark what is wrong.  Of life-lines at most `height` steps, around the step `k`.
std::vector<std::string> pane_text(const Report& report, std::size_t k, Pane pane,
                                   std::size_t width, bool colour, std::size_t height);

// "broken", "holds", ...: the property that the trace is about, after step k; empty if unknown.
std::string truth_text(const Report& report, std::size_t k);

}  // namespace nsmc::traces
