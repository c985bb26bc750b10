// Processes as user space sees them: born, orphaned, dead, reaped.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/user_space.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nsmc::cli {
namespace {

bool asks_for(const std::set<std::string>& words, const char* word) {
  return words.count(word) != 0;
}

}  // namespace

UserSpace::UserSpace(const KernelFacts& kernel, const MachineFacts& machine,
                     const std::vector<std::string>& names)
    : kernel_(kernel), machine_(machine) {
  namespaces_[0].pid_max = machine.pid_max;
  namespaces_[0].init = 1;
  for (const std::string& name : names) {
    const Who who = static_cast<Who>(threads_.size()) + 1;
    Thread& thread = threads_[who];
    thread.process = who;
    thread.numbers[0] = who;
    Process& process = processes_[who];
    process.threads = process.shares_handlers = {who};
    process.group = process.session = 1;
    if (who != 1) process.parents = process.had = {1};
    if (!name.empty()) tasks_named_[name] = who;
  }
}

void UserSpace::begins(Who who, Asked asked) {
  ++now_;
  Thread& thread = threads_[who];
  // signal(7): SIGKILL cannot be caught, blocked or ignored.
  if (thread.must_die)
    deny(fmt::format("it calls {}() after a SIGKILL has reached it", asked.call));
  Call call;
  call.began = now_;
  const std::string& name = asked.call;
  const bool makes = name == "clone" || name == "clone3";
  if (makes) ++forks_;
  if (asks_for(asked.words, "CLONE_NEWPID")) ++new_namespaces_;
  if (asks_for(asked.words, "CLONE_NEWPID") || asks_for(asked.words, "CLONE_NEWNET") ||
      name == "unshare" || name == "setns")
    ++new_nsproxies_;
  if (makes)
    for (const auto& [where, ns] : namespaces_) call.pid_max[where] = ns.pid_max;
  if (name == "wait4" || name == "waitid" || name == "wait_pgrp") {
    call.sure_children = sure_children(thread.process, false);
    call.waitable = sure_children(thread.process, true);
    call.maybe_children = has_maybe_children(thread.process);
  }
  // What takes effect at some moment of the call may do so at once.
  if (name == "signal" && asks_for(asked.words, "SIG_IGN")) share_sigchld_ignored(thread.process);
  if (name == "prctl") {
    Process& process = processes_[thread.process];
    if (asks_for(asked.words, "PR_SET_PDEATHSIG")) process.wants_death_signal = true;
    if (asks_for(asked.words, "PR_SET_CHILD_SUBREAPER")) {
      process.subreaper = true;
      find_heirs();
    }
  }
  call.asked = std::move(asked);
  if (call.asked.call == "kill")
    for (const Who victim : killed_by(who, call)) processes_[victim].may_be_killed = true;
  const bool all_end = call.asked.call == "exit_group", one_ends = call.asked.call == "exit";
  thread.open[0] = std::move(call);
  if (all_end) {
    Process& process = processes_[thread.process];
    process.may_be_killed = true;
    for (const Who other : process.threads)
      if (other != who && threads_[other].end == 0) threads_[other].must_die = true;
  }
  if (all_end || one_ends) ends(who);
}

void UserSpace::returns(Who who, int result) {
  ++now_;
  Thread& thread = threads_[who];
  const auto open = thread.open.find(0);
  if (open == thread.open.end()) return;
  const Call call = std::move(open->second);
  thread.open.clear();
  judge(who, call, result);
  if (call.asked.call == "clone" || call.asked.call == "clone3") last_fork_ = now_;
}

void UserSpace::interrupted(Who who) {
  ++now_;
  threads_[who].open.clear();
  last_fork_ = now_;
}

