// Panes as lines of a given width.
// SPDX-License-Identifier: MIT
#include "traces/replay/pane_layout.hpp"

#include <algorithm>

#include "traces/replay/state_view.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr const char* kRed = "31";
constexpr const char* kYellow = "33";
constexpr const char* kReverse = "7";

std::string marked(const PaneCell& cell, bool colour) {
  if (colour) return cell.text;
  return cell.text + (cell.is_wrong ? "!" : "") + (cell.is_changed ? "*" : "");
}

std::string coloured(const PaneCell& cell, std::string text, bool colour) {
  if (cell.is_wrong) return painted(colour, kRed, std::move(text));
  return cell.is_changed ? painted(colour, kYellow, std::move(text)) : text;
}

}  // namespace

std::vector<std::string> rows_text(const std::vector<PaneRow>& rows, std::size_t width,
                                   bool colour) {
  std::vector<std::string> lines;
  for (const PaneRow& row : rows) {
    if (row.cells.empty()) continue;
    std::size_t indent = std::min(row.indent, width / 4);
    std::string line(indent, ' ');
    std::size_t used = indent;
    for (const PaneCell& cell : row.cells) {
      std::string text = marked(cell, colour);
      const bool is_first = used == indent;
      const std::size_t gap = is_first ? 0 : cell.text.starts_with("+ ") ? 1 : 2;
      if (!is_first && used + gap + columns(text) > width) {
        lines.push_back(line);
        indent = std::min(row.indent + 4, width / 3);
        line = std::string(indent, ' ');
        used = indent;
      } else {
        line.append(gap, ' ');
        used += gap;
      }
      text = shortened(text, width > used ? width - used : 1);
      used += columns(text);
      line += coloured(cell, std::move(text), colour);
    }
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> lives_text(const Report& report, std::size_t k, std::size_t width,
                                    bool colour, std::size_t height) {
  const std::vector<TraceStep>& steps = report.trace.steps;
  const std::size_t digits = std::max<std::size_t>(3, std::to_string(steps.size()).size());
  // Names of the scenario too, if there is room for them.
  std::vector<std::string> heads;
  std::size_t needed = digits + 2;
  for (const ReportLane& lane : report.lanes) {
    heads.push_back(printable(lane.actor + (lane.label.empty() ? "" : " " + lane.label)));
    needed += 2 + std::max<std::size_t>(2, columns(heads.back()));
  }
  if (needed > width)
    for (std::size_t i = 0; i < heads.size(); ++i) heads[i] = printable(report.lanes[i].actor);

  std::string head(digits + 2, ' ');
  for (const std::string& name : heads) head += "  " + padded(name, 2);
  std::vector<std::string> lines = {shortened(head, width)};
  const std::size_t count = std::min(steps.size(), height > 1 ? height - 1 : 1);
  const std::size_t first = std::min(k > count / 2 ? k - count / 2 : 0, steps.size() - count);
  for (std::size_t at = first; at < first + count; ++at) {
    std::string number = std::to_string(at);
    number.insert(0, digits - number.size(), ' ');
    std::string line = (at == k ? "> " : "  ") + number;
    const StateView view(report, at);
    for (std::size_t i = 0; i < heads.size(); ++i) {
      const bool moves = at > 0 && steps[at].actor == report.lanes[i].actor;
      const std::string cell = {static_cast<char>(view.life(report.lanes[i].actor)),
                                moves ? '<' : ' '};
      line += "  " + padded(cell, std::max<std::size_t>(2, columns(heads[i])));
    }
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(painted(colour && at == k, kReverse, shortened(line, width)));
  }
  return lines;
}

}  // namespace nsmc::traces
