// What processes may ask for: system calls with their arguments, as data.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
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
  readdir_proc
};

inline constexpr int kAnyArgument = -1000;  // whatever the call can be asked for

struct Call {
  Syscall syscall = Syscall::clone;
  int argument = 0;         // clone: CL_ flags; wait4: 1 for WNOHANG; signal: 1 for SIG_IGN;
                            // kill: -1 for everybody;
                            // readdir_proc: the number to start after
  int task = 0;             // clone: the label of the child; kill, fcntl_setown: of the target
  int namespace_label = 0;  // clone: what names the child's namespace
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
