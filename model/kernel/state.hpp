// The kernel's objects as fields of a value domain, and the only list of those fields.
// SPDX-License-Identifier: MIT
//
// Every struct has the kernel's name and the kernel's fields.  each_field(object, visit) calls
// visit(name, field) once per field: packing, rendering, reference sums and comparisons are all
// folds over it.  What is left out of these structs is listed in docs/modelling.md.
#pragma once

#include "model/kernel/config.hpp"
#include "model/lang/oops.hpp"

namespace nsmc::kernel {

inline constexpr int EXIT_ZOMBIE_ = 16;  // exit_state; the C macros of these names are taken
inline constexpr int EXIT_DEAD_ = 32;
inline constexpr int EXIT_TRACE_ = EXIT_ZOMBIE_ | EXIT_DEAD_;
inline constexpr int kSigchld = 17;
inline constexpr int kMinusErrnoMax = -513;  // -ERESTARTNOINTR

// enum pid_type
inline constexpr int PIDTYPE_PID = 0, PIDTYPE_PGID = 1, PIDTYPE_SID = 2, PIDTYPE_MAX = 3;

// The names of array elements: stem0, stem1, ...
template <int N>
class Numbered {
  static_assert(N <= 100);

 public:
  constexpr explicit Numbered(const char* stem) {
    for (int i = 0; i < N; ++i) {
      char* to = names_[static_cast<std::size_t>(i)].data();
      for (const char* from = stem; *from != 0; ++from) *to++ = *from;
      if (i >= 10) *to++ = static_cast<char>('0' + i / 10);
      *to = static_cast<char>('0' + i % 10);
    }
  }
  constexpr const char* operator[](int i) const {
    return names_[static_cast<std::size_t>(i)].data();
  }

 private:
  std::array<std::array<char, 12>, N> names_ = {};
};

template <class K>
struct task_struct;
template <class K>
struct pid_struct;
template <class K>
struct pid_namespace;
template <class K>
struct nsproxy;
template <class K>
struct pid_cache;

// include/linux/sched.h.  Fields of signal_struct and sighand_struct stand in the group leader,
// which exists at least as long as they do.
template <class K>
struct task_struct {
  typename K::Flag allocated;
  typename K::Flag linked;  // in the task list, its thread group and its parent's children
  typename K::template Num<0, EXIT_TRACE_> exit_state;
  typename K::Flag PF_EXITING;
  typename K::template Num<-1, kSigchld> exit_signal;  // SIGCHLD; -1: reaps itself
  typename K::Flag sigkill;                            // SIGKILL is pending
  typename K::template Link<task_struct> group_leader;
  typename K::template Link<task_struct> real_parent;
  typename K::template Link<task_struct> tracer;  // ->parent, if that is another; NULL: nobody
  typename K::template Array<typename K::template Hook<pid_struct>, PIDTYPE_MAX> pids;
  typename K::template Ref<nsproxy> nsproxy_;
  typename K::Flag cap_sys_admin;
  typename K::template Ref<pid_struct> f_owner;      // the pid of fcntl(F_SETOWN)
  typename K::template Link<task_struct> dead_list;  // whose dead_children it is on (BZ-10)
  typename K::Flag sigchld_ignored;                  // sighand: SIGCHLD is SIG_IGN
  typename K::template Link<task_struct> sighand;    // whose it is; NULL: its own group's
  typename K::Flag pdeath_signal;                    // SIGKILL when its parent dies
  typename K::Flag is_child_subreaper;               // signal: PR_SET_CHILD_SUBREAPER
  typename K::Flag sleeping;                         // until wake_up_process(); only zap does
  typename K::Flag notify_signal;                    // TIF_NOTIFY_SIGNAL
  typename K::Flag tasks_rcu_srcu;                   // inside that read section (BZ-65)
  typename K::template Num<0, kLabels> label;        // which program it runs, 0: none
  typename K::template Num<0, kCalls> next_call;     // of its program

  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    f("allocated", self.allocated);
    f("linked", self.linked);
    f("exit_state", self.exit_state);
    f("PF_EXITING", self.PF_EXITING);
    f("exit_signal", self.exit_signal);
    f("sigkill", self.sigkill);
    f("group_leader", self.group_leader);
    f("real_parent", self.real_parent);
    f("tracer", self.tracer);
    f("pid", self.pids[PIDTYPE_PID]);
    f("pgrp", self.pids[PIDTYPE_PGID]);
    f("session", self.pids[PIDTYPE_SID]);
    f("nsproxy", self.nsproxy_);
    f("cap_sys_admin", self.cap_sys_admin);
    f("f_owner", self.f_owner);
    f("dead_list", self.dead_list);
    f("sigchld_ignored", self.sigchld_ignored);
    f("sighand", self.sighand);
    f("pdeath_signal", self.pdeath_signal);
    f("is_child_subreaper", self.is_child_subreaper);
    f("sleeping", self.sleeping);
    f("notify_signal", self.notify_signal);
    f("tasks_rcu_srcu", self.tasks_rcu_srcu);
    f("label", self.label);
    f("next_call", self.next_call);
  }
};

