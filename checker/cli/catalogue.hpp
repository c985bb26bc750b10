// What nsmc list and nsmc explain share: the tables of the model, and what they say of a property.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"

namespace nsmc::cli {

// Runs first, then scenarios.
inline std::vector<traces::Scenario> all_shipped() {
  std::vector<traces::Scenario> all = shipped_runs();
  std::vector<traces::Scenario> scenarios = shipped_scenarios();
  for (traces::Scenario& s : scenarios) all.push_back(std::move(s));
  return all;
}

// The words of a text that is divided by blanks.
inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    if (blank > 0) words.emplace_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return words;
}

inline bool has_word(std::string_view text, std::string_view word) {
  const std::vector<std::string> words = words_of(text);
  return std::find(words.begin(), words.end(), word) != words.end();
}

inline std::string bugs_breaking(std::string_view property) {
  std::string list;
  for (const kernel::ChangeRow& row : kernel::kChanges)
    if (has_word(row.breaks, property)) list += (list.empty() ? "" : ", ") + std::string(row.id);
  return list;
}

inline std::string defects_breaking(std::string_view property) {
  std::string list;
  for (const kernel::DefectRow& row : kernel::kDefects)
    if (has_word(row.breaks, property)) list += (list.empty() ? "" : ", ") + std::string(row.name);
  return list;
}

inline const char* kind_word(kernel::ChangeKind kind) {
  static constexpr const char* kWords[] = {"fix", "feature", "semantics", "open"};
  return kWords[static_cast<int>(kind)];
}

}  // namespace nsmc::cli
