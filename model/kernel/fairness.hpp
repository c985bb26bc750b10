// Who cannot be kept waiting for ever: the one place that decides it.
// SPDX-License-Identifier: MIT
//
// Fairness is an assumption about what is not modelled (scheduler, locks, user space), so the less
// of it the better.
//
// - A task inside the kernel is weakly fair: the scheduler runs whoever stays runnable.  So is one
//   in user mode with SIGKILL pending: the signal is taken on the way to user mode, which a timer
//   interrupt is enough for.  A killed or exiting task is one of these two.
// - At a lock it is strongly fair: the lock is free again and again, and the queued rwlocks and
//   mutexes serve in turn.  The rwlock of 2007 does not promise that; it can be taken at its word.
//   An init in zap is woken by everybody who goes, so it is strongly fair in its wait4() as well;
//   another wait4() is not, for a sibling thread may take each zombie before it.
// - The softirq ends grace periods and runs work items in the order in which they came: to begin
//   one is owed to the pid or the namespace it is for, and strongly, because the softirq may be
//   busy with another.  What it has begun, and boot, are weakly fair.
// - A task in user mode that makes its next call is owed nothing: no parent has to wait, no tracer
//   to detach, no program to go on.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "model/kernel/pidns.hpp"
#include "model/lang/leads_to.hpp"

namespace nsmc::kernel {

// The step at which a context stands, 0 outside the kernel.
inline int top_step(const Pidns::State& state, int context) {
  int top = 0;
  for (const auto& pc : state.stacks[context].pc)
    if (pc.value() != 0) top = pc.value();
  return top;
}

// Whether a step does nothing until a lock is free.
inline bool is_at_lock(int step) {
  using K = Concrete;
  static const std::array kSteps = {step_number(copy_process<K>::attach),
                                    step_number(create_pid_cachep<K>::search),
                                    step_number(sys_setsid<K>::lock),
                                    step_number(sys_ptrace<K>::attach),
                                    step_number(exit_ptrace<K>::lock),
                                    step_number(release_task<K>::lock),
                                    step_number(do_wait<K>::give_back),
                                    step_number(zap_pid_ns_processes<K>::kill_all),
                                    step_number(forget_original_parent<K>::choose_reaper),
                                    step_number(forget_original_parent<K>::zapped),
                                    step_number(do_exit<K>::notify)};
  return std::find(kSteps.begin(), kSteps.end(), step) != kSteps.end();
}

// `queued_locks`: false, and a lock may pass over somebody for ever, as the rwlock of 2007 may.
inline lang::Fairness owed_in(const Pidns::State& state, int actor, bool queued_locks) {
  using lang::Fairness;
  if (actor == kBoot) return Fairness::weak;
  const int step = top_step(state, actor);
  if (actor == kSoftirq) return step == 0 ? Fairness::strong : Fairness::weak;
  if (step == 0) return state.tasks[actor].sigkill.value() == 1 ? Fairness::weak : Fairness::none;
  static const int kScan = step_number(do_wait<Concrete>::scan);
  const bool zaps = state.stacks[actor].zap_pid_ns_processes.ns.slot() != 0;
  const bool strong = is_at_lock(step) || (step == kScan && zaps);
  return strong && queued_locks ? Fairness::strong : Fairness::weak;
}

// The system with what its moves are owed.
class FairPidns : public Pidns {
 public:
  explicit FairPidns(const Pidns& system, bool queued_locks = true)
      : Pidns(system), queued_locks_(queued_locks) {}
  lang::Fairness fairness(const State& s, const Action& a) const {
    return owed_in(s, a.actor, queued_locks_);
  }
  bool queues_locks() const { return queued_locks_; }
  std::string party(const State& s, const Action& a) const {
    if (a.actor != kSoftirq || top_step(s, kSoftirq) != 0) return actor(a);
    State after;
    Events events;
    execute(s, a, after, events);
    for (int i = 0; i < kPids; ++i)
      if (Concrete::peek(s.pids[i].rcu) == 1 && Concrete::peek(after.pids[i].rcu) == 0)
        return "softirq for pid" + std::to_string(i);
    for (int i = 0; i < kNamespaces; ++i)
      if (Concrete::peek(s.namespaces[i].work) == 1 &&
          Concrete::peek(after.namespaces[i].work) == 0)
        return "softirq for ns" + std::to_string(i);
    return actor(a);
  }

 private:
  bool queued_locks_;
};

}  // namespace nsmc::kernel
