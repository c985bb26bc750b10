// References and memory: every count is exact, nothing is used after it is freed, nothing leaks.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct lifetime {
  using Bool = typename K::Bool;
  using Int = typename K::Int;

  // Every reference is in a field that owns it, at every step boundary, so the sum is exact.
  static Bool kref_is_exact() {
    return all_allocated(K::on().state.namespaces, [](int index, auto& ns) {
      if (index == 0) return Bool(true);
      return implies(initialised(ns.kref),
                     [&] { return ns.kref.value() == references<K, pid_namespace>(index + 1); });
    });
  }
  static Bool a_namespace_exists() {
    return any_allocated(K::on().state.namespaces,
                         [](int index, auto&) { return Bool(index > 0); });
  }

  static Bool no_use_after_free() {
    return !(fault_is<K>(Fault::use_after_free) | fault_is<K>(Fault::null_dereference) |
             fault_is<K>(Fault::out_of_range) | fault_is<K>(Fault::bug));
  }
  static Bool no_double_free() {
    return !(fault_is<K>(Fault::double_free) | fault_is<K>(Fault::refcount_underflow));
  }
  static Bool no_uninitialised_read() { return !fault_is<K>(Fault::uninitialised_read); }
  static Bool an_object_is_half_made() {
    return any_allocated(K::on().state.namespaces,
                         [](int, auto& ns) { return !published<K>(ns); }) |
           any_allocated(K::on().state.pids,
                         [](int, auto& pid) { return !initialised(pid.level); });
  }
  static Bool a_pid_waits_for_the_grace_period() {
    return any_allocated(K::on().state.pids, [](int, auto& pid) { return pid.rcu.value() == 1; });
  }

  // Whoever exists has a reason to.
  static Bool pid_has_a_reason(int index) {
    const int slot = index + 1;
    auto& state = K::on().state;
    const Bool lies_idle = (state.pids[index].rcu.value() != 1) & !pid_in_flight<K>(slot);
    return implies(lies_idle, [&] {
      return any_allocated(state.tasks,
                           [&](int task, auto& t) {
                             Bool attached = false;
                             for (auto& link : t.pids) attached = attached | (link.slot() == slot);
                             return also(attached, [&] { return !lost_zombie<K>(task + 1); });
                           }) |
             (references<K, pid_struct>(slot) > 0);
    });
  }
  // Its own mount of proc is none: the two keep each other.
  static Bool namespace_has_a_reason(int index) {
    const auto& ns = K::on().state.namespaces[index];
    const Int own = K::one_if(ns.proc_mnt.slot() != 0);
    return (references<K, pid_namespace>(index + 1) > own) | (ns.work.value() == 1);
  }
  static Bool nothing_leaks() {
    auto& state = K::on().state;
    return all_allocated(state.pids, [](int index, auto&) { return pid_has_a_reason(index); }) &
           all_allocated(state.nsproxies,
                         [](int index, auto&) { return nsproxy_has_a_reason<K>(index); }) &
           all_allocated(state.namespaces, [](int index, auto&) {
             return index == 0 ? Bool(true) : namespace_has_a_reason(index);
           });
  }

  static Bool parent_outlives_child() {
    auto& namespaces = K::on().state.namespaces;
    return all_allocated(namespaces, [&](int index, auto& ns) {
      if (index == 0) return Bool(true);
      return implies(published<K>(ns), [&] {
        const Int parent = ns.parent.slot();
        return also(parent != 0, [&] {
          auto& p = namespaces.at(parent - 1);
          return (p.allocated.value() == 1) & ((parent == 1) | (p.kref.value() >= 1));
        });
      });
    });
  }

  static Bool nsproxy_count_is_exact() {
    return all_allocated(K::on().state.nsproxies, [](int index, auto& proxy) {
      const int swapper = index == 0 ? 1 : 0;  // the one task that is not modelled
      return proxy.count.value() == references<K, nsproxy>(index + 1) + swapper;
    });
  }
  // One for its life, in hands, in the hash or until the grace period is over, and one per holder.
  static Bool pid_count_is_exact() {
    return all_allocated(K::on().state.pids, [](int index, auto& pid) {
      return implies(initialised(pid.count), [&] {
        const int slot = index + 1;
        const Bool lives =
            (pid.hashed.value() == 1) | (pid.rcu.value() == 1) | pid_in_flight<K>(slot);
        return pid.count.value() == references<K, pid_struct>(slot) + K::one_if(lives);
      });
    });
  }
  static Bool two_nsproxies_exist() {
    return any_allocated(K::on().state.nsproxies, [](int index, auto&) { return Bool(index > 0); });
  }

  // A chain of namespaces takes as much of the kernel stack as one.
  static Bool reclaim_is_bounded() { return K::on().state.free_depth.value() <= 2; }
  static Bool a_namespace_was_freed() { return K::on().state.free_depth.value() >= 1; }

  static constexpr RowOn<K> rows[] = {
      {.id = "I1",
       .says = "A namespace's kref equals the number of its holders.",
       .source = "include/linux/pid_namespace.h: get_pid_ns(), put_pid_ns()",
       .holds = kref_is_exact,
       .premise = a_namespace_exists,
       .transient = "none: a reference held across a step is in a counted field"},
      {.id = "I2",
       .says = "Every object that is dereferenced is allocated.",
       .source = "KASAN",
       .holds = no_use_after_free,
       .premise = a_pid_waits_for_the_grace_period},
      {.id = "I3",
       .says = "Every object is freed at most once, and no count is taken at zero.",
       .source = "lib/kref.c",
       .holds = no_double_free,
       .premise = a_pid_waits_for_the_grace_period},
      {.id = "I4",
       .says = "An object that nothing can reach or release any more has been freed.",
       .source = "kmemleak",
       .holds = nothing_leaks,
       .premise = a_pid_waits_for_the_grace_period,
       .transient = "grace periods: a struct pid outlives its numbers"},
      {.id = "I5",
       .says = "A parent namespace outlives its children.",
       .source = "kernel/pid_namespace.c: copy_pid_ns(), free_pid_ns()",
       .holds = parent_outlives_child,
       .premise = a_namespace_exists,
       .transient = "a namespace in creation has no parent yet"},
      {.id = "I31",
       .says = "An nsproxy's count equals the number of tasks and callers that hold it.",
       .source = "include/linux/nsproxy.h",
       .holds = nsproxy_count_is_exact,
       .premise = two_nsproxies_exist},
      {.id = "I39",
       .says = "No field is read before it is written.",
       .source = "KMSAN; 84406c153a5b (\"pidns: use kzalloc when allocating new pid_namespace "
                 "struct\")",
       .holds = no_uninitialised_read,
       .premise = an_object_is_half_made},
      {.id = "I42",
       .says = "A pid's count is one for its life, plus the number of its holders.",
       .source = "include/linux/pid.h: get_pid(); kernel/pid.c: put_pid()",
       .holds = pid_count_is_exact,
       .premise = a_pid_waits_for_the_grace_period},
      {.id = "L10",
       .says = "Freeing a chain of namespaces takes a bounded part of the stack.",
       .source = "kernel/pid_namespace.c: free_pid_ns()",
       .holds = reclaim_is_bounded,
       .premise = a_namespace_was_freed},
  };
};

}  // namespace nsmc::props
