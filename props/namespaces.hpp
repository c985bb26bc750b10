// Namespaces and caches agree with each other.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct namespaces {
  using Bool = typename K::Bool;
  using Int = typename K::Int;

  static Bool level_is_parents_plus_one() {
    auto& all = K::on().state.namespaces;
    return all_allocated(all, [&](int index, auto& ns) {
      if (index == 0) return Bool(ns.level.value() == 0);
      return implies(published<K>(ns) & (ns.parent.slot() != 0), [&] {
        return (ns.level.value() == all.at(ns.parent.slot() - 1).level.value() + 1) &
               (ns.level.value() <= config<K>().max_level);
      });
    });
  }
  static Bool a_child_exists() {
    return any_allocated(K::on().state.namespaces,
                         [](int index, auto& ns) { return published<K>(ns) & (index > 0); });
  }

  static Bool caches_agree_with_levels() {
    auto& state = K::on().state;
    Bool agree = !fault_is<K>(Fault::wrong_cache);
    for (int a = 1; a < kCaches; ++a)
      for (int b = a + 1; b < kCaches; ++b) {
        auto& one = state.caches[a];
        auto& other = state.caches[b];
        agree = agree & !((one.listed.value() == 1) & (other.listed.value() == 1) &
                          (one.nr_ids.value() == other.nr_ids.value()));
      }
    return agree & all_allocated(state.namespaces, [&](int index, auto& ns) {
             return implies(published<K>(ns) | (index == 0), [&] {
               const Int cache = ns.pid_cachep.slot();
               return also(cache != 0, [&] {
                 return state.caches.at(cache - 1).nr_ids.value() == ns.level.value() + 1;
               });
             });
           });
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I6",
       .says = "A namespace's level is its parent's plus one, and at most the limit.",
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
