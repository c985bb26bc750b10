// Where nothing can move: what is an end, and what is a hang.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <optional>

#include "model/kernel/machine.hpp"
#include "model/kernel/program.hpp"

namespace nsmc::kernel {

enum class End : std::uint8_t {
  over,     // every program has ended
  waits,    // somebody sleeps in a wait4() of its own
  unreaped  // a dying init waits for zombies of its namespace whose parent reaps nobody any more
};

// Whether a task has no call left to make.
inline bool program_is_over(const Concrete& machine, int index) {
  const auto& task = machine.state.tasks[index];
  if (machine.state.stacks[index].pc[0].value() != 0) return false;
  if (machine.user->free())
    return machine.config->calls > 0 && machine.state.calls.value() == machine.config->calls;
  const auto& program = machine.user->programs[static_cast<std::size_t>(task.label.value())];
  return static_cast<std::size_t>(task.next_call.value()) == program.size();
}

// Whether a pid has a number in a namespace; both by slot.
inline bool is_numbered(const Concrete& machine, int pid, int ns) {
  if (pid == 0) return false;
  const auto& numbers = machine.state.pids[pid - 1].numbers;
  return std::any_of(numbers.begin(), numbers.end(),
                     [ns](const auto& number) { return number.ns.slot() == ns; });
}

// A zombie of this namespace with a live parent whose program is over: nothing in the kernel can
// reap it.
inline bool waits_for_a_parent(const Concrete& machine, int ns) {
  for (const auto& task : machine.state.tasks) {
    if (task.linked.value() == 0 || task.exit_state.value() != EXIT_ZOMBIE_) continue;
    const int parent = task.tracer.slot() != 0 ? task.tracer.slot() : task.real_parent.slot();
    if (parent == 0 || !is_numbered(machine, task.pids[PIDTYPE_PID].slot(), ns)) continue;
    const auto& p = machine.state.tasks[parent - 1];
    if (p.linked.value() == 1 && p.PF_EXITING.value() == 0 && program_is_over(machine, parent - 1))
      return true;
  }
  return false;
}

// What kind of end a state without moves is; empty: a hang.  REQUIRES: no Oops.
inline std::optional<End> end_of(const Concrete& machine) {
  static const int kWaited = step_number(userland<Concrete>::waited);
  static const int kScan = step_number(do_wait<Concrete>::scan);
  static const int kGroup = step_number(wait_for_pgrp<Concrete>::waited);
  static const int kAsleep = step_number(zap_pid_ns_processes<Concrete>::asleep);
  End end = End::over;
  for (int i = 0; i < machine.config->tasks; ++i) {
    const auto& state = machine.state;
    if (state.tasks[i].allocated.value() == 0) continue;
    const auto& pc = state.stacks[i].pc;
    if (pc[0].value() == 0) {
      // Asleep in its next call, which it has not begun.
      if (state.tasks[i].linked.value() == 1 && state.tasks[i].PF_EXITING.value() == 0 &&
          !machine.user->free() && !program_is_over(machine, i))
        return std::nullopt;
      continue;
    }
    // A sleep inside exit, or on a lock, is no end: nobody is left to wake it.
    int top = 0;
    for (const auto& at : pc)
      if (at.value() != 0) top = at.value();
    const bool waits = pc[0].value() == kWaited &&
                       (pc[1].value() == kScan || pc[1].value() == kGroup) && top == kScan;
    const int zaps =
        top == kAsleep || top == kScan ? state.stacks[i].zap_pid_ns_processes.ns.slot() : 0;
    if (waits)
      end = std::max(end, End::waits);
    else if (zaps != 0 && waits_for_a_parent(machine, zaps))
      end = End::unreaped;
    else
      return std::nullopt;
  }
  return end;
}

}  // namespace nsmc::kernel
