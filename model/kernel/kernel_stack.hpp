// What a task in the kernel keeps from one step to the next: its active functions and their locals.
// SPDX-License-Identifier: MIT
//
// A function clears its locals before it returns, so that two states that differ only in dead
// values are one state.  A local of type Ref owns the reference that the function holds; one of
// type Own is the only way to its object.
#pragma once

#include "model/kernel/state.hpp"

namespace nsmc::kernel {

template <class K>
struct kernel_stack {
  template <template <class> class Obj>
  using Link = typename K::template Link<Obj>;
  template <template <class> class Obj>
  using Ref = typename K::template Ref<Obj>;
  template <template <class> class Obj>
  using Own = typename K::template Own<Obj>;
  template <int Lo, int Hi>
  using Num = typename K::template Num<Lo, Hi>;
  template <int Hi>
  using TaskSlot = typename K::template TaskSlot<Hi>;
  using Flag = typename K::Flag;
  using PidNr = typename K::PidNr;
  using Result = Num<kMinusErrnoMax, (kPidMax > 63 ? kPidMax : 63)>;

  // The active functions: where each continues.  pc[0] is the outermost, 0 ends the list.
  typename K::template Array<Num<0, 127>, kStackDepth> pc;
  Result ret;  // what the last function that returned has returned

  struct {
    Num<0, 127> flags;
    PidNr set_tid;       // of clone3(): the number that the child shall have, 0: any
    Own<task_struct> p;  // the child, until it is attached
    Own<pid_struct> pid;
    Result retval;
  } copy_process;
  struct {
    Ref<nsproxy> old_ns;
    Result err;
  } copy_namespaces;
  struct {
    Ref<nsproxy> new_nsp;
    Result err;
  } create_new_namespaces;
  struct {
    Ref<pid_namespace> old_ns;
    Ref<pid_namespace> new_ns;
  } copy_pid_ns;
  struct {
    Ref<pid_namespace> ns;
    Num<0, kLevels> level;
  } create_pid_namespace;
  struct {
    Link<pid_cache> pcache;
    Num<0, kLevels + 1> nr_ids;
  } create_pid_cachep;
  struct {
    Link<pid_namespace> ns;
    Link<pid_namespace> tmp;  // where the next number comes from
    Own<pid_struct> pid;
    Num<0, kLevels> i;
  } alloc_pid;
  struct {
    Link<pid_namespace> ns;
    PidNr last;
    PidNr pid;
    PidNr last_write;  // of set_last_pid (BZ-11)
    Num<0, kPages> i;
  } alloc_pidmap;
  struct {
    Link<pid_namespace> ns;
    PidNr nr;
  } free_pidmap;
  struct {
    Own<pid_struct> pid;
    Num<0, kLevels> i;
  } free_pid;
  struct {
    Ref<pid_namespace> ns;
    Num<0, kLevels> depth;  // of free_pid_ns's recursion
  } put_pid_ns;
  struct {
    Own<nsproxy> ns;
  } free_nsproxy;
  struct {
    Link<pid_namespace> ns;
    PidNr nr;
    Flag wait;  // in its wait4 loop
  } zap_pid_ns_processes;
  struct {
    Flag nohang;
    Flag wall;
    Flag nowait;
    Link<task_struct> p;
    PidNr nr;
  } do_wait;
  struct {
    Link<task_struct> reaper;
    Link<task_struct> ancestor;  // who may be the reaper instead
    TaskSlot<kTasks> cursor;
  } forget_original_parent;
  struct {
    Link<task_struct> p;
    Num<0, PIDTYPE_MAX> type;
    Link<task_struct> leader;
  } release_task;
  struct {
    Num<0, kLevels> level;
  } proc_flush_task;
  // What a call looks at between two of its steps.
  struct {
    Link<task_struct> task;
    Link<pid_namespace> ns;
    Link<pid_namespace> ancestor;  // of it
    Link<pid_struct> pid;
    Ref<pid_struct> held;
    Ref<nsproxy> new_nsp;
    Num<0, PIDTYPE_MAX> type;
  } syscall;

