// The machine that is modelled: its sizes, its Kconfig, its kernel.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "model/kernel/mutation.hpp"

namespace nsmc::kernel {

// Capacities of a state; a run uses at most its Config's part of them.  A program has one of two
// machines: a small one, whose states can be exhausted, or one of the kernel's own dimensions, for
// property test runs (docs/adr/0009).
#ifndef NSMC_LARGE_MACHINE
inline constexpr int kTasks = 6;
inline constexpr int kNamespaces = 5;  // with init_pid_ns
inline constexpr int kLevels = 5;      // of nesting, init_pid_ns being level 0
inline constexpr int kPids = 9;
inline constexpr int kNsproxies = 7;
inline constexpr int kPages = 4;        // PIDMAP_ENTRIES
inline constexpr int kBitsPerPage = 8;  // largest BITS_PER_PAGE
inline constexpr int kPidMax = 31;      // largest pid_max
inline constexpr int kCountMax = 15;    // largest reference count
inline constexpr int kLabels = 8;       // tasks and namespaces that a scenario can name
inline constexpr int kVariables = 8;    // results that a scenario can keep
inline constexpr int kCalls = 12;       // system calls of one program
#else
inline constexpr int kTasks = 200;
inline constexpr int kNamespaces = 64;
inline constexpr int kLevels = 33;  // MAX_PID_NS_LEVEL is 32
inline constexpr int kPids = 250;
inline constexpr int kNsproxies = 120;
inline constexpr int kPages = 14;
inline constexpr int kBitsPerPage = 30;
inline constexpr int kPidMax = 419;
inline constexpr int kCountMax = 1023;
inline constexpr int kLabels = 220;
inline constexpr int kVariables = 220;
inline constexpr int kCalls = 40;
#endif
inline constexpr int kCaches = kLevels;  // one per arity
inline constexpr int kCallsMax = 31;     // largest bound on the calls of a run
inline constexpr int kStackDepth = 8;    // kernel functions active at a step boundary

// Where another task may run.
enum class Granularity : std::uint8_t {
  kernel,  // at every step boundary
  syscall  // when a call returns or sleeps
};

// A fix or feature of a later kernel, one row each in changes.hpp.
enum class Change : std::uint8_t {
  bz_03,  // the first three are older than the patch: in every kernel from the posted one on
  bz_04,
  bz_05,
  bz_07,
  bz_08,
  bz_09,
  bz_10,
  bz_11,
  bz_12,
  bz_13,
  bz_14,
  bz_15,
  bz_16,
  bz_17,
  bz_18,
  bz_19,
  bz_20,
  bz_21,
  bz_22,
  bz_23,
  bz_28,
  bz_30,
  bz_31,
  bz_32,
  bz_34,
  bz_37,
  bz_38,
  bz_39,
  bz_40,
  bz_41,
  bz_43,
  bz_44,
  bz_45,
  bz_46,
  bz_48,
  bz_49,
  bz_50,
  bz_53,
  bz_53b,  // again, broken by set_tid
  bz_55,
  bz_56,
  bz_58,
  bz_59,
  bz_60,
  bz_62,
  bz_64,
  bz_65,
  bz_66,
  bz_67,
  bz_68,
  acct,
  ns_cgroup,
  proc_at_creation,
  proc_unmounted,
  ptrace_dead,
  set_tid,
  pid_max_of_ns,
  count_hashed,
  setns,
  subreaper,
  tighten,
  thread_only,
  enospc,
  notify,
  srcu,
  bz_65b,
  idr,
  count
};

// A set of changes; a single one converts to it.
class Changes {
 public:
  constexpr Changes() = default;
  constexpr Changes(Change change) { words_[word(change)] = mask(change); }
  constexpr Changes(std::initializer_list<Change> changes) {
    for (const Change change : changes) words_[word(change)] |= mask(change);
  }

  constexpr bool has(Change change) const { return (words_[word(change)] & mask(change)) != 0; }
  constexpr Changes with(const Changes& more) const {
    Changes all = *this;
    for (std::size_t i = 0; i < words_.size(); ++i) all.words_[i] |= more.words_[i];
    return all;
  }
  constexpr Changes without(const Changes& these) const {
    Changes rest = *this;
    for (std::size_t i = 0; i < words_.size(); ++i) rest.words_[i] &= ~these.words_[i];
    return rest;
  }
  constexpr Changes within(const Changes& these) const {
    return without(Changes(*this).without(these));
  }
  friend auto operator<=>(const Changes&, const Changes&) = default;