// include/linux/pid.h: struct upid
template <class K>
struct upid {
  typename K::PidNr nr;
  typename K::template Link<pid_namespace> ns;
};

// include/linux/pid.h: struct pid
template <class K>
struct pid_struct {
  typename K::Flag allocated;
  typename K::template Num<0, kCountMax> count;
  typename K::template Num<0, kLevels - 1> level;
  typename K::template Array<upid<K>, kLevels> numbers;
  typename K::Flag hashed;                    // in pid_hash, at all its levels
  typename K::Flag rcu;                       // call_rcu(delayed_put_pid) is pending
  typename K::template Num<0, kCaches> slab;  // which cache the allocator took it from
  // numbers[level].ns as the owner of a reference, apart so that holders can be summed.
  typename K::template Ref<pid_namespace> ns;

  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    f("allocated", self.allocated);
    f("count", self.count);
    f("level", self.level);
    static constexpr Numbered<kLevels> nr("nr"), ns("ns");
    for (int i = 0; i < kLevels; ++i) {
      f(nr[i], self.numbers[i].nr);
      f(ns[i], self.numbers[i].ns);
    }
    f("hashed", self.hashed);
    f("rcu", self.rcu);
    f("slab", self.slab);
    f("ns", self.ns);
  }
};

// include/linux/pid_namespace.h: struct pidmap; page and its content are one thing here.
template <class K>
struct pidmap {
  typename K::Flag page;  // installed?
  typename K::template Bits<kBitsPerPage> bits;
  // Below 0 for a moment if a number is taken again between free_pidmap()'s two steps.
  typename K::template Num<-kTasks, kBitsPerPage + kTasks> nr_free;
};

// include/linux/pid_namespace.h
template <class K>
struct pid_namespace {
  typename K::Flag allocated;
  typename K::template Num<0, kCountMax> kref;
  typename K::template Array<pidmap<K>, kPages> pidmap_;
  typename K::PidNr last_pid;
  typename K::template Num<0, kPidMax + 1> pid_max;  // of this namespace, since 6.14
  typename K::template Link<task_struct> child_reaper;
  typename K::template Link<pid_cache> pid_cachep;
  typename K::template Num<0, kLevels> level;
  typename K::template Ref<pid_namespace> parent;
  typename K::Flag bacct;                            // accounting is on, since 2.6.27
  typename K::template Num<0, kPids> nr_hashed;      // pids hashed here, since 3.8; and ...
  typename K::Flag hash_adding;                      // ... PIDNS_HASH_ADDING: more may come
  typename K::template Ref<pid_namespace> proc_mnt;  // itself, held by that mount's superblock
  typename K::Flag work;                             // schedule_work(): a worker will look at it

  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    f("allocated", self.allocated);
    f("kref", self.kref);
    static constexpr Numbered<kPages> page("page"), bits("bits"), nr_free("nr_free");
    for (int i = 0; i < kPages; ++i) {
      f(page[i], self.pidmap_[i].page);
      f(bits[i], self.pidmap_[i].bits);
      f(nr_free[i], self.pidmap_[i].nr_free);
    }
    f("last_pid", self.last_pid);
    f("pid_max", self.pid_max);
    f("child_reaper", self.child_reaper);
    f("pid_cachep", self.pid_cachep);
    f("level", self.level);
    f("parent", self.parent);
    f("bacct", self.bacct);
    f("nr_hashed", self.nr_hashed);
    f("hash_adding", self.hash_adding);
    f("proc_mnt", self.proc_mnt);
    f("work", self.work);
  }
};

// include/linux/nsproxy.h; of its namespaces only this one has an object (docs/modelling.md).
template <class K>
struct nsproxy {
  typename K::Flag allocated;
  typename K::template Num<0, kCountMax> count;
  typename K::template Ref<pid_namespace> pid_ns;

  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    f("allocated", self.allocated);
    f("count", self.count);
    f("pid_ns", self.pid_ns);
  }
};

// kernel/pid_namespace.c: struct pid_cache.  Slot 0 is init_pid_ns's "pid" cache, not on the list.
template <class K>
struct pid_cache {
  typename K::Flag allocated;
  typename K::template Num<0, kLevels> nr_ids;
  typename K::Flag listed;  // on pid_caches_lh

  template <class Self, class F>
  static void each_field(Self& self, F&& f) {
    f("allocated", self.allocated);
    f("nr_ids", self.nr_ids);
    f("listed", self.listed);
  }
};

}  // namespace nsmc::kernel
