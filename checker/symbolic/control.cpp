// The tables behind Rows and Control.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/control.hpp"

#include <stdexcept>

namespace nsmc::symbolic {

Rows::Rows(std::span<const lang::Function> functions) : functions_(functions) {
  for (std::size_t f = 0; f < functions.size(); ++f)
    for (std::size_t r = 0; r < functions[f].rows.size(); ++r)
      at_[functions[f].rows[r].run] = {static_cast<int>(f), static_cast<int>(r)};
}

Position Rows::find(lang::StepFunction step) const {
  const auto found = at_.find(step);
  if (found == at_.end()) throw std::logic_error("a step that stands in no row");
  return found->second;
}

std::string Rows::name(Position at) const {
  return std::string(functions_[index(at.function)].name) + "/" + std::string(row(at).name);
}

FieldInfo Rows::counter(const lang::Function& function) {
  FieldInfo info;
  info.name = "pc." + std::string(function.name);
  info.lo = 0;
  info.hi = static_cast<std::int64_t>(function.rows.size());
  return info;
}

void Control::saw_call(int caller, int callee, Position then) {
  returns_to_[static_cast<std::size_t>(callee)].insert(then);
  above_[static_cast<std::size_t>(callee)].insert(caller);
}

void Control::saw_jump(int from, int to) { jumps_.emplace(from, to); }

void Control::close() {
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [from, to] : jumps_) {
      const auto of = static_cast<std::size_t>(from), into = static_cast<std::size_t>(to);
      for (const Position& then : returns_to_[of]) grown |= returns_to_[into].insert(then).second;
      for (const int f : std::set<int>(above_[of])) grown |= above_[into].insert(f).second;
    }
    for (auto& above : above_)
      for (const int f : std::set<int>(above))
        for (const int g : above_[static_cast<std::size_t>(f)]) grown |= above.insert(g).second;
  }
  for (std::size_t f = 0; f < above_.size(); ++f)
    if (above_[f].count(static_cast<int>(f)) != 0)
      throw std::logic_error(std::string(rows.functions()[f].name) + " may call itself");
}

}  // namespace nsmc::symbolic
