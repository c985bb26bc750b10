// Since 3.8 a namespace is also entered from outside: unshare(), setns(), and what counts them.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct entered {
  // The namespace that a task's children go to, 0 without one.
  static int for_children(const task_struct<K>& task) {
    const int proxy = task.nsproxy_.slot();
    return proxy == 0 ? 0 : K::on().state.nsproxies[proxy - 1].pid_ns.slot();
  }
  static bool children_go_down() {
    const auto& state = K::on().state;
    if (!fixed_by<K>(Change::setns)) return true;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      if (state.tasks[t - 1].linked.value() == 0) continue;
      const int active = ns_of<K>(state, t);
      int ns = for_children(state.tasks[t - 1]);
      if (active == 0 || ns == 0) continue;
      while (ns != 0 && ns != active) ns = state.namespaces[ns - 1].parent.slot();
      if (ns == 0) return false;
    }
    return true;
  }
  static bool somebodys_children_go_elsewhere() {
    const auto& state = K::on().state;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      const int active = ns_of<K>(state, t), ns = for_children(state.tasks[t - 1]);
      if (active != 0 && ns != 0 && active != ns) return true;
    }
    return false;
  }

  static int hashed_in(int ns_slot) {
    int count = 0;
    each_allocated(K::on().state.pids, [&](int, auto& pid) {
      if (pid.hashed.value() == 0) return;
      for (const auto& number : pid.numbers)
        if (initialised(number.ns) && number.ns.slot() == ns_slot) ++count;
    });
    return count;
  }
  static bool hashed_are_counted() {
    if (!fixed_by<K>(Change::count_hashed)) return true;
    return all_allocated(K::on().state.namespaces, [](int index, auto& ns) {
      return !initialised(ns.nr_hashed) || ns.nr_hashed.value() == hashed_in(index + 1);
    });
  }
  static bool a_container_counts() {
    return fixed_by<K>(Change::count_hashed) &&
           any_allocated(K::on().state.namespaces, [](int index, auto& ns) {
             return index > 0 && initialised(ns.nr_hashed) && ns.nr_hashed.value() > 0;
           });
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I34",
       .says = "A task's children go to its own namespace or to one below.",
       .source = "setns(2); kernel/pid_namespace.c: pidns_install()",
       .holds = children_go_down,
       .premise = somebodys_children_go_elsewhere},
      {.id = "I37",
       .says = "A namespace counts the pids that are hashed in it.",
       .source = "0a01f2cc390e (\"pidns: Make the pidns proc mount/umount logic obvious\")",
       .holds = hashed_are_counted,
       .premise = a_container_counts,
       .transient = "none: both change under pidmap_lock"},
  };
};

}  // namespace nsmc::props