void UserSpace::born(Who who, Who child, const std::vector<int>& nspid) {
  ++now_;
  const Thread maker = threads_[who];
  const auto open = maker.open.find(0);
  if (open == maker.open.end()) return deny("a process that nobody has made");
  const Call& call = open->second;
  const Asked& asked = call.asked;
  // copy_process(): whoever is killed leaves no child behind its killer's back; without that,
  // kill(-1) would miss some.
  if (maker.must_die) deny("it makes a process after a SIGKILL has reached it");
  Where ns = maker.children_go_to;
  if (asks_for(asked.words, "CLONE_NEWPID")) {
    ns = static_cast<Where>(namespaces_.size());
    Namespace& made = namespaces_[ns];
    made.parent = maker.children_go_to;
    made.level = namespaces_[made.parent].level + 1;
    made.pid_max = kernel_.pid_max_is_unlimited_first ? machine_.pid_max_limit
                                                      : namespaces_[made.parent].pid_max;
    if (!asked.names_ns.empty()) namespaces_named_[asked.names_ns] = ns;
  }
  // pid_namespaces(7): the first process is number 1, and the init of the namespace.
  Namespace& home = namespaces_[ns];
  const bool is_first = home.init == 0;
  if (static_cast<int>(nspid.size()) != home.level + 1)
    return deny(fmt::format("a process at level {} has {} numbers", home.level, nspid.size()));
  if (is_first && nspid.back() != 1)
    deny(fmt::format("the first process of a namespace is number {} there", nspid.back()));
  if (asked.call == "clone3" && nspid.back() != asked.number)
    deny(fmt::format("clone3() was asked for number {} and gives {}", asked.number, nspid.back()));
  // The same page: once init is dead, nobody can be made there.
  if (!is_first && processes_[home.init].death != 0)
    deny("a process is made in a namespace whose init is dead");
  Where at = ns;
  for (std::size_t i = nspid.size(); i-- > 0; at = namespaces_[at].parent)
    check_number(at, nspid[i], call);

  Thread& thread = threads_[child];
  thread.birth = now_;
  thread.capable = maker.capable;
  thread.children_go_to = ns;
  thread.process = child;
  give_numbers(child, ns, nspid);
  if (!asked.names_child.empty()) tasks_named_[asked.names_child] = child;
  if (asks_for(asked.words, "CLONE_THREAD")) {
    thread.process = maker.process;
    processes_[maker.process].threads.insert(child);
    return;
  }
  if (is_first) home.init = child;
  add_process(child, maker, asked);
  Process& process = processes_[child];
  process.ns = ns;
  if (is_first && !kernel_.session_is_inherited) process.group = process.session = child;
}

void UserSpace::add_process(Who child, const Thread& maker, const Asked& asked) {
  const Process& from = processes_[maker.process];
  Process& process = processes_[child];
  process.threads = process.shares_handlers = {child};
  process.group = from.group;
  process.session = from.session;
  process.ignores_sigchld = from.ignores_sigchld;
  // clone(2), CLONE_PARENT.  The global init's parent is not there: init stands in for it.
  const bool sibling = asks_for(asked.words, "CLONE_PARENT") && !from.parents.empty();
  process.parents = sibling ? from.parents : std::set<Who>{maker.process};
  process.had = process.parents;
  // clone(2), CLONE_SIGHAND: signal() in one is signal() in the other.
  if (!asks_for(asked.words, "CLONE_SIGHAND")) return;
  for (const Who other : from.shares_handlers) {
    process.shares_handlers.insert(other);
    processes_[other].shares_handlers.insert(child);
  }
}

void UserSpace::give_numbers(Who child, Where ns, const std::vector<int>& nspid) {
  for (std::size_t i = nspid.size(); i-- > 0; ns = namespaces_[ns].parent)
    threads_[child].numbers[ns] = nspid[i];
}

void UserSpace::check_number(Where ns, int number, const Call& call) {
  // proc(5), /proc/sys/kernel/pid_max: one more than the largest number.
  const int most = kernel_.pid_max_is_of_the_ns ? pid_max_during(call, ns) : machine_.pid_max;
  if (number < 1 || number >= most)
    deny(fmt::format("number {} is outside 1..{}", number, most - 1));
  // credentials(7): a number is not given again while a process, a process group or a session
  // has it.
  if (number_is_used(ns, number, 0)) deny(fmt::format("number {} is in use already", number));
}

