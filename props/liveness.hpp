// What must happen in the end, as rows: from ~> to, for each task or namespace on its own.
// SPDX-License-Identifier: MIT
//
// A number of the catalogue means one concept; `.live` says that it is judged of whole runs, while
// the row of the bare number is judged of ends or moves.  An Oops ends every wait: others tell it.
//
// Where it is for somebody in user space to act, the wait is over while that is so.  This gives
// nothing away: a run that stays in `from` has to be excused again and again.
#pragma once

#include <algorithm>
#include <span>

#include "model/kernel/ends.hpp"
#include "model/kernel/fairness.hpp"
#include "props/view.hpp"

namespace nsmc::props {

struct LiveRow {
  std::string_view id, says, source;
  enum class Of : std::uint8_t { task, name_space } of;
  bool (*from)(const Concrete&, int index);
  bool (*to)(const Concrete&, int index);
};

struct liveness {
  using M = Concrete;
  static constexpr int kNotThere = 0;

  static bool stopped(const M& m) { return m.state.fault.value() != 0; }
  static bool in_user_mode(const M& m, int t) { return m.state.stacks[t].pc[0].value() == 0; }

  // In user mode, alive, and nothing makes it leave that.
  static bool may_stay_out(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    return task.linked.value() == 1 && task.PF_EXITING.value() == 0 && task.sigkill.value() == 0 &&
           in_user_mode(m, t);
  }
  static bool is_zombie(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    return task.linked.value() == 1 && task.exit_state.value() == EXIT_ZOMBIE_;
  }
  // Who wait4() of is to reap it: its tracer before its parent; -1: nobody.
  static int reaper_of(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    return (task.tracer.slot() != 0 ? task.tracer.slot() : task.real_parent.slot()) - 1;
  }
  // A zombie with a number in this namespace is left to somebody who may never call wait4().
  static bool left_to_user_space(const M& m, int ns_slot) {
    for (int t = 0; t < m.config->tasks; ++t) {
      if (!is_zombie(m, t) || m.state.tasks[t].exit_signal.value() == -1) continue;
      if (!is_numbered(m, m.state.tasks[t].pids[PIDTYPE_PID].slot(), ns_slot)) continue;
      if (const int r = reaper_of(m, t); r >= 0 && may_stay_out(m, r)) return true;
    }
    return false;
  }

  // L1
  static int zaps(const M& m, int t) { return m.state.stacks[t].zap_pid_ns_processes.ns.slot(); }
  static bool is_init_in_zap(const M& m, int t) { return zaps(m, t) != kNotThere; }
  static bool is_reapable(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    if (stopped(m) || task.linked.value() == 0 || task.exit_state.value() != 0) return true;
    return zaps(m, t) != kNotThere && left_to_user_space(m, zaps(m, t));
  }

  // L2.  A user is a living task that is in it, would put its children there, or has the pid of one
  // as its group, session or owner; a namespace inside; a pid that a call or the terminal holds.
  static bool has_user(const M& m, int ns_slot) {
    const auto in = [&](const auto& pid) { return is_numbered(m, pid.slot(), ns_slot); };
    if (in(m.state.tty_pgrp)) return true;
    for (int t = 0; t < m.config->tasks; ++t) {
      const auto& task = m.state.tasks[t];
      if (in(m.state.stacks[t].syscall.held)) return true;
      if (task.linked.value() == 0 || task.exit_state.value() != 0) continue;
      if (std::any_of(task.pids.begin(), task.pids.end(), in) || in(task.f_owner)) return true;
      const int proxy = task.nsproxy_.slot();
      if (proxy != 0 && m.state.nsproxies[proxy - 1].pid_ns.slot() == ns_slot) return true;
    }
    return std::any_of(m.state.namespaces.begin(), m.state.namespaces.end(), [&](const auto& ns) {
      return ns.allocated.value() == 1 && ns.parent.slot() == ns_slot;
    });
  }
  static bool is_unused(const M& m, int index) {
    const auto& ns = m.state.namespaces[index];
    return index > 0 && ns.allocated.value() == 1 && published<M>(ns) && !has_user(m, index + 1);
  }
  static bool is_freed_or_used(const M& m, int index) {
    return stopped(m) || !is_unused(m, index) || left_to_user_space(m, index + 1);
  }

  // L3
  static bool is_killed(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    return t > 0 && task.linked.value() == 1 && task.sigkill.value() == 1 &&
           task.PF_EXITING.value() == 0;
  }
  static bool exits(const M& m, int t) { return stopped(m) || !is_killed(m, t); }

  // L4
  static bool sleeps_in_wait(const M& m, int group_leader_slot) {
    static const int kScan = step_number(do_wait<M>::scan);
    for (int t = 0; t < m.config->tasks; ++t)
      if (m.state.tasks[t].linked.value() == 1 &&
          m.state.tasks[t].group_leader.slot() == group_leader_slot &&
          top_step(m.state, t) == kScan)
        return true;
    return false;
  }
  static bool is_reaped_by_somebody(const M& m, int t) {
    const auto& task = m.state.tasks[t];
    if (!is_zombie(m, t)) return false;
    const bool others =
        std::any_of(m.state.tasks.begin(), m.state.tasks.end(), [&](const auto& other) {
          return &other != &task && other.linked.value() == 1 && other.group_leader.slot() == t + 1;
        });
    if (others) return false;  // the leader of living threads
    if (task.exit_signal.value() == -1 && task.tracer.slot() == 0) return true;
    const int r = reaper_of(m, t);
    return r >= 0 && sleeps_in_wait(m, m.state.tasks[r].group_leader.slot());
  }
  static bool is_reaped_or_nobody_waits(const M& m, int t) {
    return stopped(m) || !is_reaped_by_somebody(m, t);
  }

