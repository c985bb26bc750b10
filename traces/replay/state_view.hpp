// The fields of one state by name, and the objects that they tell of.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "traces/report/report.hpp"

namespace nsmc::traces {

enum class Life : char {
  none = '.',
  running = 'R',
  exiting = 'X',
  zombie = 'Z',
  dead = 'D'  // EXIT_DEAD, and not released
};
std::string life_text(Life life);

// REQUIRES: the report outlives the view; k is a step.
class StateView {
 public:
  StateView(const Report& report, std::size_t k);

  // Empty if this run has no such field.
  std::string value(const std::string& name) const;
  bool has(const std::string& name) const { return index_.contains(name); }
  bool is_set(const std::string& name) const { return value(name) == "1"; }

  std::vector<std::string> objects(const std::string& kind) const;  // "ns": ns0, ns1, ...
  std::string title(const std::string& object) const;               // "t3 C", "ns1 N"
  Life life(const std::string& task) const;  // who is no task is always there
  const Report& report() const { return report_; }

 private:
  const Report& report_;
  const std::vector<lang::Field>& fields_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace nsmc::traces
