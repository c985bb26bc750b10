// What user space knows at the moment.
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "checker/cli/runs/user_space.hpp"

namespace nsmc::cli {

Who UserSpace::target_of(const Call& call) const {
  const auto named = tasks_named_.find(call.asked.target);
  return named == tasks_named_.end() ? 0 : named->second;
}

// 0: not to be seen from there.
int UserSpace::number_in(Who who, Where ns) const {
  const auto& numbers = threads_.at(who).numbers;
  const auto found = numbers.find(ns);
  return found == numbers.end() ? 0 : found->second;
}

// Whether it is `outer`, or somewhere below.
bool UserSpace::is_inside(Where ns, Where outer) const {
  while (ns > 0 && ns != outer) ns = namespaces_.at(ns).parent;
  return ns == outer;
}

bool UserSpace::is_init(Who process) const {
  return namespaces_.at(processes_.at(process).ns).init == process;
}

bool UserSpace::namespace_ends(Where ns) const {
  const Who init = namespaces_.at(ns).init;
  return init != 0 && processes_.at(init).end != 0;
}

bool UserSpace::goes_elsewhere(Who who) const {
  const Thread& thread = threads_.at(who);
  return thread.children_go_to != processes_.at(thread.process).ns;
}

// wait(2) is about processes: its leader is dead, and its other threads are gone.
bool UserSpace::is_over(const Process& process) const {
  if (process.death == 0) return false;
  const Who leader = *process.threads.begin();
  return std::all_of(process.threads.begin(), process.threads.end(), [&](Who thread) {
    return thread == leader || threads_.at(thread).release != 0;
  });
}

// Whether it was at some moment since then; 0: whether it is now.
bool UserSpace::number_is_used(Where ns, int number, Time since) const {
  for (const auto& [who, thread] : threads_) {
    if (number_in(who, ns) != number) continue;
    if (thread.release == 0 || (since != 0 && thread.release >= since)) return true;
    for (const auto& [member, process] : processes_)
      if ((process.group == who || process.session == who) &&
          (threads_.at(member).release == 0 ||
           (since != 0 && threads_.at(member).release >= since)))
        return true;
  }
  return false;
}

// Those who are the child of this process alone, whatever else happens.
std::set<Who> UserSpace::sure_children(Who process, bool dead_only) const {
  std::set<Who> children;
  for (const auto& [who, child] : processes_) {
    if (child.parents != std::set<Who>{process} || threads_.at(who).release != 0) continue;
    const bool traced = std::any_of(child.threads.begin(), child.threads.end(),
                                    [&](Who thread) { return threads_.at(thread).traced; });
    // Who traces may reap, and reports are first to it (ptrace(2)).  A zombie nobody waits for is
    // about to go.
    if (traced) continue;
    if (child.death != 0 && processes_.at(process).ignores_sigchld) continue;
    if (child.may_reap_itself) continue;  // that goes on, whoever is its parent by now
    if (dead_only && !is_over(child)) continue;
    children.insert(who);
  }
  return children;
}

bool UserSpace::has_maybe_children(Who process) const {
  for (const auto& [who, child] : processes_) {
    if (threads_.at(who).release != 0) continue;
    if (child.parents.count(process) != 0) return true;
  }
  // Whose tracee it is is not kept.
  return std::any_of(threads_.begin(), threads_.end(),
                     [](const auto& t) { return t.second.traced && t.second.release == 0; });
}

bool UserSpace::others_are_waiting(Who who, Who process) const {
  for (const Who other : processes_.at(process).threads)
    if (other != who)
      for (const auto& [at, call] : threads_.at(other).open)
        if (call.asked.call == "wait4" || call.asked.call == "wait_pgrp") return true;
  return false;
}

// Somebody else is making a process, or has just made or not made one.
bool UserSpace::others_are_forking(Who who, Time since) const {
  if (last_fork_ >= since) return true;
  return std::any_of(threads_.begin(), threads_.end(), [&](const auto& t) {
    return t.first != who &&
           std::any_of(t.second.open.begin(), t.second.open.end(), [](const auto& open) {
             return open.second.asked.call == "clone" || open.second.asked.call == "clone3";
           });
  });
}

// The largest that it was while a call made its choice.
int UserSpace::pid_max_during(const Call& call, Where ns) const {
  const auto meanwhile = call.pid_max.find(ns);
  return meanwhile == call.pid_max.end() ? namespaces_.at(ns).pid_max : meanwhile->second;
}

// Whether there may be too little of anything.  Nothing can run out of which less was ever asked
// for than there is; from then on this is permissive.
bool UserSpace::may_be_short() const {
  if (machine_.memory_fails || pid_max_was_set_) return true;
  const int began = static_cast<int>(std::count_if(
      threads_.begin(), threads_.end(), [](const auto& t) { return t.second.birth == 0; }));
  const int tasks = began + forks_;
  return tasks > machine_.tasks || tasks > machine_.pids || tasks >= machine_.pid_max ||
         1 + new_namespaces_ > machine_.namespaces || 1 + new_nsproxies_ > machine_.nsproxies;
}

// pid_namespaces(7): signals from inside reach an init only if it handles them; the global init is
// reached by none.
bool UserSpace::is_protected(Who from, Who process) const {
  if (process == 1) return true;
  if (!is_init(process) || !kernel_.init_is_immune) return false;
  return number_in(from, processes_.at(process).ns) != 0;
}

// kill(2): the processes that this call would kill now.
std::set<Who> UserSpace::killed_by(Who who, const Call& call) const {
  const Who me = threads_.at(who).process;
  const Where ns = processes_.at(me).ns;
  std::set<Who> victims;
  if (call.asked.number == -1) {
    // Everybody to be seen but the caller and number 1.
    for (const auto& [other, process] : processes_)
      if (other != me && other != 1 && number_in(other, ns) > 1 && threads_.at(other).release == 0)
        victims.insert(other);
    return victims;
  }
  const Who target = target_of(call);
  if (target == 0 || number_in(target, ns) == 0 || threads_.at(target).release != 0) return victims;
  const Who process = threads_.at(target).process;
  if (!is_protected(who, process)) victims.insert(process);
  return victims;
}

}  // namespace nsmc::cli
