// Graphs as JSON.
// SPDX-License-Identifier: MIT
#include "traces/graph_json.hpp"

#include <nlohmann/json.hpp>

namespace nsmc::traces {

std::string graphs_json(int exit_code, const std::vector<GraphRecord>& graphs) {
  using Json = nlohmann::ordered_json;
  Json json{{"format", "nsmc-graph/1"}, {"exit_code", exit_code}, {"graphs", Json::array()}};
  for (const GraphRecord& g : graphs) {
    Json one{
        {"scenario", g.scenario},
        {"kernel", g.kernel},
        {"complete", g.incomplete.empty()},
        {"incomplete", g.incomplete},
        {"states", g.states},
        {"edges", g.edges},
        {"depth", g.depth},
        {"memory_bytes", g.memory_bytes},
        {"components",
         {{"count", g.components}, {"largest", g.largest}, {"terminal", g.terminal_components}}},
        {"degrees", {{"out_max", g.degree_max}, {"in_max", g.degree_in_max}}},
        {"ends", Json::object()},
        {"liveness", Json::array()}};
    for (const auto& [end, states] : g.ends) one["ends"][end.empty() ? "stuck" : end] = states;
    for (const LivenessRecord& l : g.liveness)
      one["liveness"].push_back({{"id", l.id},
                                 {"verdict", l.verdict},
                                 {"waiting", l.waiting},
                                 {"stem", l.stem},
                                 {"loop", l.loop},
                                 {"fair_to", l.fair_to},
                                 {"may_stay_out", l.may_stay_out}});
    if (!g.way.found.empty())
      one["way"] = {{"from", g.way.from},
                    {"to", g.way.to},
                    {"found", g.way.found},
                    {"before", g.way.before},
                    {"after", g.way.after}};
    json["graphs"].push_back(std::move(one));
  }
  return json.dump(1) + "\n";
}

}  // namespace nsmc::traces
