// nsmc-props/1, written.
// SPDX-License-Identifier: MIT
#include "traces/props_json.hpp"

#include <nlohmann/json.hpp>

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ReachRecord& reach) {
  Json cannot = Json::array();
  for (const auto& [name, why] : reach.cannot) cannot.push_back({{"name", name}, {"why", why}});
  return {{"known", reach.known},
          {"reached", reach.reached},
          {"cannot", std::move(cannot)},
          {"never", reach.never}};
}

Json json_of(const PlanRecord& plan) {
  return {{"calls", plan.calls},
          {"switches", plan.switches},
          {"choices", plan.choices},
          {"programs", plan.programs}};
}

Json json_of(const PropsFailureRecord& failure) {
  Json json = {{"property", failure.property},
               {"says", failure.says},
               {"run", failure.run},
               {"found", json_of(failure.found)},
               {"least", json_of(failure.least)},
               {"shrinking_runs", failure.shrinking_runs},
               {"why", failure.why},
               {"scenario", failure.scenario}};
  if (!failure.scenario_path.empty()) json["scenario_path"] = failure.scenario_path;
  if (!failure.trace_path.empty()) json["trace_path"] = failure.trace_path;
  return json;
}

}  // namespace

std::string to_json(const PropsRecord& r) {
  Json failures = Json::array();
  for (const PropsFailureRecord& failure : r.failures) failures.push_back(json_of(failure));
  Json json = {{"format", "nsmc-props/1"},
               {"version", r.version},
               {"kernel", r.kernel},
               {"with", r.with},
               {"without", r.without},
               {"defect", r.defect},
               {"properties", r.properties},
               {"machine", r.machine},
               {"seed", r.seed},
               {"runs", r.runs},
               {"calls", r.calls},
               {"moves", r.moves},
               {"cut", r.cut}};
  if (r.seconds) {
    json["seconds"] = *r.seconds;
    json["calls_a_minute"] = r.calls_a_minute;
  }
  json["steps"] = json_of(r.steps);
  json["premises"] = json_of(r.premises);
  json["switches"] = r.switches;
  json["changes_asked_in_steps"] = r.changes_asked_in_steps;
  json["extremes"] = {{"deepest_level", r.deepest_level},
                      {"most_tasks", r.most_tasks},
                      {"most_namespaces", r.most_namespaces},
                      {"highest_number", r.highest_number},
                      {"wraps", r.wraps},
                      {"clone_refusals", r.clone_refusals}};
  json["failures"] = std::move(failures);
  json["reproduce"] = r.reproduce;
  json["exit_code"] = r.exit_code;
  return json.dump(2) + "\n";
}

}  // namespace nsmc::traces
