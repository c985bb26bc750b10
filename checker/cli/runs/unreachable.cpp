// The table, by the change that takes a step away or brings it.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/unreachable.hpp"

#include "checker/cli/catalogue.hpp"

namespace nsmc::cli {
namespace {

using kernel::Change;
using kernel::Changes;

constexpr Changes kNone = {};

// clang-format off
constexpr Unreachable kRows[] = {
    // What a later change took away.
    {"alloc_pidmap/map_page alloc_pidmap/install_page alloc_pidmap/check_free "
     "alloc_pidmap/test_and_set_bit alloc_pidmap/dec_nr_free alloc_pidmap/set_last_pid "
     "free_pidmap/inc_nr_free",
     Change::idr, kNone,
     "the bitmap's search is gone: a number is taken from an idr in one step"},
    {"I13 I14 I15", Change::idr, kNone,
     "it speaks of the moment between a bit that is set and last_pid, which an idr has not"},
    {"proc_flush_task/flush_level proc_flush_task/flushed proc_flush_task/done "
     "release_task/flush I38",
     Change::proc_unmounted, kNone, "a namespace has no mount of proc that could be flushed"},
    {"process_one_work/run process_one_work/done",
     Change::proc_unmounted, Change::bz_14,
     "the only work item unmounts a namespace's proc when its last pid is freed"},
    {"copy_process/cleanup_namespaces", Change::bz_14, Change::bz_12,
     "a step of its own only behind the unmounting of proc, by a fork that has failed"},
    {"tiocspgrp/replace", Change::bz_62, kNone, "one step with what is before it, under the lock"},
    {"get_task_pid/get", {Change::bz_04, Change::bz_31}, kNone,
     "the pid is read and counted in one step, under RCU"},
    {"do_wait/read_number", Change::bz_28, kNone, "the number is read before the lock is dropped"},
    {"do_exit/reparent", Change::bz_05, kNone,
     "a step of its own only behind the namespaces, which are given up after it"},
    {"zap_pid_ns_processes/wait_childless", Change::bz_39, Change::bz_37,
     "zap waits for children from 3.5 on, and for numbers since 3.8"},
    // What a later change brought.
    {"zap_pid_ns_processes/wait_hashed zap_pid_ns_processes/asleep", kNone, Change::bz_39,
     "before, zap does not wait for numbers"},
    {"alloc_pidmap/idr_alloc_cyclic", kNone, Change::idr, "before, numbers are bits"},
    {"alloc_pidmap/idr_alloc", kNone, Change::set_tid, "before, nobody can ask for a number"},
    {"alloc_pid/count_up free_pid/count_down I37", kNone, Change::count_hashed,
     "before, hashed pids are not counted"},
    {"alloc_pid/out_unlock", kNone, Change::bz_38,
     "before, a pid that has its numbers is published whoever dies"},
    {"sys_unshare/created sys_unshare/done sys_unshare/failed sys_setns/walk_up sys_setns/created "
     "sys_setns/install sys_setns/done I34",
     kNone, Change::setns, "before, unshare() and setns() know no PID namespace"},
    {"forget_original_parent/find_child_reaper forget_original_parent/zapped", kNone, Change::bz_08,
     "before, zap runs at the beginning of an exit and not when it looks for a reaper"},
    {"forget_original_parent/next_ancestor", kNone, Change::subreaper,
     "before, there is no subreaper to look for"},
    {"do_exit/drop_namespaces do_exit/notify do_exit/do_task_dead "
     "forget_original_parent/death_signals forget_original_parent/reparent_next "
     "forget_original_parent/release_dead release_task/flush release_task/lock "
     "release_task/unhash_process release_task/unlink proc_flush_task/flush_level "
     "proc_flush_task/flushed proc_flush_task/done do_wait/read_number do_wait/give_back "
     "do_wait/wait_task_zombie do_wait/reaped",
     kNone, {Change::bz_05, Change::bz_30},
     "every exit is an Oops: the namespaces are gone when it asks for the reaper"},
};
// clang-format on

}  // namespace

std::span<const Unreachable> unreachable_rows() { return kRows; }

const Unreachable* unreachable(std::string_view what, const Changes& changes) {
  for (const Unreachable& row : kRows) {
    if (!has_word(row.what, what)) continue;
    const bool gone = row.until != kNone && row.until.without(changes) == kNone;
    const bool not_yet = row.from != kNone && row.from.within(changes) == kNone;
    if (gone || not_yet) return &row;
  }
  return nullptr;
}

}  // namespace nsmc::cli
