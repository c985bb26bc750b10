// fs/proc/root.c, base.c: the kernel's own mount of proc, one for each namespace.  With PROC_FS=y.
// SPDX-License-Identifier: MIT
//
// The mount's superblock holds the namespace, and the namespace holds the mount: a cycle that
// somebody has to break.  Who mounts, who unmounts and when is what BZ-12 to BZ-14 and BZ-58 are
// about.  init_pid_ns has its mount from boot on, and for ever.  Of what else the superblock holds,
// the root inode's pid, nothing is modelled.
#pragma once

#include "model/kernel/kernel.hpp"

namespace nsmc::kernel {

template <class K>
ns_ptr<K> get_pid_ns(ns_ptr<K> ns);
template <class K>
Next put_ns(ns_ptr<K> ns, lang::StepFunction then);

// Whether namespaces have such a mount: 5.7 ("proc: Remove the now unnecessary internal mount of
// proc") takes it away.
template <class K>
bool has_proc_mnt() {
  return config<K>().config_proc_fs && !fixed_by<K>(Change::proc_unmounted);
}

// Whether a work item unmounts it, when the last pid is freed: 0a01f2cc390e ("pidns: Make the pidns
// proc mount/umount logic obvious").
template <class K>
bool leaves_work() {
  return has_proc_mnt<K>() && fixed_by<K>(Change::bz_14);
}

// Who mounts it: copy_process() when the child has its pid; create_pid_namespace() since 2.6.39
// ("pidns: call pid_ns_prepare_proc() from create_pid_namespace()"); alloc_pid() for number 1 since
// 0a01f2cc390e.
enum class Mounter : std::uint8_t { copy_process, create_pid_namespace, alloc_pid };
template <class K>
bool mounts_proc(Mounter who) {
  Mounter mounter = Mounter::copy_process;
  if (fixed_by<K>(Change::proc_at_creation)) mounter = Mounter::create_pid_namespace;
  if (fixed_by<K>(Change::bz_13)) mounter = Mounter::alloc_pid;
  return has_proc_mnt<K>() && who == mounter;
}

// 0 or an error.
template <class K>
int pid_ns_prepare_proc(ns_ptr<K> ns) {
  if (K::on().fails()) return kEnomem;
  ns->proc_mnt = get_pid_ns<K>(ns);
  return 0;
}

// mntput(): the superblock goes with its only mount, and gives the namespace back.
template <class K>
Next pid_ns_release_proc(ns_ptr<K> ns, lang::StepFunction then) {
  const ns_ptr<K> held = take(ns->proc_mnt);
  return held ? put_ns<K>(held, then) : go(then);
}

// Forgets what /proc has cached of the task in release_task's `p`, at each of its levels, one a
// round.  init_pid_ns's mount is always there.
template <class K>
struct proc_flush_task {
  static Next flush_level() {
    auto& l = stack<K>().proc_flush_task;
    const pid_ptr<K> pid = stack<K>().release_task.p->pids[PIDTYPE_PID];
    const typename K::Int level = pid->level;
    if (l.level == level) return go(flushed);
    l.level += 1;
    const ns_ptr<K> ns = pid->numbers[l.level].ns;
    // After mntput() the pointer is there and the mount is not; if nobody has mounted, it is NULL.
    if (!ns->proc_mnt)
      K::oops(fixed_by<K>(Change::bz_14) ? Fault::null_dereference : Fault::use_after_free);
    return go(flush_level);
  }

  // The belief until 0a01f2cc390e: when init is dead, nobody needs the mount any more.
  static Next flushed() {
    auto& l = stack<K>().proc_flush_task;
    const typename K::Int level = l.level;
    l.level = 0;
    if (fixed_by<K>(Change::bz_14) || level == 0) return go(done);
    const pid_ptr<K> pid = stack<K>().release_task.p->pids[PIDTYPE_PID];
    auto& number = pid->numbers[level];
    if (number.nr != 1) return go(done);
    return pid_ns_release_proc<K>(number.ns, done);
  }
  static Next done() { return ret(); }

  static constexpr Row rows[] = {
      {"flush_level", flush_level, "r7: the mount may go while the task is EXIT_DEAD and linked"},
      {"flushed", flushed},
      {"done", done},
  };
};

}  // namespace nsmc::kernel
