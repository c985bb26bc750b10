// One step of a run as JSON, for scripts.
// SPDX-License-Identifier: MIT
#include "traces/replay/step_json.hpp"

#include <nlohmann/json.hpp>

#include "traces/replay/panes.hpp"

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

Json rows_json(const std::vector<PaneRow>& rows) {
  Json all = Json::array();
  for (const PaneRow& row : rows) {
    Json cells = Json::array();
    for (const PaneCell& cell : row.cells) {
      Json one = {{"about", cell.subject}, {"text", cell.text}, {"changed", cell.is_changed}};
      if (cell.is_wrong) one["wrong"] = true;
      cells.push_back(std::move(one));
    }
    all.push_back({{"about", row.subject}, {"cells", std::move(cells)}});
  }
  return all;
}

}  // namespace

std::string to_step_json(const Report& report, std::size_t k, const std::vector<OtherMove>* moves) {
  const TraceStep& step = report.trace.steps[k];
  Json fields = Json::object();
  Json changed = Json::object();
  for (std::size_t i = 0; i < step.fields.size(); ++i) {
    const lang::Field& field = step.fields[i];
    fields[field.name] = field.value;
    if (k > 0 && report.trace.steps[k - 1].fields[i].value != field.value)
      changed[field.name] = {report.trace.steps[k - 1].fields[i].value, field.value};
  }
  Json data = {{"format", "nsmc-step/1"},
               {"step", k},
               {"last", report.trace.steps.size() - 1},
               {"loop", report.trace.loop ? Json(*report.trace.loop) : Json(nullptr)},
               {"actor", step.actor},
               {"action", step.action},
               {"truth", truth_text(report, k)},
               {"changed", std::move(changed)},
               {"tree", rows_json(pane_rows(report, k, Pane::tree))},
               {"holders", rows_json(pane_rows(report, k, Pane::holders))},
               {"pids", rows_json(pane_rows(report, k, Pane::pids))},
               {"fields", std::move(fields)}};
  if (moves != nullptr) {
    Json all = Json::array();
    for (const OtherMove& move : *moves)
      all.push_back({{"actor", move.actor}, {"action", move.action}, {"changes", move.changes}});
    data["moves"] = std::move(all);
  }
  return data.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace nsmc::traces
