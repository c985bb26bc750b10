// kernel/rcu/tasks.h: waiting for everybody who is inside a read section of exit.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/kernel.hpp"

namespace nsmc::kernel {

// Since 3.18.  Here it waits for readers that come later as well, which SRCU does not.
template <class K>
struct synchronize_rcu_tasks {
  static Next wait_for_readers() {
    const auto reads = [](task_ptr<K>, auto& t) {
      return all(t.allocated == 1, t.tasks_rcu_srcu == 1);
    };
    return K::template any<task_struct>(reads) ? block() : ret<K>(0);
  }

  static constexpr Row rows[] = {
      {"wait_for_readers", wait_for_readers,
       "asleep, deaf to signals, until whoever exits has left its section"},
  };
};

}  // namespace nsmc::kernel