  // L6
  static bool oversleeps(const M& m, int t) {
    const int ns = zaps(m, t);
    if (ns == kNotThere || m.state.tasks[t].sleeping.value() == 0) return false;
    const bool alone =
        !m.config->has(Change::bz_40) || m.state.tasks[t].group_leader.slot() == t + 1;
    return m.state.namespaces[ns - 1].nr_hashed.value() == (alone ? 1 : 2);
  }
  static bool wakes(const M& m, int t) { return stopped(m) || !oversleeps(m, t); }

  // L8
  static bool has_dying_reaper(const M& m, int index) {
    const auto& ns = m.state.namespaces[index];
    if (ns.allocated.value() == 0 || !published<M>(ns) || ns.child_reaper.slot() == 0) return false;
    const auto& reaper = m.state.tasks[ns.child_reaper.slot() - 1];
    if (reaper.allocated.value() == 0 || reaper.PF_EXITING.value() == 0) return false;
    return std::any_of(m.state.tasks.begin(), m.state.tasks.end(), [&](const auto& other) {
      return other.linked.value() == 1 && other.PF_EXITING.value() == 0 &&
             other.group_leader.slot() == reaper.group_leader.slot();
    });
  }
  static bool has_living_reaper(const M& m, int index) {
    return stopped(m) || !has_dying_reaper(m, index);
  }

  // L9.  The sleeps of wait4() and of zap are not meant: L4 and L1 are about them.
  static bool is_in_the_kernel(const M& m, int t) {
    static const int kScan = step_number(do_wait<M>::scan);
    static const int kAsleep = step_number(zap_pid_ns_processes<M>::asleep);
    static const int kChildless = step_number(zap_pid_ns_processes<M>::wait_childless);
    const int step = top_step(m.state, t);
    return step != 0 && step != kScan && step != kAsleep && step != kChildless;
  }
  static bool leaves_the_kernel(const M& m, int t) { return stopped(m) || !is_in_the_kernel(m, t); }

  static constexpr LiveRow rows[] = {
      {.id = "L1.live",
       .says = "An init that has begun to kill its namespace becomes reapable in the end.",
       .source = "kernel/pid_namespace.c: zap_pid_ns_processes()",
       .of = LiveRow::Of::task,
       .from = is_init_in_zap,
       .to = is_reapable},
      {.id = "L2.live",
       .says = "A namespace that nobody uses is freed in the end.",
       .source = "include/linux/pid_namespace.h: put_pid_ns()",
       .of = LiveRow::Of::name_space,
       .from = is_unused,
       .to = is_freed_or_used},
      {.id = "L3.live",
       .says = "Whoever has a SIGKILL pending begins to exit in the end.",
       .source = "signal(7)",
       .of = LiveRow::Of::task,
       .from = is_killed,
       .to = exits},
      {.id = "L4.live",
       .says = "A zombie is reaped in the end if its parent sleeps in wait4() or wants no zombies.",
       .source = "wait(2)",
       .of = LiveRow::Of::task,
       .from = is_reaped_by_somebody,
       .to = is_reaped_or_nobody_waits},
      {.id = "L6.live",
       .says = "A dying init whose wait is over wakes in the end.",
       .source =
           "\"pidns: Fix hang in zap_pid_ns_processes by sending a potentially extra wakeup\", "
           "3.12",
       .of = LiveRow::Of::task,
       .from = oversleeps,
       .to = wakes},
      {.id = "L8.live",
       .says =
           "A namespace whose reaper exits has a living thread of its init as reaper in the end.",
       .source = "\"pid_ns: (BUG 11391) change ->child_reaper when init->group_leader exits\"",
       .of = LiveRow::Of::name_space,
       .from = has_dying_reaper,
       .to = has_living_reaper},
      {.id = "L9.live",
       .says = "Every call and every exit leaves the kernel in the end, or sleeps in a wait.",
       .source = "\"rcu-tasks: Fix synchronize_rcu_tasks() VS zap_pid_ns_processes()\", 6.3",
       .of = LiveRow::Of::task,
       .from = is_in_the_kernel,
       .to = leaves_the_kernel},
  };
};

inline std::span<const LiveRow> live_catalogue() { return liveness::rows; }

inline const LiveRow* find_live(std::string_view id) {
  for (const LiveRow& row : liveness::rows)
    if (row.id == id) return &row;
  return nullptr;
}

// A row as the graph engine takes it, for the tasks or namespaces that the run can use.
inline lang::LeadsTo<FairPidns> property(const LiveRow& row, const Config& config) {
  const auto of = [](auto* predicate) {
    return [predicate](const FairPidns& system, const Pidns::State& s, int index) {
      return system.judge(s, [&] { return predicate(Concrete::on(), index); });
    };
  };
  return {.id = std::string(row.id),
          .says = std::string(row.says),
          .source = std::string(row.source),
          .instances = row.of == LiveRow::Of::task ? config.tasks : config.namespaces,
          .from = of(row.from),
          .to = of(row.to)};
}

}  // namespace nsmc::props
