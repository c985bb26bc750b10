// The benchmark model in plain C++: every field that the kernel has, one function per call.
// SPDX-License-Identifier: MIT
//
// The life of PID namespaces as of 2.6.24 (kernel/pid.c, kernel/pid_namespace.c, "Move the PID
// namespace under the option"), one system call a transition.  This is the text to read; the
// engine's speed is measured on pidns_rules.hpp, which makes the same moves on one word, and
// tests/bench_test.cpp holds the two against each other, state for state.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/lang/system.hpp"
#include "tests/bench/bounds.hpp"
#include "tests/bench/calls.hpp"

namespace nsmc::bench {

template <Bounds B>
class PlainPidns {
 public:
  using Byte = std::uint8_t;
  static constexpr Byte kNone = 0;                     // a pid number, a reaper: there is none
  static constexpr int kInitTask = 0, kInitPidNs = 0;  // slots 1.. are the others
  enum Status : Byte { FREE, RUN, KILLED, ZAP, ZOMB };

  struct Task {
    Byte status = FREE;
    Byte ns = kInitPidNs;
    Byte parent = kInitTask;
    std::array<Byte, B.levels + 1> nr{};  // struct pid: numbers[level].nr
  };
  struct Namespace {
    Byte parent = kInitPidNs;
    Byte level = 0;
    Byte last_pid = 0;
    Byte pidmap = 0;  // bit v: pid number v is taken
    Byte child_reaper = kNone;
    Byte kref = 0;
    Byte mounts = 0;
    bool operator==(const Namespace&) const = default;
  };
  struct State {
    std::array<Task, B.tasks + 1> task{};          // [0] is init
    std::array<Namespace, B.namespaces + 1> ns{};  // [0] is init_pid_ns
  };
  struct Action {
    Call call = Call::fork;
    Byte who = 0;  // the task, or of umount the namespace
    Byte child = 0;
    Byte made = 0;
  };
  using Events = Action;

  static std::vector<State> initial() {
    State s;
    s.task[kInitTask].status = RUN;
    s.task[kInitTask].nr[0] = 1;
    s.ns[kInitPidNs].last_pid = 1;
    s.ns[kInitPidNs].pidmap = 1 << 1;
    return {s};
  }

  static bool execute(const State& before, const Action& a, State& s, Events& events) {
    s = before;
    events = a;
    switch (a.call) {
      case Call::fork:
        return fork(s, a.who, a.child);
      case Call::clone:
        return clone(s, a.who, a.child, a.made);
      case Call::forkfail:
        return forkfail(s, a.who);
      case Call::kill:
        return kill(s, a.who);
      case Call::exit_zap:
        return exit_zap(s, a.who);
      case Call::exit:
        return exit(s, a.who);
      case Call::zapdone:
        return zapdone(s, a.who);
      case Call::reap:
        return reap(s, a.who);
      case Call::mount:
        return mount(s, a.who);
      case Call::umount:
        return umount(s, a.who);
    }
    return false;
  }

  template <class Emit>
  static void successors(const State& s, Emit&& emit) {
    each_action<B>([&](Call call, int who, int child, int made) {
      const Action action{call, byte(who), byte(child), byte(made)};
      State after;
      Events events;
      if (execute(s, action, after, events)) emit(action, after, events);
    });
  }

  static std::vector<std::uint8_t> significant_bits() {
    State widest;
    const Task task{7, mask(B.namespaces), mask(B.tasks), numbers(mask(B.pids))};
    widest.task.fill(task);
    const Namespace ns{mask(B.namespaces), mask(B.levels), mask(B.pids),  mask(1 << B.pids),
                       mask(B.tasks),      mask(kKrefMax), mask(B.mounts)};
    widest.ns.fill(ns);
    const auto bits = std::bit_cast<std::array<Byte, sizeof(State)>>(widest);
    return {bits.begin(), bits.end()};
  }
  static int step_count() { return kCalls; }
  static std::string_view step_name(int i) { return call_name(i); }
  static void each_step(const Events& events, auto&& f) { f(static_cast<int>(events.call)); }
  static std::string terminal(const State&) { return ""; }
  static std::vector<lang::Field> fields(const State& s);
  static std::string actor(const Action& a) {
    return (a.call == Call::umount ? "ns" : "t") + std::to_string(a.who);
  }
  static std::string label(const State&, const Action& a) {
    return std::string(call_name(static_cast<int>(a.call)));
  }

  // The main invariant: what the kernel keeps twice agrees with what it is a copy of.
  static lang::Property<PlainPidns> derived_fields_agree() {
    lang::Property<PlainPidns> claim;
    claim.id = "derived";
    claim.says = "pidmap, kref, child_reaper and level are functions of the other fields.";
    claim.source = "ours";
    claim.holds = [](const PlainPidns&, const State& s) { return agrees(s); };
    claim.premise = [](const PlainPidns&, const State& s) { return in_use(s, 1); };
    return claim;
  }