void UserSpace::ends(Who who) {
  Thread& thread = threads_[who];
  thread.end = now_;
  Process& process = processes_[thread.process];
  for (const Who other : process.threads)
    if (threads_[other].end == 0) return;
  process.end = now_;
  // The signals of children no longer interest the init that ends its namespace; whoever shares
  // its handlers is deaf as well.
  if (is_init(thread.process)) share_sigchld_ignored(thread.process);
  find_heirs();
}

void UserSpace::find_heirs() {
  for (const auto& [who, process] : processes_) {
    if (process.end == 0 || process.death != 0) continue;
    const std::set<Who> heirs = heirs_of(process);
    for (auto& [child, orphan] : processes_)
      if (child != who && orphan.parents.count(who) != 0)
        for (const Who heir : heirs)
          if (heir != child) {
            orphan.parents.insert(heir);
            orphan.had.insert(heir);
          }
  }
}

// prctl(2), PR_SET_CHILD_SUBREAPER: the nearest ancestor that has asked for orphans and lives.
// pid_namespaces(7): or else the init of the namespace of the parent that has ended.
std::set<Who> UserSpace::heirs_of(const Process& orphan_maker) const {
  std::set<Who> heirs, seen, look = orphan_maker.parents;
  const Where ns = orphan_maker.ns;
  while (kernel_.has_subreapers && !look.empty()) {
    const Who who = *look.begin();
    look.erase(look.begin());
    if (!seen.insert(who).second) continue;
    const Process& ancestor = processes_.at(who);
    if (is_init(who) && ancestor.ns == ns) continue;
    if (kernel_.subreapers_stay_inside && ancestor.ns != ns) continue;
    if (ancestor.subreaper) heirs.insert(who);
    // It may be about to end, or may not have asked yet: permissive.
    look.insert(ancestor.parents.begin(), ancestor.parents.end());
  }
  heirs.insert(namespaces_.at(ns).init);
  // Until 3.8 an orphan could outlive its init, and went to the global init.
  if (!kernel_.has_setns) heirs.insert(1);
  return heirs;
}

void UserSpace::share_sigchld_ignored(Who process) {
  for (const Who other : processes_[process].shares_handlers) {
    processes_[other].ignores_sigchld = true;
    for (auto& [who, child] : processes_)
      if (child.death != 0 && child.parents.count(other) != 0) child.may_reap_itself = true;
  }
}

void UserSpace::sees(Who who, int pid, int ppid) {
  const Thread& thread = threads_[who];
  const Process& process = processes_[thread.process];
  const int number = number_in(thread.process, process.ns);
  if (pid != number) deny(fmt::format("getpid() is {} and was {}", pid, number));
  std::set<int> numbers;  // getppid(2): 0 if the parent is in another namespace
  for (const Who parent : process.parents) numbers.insert(number_in(parent, process.ns));
  if (process.parents.empty()) numbers.insert(0);
  if (numbers.count(ppid) == 0)
    deny(fmt::format("getppid() is {}, and the parent is number {}", ppid, *numbers.begin()));
}

void UserSpace::killed(Who who) {
  ++now_;
  threads_[who].open.clear();
  if (!may_die(who)) deny("it dies of SIGKILL, and nobody has sent one");
  ends(who);
}

bool UserSpace::may_die(Who who) const {
  const Thread& thread = threads_.at(who);
  const Process& process = processes_.at(thread.process);
  if (process.may_be_killed) return true;
  // pid_namespaces(7): with its init, all of the namespace are killed.
  for (const auto& [where, number] : thread.numbers)
    if (namespace_ends(where)) return true;
  // prctl(2), PR_SET_PDEATHSIG: when the thread ends that has made this process.  Which that was
  // is not kept: permissive.
  if (!process.wants_death_signal) return false;
  return std::any_of(process.had.begin(), process.had.end(), [&](Who parent) {
    const auto& all = processes_.at(parent).threads;
    return std::any_of(all.begin(), all.end(), [&](Who t) { return threads_.at(t).end != 0; });
  });
}

