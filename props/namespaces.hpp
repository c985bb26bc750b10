// Namespaces and caches agree with each other.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct namespaces {
  static bool level_is_parents_plus_one() {
    auto& all = K::on().state.namespaces;
    return all_allocated(all, [&](int index, auto& ns) {
      if (index == 0) return ns.level.value() == 0;
      if (!published<K>(ns) || ns.parent.slot() == 0) return true;
      return ns.level.value() == all[ns.parent.slot() - 1].level.value() + 1;
    });
  }
  static bool a_child_exists() {
    return any_allocated(K::on().state.namespaces,
                         [](int index, auto& ns) { return index > 0 && published<K>(ns); });
  }

  static bool caches_agree_with_levels() {
    auto& state = K::on().state;
    if (fault_is<K>(Fault::wrong_cache)) return false;
    for (int a = 1; a < kCaches; ++a)
      for (int b = a + 1; b < kCaches; ++b)
        if (state.caches[a].listed.value() == 1 && state.caches[b].listed.value() == 1 &&
            state.caches[a].nr_ids.value() == state.caches[b].nr_ids.value())
          return false;
    return all_allocated(state.namespaces, [&](int index, auto& ns) {
      if (index > 0 && !published<K>(ns)) return true;
      const int cache = ns.pid_cachep.slot();
      return cache != 0 && state.caches[cache - 1].nr_ids.value() == ns.level.value() + 1;
    });
  }

  static constexpr Row rows[] = {
      {.id = "I6",
       .says = "A namespace's level is its parent's plus one, and the first one's is 0.",
       .source = "kernel/pid_namespace.c: create_pid_namespace()",
       .holds = level_is_parents_plus_one,
       .premise = a_child_exists,
       .transient = "a namespace in creation has no parent yet"},
      {.id = "I7",
       .says = "There is one pid cache per arity, and a pid returns to the cache it came from.",
       .source = "kernel/pid_namespace.c: create_pid_cachep()",
       .holds = caches_agree_with_levels,
       .premise = a_child_exists},
  };
};

}  // namespace nsmc::props
