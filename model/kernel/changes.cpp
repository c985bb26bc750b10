// Kernels as prefixes of the list of changes.
// SPDX-License-Identifier: MIT
#include "model/kernel/changes.hpp"

#include <charconv>
#include <vector>

namespace nsmc::kernel {
namespace {

// 2.6.27-rc6 counts as 2.6.27: what came in before a release is in it.
std::vector<int> version(std::string_view name) {
  std::vector<int> numbers;
  const char* at = name.data();
  const char* const end = at + name.size();
  while (at < end) {
    int number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) break;
    numbers.push_back(number);
    if (after == end || *after != '.') break;
    at = after + 1;
  }
  return numbers;
}

// Whether a kernel of this name has the change.
bool has(std::string_view kernel, const ChangeRow& row) {
  return !row.since.empty() && version(row.since) <= version(kernel);
}

std::vector<Kernel> all() {
  std::vector<Kernel> kernels = {
      {"2.6.18", "the code of 2007 with three older mistakes"},
      {"2.6.19", "a task's pid is counted under RCU"},
      {"2.6.20", "namespaces are given up after reparenting"},
      {"2.6.23", "a namespace that could not be made is an error"},
      {"2.6.24-seed", "2.6.24-rc1 with the patch of October 2007, as posted"},
      {"2.6.25", "init can call setsid()"},
      {"2.6.27", "zap leaves a reaper behind, and a new one is found"},
      {"2.6.28", "kill(-1) stays inside"},
      {"2.6.29", "a task's namespace is that of its pid"},
      {"2.6.30", "init is immune from inside, no zombie is lost"},
      {"2.6.31", "a stop is told with the number that the parent sees"},
      {"2.6.32", "init cannot make siblings"},
      {"2.6.33", "a death signal from outside acts"},
      {"2.6.36", "last_pid only moves forward"},
      {"2.6.39", "next_pidmap() looks at its argument; proc is mounted at creation"},
      {"3.0", "a new namespace has no control group"},
      {"3.4", "subreapers; a failed fork unmounts proc"},
      {"3.5", "init is the last process of its namespace"},
      {"3.7", "namespaces nest 32 deep, and are freed in a loop"},
      {"3.8", "unshare() and setns(); hashed pids are counted"},
      {"3.9", "a threaded init can go last"},
      {"3.12", "vfork() after unshare(); a first fork may fail"},
      {"3.13", "CLONE_PARENT after setns()"},
      {"3.15", "/proc/PID/ns/pid of the dead"},
      {"3.18", "synchronize_rcu_tasks()"},
      {"3.19", "alloc_pid() gives back what it took"},
      {"4.0", "fork() says why it got no number"},
      {"4.3", "a child may share handlers across namespaces"},
      {"4.9", "limits of namespaces are ENOSPC"},
      {"4.11", "orphans stay at their level"},
      {"4.12", "nobody is born from outside after death"},
      {"4.15", "numbers come from an idr"},
      {"5.0", "an init that traces can die"},
      {"5.4", "long-term, 2019"},
      {"5.5", "clone3() can ask for numbers"},
      {"5.7", "the kernel itself mounts no proc"},
      {"5.10", "the terminal's group has one lock"},
      {"6.1", "long-term, 2022"},
      {"6.3", "zap sleeps outside the read section"},
      {"6.9", "exiting tasks are in no read section"},
      {"6.10", "zap clears TIF_NOTIFY_SIGNAL"},
      {"6.12", "long-term, 2024"},
      {"6.14", "each namespace has its own pid_max"},
      {"6.18", "long-term, 2025"},
      {"7.0", "unshare() gives its nsproxy back"},
  };
  for (Kernel& kernel : kernels)
    for (const ChangeRow& row : kChanges)
      if (row.change && has(kernel.name, row)) kernel.changes = kernel.changes.with(*row.change);
  return kernels;
}

}  // namespace

std::span<const Kernel> kernels() {
  static const std::vector<Kernel> kAll = all();
  return kAll;
}

const Kernel* find_kernel(std::string_view name) {
  for (const Kernel& kernel : kernels())
    if (kernel.name == name) return &kernel;
  return nullptr;
}

const ChangeRow* find_change(std::string_view id) {
  for (const ChangeRow& row : kChanges)
    if (row.id == id) return &row;
  return nullptr;
}

}  // namespace nsmc::kernel
