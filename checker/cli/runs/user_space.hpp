// What user space can see of processes and PID namespaces, as the man pages tell it.
// SPDX-License-Identifier: MIT
//
// A reference for the model, in another style and from other sources: sets and maps, no steps, no
// reference counts, no bitmaps, no locks.  It is told what user space can observe (calls begin and
// return; processes die and are reaped) and says what cannot be.
//
// Calls overlap, so a result is all right if it is right at some moment between the call's begin
// and its return.  Where user space cannot know, and where a man page promises nothing, everything
// is allowed; the comments say where.  The rules are those of the kernels from 3.8 on; what older
// ones did otherwise is in KernelFacts, or else is reported: their bugs are seen from here too.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace nsmc::cli {

using Who = int;    // a thread; a process is named by its first one.  Never used twice.
using Where = int;  // a PID namespace.  0 is the first one.

// What differs from kernel to kernel without being a bug.  As given: today's.
struct KernelFacts {
  bool has_setns = true;                   // unshare(2), setns(2) of PID namespaces: 3.8
  bool init_is_immune = true;              // pid_namespaces(7): signals from inside.  2.6.30
  bool init_makes_no_sibling = true;       // clone(2), EINVAL: CLONE_PARENT by init.  2.6.32
  bool session_is_inherited = true;        // by the init of a namespace: 2.6.25
  bool has_subreapers = true;              // prctl(2): 3.4
  bool subreapers_stay_inside = true;      // take orphans of their own namespace only: 4.11
  bool levels_are_limited = true;          // pid_namespaces(7): 3.7
  bool too_deep_is_enospc = true;          // clone(2), ENOSPC, before EINVAL: 4.9
  bool no_number_is_eagain = true;         // before, any failure of the kind is ENOMEM: 4.0
  bool flags_are_looked_at_first = true;   // before memory, numbers and capabilities: 3.12
  bool has_set_tid = true;                 // clone3(2): 5.5
  bool pid_max_is_of_the_ns = true;        // 6.14
  bool pid_max_is_unlimited_first = true;  // in a new namespace, and not its parent's: 6.14.y
  std::string refused_elsewhere = "CLONE_THREAD";  // whose children go elsewhere: since 4.3
  bool parent_refused_elsewhere = false;           // CLONE_PARENT likewise, in 3.12 only
};

// How large the machine is.  What there is not enough of is EAGAIN or ENOMEM.
struct MachineFacts {
  int tasks = 4, namespaces = 3, pids = 6, nsproxies = 4;
  int pid_max = 5, reserved_pids = 2, pid_max_limit = 16, max_level = 32;
  bool memory_fails = false;  // any allocation may
  bool can_ptrace = false;
};

// A call with its arguments.  Tasks and namespaces have names, which begin to mean something when
// a call that gives them returns.
struct Asked {
  std::string call;
  std::set<std::string> words;        // flags, WNOHANG, PR_...
  std::string target;                 // the task or the namespace that the call is about
  int number = 0;                     // clone3(), set_pid_max(), readdir_proc(); kill(): -1
  std::string names_child, names_ns;  // what a new process and a new namespace are called
};

class UserSpace {
 public:
  // `names`: of the processes that are there from the start, the global init first; "" has none.
  // They are 1, 2, ... as Who, and have these numbers.
  UserSpace(const KernelFacts& kernel, const MachineFacts& machine,
            const std::vector<std::string>& names);

  // What is observed, in order.
  void begins(Who who, Asked asked);  // exit() as well, which does not return
  void returns(Who who, int result);  // the result, or an error below 0
  void interrupted(Who who);          // a signal: it does not return
  void born(Who who, Who child, const std::vector<int>& nspid);  // by its call; proc(5): NSpid
  void sees(Who who, int pid, int ppid);                         // getpid(2), getppid(2)
  void killed(Who who);  // begins to end, and has not asked for it
  void dies(Who who);    // has ended: a zombie, or about to be gone
  void gone(Who who);    // has been reaped; no number is left
  void rests();          // nothing happens any more

  // What cannot be, the first time; empty until then.
  const std::string& wrong() const { return wrong_; }

 private:
  using Time = long;  // of events; 0: not yet

