// Reading scenario files.
// SPDX-License-Identifier: MIT
#include "checker/cli/shipped.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "traces/files.hpp"

namespace nsmc::cli {

namespace fs = std::filesystem;

namespace {

// $NSMC_HOME/traces, or the source tree's.
std::string traces_folder() {
  const char* home = std::getenv("NSMC_HOME");
  const std::filesystem::path folder =
      std::filesystem::path(home != nullptr ? home : NSMC_SOURCE_DIR) / "traces";
  // As the person who reads the paths would write them.
  std::error_code error;
  const std::filesystem::path near = std::filesystem::proximate(folder, error);
  return error || near.native().starts_with("..") ? folder.string() : near.string();
}

}  // namespace

std::vector<traces::Scenario> scenarios_at(const std::string& path) {
  if (!fs::is_directory(path)) return {traces::read_scenario(path)};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.path().extension() == ".scn") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw traces::FileError(traces::FileErrorKind::no_input, "check", path,
                            "the folder holds no .scn file");
  std::vector<traces::Scenario> scenarios;
  for (const fs::path& file : files) scenarios.push_back(traces::read_scenario(file.string()));
  return scenarios;
}

std::vector<traces::Scenario> shipped_runs() { return scenarios_at(traces_folder() + "/runs"); }
std::vector<traces::Scenario> shipped_scenarios() {
  return scenarios_at(traces_folder() + "/scenarios");
}

}  // namespace nsmc::cli
