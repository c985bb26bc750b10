// nsmc-gate/1, written.
// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "traces/gate/reports.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const GateProblem& p) {
  Json json = {{"kind", name_of(p.kind)}, {"what", p.what}};
  if (!p.hint.empty()) json["hint"] = p.hint;
  if (!p.repeat.empty()) json["repeat"] = p.repeat;
  json["place"] = {{"uri", p.place.uri}, {"line", p.place.line}};
  return json;
}

Json json_of(const std::vector<GateProblem>& problems) {
  Json all = Json::array();
  for (const GateProblem& p : problems) all.push_back(json_of(p));
  return all;
}

Json json_of(const GateClaim& claim) {
  Json json = {{"id", claim.id},     {"property", claim.property},
               {"says", claim.says}, {"expected", claim.expected},
               {"seen", claim.seen}, {"ok", !claim.problem.has_value()}};
  if (!claim.bug.empty()) json["bug"] = claim.bug;
  if (claim.run_length >= 0) json["run_length"] = claim.run_length;
  if (!claim.trace.empty()) json["trace"] = claim.trace;
  if (claim.problem) json["problem"] = json_of(*claim.problem);
  return json;
}

Json json_of(const GateCase& one, bool times) {
  Json claims = Json::array();
  for (const GateClaim& claim : one.claims) claims.push_back(json_of(claim));
  Json json = {{"name", one.name},
               {"scenario", one.place.uri},
               {"kernel", one.kernel},
               {"complete", one.incomplete.empty()},
               {"incomplete_because", one.incomplete},
               {"states", one.states},
               {"transitions", one.transitions},
               {"depth", one.depth},
               {"pinned",
                {{"states", one.states_pinned},
                 {"transitions", one.transitions_pinned},
                 {"depth", one.depth_pinned}}},
               {"deadlocks", one.deadlocks},
               {"bounded_moves", one.bounded}};
  if (times) json["seconds"] = one.seconds;
  json["claims"] = std::move(claims);
  json["problems"] = json_of(one.problems);
  return json;
}

}  // namespace

std::string gate_json(const GateResult& result) {
  Json groups = Json::array();
  for (const GateGroup& group : result.groups) {
    Json cases = Json::array();
    for (const GateCase& one : group.cases) cases.push_back(json_of(one, result.times));
    groups.push_back(
        {{"name", group.name}, {"cases", std::move(cases)}, {"problems", json_of(group.problems)}});
  }
  Json document = {{"format", "nsmc-gate/1"},
                   {"version", result.version},
                   {"file", result.path},
                   {"exit_code", result.exit_code},
                   {"open", result.exit_code == 0},
                   {"failures", failures_of(result).size()},
                   {"budget_seconds", result.budget_seconds}};
  if (result.times) document["seconds"] = result.seconds;
  document["runs"] = std::move(groups);
  document["problems"] = json_of(result.problems);
  document["steps_known"] = result.steps_known;
  document["steps_never_taken"] = result.steps_never_taken;
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nsmc::traces
