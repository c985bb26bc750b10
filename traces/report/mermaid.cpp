// A report as a Mermaid sequence diagram: who does what to whom.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "traces/report/report.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

// Mermaid reads `;` and `#` as its own, and words such as `end` at the start of a line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("#;<>%{}\"`&").find(c) == std::string_view::npos)
      out += c;
    else
      out += "#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return out;
}

class Diagram {
 public:
  explicit Diagram(const Report& report) : report_(report) {
    for (std::size_t i = 0; i < report.lanes.size(); ++i)
      names_.emplace(report.lanes[i].actor, "p" + std::to_string(i));
  }

  std::string text() {
    out_ = "sequenceDiagram\n";
    participants();
    for (std::size_t k = 1; k < report_.trace.steps.size(); ++k) step(k);
    if (const std::string what = title(report_.trace); report_.violation && !what.empty())
      out_ += "  Note over p0,p" + std::to_string(names_.size() - 1) + ": " + escaped(what) + "\n";
    return out_;
  }

 private:
  void participants() {
    std::vector<std::string> groups;
    for (const ReportLane& lane : report_.lanes)
      if (std::find(groups.begin(), groups.end(), lane.group) == groups.end())
        groups.push_back(lane.group);
    for (const std::string& group : groups) {
      if (!group.empty()) out_ += "  box " + escaped(group) + "\n";
      for (const ReportLane& lane : report_.lanes) {
        if (lane.group != group) continue;
        out_ += "  participant " + names_.at(lane.actor) + " as " + escaped(lane.actor) +
                (lane.label.empty() ? "" : " " + escaped(lane.label)) + "\n";
      }
      if (!group.empty()) out_ += "  end\n";
    }
  }

  // An arrow to each other task that the step changes, or to itself.
  void step(std::size_t k) {
    const TraceStep& one = report_.trace.steps[k];
    const auto from = names_.find(one.actor);
    if (from == names_.end()) return;
    std::map<std::string, std::string> to;
    for (const FieldLine& line : field_lines(report_.trace, k, false)) {
      const auto target = names_.find(line.name.substr(0, line.name.find('.')));
      if (!line.changed || target == names_.end() || target == from) continue;
      std::string& what = to[target->second];
      what += (what.empty() ? "" : ", ") + line.name.substr(line.name.find('.') + 1) + " " +
              line.was + " → " + line.is;
    }
    const std::string text = std::to_string(k) + " " + one.action;
    if (to.empty())
      out_ += "  " + from->second + "->>" + from->second + ": " + escaped(text) + "\n";
    bool first = true;
    for (const auto& [target, what] : to) {
      const std::string all = (first ? text : std::to_string(k)) + " (" + shortened(what, 80) + ")";
      out_ += "  " + from->second + "->>" + target + ": " + escaped(all) + "\n";
      first = false;
    }
  }

  const Report& report_;
  std::map<std::string, std::string> names_;
  std::string out_;
};

}  // namespace

std::string to_mermaid(const Report& report) { return Diagram(report).text(); }

}  // namespace nsmc::traces
