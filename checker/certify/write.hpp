// Writing a folder that nsmc-certify can check: scripts and a manifest.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nsmc::certify {

struct Obligation {
  std::string theorem;   // id of one of the theorems
  std::string sentence;  // what this file shows
  std::string script;    // SMT-LIB 2
  bool satisfiable = false;
};

// Writes `folder`, which must be empty or not there yet.  Equal scripts of a theorem become one
// file.  Theorems without an obligation are left out.  Returns the sha256 of the manifest.
// Throws std::runtime_error with the reason.
std::string write(const std::string& folder, const std::map<std::string, std::string>& theorems,
                  const std::vector<Obligation>& obligations);

}  // namespace nsmc::certify
