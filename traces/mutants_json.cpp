// Mutants as JSON.
// SPDX-License-Identifier: MIT
#include "traces/mutants_json.hpp"

#include <nlohmann/json.hpp>

namespace nsmc::traces {

std::string mutants_json(const MutantsResult& result) {
  nlohmann::ordered_json json;
  json["schema"] = "nsmc-mutate/1";
  json["seed"] = result.seed;
  json["mutants"] = result.mutants.size();
  for (const auto& [mark, count] : result.marks) json["marks"][mark] = count;
  json["argued"] = result.argued;
  json["score"] = result.score;
  json["fates"] = nlohmann::ordered_json::array();
  for (const MutantRecord& m : result.mutants)
    json["fates"].push_back({{"mutant", m.name},
                             {"mark", m.mark},
                             {"by", m.by},
                             {"exam", m.exam},
                             {"engine", "explicit"},
                             {"seconds", m.seconds}});
  return json.dump(1);
}

}  // namespace nsmc::traces
