// The ten rules of the benchmark model, and their instances in a fixed order.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/bench/bounds.hpp"

namespace nsmc::bench {

enum class Call : std::uint8_t {
  fork,
  clone,     // with CLONE_NEWPID
  forkfail,  // a fork or clone that fails after alloc_pid()
  kill,
  exit_zap,  // of a namespace's init, up to its wait
  exit,      // of any other task
  zapdone,   // the rest of an init's exit
  reap,
  mount,
  umount
};
inline constexpr int kCalls = 10;

constexpr std::string_view call_name(int call) {
  constexpr std::array<std::string_view, kCalls> names = {"fork",     "clone", "forkfail", "kill",
                                                          "exit_zap", "exit",  "zapdone",  "reap",
                                                          "mount",    "umount"};
  return names[static_cast<std::size_t>(call)];
}

// An instance of a rule; what it does not have is 0.
struct Action {
  Call call = Call::fork;
  std::uint8_t who = 0;  // the task, or of umount the namespace
  std::uint8_t child = 0;
  std::uint8_t made = 0;
  bool operator==(const Action&) const = default;
};

// f(call, who, child, made) for each instance.
template <Bounds B, class F>
void each_action(F&& f) {
  for (int p = 0; p <= B.tasks; ++p) {
    for (int c = 1; c <= B.tasks; ++c) {
      f(Call::fork, p, c, 0);
      for (int m = 1; m <= B.namespaces; ++m) f(Call::clone, p, c, m);
    }
    f(Call::forkfail, p, 0, 0);
  }
  for (int t = 1; t <= B.tasks; ++t)
    for (const Call call :
         {Call::kill, Call::exit_zap, Call::exit, Call::zapdone, Call::reap, Call::mount})
      f(call, t, 0, 0);
  for (int n = 1; n <= B.namespaces; ++n) f(Call::umount, n, 0, 0);
}

}  // namespace nsmc::bench
