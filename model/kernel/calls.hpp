// What processes may ask for: system calls with their arguments, as data.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/kernel/config.hpp"

namespace nsmc::kernel {

enum class Syscall : std::uint8_t {
  clone,  // fork() is clone() without flags
  exit,
  exit_group,
  wait4,
  kill,
  signal,
  fcntl_setown,
  drop_capabilities,
  readdir_proc,
  setsid,
  prctl,
  unshare,
  setns,
  open_pid_ns,
  open_proc,
  waitid,
  wait_pgrp,
  tiocspgrp,
  clone3,
  ptrace_attach,
  stop,
  set_pid_max,
  task_work_add,
  synchronize_rcu_tasks
};

// What stands between the parentheses of a call, for those that take one thing or none.
enum class Takes : std::uint8_t { nothing, flags, task, a_namespace, number, word };

struct SyscallRow {
  Syscall syscall;
  std::string_view name;
  Takes takes = Takes::nothing;
  std::array<std::string_view, 2> words = {};  // of which one is the argument, as its index
};

// The calls that can be written and read by this table alone.
inline constexpr SyscallRow kSyscalls[] = {
    {Syscall::drop_capabilities, "drop_capabilities"},
    {Syscall::fcntl_setown, "fcntl_setown", Takes::task},
    {Syscall::readdir_proc, "readdir_proc", Takes::number},
    {Syscall::setsid, "setsid"},
    {Syscall::prctl, "prctl", Takes::word, {"PR_SET_PDEATHSIG", "PR_SET_CHILD_SUBREAPER"}},
    {Syscall::unshare, "unshare", Takes::flags},
    {Syscall::setns, "setns", Takes::a_namespace},
    {Syscall::open_pid_ns, "open_pid_ns", Takes::task},  // /proc/PID/ns/pid
    {Syscall::open_proc, "open_proc", Takes::task},      // /proc/PID
    {Syscall::waitid, "waitid", Takes::word, {"WNOWAIT"}},
    {Syscall::wait_pgrp, "wait_pgrp"},                     // wait4(0, ..)
    {Syscall::tiocspgrp, "tiocspgrp"},                     // ioctl(TIOCSPGRP)
    {Syscall::clone3, "clone3", Takes::number},            // fork() with set_tid = {number}
    {Syscall::set_pid_max, "set_pid_max", Takes::number},  // /proc/sys/kernel/pid_max
    {Syscall::ptrace_attach, "ptrace_attach", Takes::task},
    {Syscall::stop, "stop"},  // SIGSTOP: the parent is told
    {Syscall::task_work_add, "task_work_add", Takes::task},
    {Syscall::synchronize_rcu_tasks, "synchronize_rcu_tasks"},
};

// Whether it makes a process, which the result names.
constexpr bool creates(Syscall syscall) {
  return syscall == Syscall::clone || syscall == Syscall::clone3;
}
constexpr bool creates(std::string_view name) {
  return name == "fork" || name == "clone" || name == "clone3";
}

constexpr const SyscallRow* find_syscall(std::string_view name) {
  for (const SyscallRow& row : kSyscalls)
    if (row.name == name) return &row;
  return nullptr;
}
constexpr const SyscallRow* find_syscall(Syscall syscall) {
  for (const SyscallRow& row : kSyscalls)
    if (row.syscall == syscall) return &row;
  return nullptr;
}

inline constexpr int kAnyArgument = -1000;  // whatever the call can be asked for

struct Call {
  Syscall syscall = Syscall::clone;
  int argument = 0;         // clone: CL_ flags; wait4: 1 for WNOHANG; signal: 1 for SIG_IGN;
                            // kill: -1 for everybody;
                            // readdir_proc: the number to start after;
                            // clone3, set_pid_max: the number
  int task = 0;             // clone: the label of the child; others: of the target
  int namespace_label = 0;  // clone, unshare: what names the new namespace; setns: which one
  int variable = -1;        // where the result goes
};

// Who does what.  Labels are 1..kLabels; a program is what the task with that label runs.
struct Userland {
  std::array<std::vector<Call>, kLabels + 1> programs;
  std::vector<Call> free_calls;  // not empty: any task may make any of these at any time
  std::array<std::string, kLabels + 1> label_names;
  std::array<std::string, kLabels + 1> namespace_names;
  std::array<std::string, kVariables> variable_names;
  int initial_label = 0;      // of the global init; 0: it does nothing
  std::vector<int> starting;  // labels of children that the global init has from the start

  bool free() const { return !free_calls.empty(); }
};

}  // namespace nsmc::kernel
