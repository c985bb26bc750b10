// Where a context can stand: functions, their rows, who calls whom, and where each returns to.
// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checker/symbolic/store.hpp"
#include "model/lang/step.hpp"

namespace nsmc::symbolic {

// A row of a function; both counted from 0.
struct Position {
  int function = -1, row = -1;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// The rows of all functions by their step.
class Rows {
 public:
  explicit Rows(std::span<const lang::Function> functions);
  // Throws std::logic_error for a step that stands in no row.
  Position find(lang::StepFunction step) const;
  const lang::Row& row(Position at) const {
    return functions_[index(at.function)].rows[index(at.row)];
  }
  std::string name(Position at) const;
  std::span<const lang::Function> functions() const { return functions_; }

  // The ghost that says where a context continues in a function: 1 + row, or 0 if it is not in it.
  // As no function is active twice in one context, these are the stack of its program counters.
  static FieldInfo counter(const lang::Function& function);

 private:
  static std::size_t index(int i) { return static_cast<std::size_t>(i); }
  std::span<const lang::Function> functions_;
  std::unordered_map<lang::StepFunction, Position> at_;
};

// The call graph, as the steps themselves have shown it.
class Control {
 public:
  explicit Control(const Rows& of)
      : rows(of), returns_to_(of.functions().size()), above_(of.functions().size()) {}

  // Control can come to this row; true: that is new.
  bool saw(Position at) { return reached_.insert(at).second; }
  void saw_call(int caller, int callee, Position then);
  // Control goes from one function to another that takes its place.
  void saw_jump(int from, int to);
  // Throws std::logic_error if a function can be active twice.
  void close();

  const Rows& rows;
  bool reaches(Position at) const { return reached_.count(at) != 0; }
  bool reaches_function(int function) const {
    const auto first = reached_.lower_bound({function, 0});
    return first != reached_.end() && first->function == function;
  }
  // The rows at which a caller of this function continues; empty for the outermost.
  const std::set<Position>& returns_to(int function) const {
    return returns_to_[static_cast<std::size_t>(function)];
  }
  // Whether `upper` may be active while `lower` is the innermost function.
  bool may_be_above(int upper, int lower) const {
    return above_[static_cast<std::size_t>(lower)].count(upper) != 0;
  }

 private:
  std::set<Position> reached_;
  std::vector<std::set<Position>> returns_to_;
  std::vector<std::set<int>> above_;
  std::set<std::pair<int, int>> jumps_;
};

}  // namespace nsmc::symbolic
