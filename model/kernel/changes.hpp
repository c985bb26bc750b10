// Nineteen years of changes to the 2007 code, one row each: fixes, features, other semantics.
// SPDX-License-Identifier: MIT
//
// A row with a `change` is in the model: its flag is read where the kernel's own change is.  A
// kernel is the 2007 code plus every such row up to its version; what the model does not know is
// not in it (docs/modelling.md).  A commit id stands here only if it is confirmed.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "model/kernel/config.hpp"

namespace nsmc::kernel {

enum class ChangeKind : std::uint8_t {
  fix,       // of a bug
  feature,   // something that could not be done before
  semantics  // the same calls, with another outcome
};

struct ChangeRow {
  std::string_view id;       // BZ-n, S-n for a weakness of the posted code, or a word
  std::string_view what;     // what is wrong without it
  std::string_view breaks;   // the properties that are violated without it, with blanks between
  std::string_view since;    // first kernel version that has it; empty: none
  std::string_view commit;   // empty: the id is not confirmed
  std::string_view subject;  // of the commit
  std::optional<Change> change = {};
  ChangeKind kind = ChangeKind::fix;
};

// In the order of `since`, those of one version in that of their ids.
inline constexpr ChangeRow kChanges[] = {
    {.id = "BZ-07",
     .what = "zap_pid_ns_processes() sets child_reaper to NULL while an EXIT_DEAD child, invisible "
             "to wait4(), is still linked: init's exit reparents it to NULL",
     .breaks = "I2 I17 I20",
     .since = "2.6.27",
     .commit = "add0d4dfd660",
     .subject = "pid_ns: zap_pid_ns_processes: fix the ->child_reaper changing",
     .change = Change::bz_07},
    {.id = "BZ-08",
     .what = "the leader of a multithreaded init dies first and stays the registered reaper: its "
             "nsproxy is gone when an orphan's exit notifies it",
     .breaks = "I18 I27 I32",
     .since = "2.6.27",
     .commit = "950bbabb5a80",
     .subject = "pid_ns: (BUG 11391) change ->child_reaper when init->group_leader exits",
     .change = Change::bz_08},
    {.id = "BZ-18",
     .what = "kill(-1) reaches every process of the machine, also from inside a container",
     .breaks = "I24 I25",
     .since = "2.6.28",
     .commit = "d25141a81838",
     .subject = "'kill sig -1' must only apply to caller's namespace",
     .change = Change::bz_18},
    {.id = "BZ-10",
     .what = "a zombie that is reparented to a process ignoring SIGCHLD becomes self-reaping after "
             "its own exit: nobody releases it, and its pid and namespace leak",
     .breaks = "I4 I35",
     .since = "2.6.30",
     .commit = "7f5d3652d469",
     .subject = "reparent_thread: fix a zombie leak if /sbin/init ignores SIGCHLD",
     .change = Change::bz_10},
    {.id = "BZ-19",
     .what = "a container's init can be killed by its own processes",
     .breaks = "I25",
     .since = "2.6.30",
     .commit = "921cf9f63089",
     .subject = "signals: protect cinit from unblocked SIG_DFL signals",
     .change = Change::bz_19},
    {.id = "BZ-20",
     .what = "the signal of zap_pid_ns_processes() counts as one from inside: nested inits, immune "
             "since BZ-19's fix, survive it, and the dying init waits for ever",
     .breaks = "I22 I23",
     .since = "2.6.30",
     .commit = "e4da026f980d",
     .subject = "signals: zap_pid_ns_process() should use force_sig()",
     .change = Change::bz_20},
    {.id = "BZ-09",
     .what = "an init that calls clone(CLONE_PARENT) makes a sibling inside its namespace whose "
             "parent is outside: zap kills it and cannot wait for it",
     .breaks = "I21",
     .since = "2.6.32",
     .commit = "123be07b0b39",
     .subject = "fork(): disable CLONE_PARENT for init",
     .change = Change::bz_09},
    {.id = "BZ-11",
     .what =
         "alloc_pidmap() stores last_pid without ordering: an older allocator overwrites a newer "
         "one's value and a number that was just freed is handed out again",
     .breaks = "I15",
     .since = "2.6.36",
     .commit = "5fdee8c4a5e1",
     .subject = "pids: fix a race in pid generation that causes pids to be reused immediately",
     .change = Change::bz_11},
    {.id = "BZ-15",
     .what =
         "next_pidmap() takes any int from /proc's readdir offset and indexes the pidmap with it",
     .breaks = "I2",
     .since = "2.6.39",
     .commit = "",
     .subject = "next_pidmap: fix overflow condition",
     .change = Change::bz_15},
    {.id = "BZ-37",
     .what = "an EXIT_DEAD straggler is released after its namespace's init: init is not the last",
     .breaks = "I21",
     .since = "3.5",
     .commit = "",
     .subject = "pidns: guarantee that the pidns init will be the last pidns process reaped",
     .change = Change::bz_37},
    {.id = "BZ-16",
     .what = "free_pid_ns() puts the parent and may free it: it recurses once per level, possibly "
             "in softirq",
     .breaks = "L10",
     .since = "3.7",
     .commit = "",
     .subject = "pidns: remove recursion from free_pid_ns()",
     .change = Change::bz_16},
    {.id = "BZ-17",
     .what = "namespaces nest without limit",
     .breaks = "I6",
     .since = "3.7",
     .commit = "",
     .subject = "pidns: limit the nesting depth of pid namespaces",
     .change = Change::bz_17},
    {.id = "BZ-53",
     .what = "fork() says ENOMEM whatever the reason for which it got no number",
     .breaks = "",
     .since = "4.0",
     .commit = "35f71bc0a09a",
     .subject = "fork: report pid reservation failure properly",
     .change = Change::bz_53},
    {.id = "S17",
     .what =
         "pid_ns_cachep is created by a device initcall: a CLONE_NEWPID before it allocates from "
         "a NULL cache (the patch's own, acknowledged in its changelog)",
     .breaks = "I2",
     .since = "",
     .commit = "",
     .subject = ""},
};

struct Kernel {
  std::string_view name;
  std::string_view what;
  std::uint64_t changes = 0;  // bit per Change
};

// In order of age.
std::span<const Kernel> kernels();
const Kernel* find_kernel(std::string_view name);
const ChangeRow* find_change(std::string_view id);

}  // namespace nsmc::kernel
