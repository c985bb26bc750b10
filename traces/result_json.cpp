// nsmc-result/1, written.
// SPDX-License-Identifier: MIT
#include "traces/result_json.hpp"

#include <nlohmann/json.hpp>

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ClaimRecord& claim) {
  Json json = {{"id", claim.id},
               {"says", claim.says},
               {"verdict", claim.verdict},
               {"vacuous", claim.vacuous},
               {"as_expected", claim.as_expected}};
  if (!claim.bug.empty()) json["bug"] = claim.bug;
  if (claim.run_length >= 0) json["run_length"] = claim.run_length;
  if (!claim.trace.empty()) json["trace"] = claim.trace;
  return json;
}

Json json_of(const ScenarioRecord& s) {
  Json claims = Json::array();
  for (const ClaimRecord& claim : s.claims) claims.push_back(json_of(claim));
  Json json = {{"name", s.name},
               {"path", s.path},
               {"kernel", s.kernel},
               {"outcome", s.outcome},
               {"complete", s.incomplete.empty()},
               {"incomplete_because", s.incomplete},
               {"states", s.states},
               {"transitions", s.transitions},
               {"depth", s.depth},
               {"levels", s.levels},
               {"deadlocks", s.deadlocks},
               {"seconds", s.seconds},
               {"bytes_per_state", s.bytes_per_state},
               {"claims", std::move(claims)},
               {"steps_never_taken", s.steps_never_taken}};
  if (!s.reduced_by.empty()) json["reduced_by"] = s.reduced_by;
  if (!s.not_reduced_because.empty()) json["not_reduced_because"] = s.not_reduced_because;
  return json;
}

}  // namespace

std::string to_json(const std::string& version, int exit_code,
                    const std::vector<ScenarioRecord>& scenarios) {
  Json all = Json::array();
  for (const ScenarioRecord& scenario : scenarios) all.push_back(json_of(scenario));
  const Json document = {{"format", "nsmc-result/1"},
                         {"version", version},
                         {"exit_code", exit_code},
                         {"scenarios", std::move(all)}};
  // Names in a result are the project's own or passed the scenario reader: valid UTF-8.
  return document.dump(2) + "\n";
}

}  // namespace nsmc::traces
