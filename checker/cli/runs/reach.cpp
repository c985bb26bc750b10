// Reached, cannot be reached, never reached.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/reach.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "model/kernel/program.hpp"
#include "props/props.hpp"

namespace nsmc::cli {

void Reach::add(const std::string& name, bool is_reached, const kernel::Changes& changes) {
  ++known;
  const Unreachable* row = unreachable(name, changes);
  if (is_reached && row != nullptr)
    throw std::logic_error("a run has reached " + name +
                           ", which is listed as unreachable: " + std::string(row->why));
  if (is_reached)
    reached.push_back(name);
  else if (row != nullptr)
    cannot.push_back({name, row});
  else
    never.push_back(name);
}

Reach reach_of_steps(const Coverage& reached, const kernel::Changes& changes) {
  Reach reach;
  const auto all = kernel::all_steps();
  for (std::size_t i = 1; i < all.size(); ++i)
    reach.add(fmt::format("{}/{}", all[i].function, all[i].row.name), reached.steps[i - 1],
              changes);
  return reach;
}

Reach reach_of_premises(const Coverage& reached, const std::vector<const props::Row*>& rows,
                        const kernel::Changes& changes) {
  Reach reach;
  for (const props::Row* row : rows)
    if (row->premise != nullptr || row->premise_move != nullptr)
      reach.add(std::string(row->id),
                reached.premises[static_cast<std::size_t>(row - props::catalogue().data())],
                changes);
  return reach;
}

}  // namespace nsmc::cli