 private:
  static constexpr std::size_t word(Change change) { return static_cast<std::size_t>(change) / 64; }
  static constexpr std::uint64_t mask(Change change) {
    return std::uint64_t{1} << static_cast<unsigned>(change) % 64;
  }
  std::array<std::uint64_t, (static_cast<int>(Change::count) + 63) / 64> words_ = {};
};
inline constexpr Changes kOlderThanThePatch = {Change::bz_03, Change::bz_04, Change::bz_05};

// If somebody wants to know what a run of this thread depends on: each change that it asked for. It
// would be the same run on any kernel that agrees on those.
inline constinit thread_local Changes* changes_asked = nullptr;

// A seeded defect of the model, one row each in defects.hpp: the model checker's own test.
enum class Defect : std::uint8_t {
  none,
  copy_pid_ns_einval_keeps_reference,
  copy_pid_ns_parent_without_reference,
  free_pid_ns_keeps_parent,
  create_pid_namespace_wrong_level,
  create_pid_namespace_keeps_ns,
  create_pid_cachep_without_mutex,
  create_pid_cachep_wrong_key,
  alloc_pidmap_forgets_nr_free,
  alloc_pidmap_without_reserved,
  alloc_pidmap_ignores_pid_max,
  alloc_pidmap_without_test,
  alloc_pid_unwinds_one_less,
  alloc_pid_without_reference,
  free_pid_bit_before_hash,
  free_pid_skips_hash,
  free_pidmap_twice,
  put_pid_without_put_pid_ns,
  copy_namespaces_keeps_old,
  create_new_namespaces_keeps_pid_ns,
  copy_process_without_free_pid,
  copy_process_ignores_signal,
  copy_process_first_is_not_reaper,
  copy_process_attach_unlocked,
  copy_pid_ns_wrong_error,
  copy_pid_ns_allows_thread,
  zap_skips_last,
  zap_does_not_wait,
  reparent_to_global_init,
  reparent_skips_one,
  exit_notify_before_reparent,
  release_task_twice,
  release_task_early_unlink,
  new_reaper_is_dead,
  parent_read_uninitialised,
  get_pid_ns_counts_twice,
  put_pid_ns_does_not_count,
  put_pid_ns_frees_at_one,
  free_pid_ns_reads_parent_late,
  create_pid_cachep_gives_what_it_frees,
  create_pid_namespace_parents_arity,
  create_pid_namespace_counts_two,
  create_pid_namespace_forgets_0,
  copy_pid_ns_without_reference,
  copy_pid_ns_keeps_old,
  get_pid_does_not_count,
  put_pid_frees_at_one,
  detach_pid_gives_what_is_used,
  alloc_pid_hashes_too_early,
  alloc_pid_does_not_unwind,
  alloc_pid_does_not_walk_up,
  alloc_pid_stores_level_0,
  alloc_pid_counts_two,
  free_pid_begins_at_1,
  free_pid_goes_too_far,
  free_pid_without_call_rcu,
  delayed_put_pid_stays_pending,
  alloc_pidmap_installs_again,
  free_pidmap_clears_next,
  free_nsproxy_keeps_pid_ns,
  put_nsproxy_frees_at_one,
  create_new_namespaces_counts_two,
  copy_namespaces_does_not_count,
  copy_namespaces_keeps_new,
  exit_task_namespaces_keeps_pointer,
  copy_process_keeps_namespaces,
  exit_files_keeps_owner,
  setns_ignores_ancestry,
  free_pid_does_not_count_down,
  do_wait_ignores_sigkill,
  // These need more than four tasks or three namespaces.
  create_pid_namespace_stops_at_level_2,
  create_pid_cachep_stops_at_arity_3,
  free_pid_ns_stops_at_level_3,
  alloc_pid_unwinds_two_levels,
  alloc_pid_stays_at_level_3,
  alloc_pid_counts_three_levels,
  free_pid_frees_three_levels,
  is_unkillable_stops_at_level_2,
  from_ancestor_ns_looks_two_up,
  setns_believes_any_parent,
  forget_original_parent_walks_four,
  copy_namespaces_counts_to_five,
  zap_spares_fourth,
  detach_pid_looks_at_four,
  zap_other_threads_walks_four,
  count
};

// When user space starts, seen from the two device initcalls that make the slab caches.
enum class Boot : std::uint8_t {
  late,       // after both
  initcalls,  // between nsproxy_cache_init() and pid_namespaces_init()
  early       // before both
};

struct Config {
  // Bounds: what there is of each object.  Allocation of one more fails as it would on a machine
  // of that size: -EAGAIN for tasks (max_threads), -ENOMEM for the rest.
  int tasks = 4;       // 1..kTasks, with the global init
  int namespaces = 3;  // 1..kNamespaces, with init_pid_ns
  int pids = 6;        // 1..kPids
  int nsproxies = 4;   // 1..kNsproxies
  int failures = 0;    // how many allocations may fail besides, 0..3
  int calls = 0;       // how many calls processes make in free mode, 0: any number, ..kCallsMax

  // Constants of kernel/pid.c, small so that they can be exhausted.
  int pid_max = 5;
  int reserved_pids = 2;
  int bits_per_page = 4;
  int max_level = kLevels;  // MAX_PID_NS_LEVEL since 3.7, 1..kLevels

  Granularity steps = Granularity::kernel;

  // Kconfig; PID_NS depends on NAMESPACES.
  bool config_namespaces = true;
  bool config_pid_ns = true;
  bool config_proc_fs = false;  // namespaces have a mount of proc
  bool ptrace = false;          // tasks may be traced
  bool trace_exit = false;      // something prints a pid when a task has released itself (BZ-68)
  Boot boot = Boot::late;

  Changes changes = kOlderThanThePatch;
  Defect defect = Defect::none;
  Mutation mutation;

  bool has(Change change) const {
    if (changes_asked != nullptr) *changes_asked = changes_asked->with(change);
    return changes.has(change);
  }
  int pidmap_entries() const { return (pid_max + bits_per_page - 1) / bits_per_page; }
};

}  // namespace nsmc::kernel