void UserSpace::dies(Who who) {
  ++now_;
  Thread& thread = threads_[who];
  thread.death = now_;
  thread.open.clear();
  if (thread.end == 0) deny("it is dead, and was not about to end");
  const Who leader = thread.process;
  Process& process = processes_[leader];
  for (const Who other : process.threads)
    if (threads_[other].death == 0) return;
  process.death = now_;
  for (const Who parent : process.parents)
    process.may_reap_itself = process.may_reap_itself || processes_[parent].ignores_sigchld;
  // pid_namespaces(7): all of the namespace are killed; 3.8 and later: and reaped before init is.
  if (is_init(leader) && leader != 1)
    for (const auto& [other, t] : threads_) {
      if (t.process == leader || number_in(other, process.ns) == 0) continue;
      if (kernel_.has_setns ? t.release == 0 : t.end == 0)
        deny(fmt::format("the init of a namespace is dead, and number {} there is not gone",
                         number_in(other, process.ns)));
    }
  // By now its children are somebody else's.
  for (auto& [child, orphan] : processes_)
    if (orphan.parents.erase(leader) != 0 && orphan.parents.empty()) orphan.parents = {1};
}

void UserSpace::gone(Who who) {
  ++now_;
  Thread& thread = threads_[who];
  thread.release = now_;
  if (thread.death == 0) deny("it is gone, and was alive");
  if (thread.process != who || thread.traced) return;
  for (const Who other : processes_[who].threads)
    if (threads_[other].release == 0) return deny("it is reaped while a thread of it is left");
  if (!may_be_reaped(who)) deny("it is gone, and nobody has waited for it");
}

// wait(2): a zombie stays until its parent waits, unless that ignores SIGCHLD; the init that ends
// its namespace waits for everybody.
bool UserSpace::may_be_reaped(Who who) const {
  const Process& process = processes_.at(who);
  for (const Who parent : process.had) {
    const Process& p = processes_.at(parent);
    if (p.ignores_sigchld || (p.end != 0 && is_init(parent))) return true;
    for (const Who thread : p.threads)
      for (const auto& [at, call] : threads_.at(thread).open)
        if (call.asked.call == "wait4" || call.asked.call == "wait_pgrp") return true;
  }
  return false;
}

void UserSpace::rests() {
  ++now_;
  for (const auto& [who, thread] : threads_) {
    if (thread.release != 0) continue;
    const Process& process = processes_[thread.process];
    if (thread.end == 0) {
      if (thread.must_die) return deny("a SIGKILL has reached it, and it never dies");
      for (const auto& [where, number] : thread.numbers)
        if (namespaces_[where].init != thread.process && namespace_ends(where))
          return deny(fmt::format("the init of a namespace ends, and number {} lives on", number));
      const auto open = thread.open.find(0);
      if (open == thread.open.end()) continue;
      const std::string& name = open->second.asked.call;
      if (name != "wait4" && name != "waitid" && name != "wait_pgrp") continue;
      if (!sure_children(thread.process, true).empty() &&
          !processes_[thread.process].ignores_sigchld)
        return deny(fmt::format("{}() sleeps, and a child is dead", name));
      if (!has_maybe_children(thread.process))
        return deny(fmt::format("{}() sleeps, and there is no child", name));
    } else if (thread.death == 0) {
      // Only the init of a namespace waits while it ends, and for its namespace: of its own threads
      // those too that nobody reaps but a tracer.
      bool waits = false;
      if (is_init(thread.process))
        for (const auto& [other, t] : threads_)
          waits = waits || ((t.process != thread.process || (t.traced && other != who)) &&
                            t.release == 0 && number_in(other, process.ns) != 0);
      if (!waits) return deny("it ends and never dies");
    }
  }
}

}  // namespace nsmc::cli
