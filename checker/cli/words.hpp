// Words of a scenario that nobody knows: the error, with the word that was meant.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "traces/scenario.hpp"
#include "traces/scenario_error.hpp"

namespace nsmc::cli {

template <class Rows>
std::vector<std::string> keys_of(const Rows& rows) {
  std::vector<std::string> keys;
  for (const auto& row : rows) keys.emplace_back(row.first);
  return keys;
}

// Throws "unknown KIND `word`", with what is near to it, or else all that is known.
[[noreturn]] inline void unknown(const traces::Scenario& s, const traces::Name& name,
                                 const std::string& kind, const std::vector<std::string>& known) {
  std::string what = "unknown " + kind + " `" + name.text + "`";
  if (const std::string hint = traces::did_you_mean(name.text, known); !hint.empty()) {
    what += hint;
  } else {
    what += "; known are ";
    for (std::size_t i = 0; i < known.size(); ++i) what += (i == 0 ? "" : ", ") + known[i];
  }
  throw traces::scenario_error(s, name, what);
}

}  // namespace nsmc::cli
