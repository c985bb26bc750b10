// The mutants that nobody notices, each with the reason: a file that is held against every run.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nsmc::cli {

class Survivors {
 public:
  // Lines "NAME -- REASON"; empty lines and those that begin with # are left out.  An empty path
  // has none.  Throws traces::FileError, and std::invalid_argument that names the line.
  static Survivors read(const std::string& path);

  bool has(const std::string& name) const { return lines_.count(name) != 0; }
  // Throws std::invalid_argument for a mutant that does not exist (any more).
  void require_known(const std::vector<std::string>& names) const;

 private:
  std::string path_;
  std::map<std::string, int> lines_;  // by name, where it stands
};

}  // namespace nsmc::cli
