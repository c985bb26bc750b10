// How far property test runs went on their machine.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <iterator>

#include "model/kernel/machine.hpp"
#include "props/view.hpp"

namespace nsmc::cli {

struct Extremes {
  int deepest = 0;          // level of a namespace
  int most_tasks = 0;       // at a time, with those that are dead and not released
  int most_namespaces = 0;  // at a time
  int highest_number = 0;
  std::uint64_t wraps = 0;  // a namespace's numbers began again from the low ones
  std::bitset<std::size(kernel::kErrors)> refusals;  // of clone(), by their error

  void add(const Extremes& more) {
    deepest = std::max(deepest, more.deepest);
    most_tasks = std::max(most_tasks, more.most_tasks);
    most_namespaces = std::max(most_namespaces, more.most_namespaces);
    highest_number = std::max(highest_number, more.highest_number);
    wraps += more.wraps;
    refusals |= more.refusals;
  }

  // After a move in which a number was given.
  void look(const kernel::State<kernel::Concrete>& before,
            const kernel::State<kernel::Concrete>& after) {
    int namespaces = 0, tasks = 0;
    for (int i = 0; i < kernel::kNamespaces; ++i) {
      const auto &ns = after.namespaces[i], &was = before.namespaces[i];
      if (ns.allocated.value() == 0 || !props::initialised(ns.last_pid)) continue;
      ++namespaces;
      if (props::initialised(ns.level)) deepest = std::max(deepest, ns.level.value());
      highest_number = std::max(highest_number, ns.last_pid.value());
      if (was.allocated.value() == 1 && props::initialised(was.last_pid) &&
          ns.last_pid.value() != 0 && ns.last_pid.value() < was.last_pid.value())
        ++wraps;
    }
    for (const auto& task : after.tasks) tasks += task.allocated.value();
    most_namespaces = std::max(most_namespaces, namespaces);
    most_tasks = std::max(most_tasks, tasks);
  }
  // What a clone() has returned.
  void refused(int result) {
    for (std::size_t i = 0; i < std::size(kernel::kErrors); ++i)
      if (kernel::kErrors[i].first == result) refusals.set(i);
  }
};

}  // namespace nsmc::cli
