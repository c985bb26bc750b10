// A report as Chrome's trace events: namespaces are its processes, tasks are its threads.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "traces/report/report.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kStep = 1000;  // microseconds: steps have an order, and no length

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What a person would plot: how often an object is held.
bool is_count(const std::string& name) {
  return name.ends_with(".kref") || name.ends_with(".count");
}

struct Place {
  std::size_t process = 0, thread = 0;
};

Json named(const char* what, const Place& place, const std::string& name) {
  return {{"ph", "M"},
          {"name", what},
          {"pid", place.process},
          {"tid", place.thread},
          {"args", {{"name", printable(name)}}}};
}

Json step_event(const Report& report, std::size_t k, const Place& place) {
  const TraceStep& step = report.trace.steps[k];
  Json args = {{"step", k}};
  if (!report.files[k].empty()) args["file"] = printable(report.files[k]);
  for (const FieldLine& line : field_lines(report.trace, k, false))
    if (line.changed) args[line.name] = line.was + " -> " + line.is;
  return {{"ph", "X"},           {"name", printable(step.action)},
          {"cat", "step"},       {"ts", k * kStep},
          {"dur", kStep},        {"pid", place.process},
          {"tid", place.thread}, {"args", std::move(args)}};
}

void append_counts(const Report& report, std::size_t k, Json& events) {
  const auto& fields = report.trace.steps[k].fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_count(fields[i].name) || !is_number(fields[i].value)) continue;
    if (k > 0 && report.trace.steps[k - 1].fields[i].value == fields[i].value) continue;
    events.push_back({{"ph", "C"},
                      {"name", printable(fields[i].name)},
                      {"ts", (k + 1) * kStep},  // it is so after the step
                      {"pid", 0},
                      {"args", {{"value", std::stoi(fields[i].value)}}}});
  }
}

// An arrow from the step to the next one of a task that it made or signalled.
void append_flow(const Report& report, std::size_t k, const std::map<std::string, Place>& places,
                 Json& events) {
  const auto& steps = report.trace.steps;
  for (const FieldLine& line : field_lines(report.trace, k, false)) {
    const std::string task = line.name.substr(0, line.name.find('.'));
    if (!line.changed || task == steps[k].actor || !places.contains(task)) continue;
    const auto next = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(k) + 1, steps.end(),
                                   [&](const TraceStep& s) { return s.actor == task; });
    if (next == steps.end()) continue;
    const auto event = [&](const char* phase, std::size_t step, const Place& place) {
      Json one = {{"ph", phase},
                  {"name", printable(line.name)},
                  {"cat", "cause"},
                  {"id", printable(line.name) + "@" + std::to_string(k)},
                  {"ts", step * kStep + kStep / 2},
                  {"pid", place.process},
                  {"tid", place.thread}};
      if (*phase == 'f') one["bp"] = "e";
      events.push_back(std::move(one));
    };
    event("s", k, places.at(steps[k].actor));
    event("f", static_cast<std::size_t>(next - steps.begin()), places.at(task));
  }
}

}  // namespace

std::string to_perfetto(const Report& report) {
  Json events = Json::array();
  std::map<std::string, Place> places;
  std::map<std::string, std::size_t> processes;
  for (const ReportLane& lane : report.lanes) {
    const std::string group = lane.group.empty() ? "kernel" : lane.group;
    const Place place{processes.emplace(group, processes.size() + 1).first->second,
                      places.size() + 1};
    places.emplace(lane.actor, place);
    events.push_back(named("process_name", place, group));
    events.push_back(
        named("thread_name", place, lane.actor + (lane.label.empty() ? "" : " " + lane.label)));
  }
  append_counts(report, 0, events);
  for (std::size_t k = 1; k < report.trace.steps.size(); ++k) {
    const auto place = places.find(report.trace.steps[k].actor);
    if (place == places.end()) continue;
    events.push_back(step_event(report, k, place->second));
    append_flow(report, k, places, events);
    append_counts(report, k, events);
  }
  if (report.violation)
    events.push_back({{"ph", "i"},
                      {"s", "g"},
                      {"name", printable(title(report.trace))},
                      {"ts", (*report.violation + 1) * kStep},
                      {"pid", 0},
                      {"tid", 0}});
  const Json all = {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}};
  return all.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace nsmc::traces
