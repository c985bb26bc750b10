// Seeded defects of the model: what the checker must find, one row each.
// SPDX-License-Identifier: MIT
//
// Each is one condition in one kernel function of the model, off in every check.  `breaks` lists
// every property that fails when the model with this defect is explored in the playground of
// tests/matrix_test.cpp that `where` names; the test demands exactly these.
#pragma once

#include <string_view>

#include "model/kernel/config.hpp"

namespace nsmc::kernel {

struct DefectRow {
  Defect defect;
  std::string_view name;
  std::string_view what;
  std::string_view where;
  std::string_view breaks;  // property ids with blanks between
};

inline constexpr DefectRow kDefects[] = {
    {Defect::copy_pid_ns_einval_keeps_reference, "copy-pid-ns-einval-keeps-reference",
     "copy_pid_ns() leaves with -EINVAL and keeps its reference", "threads", "I1 I4 I30"},
    {Defect::copy_pid_ns_parent_without_reference, "copy-pid-ns-parent-without-reference",
     "copy_pid_ns() sets parent without taking a reference", "nested", "I1 I2 I4 I5 I6 I11 I12"},
    {Defect::free_pid_ns_keeps_parent, "free-pid-ns-keeps-parent",
     "free_pid_ns() does not put the parent", "nested", "I1 I4 I30"},
    {Defect::create_pid_namespace_wrong_level, "create-pid-namespace-wrong-level",
     "create_pid_namespace() stores its parent's level", "steps", "I6 I7 I12 I40"},
    {Defect::create_pid_namespace_keeps_ns, "create-pid-namespace-keeps-ns",
     "create_pid_namespace() does not free the namespace when it has no cache", "failures",
     "I4 I30"},
    {Defect::create_pid_cachep_without_mutex, "create-pid-cachep-without-mutex",
     "create_pid_cachep() does not take pid_caches_mutex", "two-creators", "I7"},
    {Defect::create_pid_cachep_wrong_key, "create-pid-cachep-wrong-key",
     "create_pid_cachep() looks for one number less", "steps", "I7"},
    {Defect::alloc_pidmap_forgets_nr_free, "alloc-pidmap-forgets-nr-free",
     "alloc_pidmap() does not decrement nr_free", "steps", "I10"},
    {Defect::alloc_pidmap_without_reserved, "alloc-pidmap-without-reserved",
     "alloc_pidmap() wraps to 1", "wrap", "I13"},
    {Defect::alloc_pidmap_ignores_pid_max, "alloc-pidmap-ignores-pid-max",
     "alloc_pidmap() goes on to the end of the last page", "wrap", "I14"},
    {Defect::alloc_pidmap_without_test, "alloc-pidmap-without-test",
     "alloc_pidmap() takes its first candidate, free or not", "nested", "I8 I9 I10 I11"},
    {Defect::alloc_pid_unwinds_one_less, "alloc-pid-unwinds-one-less",
     "alloc_pid() skips one level when it unwinds", "nested", "I8"},
    {Defect::alloc_pid_without_reference, "alloc-pid-without-reference",
     "alloc_pid() does not take a reference on its namespace", "steps", "I1 I2 I4 I11 I12 I23"},
    {Defect::free_pid_bit_before_hash, "free-pid-bit-before-hash",
     "free_pid() clears the bits before it unhashes", "steps", "I11"},
    {Defect::free_pid_skips_hash, "free-pid-skips-hash", "free_pid() leaves the pid in the hash",
     "steps", "I8 I9 I11 I21 I30"},
    {Defect::free_pidmap_twice, "free-pidmap-twice", "free_pidmap() increments nr_free twice",
     "steps", "I10"},
    {Defect::put_pid_without_put_pid_ns, "put-pid-without-put-pid-ns",
     "put_pid() does not put the namespace", "steps", "I1 I4 I30"},
    {Defect::copy_namespaces_keeps_old, "copy-namespaces-keeps-old",
     "copy_namespaces() does not put the old nsproxy", "steps", "I4 I30 I31"},
    {Defect::create_new_namespaces_keeps_pid_ns, "create-new-namespaces-keeps-pid-ns",
     "create_new_namespaces() does not put the PID namespace when a later copy fails", "failures",
     "I1 I4 I30"},
    {Defect::copy_process_without_free_pid, "copy-process-without-free-pid",
     "copy_process() does not free the pid when it is interrupted", "steps", "I4 I21 I30"},
    {Defect::copy_process_ignores_signal, "copy-process-ignores-signal",
     "copy_process() attaches a child though SIGKILL is pending", "births", "I22 I23"},
    {Defect::copy_process_first_is_not_reaper, "copy-process-first-is-not-reaper",
     "copy_process() does not register the first process as child_reaper", "steps",
     "I2 I16 I17 I20"},
    {Defect::copy_process_attach_unlocked, "copy-process-attach-unlocked",
     "copy_process() attaches without tasklist_lock", "steps", "I27"},
    {Defect::copy_pid_ns_wrong_error, "copy-pid-ns-wrong-error",
     "clone(CLONE_NEWPID|CLONE_THREAD) returns -ENOMEM", "threads", "I40"},
    {Defect::copy_pid_ns_allows_thread, "copy-pid-ns-allows-thread",
     "copy_pid_ns() accepts CLONE_THREAD", "threads", "I17 I33 I40"},
    {Defect::zap_skips_last, "zap-skips-last", "zap_pid_ns_processes() spares the highest number",
     "steps", "I23"},
    {Defect::zap_does_not_wait, "zap-does-not-wait",
     "zap_pid_ns_processes() does not wait for whom it has killed", "steps", "I21"},
    {Defect::reparent_to_global_init, "reparent-to-global-init", "orphans go to the global init",
     "births", "I19"},
    {Defect::reparent_skips_one, "reparent-skips-one",
     "forget_original_parent() leaves the children where they are", "steps", "I2 I20 I32"},
    {Defect::exit_notify_before_reparent, "exit-notify-before-reparent",
     "exit_notify() gives up the namespaces before it reparents", "steps",
     "I2 I17 I18 I20 I21 I32"},
    {Defect::release_task_twice, "release-task-twice", "a task that reaps itself is released twice",
     "threads", "I3"},
    {Defect::release_task_early_unlink, "release-task-early-unlink",
     "release_task() unlinks the task before it detaches its pid", "steps", "I30"},
    {Defect::new_reaper_is_dead, "new-reaper-is-dead",
     "find_new_reaper() registers the thread that is going away", "threads", "I18"},
    {Defect::parent_read_uninitialised, "parent-read-uninitialised",
     "copy_pid_ns() reads the new namespace's parent before it is set", "steps", "I1 I4 I39"},
};

static_assert(sizeof(kDefects) / sizeof(kDefects[0]) == static_cast<int>(Defect::count) - 1);

}  // namespace nsmc::kernel
