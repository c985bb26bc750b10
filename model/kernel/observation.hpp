// What is seen of a state from outside the kernel: by user space, and by its tracepoints.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

// As ps -e shows it: each process or thread that is there, a zombie or not, and its number in each
// namespace that sees it; "t1 zombie ns0:2 ns1:1".  A namespace is seen by who is in it; structs
// that nobody is in, reference counts and where a call stands are not seen.
inline std::vector<std::string> seen_by_user_space(const Pidns::State& s) {
  std::vector<std::string> lines;
  if (s.fault.value() != 0) lines.emplace_back("the kernel has stopped");
  for (int t = 0; t < kTasks; ++t) {
    const auto& task = s.tasks[t];
    if (task.linked.value() == 0 || (task.exit_state.value() & EXIT_DEAD_) != 0) continue;
    std::string line = "t" + std::to_string(t);
    line += task.exit_state.value() == EXIT_ZOMBIE_ ? " zombie" : " alive";
    if (const int pid = task.pids[PIDTYPE_PID].slot(); pid != 0)
      for (const auto& number : s.pids[pid - 1].numbers)
        if (number.ns.slot() != 0)
          line += " ns" + std::to_string(number.ns.slot() - 1) + ":" +
                  std::to_string(number.nr.value());
    lines.push_back(std::move(line));
  }
  return lines;
}

// What happens to one namespace, as a tracepoint in the kernel could report it.
enum class LifeEvent : std::uint8_t { clone_newpid, alloc_pid, reaper_exit, free_pid, ns_destroy };
inline constexpr std::array<std::string_view, 5> kLifeEvents = {
    "clone_newpid", "alloc_pid", "reaper_exit", "free_pid", "ns_destroy"};

struct Life {
  bool exists = false;        // the struct is allocated
  int numbers = 0;            // pids with a number here, in the hash
  bool reaper_exits = false;  // of the process that is its reaper and lives in it, nobody goes on
};
inline Life life_of(const Pidns::State& s, int ns) {
  const int slot = ns + 1;
  const auto is_numbered = [&](int pid) {
    return pid != 0 && s.pids[pid - 1].hashed.value() == 1 &&
           std::any_of(s.pids[pid - 1].numbers.begin(), s.pids[pid - 1].numbers.end(),
                       [&](const auto& number) { return number.ns.slot() == slot; });
  };
  Life life;
  life.exists = s.namespaces[ns].allocated.value() == 1;
  if (!life.exists) return life;
  for (int pid = 1; pid <= kPids; ++pid) life.numbers += is_numbered(pid) ? 1 : 0;
  const int reaper = s.namespaces[ns].child_reaper.slot();
  if (reaper == 0 || !is_numbered(s.tasks[reaper - 1].pids[PIDTYPE_PID].slot())) return life;
  const int leader = s.tasks[reaper - 1].group_leader.slot();
  life.reaper_exits = std::none_of(s.tasks.begin(), s.tasks.end(), [&](const auto& task) {
    return task.linked.value() == 1 && task.PF_EXITING.value() == 0 &&
           task.group_leader.slot() == leader;
  });
  return life;
}

// What a move did to it.  Of a move that does several things the order is this one; of numbers that
// are taken and given back in one move nothing is seen.
inline std::vector<LifeEvent> life_events(const Life& before, const Life& after) {
  std::vector<LifeEvent> events;
  if (!before.exists && after.exists) events.push_back(LifeEvent::clone_newpid);
  for (int n = before.numbers; n < after.numbers; ++n) events.push_back(LifeEvent::alloc_pid);
  if (!before.reaper_exits && after.reaper_exits) events.push_back(LifeEvent::reaper_exit);
  for (int n = after.numbers; n < before.numbers; ++n) events.push_back(LifeEvent::free_pid);
  if (before.exists && !after.exists) events.push_back(LifeEvent::ns_destroy);
  return events;
}

}  // namespace nsmc::kernel
