// kernel/workqueue.c: what a namespace leaves to a worker, because it sleeps.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pid_namespace.hpp"

namespace nsmc::kernel {

// One work item of any namespace that has one pending.  Workers and the softirq are one context
// here: they do not interleave with each other.
template <class K>
struct process_one_work {
  static typename K::Bool is_pending(ns_ptr<K>, const pid_namespace<K>& ns) {
    return all(ns.allocated == 1, K::peek(ns.work) == 1);
  }
  static Next run() {
    const ns_ptr<K> ns = K::template pick_any<pid_namespace>(is_pending);
    if (!ns) return block();
    ns->work = 0;
    return pid_ns_release_proc<K>(ns, done);  // proc_cleanup_work()
  }
  static Next done() { return ret(); }

  static constexpr Row rows[] = {
      {"run", run, "a work item: queue_work() to its start"},
      {"done", done},
  };
};

}  // namespace nsmc::kernel
