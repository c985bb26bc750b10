// Words of the scenario language, as they are put together.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "traces/scenario.hpp"

namespace nsmc::cli {

inline traces::Name name(std::string text) { return {std::move(text), {}}; }
inline traces::Arg word(std::string text) { return {{name(std::move(text))}, 0, {}}; }
inline traces::Arg number(int value) { return {{}, value, {}}; }
inline traces::Arg flags(const std::string& between_bars) {
  traces::Arg arg;
  for (std::size_t from = 0; from <= between_bars.size();) {
    const std::size_t bar = std::min(between_bars.find('|', from), between_bars.size());
    arg.names.push_back(name(between_bars.substr(from, bar - from)));
    from = bar + 1;
  }
  return arg;
}
inline bool has_flag(const traces::Call& call, const char* flag) {
  return std::any_of(call.args.begin(), call.args.end(), [&](const traces::Arg& arg) {
    return std::find(arg.names.begin(), arg.names.end(), name(flag)) != arg.names.end();
  });
}

}  // namespace nsmc::cli
