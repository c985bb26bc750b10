// What the benchmark model keeps of a state, and where in its word.
// SPDX-License-Identifier: MIT
//
// Kept is what the kernel could not work out from the rest.  A pid number is kept per namespace,
// not per level: task t has one in n iff t can be seen in n, and its own namespace is the innermost
// of those.  pidmap, kref, child_reaper and level are functions of that: the invariant
// PlainPidns::derived_fields_agree().  A slot is free iff its task has no number in init_pid_ns.
//
// Who refers to another slot of its kind says it as (other - 1) ^ (own - 1): 0 would be itself,
// which nobody refers to, and means slot 0 (init, init_pid_ns).  So a free slot is all zero.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/lang/bit_field.hpp"
#include "tests/bench/bounds.hpp"

namespace nsmc::bench {

// As kept: a free slot has none of them, its zero is not looked at.
enum Kept : std::uint64_t { kRun, kKilled, kZap, kZomb };

template <Bounds B>
struct Layout {
  struct Task {
    std::array<lang::BitField, static_cast<std::size_t>(B.namespaces + 1)> nr;
    lang::BitField status;
    lang::BitField parent;
  };
  struct Namespace {
    lang::BitField last_pid;
    lang::BitField parent;
    lang::BitField mounts;
  };
  std::array<Task, static_cast<std::size_t>(B.tasks + 1)> task{};  // [0] is init: nothing kept
  std::array<Namespace, static_cast<std::size_t>(B.namespaces + 1)> ns{};
  unsigned bits = 0;

  // From the first to the last bit of a slot, and from slot 1 to slot 2.
  unsigned task_bits = 0;

  constexpr Layout() {
    lang::BitLayout layout;
    for (std::size_t t = 1; t < task.size(); ++t) {
      for (lang::BitField& nr : task[t].nr) nr = layout.add(B.pids);
      task[t].status = layout.add(kZomb);
      task[t].parent = layout.add(B.tasks - 1);
      if (t == 1) task_bits = layout.bits();
    }
    ns[0].last_pid = layout.add(B.pids);
    for (std::size_t n = 1; n < ns.size(); ++n) {
      ns[n].last_pid = layout.add(B.pids);
      ns[n].parent = layout.add(B.in_order ? n - 1 : B.namespaces - 1);
      ns[n].mounts = layout.add(B.mounts);
    }
    bits = layout.bits();
  }

  // How `own` refers to `other`, both at least 1.
  static constexpr std::uint64_t reference(int own, int other) {
    return static_cast<std::uint64_t>((other - 1) ^ (own - 1));
  }
  constexpr std::uint64_t task_mask(std::size_t t) const {
    std::uint64_t mask = task[t].status.mask() | task[t].parent.mask();
    for (const lang::BitField& nr : task[t].nr) mask |= nr.mask();
    return mask;
  }
  constexpr std::uint64_t ns_mask(std::size_t n) const {
    return ns[n].last_pid.mask() | ns[n].parent.mask() | ns[n].mounts.mask();
  }
  // What holds namespace n, directly: the numbers in it, and its mounts.
  constexpr std::uint64_t holders(std::size_t n) const {
    std::uint64_t mask = ns[n].mounts.mask();
    for (std::size_t t = 1; t < task.size(); ++t) mask |= task[t].nr[n].mask();
    return mask;
  }
};

template <Bounds B>
inline constexpr Layout<B> kLayout{};

}  // namespace nsmc::bench