  struct Call {
    Asked asked;
    Time began = 0;
    std::set<Who> sure_children;   // of the caller when the call began
    std::set<Who> waitable;        // those of them that were dead
    bool maybe_children = false;   // it may have had some
    std::map<Where, int> pid_max;  // of a clone: the largest that there was meanwhile
  };
  struct Thread {
    Who process = 0;
    std::map<Where, int> numbers;
    Where children_go_to = 0;  // /proc/PID/ns/pid_for_children
    bool capable = true;       // CAP_SYS_ADMIN
    bool must_die = false;     // a SIGKILL has reached it
    bool traced = false;
    Time birth = 0, end = 0, death = 0, release = 0;
    std::map<int, Call> open;  // none or one, under 0
  };
  struct Process {
    std::set<Who> threads;
    Where ns = 0;
    std::set<Who> parents;  // one of these; none: the global init's, which nobody sees
    std::set<Who> had;      // parents that it may have had
    Who group = 0, session = 0;
    std::set<Who> shares_handlers;
    bool may_be_killed = false, wants_death_signal = false, subreaper = false;
    bool ignores_sigchld = false;  // at some time it may have
    bool may_reap_itself = false;  // it died, and a parent of that time may ignore SIGCHLD
    bool was_waited_for = false;
    Time end = 0, death = 0;  // of its last thread
  };
  struct Namespace {
    Where parent = -1;
    int level = 0;
    Who init = 0;  // 0: it had no process yet
    int pid_max = 0;
  };

  void deny(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }

  // user_space.cpp: what becomes of processes.
  void add_process(Who child, const Thread& maker, const Asked& asked);
  void give_numbers(Who child, Where ns, const std::vector<int>& nspid);
  void check_number(Where ns, int number, const Call& call);
  void ends(Who who);
  void find_heirs();
  std::set<Who> heirs_of(const Process& orphan_maker) const;
  void share_sigchld_ignored(Who process);
  bool may_die(Who who) const;
  bool may_be_reaped(Who process) const;

  // user_space_calls.cpp: what calls may return.
  void judge(Who who, const Call& call, int result);
  void judge_clone(Who who, const Call& call, int result);
  bool is_refused_at_once(Who who, const Asked& asked) const;
  std::set<int> refusals(Who who, const Call& call) const;
  void judge_wait(Who who, const Call& call, int result);
  void judge_kill(Who who, const Call& call, int result);
  void judge_unshare(Who who, const Call& call, int result);
  void judge_setns(Who who, const Call& call, int result);
  void judge_setsid(Who who, const Call& call, int result);
  void judge_readdir(Who who, const Call& call, int result);
  void judge_set_pid_max(Who who, const Call& call, int result);
  void judge_ptrace(Who who, const Call& call, int result);
  void expect(const Call& call, int result, const std::set<int>& allowed);
  std::set<int> about_target(Who who, const Call& call) const;
  std::set<Who> sure_children(Who process, bool dead_only) const;
  bool has_maybe_children(Who process) const;

  // user_space_facts.cpp: what is so.
  Who target_of(const Call& call) const;
  int number_in(Who who, Where ns) const;
  bool is_inside(Where ns, Where outer) const;
  bool is_init(Who process) const;
  bool goes_elsewhere(Who who) const;
  bool is_over(const Process& process) const;  // to be waited for, or gone
  bool number_is_used(Where ns, int number, Time since) const;
  bool others_are_waiting(Who who, Who process) const;
  bool others_are_forking(Who who, Time since) const;
  bool may_be_short() const;
  int pid_max_during(const Call& call, Where ns) const;
  std::set<Who> killed_by(Who who, const Call& call) const;
  bool is_protected(Who from, Who process) const;
  bool namespace_ends(Where ns) const;

  const KernelFacts kernel_;
  const MachineFacts machine_;
  Time now_ = 0;
  std::map<Who, Thread> threads_;
  std::map<Who, Process> processes_;
  std::map<Where, Namespace> namespaces_;
  std::map<std::string, Who> tasks_named_;
  std::map<std::string, Where> namespaces_named_;
  int forks_ = 0, new_nsproxies_ = 0, new_namespaces_ = 0;  // that were asked for
  bool pid_max_was_set_ = false;
  Time last_fork_ = 0;  // when one returned
  std::string wrong_;
};

}  // namespace nsmc::cli
