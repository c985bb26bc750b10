// drivers/char/tty_io.c: which process group has the terminal.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pid.hpp"

namespace nsmc::kernel {

// The process group of the one terminal becomes current's.  A pseudo terminal has two ends, which
// until 54ffccbf053b ("tty: Fix ->pgrp locking in tiocspgrp()") took different locks.
template <class K>
struct tiocspgrp {
  static Next begin() {
    auto& l = stack<K>().syscall;
    const pid_ptr<K> pgrp = current<K>()->group_leader->pids[PIDTYPE_PGID];
    get_pid<K>(pgrp);
    l.held = pgrp;
    l.pid = pid_ptr<K>{K::on().state.tty_pgrp};
    return fixed_by<K>(Change::bz_62) ? replace() : go(replace);
  }
  static Next replace() {
    auto& l = stack<K>().syscall;
    const pid_ptr<K> old = take(l.pid);
    K::on().state.tty_pgrp = take(l.held);
    return old ? put_pid<K>(old, done) : go(done);
  }
  static Next done() { return ret<K>(0); }

  static constexpr Row rows[] = {
      {"begin", begin},
      {"replace", replace, "the lock is that of this end of the terminal"},
      {"done", done},
  };
};

}  // namespace nsmc::kernel
