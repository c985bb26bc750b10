// The data of the page: the initial state, and what each step changes in it.
// SPDX-License-Identifier: MIT
//
// Every text stands once, in `texts`, and is an index elsewhere; a step is a row of numbers:
// actor, action, file, then field and value for each change.
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "traces/report/report.hpp"

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

class Texts {
 public:
  std::size_t operator()(const std::string& text) {
    const auto [at, is_new] = index_.emplace(text, all_.size());
    if (is_new) all_.push_back(text);
    return at->second;
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> all_;
};

Json rows(const Report& report, Texts& texts) {
  Json all = Json::array();
  const auto& steps = report.trace.steps;
  for (std::size_t k = 1; k < steps.size(); ++k) {
    Json row = {texts(steps[k].actor), texts(steps[k].action), texts(report.files[k])};
    for (std::size_t i = 0; i < steps[k].fields.size(); ++i) {
      if (steps[k].fields[i].value == steps[k - 1].fields[i].value) continue;
      row.push_back(i);
      row.push_back(texts(steps[k].fields[i].value));
    }
    all.push_back(std::move(row));
  }
  return all;
}

Json truths(const Report& report) {
  Json all = Json::array();
  for (const ReportTruth& truth : report.truths) {
    Json changes = Json::array();
    for (const auto& [step, value] : truth.changes)
      changes.push_back({step, static_cast<int>(value)});
    all.push_back({{"id", truth.id}, {"says", truth.says}, {"changes", std::move(changes)}});
  }
  return all;
}

Json or_null(const std::optional<std::size_t>& step) { return step ? Json(*step) : Json(nullptr); }

}  // namespace

std::string to_page_json(const Report& report) {
  Texts texts;
  Json names = Json::array();
  Json initial = Json::array();
  Json lanes = Json::array();
  for (const lang::Field& field : report.trace.steps[0].fields) {
    names.push_back(field.name);
    initial.push_back(texts(field.value));
  }
  for (const ReportLane& lane : report.lanes)
    lanes.push_back({{"actor", lane.actor}, {"label", lane.label}, {"group", lane.group}});
  Json steps = rows(report, texts);
  const Json data = {{"format", "nsmc-page/1"},
                     {"names", std::move(names)},
                     {"texts", texts.all()},
                     {"initial", std::move(initial)},
                     {"steps", std::move(steps)},
                     {"lanes", std::move(lanes)},
                     {"counted", report.counted},
                     {"truths", truths(report)},
                     {"violation", or_null(report.violation)},
                     {"loop", or_null(report.trace.loop)}};
  // ASCII only: nothing in the file can reorder or hide text.  And no `<`, so that no text ends the
  // element that holds the data.
  std::string out;
  for (const char c : data.dump(-1, ' ', true, Json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&')
      out += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    else
      out += c;
  }
  return out;
}

}  // namespace nsmc::traces
