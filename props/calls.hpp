// Processes and their calls: locks, failed forks, zombies, error numbers.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct calls {
  static bool locks_are_held(const MoveOn<K>& move) { return move.events.unlocked_write == 0; }
  static bool a_task_is_attached_or_released(const MoveOn<K>& move) {
    for (int t = 0; t < config<K>().tasks; ++t)
      if (move.changes([t](auto& s) -> auto& { return s.tasks[t].linked; })) return true;
    return false;
  }

  // What a fork that failed may leave is only what somebody else also holds.
  static bool nobody_is_orphaned() {
    auto& state = K::on().state;
    return all_allocated(state.tasks,
                         [&](int index, auto& t) {
                           return t.linked.value() == 1 || state.stacks[index].pc[0].value() != 0 ||
                                  any_context<K>([&](int, auto& s) {
                                    return s.copy_process.p.slot() == index + 1;
                                  });
                         }) &&
           all_allocated(state.pids,
                         [&](int index, auto& pid) {
                           if (pid.hashed.value() == 0 || pid_in_flight<K>(index + 1)) return true;
                           return any_allocated(state.tasks, [&](int, auto& t) {
                             for (auto& link : t.pids)
                               if (link.slot() == index + 1) return true;
                             return false;
                           });
                         }) &&
           all_allocated(state.nsproxies,
                         [](int index, auto&) { return nsproxy_has_a_reason<K>(index); }) &&
           all_allocated(state.namespaces, [](int index, auto&) {
             return index == 0 || references<K, pid_namespace>(index + 1) > 0;
           });
  }
  static bool a_failed_fork_leaves_nothing(const MoveOn<K>& move) {
    return !a_fork_failed(move) || nobody_is_orphaned();
  }
  static bool a_fork_failed(const MoveOn<K>& move) {
    return move.events.clone_returned != 0 && move.events.clone_result < 0;
  }

  static bool the_dead_have_no_namespaces() { return !fault_is<K>(Fault::nsproxy_of_the_dead); }
  static bool somebody_is_dead() {
    return any_allocated(K::on().state.tasks,
                         [](int, auto& t) { return t.exit_state.value() != 0; });
  }

  static bool threads_share_a_namespace() {
    const auto& state = K::on().state;
    for (int t = 1; t <= config<K>().tasks; ++t) {
      const auto& thread = state.tasks[t - 1];
      const int leader = thread.group_leader.slot();
      if (thread.linked.value() == 0 || leader == t || leader == 0) continue;
      // A thread that is being released has no pid left.
      if (ns_of<K>(state, t) == 0 || ns_of<K>(state, leader) == 0) continue;
      if (ns_of<K>(state, t) != ns_of<K>(state, leader)) return false;
    }
    return true;
  }
  static bool a_group_has_two_threads() {
    const auto& state = K::on().state;
    for (int t = 1; t <= config<K>().tasks; ++t)
      if (state.tasks[t - 1].linked.value() == 1 && state.tasks[t - 1].group_leader.slot() != t)
        return true;
    return false;
  }

  static bool no_zombie_is_lost() {
    for (int t = 1; t <= config<K>().tasks; ++t)
      if (lost_zombie<K>(t)) return false;
    return true;
  }

  static bool is_init(const MoveOn<K>& move) {
    return own_number<K>(move.before, leader_of<K>(move.before, move.actor + 1)) == 1;
  }
  // Since 3.8: whose children go to another namespace can make no thread and no namespace.
  static bool elsewhere(const MoveOn<K>& move) {
    const int proxy = move.before.tasks[move.actor].nsproxy_.slot();
    return fixed_by<K>(Change::setns) && proxy != 0 &&
           (move.events.clone_flags & (CL_SIGHAND | CL_NEWPID)) != 0 &&
           move.before.nsproxies[proxy - 1].pid_ns.slot() != ns_of<K>(move.before, move.actor + 1);
  }
  // "fork: unify and tighten up CLONE_NEWUSER/CLONE_NEWPID checks", 3.12: nor a namespace together
  // with what shares handlers, until 4.3 only threads are meant; in 3.12 nor for a sibling.
  static bool refused_together(int flags) {
    if (!fixed_by<K>(Change::tighten) || (flags & CL_NEWPID) == 0) return false;
    const int sharing = fixed_by<K>(Change::thread_only) ? CL_THREAD : CL_SIGHAND;
    return (flags & (sharing | (fixed_by<K>(Change::bz_46) ? 0 : CL_PARENT))) != 0;
  }
  // The new namespace would be below the limit of 3.7.
  static bool too_deep(const MoveOn<K>& move) {
    const int ns = ns_of<K>(move.before, move.actor + 1);
    return fixed_by<K>(Change::bz_17) && (move.events.clone_flags & CL_NEWPID) != 0 && ns != 0 &&
           move.before.namespaces[ns - 1].level.value() >= config<K>().max_level;
  }
  // Which results clone() may have, by its flags.
  static bool clone_keeps_its_contract(const MoveOn<K>& move) {
    if (move.events.clone_returned == 0) return true;
    const int flags = move.events.clone_flags, result = move.events.clone_result;
    const bool new_namespaces = (flags & CL_NEW_ANY) != 0;
    const bool bad_flags = ((flags & CL_THREAD) != 0 && (flags & CL_SIGHAND) == 0) ||
                           ((flags & CL_SIGHAND) != 0 && (flags & CL_VM) == 0);
    if (bad_flags) return result == kEinval;
    const bool thread_in_new = (flags & CL_NEWPID) != 0 && (flags & CL_THREAD) != 0;
    const bool unsupported = (flags & CL_NEWPID) != 0 && !CONFIG_PID_NS<K>();
    const bool denied = fixed_by<K>(Change::bz_09) && (flags & CL_PARENT) != 0 &&
                        (is_init(move) || (flags & CL_NEWPID) != 0);
    const bool numbered = (flags & CL_SET_TID) != 0;
    const bool forbidden = (new_namespaces || numbered) && move.events.clone_capable == 0;
    if (result > 0) return !thread_in_new && !unsupported && !forbidden;
    if (result == kEinval)
      return thread_in_new || unsupported || denied || numbered || too_deep(move) ||
             elsewhere(move) || refused_together(flags);
    if (result == kEexist) return numbered;
    if (result == kEnospc) return too_deep(move);
    if (result == kEperm) return forbidden;
    // No task, no memory or no number; a fatal signal.
    return result == kEagain || result == kEnomem || result == kErestartnointr ||
           // a child without a number in its parent's namespace
           (result == 0 && (flags & CL_PARENT) != 0);
  }
  // A refused flag combination is refused with the error that says so.
  static bool refusals_have_their_error(const MoveOn<K>& move) {
    if (!clone_keeps_its_contract(move)) return false;
    const int flags = move.events.clone_flags, result = move.events.clone_result;
    if (move.events.clone_returned == 0 || config<K>().failures > 0) return true;
    const bool thread_in_new = (flags & CL_NEWPID) != 0 && (flags & CL_THREAD) != 0;
    return !thread_in_new || result != kEnomem || any_slab_full(move.before);
  }
  static bool any_slab_full(const State<K>& state) {
    int proxies = 0;
    for (const auto& proxy : state.nsproxies) proxies += proxy.allocated.value();
    return proxies >= config<K>().nsproxies;
  }
  static bool a_clone_returns(const MoveOn<K>& move) { return move.events.clone_returned != 0; }

  static constexpr RowOn<K> rows[] = {
      {.id = "I27",
       .says = "Attachments, parents and child_reaper change only under tasklist_lock.",
       .source = "lockdep; kernel/pid.c: attach_pid()",
       .holds_move = locks_are_held,
       .premise_move = a_task_is_attached_or_released},
      {.id = "I30",
       .says = "A fork that fails leaves no task, pid, nsproxy or namespace behind.",
       .source = "kernel/fork.c: the bad_fork labels",
       .holds_move = a_failed_fork_leaves_nothing,
       .premise_move = a_fork_failed},
      {.id = "I32",
       .says = "Nobody follows the nsproxy of a task that has given it up.",
       .source = "include/linux/nsproxy.h; 950bbabb5a80 (\"pid_ns: (BUG 11391) change "
                 "->child_reaper when init->group_leader exits\")",
       .holds = the_dead_have_no_namespaces,
       .premise = somebody_is_dead},
      {.id = "I33",
       .says = "All threads of a group live in one PID namespace.",
       .source = "clone(2), CLONE_NEWPID",
       .holds = threads_share_a_namespace,
       .premise = a_group_has_two_threads},
      {.id = "I35",
       .says = "Every zombie can still be reaped by somebody.",
       .source = "7f5d3652d469 (\"reparent_thread: fix a zombie leak if /sbin/init ignores "
                 "SIGCHLD\")",
       .holds = no_zombie_is_lost,
       .premise = somebody_is_dead},
      {.id = "I40",
       .says = "clone() returns the error its flags and the state of the machine ask for.",
       .source = "clone(2), ERRORS",
       .holds_move = refusals_have_their_error,
       .premise_move = a_clone_returns},
  };
};

}  // namespace nsmc::props