 private:
  static constexpr int kKrefMax = 2 * B.tasks + B.namespaces + B.mounts;
  static Byte byte(int value) { return static_cast<Byte>(value); }
  static Byte mask(int largest) {
    return byte((1 << std::bit_width(static_cast<unsigned>(largest))) - 1);
  }
  static std::array<Byte, B.levels + 1> numbers(Byte value) {
    std::array<Byte, B.levels + 1> all;
    all.fill(value);
    return all;
  }

  static bool alive(const Task& t) { return t.status != FREE; }
  static bool in_use(const State& s, int n) { return s.ns[at(n)].kref > 0; }
  static std::size_t at(int slot) { return static_cast<std::size_t>(slot); }

  // pid_namespace.c: is `n` the namespace `from`, or above it?
  static bool is_ancestor(const State& s, int n, int from) {
    for (;; from = s.ns[at(from)].parent) {
      if (from == n) return true;
      if (from == kInitPidNs) return false;
    }
  }

  // alloc_pidmap(): the first free number after last_pid, round to it; kNone if there is none.
  static Byte alloc_pidmap(Namespace& ns) {
    for (int i = 0, nr = ns.last_pid; i < B.pids; ++i) {
      nr = nr % B.pids + 1;
      if ((ns.pidmap >> nr & 1) != 0) continue;
      ns.pidmap = byte(ns.pidmap | 1 << nr);
      ns.last_pid = byte(nr);
      return byte(nr);
    }
    return kNone;
  }
  // alloc_pid(): a number in `n` and in each namespace above.  On failure the numbers are given
  // back and last_pid stays where it is, as in the kernel.
  static bool alloc_pid(State& s, int n, std::array<Byte, B.levels + 1>& nr) {
    nr = {};
    for (int up = n;; up = s.ns[at(up)].parent) {
      Namespace& ns = s.ns[at(up)];
      nr[ns.level] = alloc_pidmap(ns);
      if (nr[ns.level] == kNone) {
        free_pid(s, n, nr);
        return false;
      }
      if (up == kInitPidNs) return true;
    }
  }
  static void free_pid(State& s, int n, const std::array<Byte, B.levels + 1>& nr) {
    for (;; n = s.ns[at(n)].parent) {
      Namespace& ns = s.ns[at(n)];
      if (nr[ns.level] != kNone) ns.pidmap = byte(ns.pidmap & ~(1 << nr[ns.level]));
      if (n == kInitPidNs) return;
    }
  }
  static void get_pid_ns(State& s, int n, int count) {
    if (n != kInitPidNs) s.ns[at(n)].kref = byte(s.ns[at(n)].kref + count);
  }
  // put_pid_ns() and free_pid_ns(): the last reference frees, and puts the parent.
  static void put_pid_ns(State& s, int n) {
    while (n != kInitPidNs && --s.ns[at(n)].kref == 0) {
      const int parent = s.ns[at(n)].parent;
      s.ns[at(n)] = {};
      n = parent;
    }
  }

  static bool may_fork(const State& s, int p) { return s.task[at(p)].status == RUN; }
  static bool is_reaper(const State& s, int t) {
    const int n = s.task[at(t)].ns;
    return n != kInitPidNs && s.ns[at(n)].child_reaper == t;
  }
  static bool may_exit(const State& s, int t) {
    return s.task[at(t)].status == RUN || s.task[at(t)].status == KILLED;
  }

