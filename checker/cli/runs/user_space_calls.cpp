// What each call may return, by section 2 of the manual.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>

#include "checker/cli/runs/user_space.hpp"

namespace nsmc::cli {

void UserSpace::expect(const Call& call, int result, const std::set<int>& allowed) {
  if (allowed.count(result) != 0) return;
  const std::string can = allowed.empty() ? "there is no reason to fail"
                                          : fmt::format("{} can", fmt::join(allowed, " or "));
  deny(fmt::format("{}() returns {}, which cannot be; {}", call.asked.call, result, can));
}

void UserSpace::judge(Who who, const Call& call, int result) {
  const std::string& name = call.asked.call;
  if (name == "clone" || name == "clone3") return judge_clone(who, call, result);
  if (name == "wait4" || name == "waitid" || name == "wait_pgrp")
    return judge_wait(who, call, result);
  if (name == "kill") return judge_kill(who, call, result);
  if (name == "unshare") return judge_unshare(who, call, result);
  if (name == "setns") return judge_setns(who, call, result);
  if (name == "setsid") return judge_setsid(who, call, result);
  if (name == "readdir_proc") return judge_readdir(who, call, result);
  if (name == "set_pid_max") return judge_set_pid_max(who, call, result);
  if (name == "ptrace_attach") return judge_ptrace(who, call, result);
  if (name == "open_proc" || name == "open_pid_ns" || name == "task_work_add")
    return expect(call, result, about_target(who, call));
  expect(call, result, {0});
  if (name == "drop_capabilities") threads_[who].capable = false;
  // Who shares handlers since the call began is deaf too.
  if (name == "signal" && call.asked.words.count("SIG_IGN") != 0)
    share_sigchld_ignored(threads_[who].process);
}

// clone(2), EINVAL: what the flags alone forbid, whoever asks.
bool UserSpace::is_refused_at_once(Who who, const Asked& asked) const {
  const auto has = [&](const char* flag) { return asked.words.count(flag) != 0; };
  if (has("CLONE_THREAD") && !has("CLONE_SIGHAND")) return true;
  if (has("CLONE_SIGHAND") && !has("CLONE_VM")) return true;
  if (kernel_.init_makes_no_sibling && has("CLONE_PARENT") && is_init(threads_.at(who).process))
    return true;
  if (!kernel_.flags_are_looked_at_first) return false;
  if (!has("CLONE_NEWPID") && !goes_elsewhere(who)) return false;
  return has(kernel_.refused_elsewhere.c_str()) ||
         (kernel_.parent_refused_elsewhere && has("CLONE_PARENT"));
}

// The errors that this call has to have, one of them; none: it may succeed.
std::set<int> UserSpace::refusals(Who who, const Call& call) const {
  const Asked& asked = call.asked;
  const auto has = [&](const char* flag) { return asked.words.count(flag) != 0; };
  const Thread& thread = threads_.at(who);
  const Namespace& home = namespaces_.at(thread.children_go_to);
  std::set<int> errors;
  // unshare() of what threads share makes no thread.
  const bool makes = asked.call == "clone" || asked.call == "clone3";
  const bool elsewhere = goes_elsewhere(who);
  if (has("CLONE_NEWPID") && elsewhere) errors.insert(-EINVAL);
  if (makes && has("CLONE_NEWPID") && has("CLONE_THREAD")) errors.insert(-EINVAL);
  if (makes && elsewhere && has(kernel_.refused_elsewhere.c_str())) errors.insert(-EINVAL);
  if (has("CLONE_NEWPID") && has("CLONE_PARENT") && kernel_.init_makes_no_sibling &&
      !kernel_.has_setns)
    errors.insert(-EINVAL);
  const bool makes_ns = has("CLONE_NEWPID") || has("CLONE_NEWNET");
  if (makes_ns && !thread.capable && !has("CLONE_NEWUSER")) errors.insert(-EPERM);
  if (has("CLONE_NEWPID") && kernel_.levels_are_limited && home.level >= machine_.max_level)
    errors.insert(kernel_.too_deep_is_enospc ? -ENOSPC : -EINVAL);
  return errors;
}

void UserSpace::judge_clone(Who who, const Call& call, int result) {
  const Asked& asked = call.asked;
  const Thread& thread = threads_[who];
  const bool numbered = asked.call == "clone3";
  if (numbered && !kernel_.has_set_tid) return expect(call, result, {-ENOSYS});
  // clone(2), EINVAL: set_tid is no number.
  if (numbered && (asked.number < 1 || asked.number >= machine_.pid_max_limit))
    return expect(call, result, {-EINVAL});
  if (is_refused_at_once(who, asked)) return expect(call, result, {-EINVAL});
  std::set<int> errors = refusals(who, call);
  const Where ns = thread.children_go_to;
  if (numbered) {
    // clone(2), set_tid: below pid_max, 1 in a namespace without a process, CAP_SYS_ADMIN.
    const bool too_large = asked.number >= pid_max_during(call, ns);
    if (too_large || (asked.number != 1 && namespaces_[ns].init == 0)) errors.insert(-EINVAL);
    if (!thread.capable) errors.insert(-EPERM);
  }
  const bool must_fail = !errors.empty();
  // It is up to the kernel what it looks at first, and more may be wrong.
  if (may_be_short()) errors.insert({-ENOMEM, -EAGAIN});
  // pid_namespaces(7), clone(2), ENOMEM: the init of the namespace has ended.  It may be about to.
  if (asked.words.count("CLONE_NEWPID") == 0 && namespace_ends(ns)) errors.insert(-ENOMEM);
  // clone(2), EEXIST.  A number may be somebody's who is not there yet, and never will be.
  if (numbered &&
      (number_is_used(ns, asked.number, call.began) || others_are_forking(who, call.began)))
    errors.insert(-EEXIST);
  if (numbered && pid_max_was_set_) errors.insert(-EINVAL);
  if (result < 0) return expect(call, result, errors);
  if (must_fail)
    return deny(
        fmt::format("{}() succeeds, where only {} can be", asked.call, fmt::join(errors, " or ")));
  // clone(2): the child's number, as the caller sees it.
  const Where mine = processes_[thread.process].ns;
  const auto newest = threads_.rbegin();
  if (newest->second.birth < call.began) return deny("it returns a number, and nobody is born");
  if (number_in(newest->first, mine) != result)
    deny(fmt::format("{}() returns {}, and the child is number {}", asked.call, result,
                     number_in(newest->first, mine)));
}

// wait(2).  Which process group a child is in is not kept: wait4(0) is for any.
void UserSpace::judge_wait(Who who, const Call& call, int result) {
  const Who me = threads_[who].process;
  const bool looks_only = call.asked.call == "waitid";
  const bool hangs = call.asked.words.count("WNOHANG") == 0;
  if (result == -ECHILD || (result == 0 && !hangs)) {
    const std::set<Who> still = sure_children(me, result == 0);
    const std::set<Who>& before = result == 0 ? call.waitable : call.sure_children;
    if (result == 0 && !call.maybe_children && !has_maybe_children(me))
      return deny("wait4(WNOHANG) returns 0, and there is no child");
    if (others_are_waiting(who, me) && result == 0) return;  // it may be in their hands
    for (const Who child : before) {
      if (still.count(child) == 0) continue;
      if (processes_[child].death != 0 && others_are_waiting(who, me)) continue;
      return deny(fmt::format("{}() returns {}, and number {} is {}", call.asked.call, result,
                              number_in(child, processes_[me].ns),
                              result == 0 ? "a dead child" : "a child"));
    }
    return;
  }
  if (result <= 0) return expect(call, result, {-ECHILD});
  bool was_waited_for = false;
  for (auto& [child, process] : processes_) {
    if (number_in(child, processes_[me].ns) != result) continue;
    const Thread& leader = threads_[child];
    const bool meanwhile = leader.release == 0 || leader.release >= call.began;
    if (process.had.count(me) == 0 || !is_over(process) || !meanwhile) continue;
    // One that a tracer has seen is seen again by the parent; ptrace(2).
    if (process.was_waited_for && !looks_only && !leader.traced) {
      was_waited_for = true;
      continue;
    }
    if (!looks_only && leader.release == 0 && !leader.traced)
      return deny(fmt::format("{}() returns {}, which is not reaped", call.asked.call, result));
    if (!looks_only) process.was_waited_for = true;
    return;
  }
  // A tracer waits for anybody's threads, and for each of them.
  for (const auto& [other, thread] : threads_)
    if (thread.traced && thread.death != 0 && number_in(other, processes_[me].ns) == result) return;
  deny(fmt::format("{}() returns {}, which {}", call.asked.call, result,
                   was_waited_for ? "was waited for before" : "is no dead child"));
}

// What a call may return that needs a living task: ESRCH if it is not there, or not to be seen.
std::set<int> UserSpace::about_target(Who who, const Call& call) const {
  const Who target = target_of(call);
  if (target == 0) return {-ESRCH};
  const Thread& thread = threads_.at(target);
  const Where mine = processes_.at(threads_.at(who).process).ns;
  if (number_in(target, mine) == 0) return {-ESRCH};
  if (thread.release != 0 && thread.release < call.began) return {-ESRCH};
  if (thread.death != 0 || thread.birth >= call.began) return {0, -ESRCH};
  return {0};
}

// kill(2), of SIGKILL.
void UserSpace::judge_kill(Who who, const Call& call, int result) {
  const std::set<Who> victims = killed_by(who, call);
  if (call.asked.number != -1) {
    expect(call, result, about_target(who, call));
  } else {
    // ESRCH: there was nobody.
    const bool living = std::any_of(victims.begin(), victims.end(), [&](Who victim) {
      return processes_[victim].death == 0 && threads_[victim].birth < call.began;
    });
    expect(call, result,
           living            ? std::set<int>{0}
           : victims.empty() ? std::set<int>{-ESRCH}
                             : std::set<int>{0, -ESRCH});
  }
  if (result != 0) return;
  for (const Who victim : victims) {
    processes_[victim].may_be_killed = true;
    for (const Who thread : processes_[victim].threads)
      if (threads_[thread].end == 0) threads_[thread].must_die = true;
  }
}

// unshare(2).
void UserSpace::judge_unshare(Who who, const Call& call, int result) {
  const auto has = [&](const char* flag) { return call.asked.words.count(flag) != 0; };
  if (!kernel_.has_setns) return expect(call, result, {-EINVAL});
  Thread& thread = threads_[who];
  const std::set<Who>& all = processes_[thread.process].threads;
  const auto other = [&](const auto& is) {
    return std::any_of(all.begin(), all.end(), [&](Who t) { return t != who && is(threads_[t]); });
  };
  const bool surely_threaded =
      other([&](const Thread& t) { return t.end == 0 && t.birth < call.began; });
  const bool maybe_threaded = other([](const Thread& t) { return t.release == 0; });
  std::set<int> errors = refusals(who, call);
  // EINVAL: what threads share is asked for by one of several.
  const bool shared =
      has("CLONE_THREAD") || has("CLONE_SIGHAND") || has("CLONE_VM") || has("CLONE_NEWUSER");
  if (shared && surely_threaded) return expect(call, result, {-EINVAL});
  const bool must_fail = !errors.empty();
  if (shared && maybe_threaded) errors.insert(-EINVAL);
  // User namespaces are nowhere here: who may make one, and what that takes, is left open.
  if (has("CLONE_NEWUSER")) errors.insert({-EPERM, -EAGAIN, -ENOSPC});
  if (may_be_short()) errors.insert(-ENOMEM);
  if (result < 0) return expect(call, result, errors);
  if (must_fail || result > 0)
    return deny(fmt::format("unshare() returns {}, where only {} can be", result,
                            fmt::join(errors, " or ")));
  if (!has("CLONE_NEWPID")) return;
  const Where ns = static_cast<Where>(namespaces_.size());
  Namespace& made = namespaces_[ns];
  made.parent = thread.children_go_to;
  made.level = namespaces_[made.parent].level + 1;
  made.pid_max = kernel_.pid_max_is_unlimited_first ? machine_.pid_max_limit
                                                    : namespaces_[made.parent].pid_max;
  thread.children_go_to = ns;
  if (!call.asked.names_ns.empty()) namespaces_named_[call.asked.names_ns] = ns;
}

// setns(2), to a namespace of which a file is open.
void UserSpace::judge_setns(Who who, const Call& call, int result) {
  // Before, there was nothing to open: permissive.
  if (!kernel_.has_setns) {
    if (result >= 0) deny("setns() succeeds before 3.8");
    return;
  }
  Thread& thread = threads_[who];
  const auto named = namespaces_named_.find(call.asked.target);
  // /proc/PID/ns/pid_for_children is not there before the first process is.
  if (named == namespaces_named_.end() || namespaces_[named->second].init == 0)
    return expect(call, result, {-ESRCH});
  const Where ns = named->second, mine = processes_[thread.process].ns;
  std::set<int> errors;
  if (!thread.capable) errors.insert(-EPERM);
  // EINVAL: the caller's own namespace and those below it.
  if (!is_inside(ns, mine)) errors.insert(-EINVAL);
  const bool must_fail = !errors.empty();
  if (may_be_short()) errors.insert(-ENOMEM);
  // No file is really open here.  A namespace in which nobody lives may be gone.
  if (std::none_of(threads_.begin(), threads_.end(), [&](const auto& t) {
        return t.second.birth < call.began && t.second.death == 0 && number_in(t.first, ns) != 0;
      }))
    errors.insert(-ESRCH);
  if (result < 0) return expect(call, result, errors);
  if (must_fail || result > 0)
    return deny(
        fmt::format("setns() returns {}, where only {} can be", result, fmt::join(errors, " or ")));
  thread.children_go_to = ns;
}

// setsid(2): EPERM for the leader of a process group.
void UserSpace::judge_setsid(Who who, const Call& call, int result) {
  const Who me = threads_[who].process;
  bool leads = false;
  for (const auto& [other, process] : processes_)
    if (process.group == me && threads_[other].release == 0) leads = true;
  // Who led one when the call began still does: a group is never left but by setsid().
  if (leads && result != -EPERM && processes_[me].group == me)
    return expect(call, result, {-EPERM});
  // Of those in the group of a process, the last may be about to go: permissive.
  if (result == -EPERM && leads) return;
  expect(call, result, {number_in(me, processes_[me].ns)});
  processes_[me].group = processes_[me].session = me;
}

// proc(5): the next number in use.
void UserSpace::judge_readdir(Who who, const Call& call, int result) {
  const Where ns = processes_[threads_[who].process].ns;
  const int from = call.asked.number;
  for (const auto& [other, thread] : threads_) {
    const int number = number_in(other, ns);
    const bool sure = thread.birth < call.began && thread.death == 0;
    if (sure && number > from && (number < result || result < 0))
      return deny(fmt::format("readdir_proc({}) returns {} and leaves number {} out", from, result,
                              number));
  }
  if (result < 0) return;
  // Of a task that is being made, the number may be seen before the task is.
  if (result <= from ||
      (!number_is_used(ns, result, call.began) && !others_are_forking(who, call.began)))
    deny(fmt::format("readdir_proc({}) returns {}, which is nobody's", from, result));
}

// proc(5), /proc/sys/kernel/pid_max.
void UserSpace::judge_set_pid_max(Who who, const Call& call, int result) {
  const int number = call.asked.number;
  if (!kernel_.pid_max_is_of_the_ns) return expect(call, result, {-ENOSYS});
  if (!threads_[who].capable) return expect(call, result, {-EPERM});
  if (number <= machine_.reserved_pids || number > machine_.pid_max_limit)
    return expect(call, result, {-EINVAL});
  expect(call, result, {0});
  const Where ns = processes_[threads_[who].process].ns;
  namespaces_[ns].pid_max = number;
  pid_max_was_set_ = true;
  for (auto& [other, thread] : threads_)
    for (auto& [at, open] : thread.open)
      if (open.pid_max.count(ns) != 0) open.pid_max[ns] = std::max(open.pid_max[ns], number);
}

// ptrace(2), PTRACE_ATTACH: EPERM for oneself, for the dead and for who is traced already.
void UserSpace::judge_ptrace(Who who, const Call& call, int result) {
  if (!machine_.can_ptrace) return expect(call, result, {-EPERM});
  std::set<int> allowed = about_target(who, call);
  const Who target = target_of(call);
  if (target != 0 && allowed.count(0) != 0) {
    const Thread& thread = threads_[target];
    if (thread.process == threads_[who].process) allowed = {-EPERM};
    if (thread.death != 0 || thread.traced) allowed.insert({-EPERM, -ESRCH});
  }
  expect(call, result, allowed);
  if (result == 0 && target != 0) threads_[target].traced = true;
}

}  // namespace nsmc::cli
