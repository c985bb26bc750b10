// The file of survivors.
// SPDX-License-Identifier: MIT
#include "checker/cli/survivors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "traces/files.hpp"

namespace nsmc::cli {

Survivors Survivors::read(const std::string& path) {
  Survivors all;
  all.path_ = path;
  if (path.empty()) return all;
  std::istringstream text(traces::read_file(path));
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t dashes = line.find(" -- ");
    if (dashes == std::string::npos || dashes + 4 == line.size())
      throw std::invalid_argument(fmt::format("{}:{}: a line is NAME -- REASON", path, number));
    if (!all.lines_.emplace(line.substr(0, dashes), number).second)
      throw std::invalid_argument(fmt::format("{}:{}: named twice", path, number));
  }
  return all;
}

void Survivors::require_known(const std::vector<std::string>& names) const {
  for (const auto& [name, line] : lines_)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw std::invalid_argument(fmt::format(
          "{}:{}: there is no mutant `{}`; see `nsmc mutate --list`", path_, line, name));
}

}  // namespace nsmc::cli