  static bool fork(State& s, int p, int c) {
    Task& child = s.task[at(c)];
    if (!may_fork(s, p) || alive(child)) return false;
    const Byte ns = s.task[at(p)].ns;
    Task made{RUN, ns, byte(p), {}};
    if (!alloc_pid(s, ns, made.nr)) return true;
    child = made;
    get_pid_ns(s, ns, 2);  // of its nsproxy, and of its struct pid
    return true;
  }
  static bool clone(State& s, int p, int c, int m) {  // CLONE_NEWPID
    Task& child = s.task[at(c)];
    const int parent = s.task[at(p)].ns;
    if (!may_fork(s, p) || alive(child) || in_use(s, m)) return false;
    if (s.ns[at(parent)].level >= B.levels) return false;
    Namespace& ns = s.ns[at(m)];
    ns.parent = byte(parent);
    ns.level = byte(s.ns[at(parent)].level + 1);
    Task made{RUN, byte(m), byte(p), {}};
    if (!alloc_pid(s, m, made.nr)) {
      ns = {};
      return true;
    }
    child = made;
    ns.kref = 2;
    ns.child_reaper = byte(c);
    get_pid_ns(s, parent, 1);
    return true;
  }
  // fork or clone fails after alloc_pid(): all is undone but last_pid.
  static bool forkfail(State& s, int p) {
    bool slot = false;
    for (int c = 1; c <= B.tasks; ++c) slot |= !alive(s.task[at(c)]);
    if (!may_fork(s, p) || !slot) return false;
    std::array<Byte, B.levels + 1> nr;
    if (alloc_pid(s, s.task[at(p)].ns, nr)) free_pid(s, s.task[at(p)].ns, nr);
    return true;
  }
  static bool kill(State& s, int t) {  // SIGKILL is pending: it may not fork any more
    if (s.task[at(t)].status != RUN) return false;
    s.task[at(t)].status = KILLED;
    return true;
  }
  // zap_pid_ns_processes() up to its wait
  static bool exit_zap(State& s, int t) {
    if (!may_exit(s, t) || !is_reaper(s, t)) return false;
    for (int u = 1; u <= B.tasks; ++u) {
      const bool zapped = u != t && s.task[at(u)].status == RUN &&
                          is_ancestor(s, s.task[at(t)].ns, s.task[at(u)].ns);
      if (zapped) s.task[at(u)].status = KILLED;
    }
    s.task[at(t)].status = ZAP;
    return true;
  }
  static bool exit(State& s, int t) {  // forget_original_parent(), exit_task_namespaces()
    if (!may_exit(s, t) || is_reaper(s, t)) return false;
    Task& task = s.task[at(t)];
    for (Task& child : s.task)
      if (alive(child) && child.parent == t) child.parent = s.ns[task.ns].child_reaper;
    task.status = ZOMB;
    put_pid_ns(s, task.ns);
    return true;
  }
  // wait4() said -ECHILD: the reaper has no child left.
  static bool zapdone(State& s, int t) {
    Task& task = s.task[at(t)];
    if (task.status != ZAP) return false;
    for (const Task& other : s.task)
      if (alive(other) && other.parent == t) return false;
    s.ns[task.ns].child_reaper = kNone;
    task.status = ZOMB;
    put_pid_ns(s, task.ns);
    return true;
  }
  static bool reap(State& s, int t) {  // release_task()
    Task& task = s.task[at(t)];
    const Byte parent = s.task[task.parent].status;
    if (task.status != ZOMB || (parent != RUN && parent != ZAP)) return false;
    const int ns = task.ns;
    free_pid(s, ns, task.nr);
    task = {};
    put_pid_ns(s, ns);
    return true;
  }
  static bool mount(State& s, int t) {
    const int n = s.task[at(t)].ns;
    int mounts = 0;
    for (const Namespace& ns : s.ns) mounts += ns.mounts;
    if (s.task[at(t)].status != RUN || n == kInitPidNs || mounts >= B.mounts) return false;
    ++s.ns[at(n)].mounts;
    get_pid_ns(s, n, 1);
    return true;
  }
  static bool umount(State& s, int n) {
    if (s.ns[at(n)].mounts == 0) return false;
    --s.ns[at(n)].mounts;
    put_pid_ns(s, n);
    return true;
  }

  static bool agrees(const State& s) {
    for (int n = 0; n <= B.namespaces; ++n) {
      if (n != kInitPidNs && !in_use(s, n)) {
        if (s.ns[at(n)] != Namespace{}) return false;
        continue;
      }
      Namespace derived = s.ns[at(n)];
      derived.pidmap = derived.child_reaper = derived.kref = derived.level = 0;
      int holders = derived.mounts;
      int map = n == kInitPidNs ? 1 << 1 : 0;
      for (int up = n; up != kInitPidNs; up = s.ns[at(up)].parent) ++derived.level;
      for (int t = 1; t <= B.tasks; ++t) {
        const Task& task = s.task[at(t)];
        if (!alive(task)) continue;
        if (is_ancestor(s, n, task.ns)) map |= 1 << task.nr[derived.level];
        if (n == kInitPidNs || task.ns != n) continue;
        holders += task.status == ZOMB ? 1 : 2;
        if (task.nr[derived.level] == 1 && task.status != ZOMB) derived.child_reaper = byte(t);
      }
      for (int m = 1; m <= B.namespaces; ++m) holders += n != 0 && s.ns[at(m)].parent == n;
      derived.pidmap = byte(map);
      derived.kref = byte(holders);
      if (s.ns[at(n)] != derived) return false;
    }
    return true;
  }
};

template <Bounds B>
std::vector<lang::Field> PlainPidns<B>::fields(const State& s) {
  std::vector<lang::Field> all;
  const auto add = [&](std::string owner, std::size_t slot, std::string_view name, int value) {
    all.push_back({owner + std::to_string(slot) + "." + std::string(name), std::to_string(value)});
  };
  for (std::size_t t = 1; t < s.task.size(); ++t) {
    add("t", t, "status", s.task[t].status);
    add("t", t, "ns", s.task[t].ns);
    add("t", t, "parent", s.task[t].parent);
    for (std::size_t l = 0; l < s.task[t].nr.size(); ++l)
      add("t", t, "nr" + std::to_string(l), s.task[t].nr[l]);
  }
  for (std::size_t n = 0; n < s.ns.size(); ++n) {
    add("ns", n, "parent", s.ns[n].parent);
    add("ns", n, "level", s.ns[n].level);
    add("ns", n, "last_pid", s.ns[n].last_pid);
    add("ns", n, "pidmap", s.ns[n].pidmap);
    add("ns", n, "child_reaper", s.ns[n].child_reaper);
    add("ns", n, "kref", s.ns[n].kref);
    add("ns", n, "mounts", s.ns[n].mounts);
  }
  return all;
}

}  // namespace nsmc::bench