  template <class Self, class F>
  static void each_field(Self& s, F&& f) {
    static constexpr Numbered<kStackDepth> pc("pc");
    for (int i = 0; i < kStackDepth; ++i) f(pc[i], s.pc[i]);
    f("ret", s.ret);
    f("copy_process.flags", s.copy_process.flags);
    f("copy_process.set_tid", s.copy_process.set_tid);
    f("copy_process.p", s.copy_process.p);
    f("copy_process.pid", s.copy_process.pid);
    f("copy_process.retval", s.copy_process.retval);
    f("copy_namespaces.old_ns", s.copy_namespaces.old_ns);
    f("copy_namespaces.err", s.copy_namespaces.err);
    f("create_new_namespaces.new_nsp", s.create_new_namespaces.new_nsp);
    f("create_new_namespaces.err", s.create_new_namespaces.err);
    f("copy_pid_ns.old_ns", s.copy_pid_ns.old_ns);
    f("copy_pid_ns.new_ns", s.copy_pid_ns.new_ns);
    f("create_pid_namespace.ns", s.create_pid_namespace.ns);
    f("create_pid_namespace.level", s.create_pid_namespace.level);
    f("create_pid_cachep.pcache", s.create_pid_cachep.pcache);
    f("create_pid_cachep.nr_ids", s.create_pid_cachep.nr_ids);
    f("alloc_pid.ns", s.alloc_pid.ns);
    f("alloc_pid.tmp", s.alloc_pid.tmp);
    f("alloc_pid.pid", s.alloc_pid.pid);
    f("alloc_pid.i", s.alloc_pid.i);
    f("alloc_pidmap.ns", s.alloc_pidmap.ns);
    f("alloc_pidmap.last", s.alloc_pidmap.last);
    f("alloc_pidmap.pid", s.alloc_pidmap.pid);
    f("alloc_pidmap.last_write", s.alloc_pidmap.last_write);
    f("alloc_pidmap.i", s.alloc_pidmap.i);
    f("free_pidmap.ns", s.free_pidmap.ns);
    f("free_pidmap.nr", s.free_pidmap.nr);
    f("free_pid.pid", s.free_pid.pid);
    f("free_pid.i", s.free_pid.i);
    f("put_pid_ns.ns", s.put_pid_ns.ns);
    f("put_pid_ns.depth", s.put_pid_ns.depth);
    f("free_nsproxy.ns", s.free_nsproxy.ns);
    f("zap.ns", s.zap_pid_ns_processes.ns);
    f("zap.nr", s.zap_pid_ns_processes.nr);
    f("zap.wait", s.zap_pid_ns_processes.wait);
    f("do_wait.nohang", s.do_wait.nohang);
    f("do_wait.wall", s.do_wait.wall);
    f("do_wait.nowait", s.do_wait.nowait);
    f("do_wait.p", s.do_wait.p);
    f("do_wait.nr", s.do_wait.nr);
    f("forget_original_parent.reaper", s.forget_original_parent.reaper);
    f("forget_original_parent.ancestor", s.forget_original_parent.ancestor);
    f("forget_original_parent.cursor", s.forget_original_parent.cursor);
    f("release_task.p", s.release_task.p);
    f("release_task.type", s.release_task.type);
    f("release_task.leader", s.release_task.leader);
    f("proc_flush_task.level", s.proc_flush_task.level);
    f("syscall.task", s.syscall.task);
    f("syscall.ns", s.syscall.ns);
    f("syscall.ancestor", s.syscall.ancestor);
    f("syscall.pid", s.syscall.pid);
    f("syscall.held", s.syscall.held);
    f("syscall.new_nsp", s.syscall.new_nsp);
    f("syscall.type", s.syscall.type);
  }
};

// Who may run in the kernel: each task, and the softirq that ends grace periods.
inline constexpr int kContexts = kTasks + 1;
inline constexpr int kSoftirq = kTasks;

template <class K>
struct State {
  typename K::template Array<task_struct<K>, kTasks> tasks;
  typename K::template Array<pid_namespace<K>, kNamespaces> namespaces;
  typename K::template Array<pid_struct<K>, kPids> pids;
  typename K::template Array<nsproxy<K>, kNsproxies> nsproxies;
  typename K::template Array<pid_cache<K>, kCaches> caches;
  typename K::template Array<kernel_stack<K>, kContexts> stacks;

  typename K::template TaskSlot<kContexts> tasklist_lock;     // its writer: 1 + context
  typename K::template TaskSlot<kContexts> pid_caches_mutex;  // its owner: 1 + context
  typename K::template Num<0, 3> failures;                    // allocations that have failed
  typename K::template Num<0, kCallsMax> calls;               // made so far, where they are counted
  typename K::Flag nsproxy_cachep;                            // nsproxy_cache_init() has run
  typename K::Flag pid_ns_cachep;                             // pid_namespaces_init() has run
  typename K::template Num<0, lang::kFaults - 1> fault;       // the kernel has stopped, and why
  typename K::template Num<0, kLevels> free_depth;  // deepest free_pid_ns recursion so far
  typename K::template Ref<pid_struct> tty_pgrp;    // of the one terminal: tiocspgrp()
  // What a scenario has named, kept after the object is gone (slots are not reused meanwhile).
  typename K::template Array<typename K::template Link<task_struct>, kLabels> task_label;
  typename K::template Array<typename K::template Link<pid_namespace>, kLabels> ns_label;
  typename K::template Array<typename kernel_stack<K>::Result, kVariables> variable;

  // visit(object kind, index, field name, field); index -1 for globals.  Objects for which
  // used(their array, index) is false are left out.
  template <class Self, class F, class Used>
  static void each_field(Self& self, F&& f, const Used& used) {
    const auto pool = [&](const char* kind, auto& objects) {
      int index = 0;
      for (auto& object : objects) {
        if (used(objects, index))
          std::remove_cvref_t<decltype(object)>::each_field(
              object, [&](const char* name, auto& field) { f(kind, index, name, field); });
        ++index;
      }
    };
    pool("t", self.tasks);
    pool("ns", self.namespaces);
    pool("pid", self.pids);
    pool("nsproxy", self.nsproxies);
    pool("cache", self.caches);
    pool("stack", self.stacks);
    f("", -1, "tasklist_lock", self.tasklist_lock);
    f("", -1, "pid_caches_mutex", self.pid_caches_mutex);
    f("", -1, "failures", self.failures);
    f("", -1, "calls", self.calls);
    f("", -1, "nsproxy_cachep", self.nsproxy_cachep);
    f("", -1, "pid_ns_cachep", self.pid_ns_cachep);
    f("", -1, "fault", self.fault);
    f("", -1, "free_depth", self.free_depth);
    f("", -1, "tty_pgrp", self.tty_pgrp);
    for (int i = 0; i < kLabels; ++i) f("task_label", i, "", self.task_label[i]);
    for (int i = 0; i < kLabels; ++i) f("ns_label", i, "", self.ns_label[i]);
    for (int i = 0; i < kVariables; ++i) f("variable", i, "", self.variable[i]);
  }
  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    each_field(self, f, [](const auto&, int) { return true; });
  }
};

}  // namespace nsmc::kernel
