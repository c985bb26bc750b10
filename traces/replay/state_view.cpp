// The fields of one state by name, and the objects that they tell of.
// SPDX-License-Identifier: MIT
#include "traces/replay/state_view.hpp"

#include <algorithm>

#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

// A name without a point or a slash is that of the scenario for an object, or a lock.
bool names_an_object(std::string_view name) {
  return name.find_first_of("./ ") == std::string_view::npos && !name.ends_with("_lock") &&
         !name.ends_with("_mutex") && !name.ends_with("_pgrp");
}

}  // namespace

std::string life_text(Life life) {
  switch (life) {
    case Life::none:
      return "gone";
    case Life::running:
      return "running";
    case Life::exiting:
      return "exiting";
    case Life::zombie:
      return "zombie";
    case Life::dead:
      return "dead";
  }
  return {};
}

StateView::StateView(const Report& report, std::size_t k)
    : report_(report), fields_(report.trace.steps[k].fields) {
  for (std::size_t i = 0; i < fields_.size(); ++i) index_.emplace(fields_[i].name, i);
}

std::string StateView::value(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? std::string{} : printable(fields_[found->second].value);
}

std::vector<std::string> StateView::objects(const std::string& kind) const {
  std::vector<std::string> all;
  while (has(kind + std::to_string(all.size()) + ".allocated"))
    all.push_back(kind + std::to_string(all.size()));
  return all;
}

std::string StateView::title(const std::string& object) const {
  if (object.empty() || object == "NULL") return object;
  for (const ReportLane& lane : report_.lanes)
    if (lane.actor == object)
      return printable(object + (lane.label.empty() ? "" : " " + lane.label));
  for (const lang::Field& field : fields_)
    if (field.value == object && names_an_object(field.name))
      return printable(object + " " + field.name);
  return printable(object);
}

Life StateView::life(const std::string& task) const {
  if (!has(task + ".allocated")) return Life::running;
  if (!is_set(task + ".allocated")) return Life::none;
  const std::string exit_state = value(task + ".exit_state");
  if (exit_state == "EXIT_ZOMBIE") return Life::zombie;
  if (exit_state == "EXIT_DEAD") return Life::dead;
  return is_set(task + ".PF_EXITING") ? Life::exiting : Life::running;
}

}  // namespace nsmc::traces
