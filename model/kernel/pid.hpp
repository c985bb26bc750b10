// kernel/pid.c: numbers, struct pid, and who is attached to it.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/nsproxy.hpp"
#include "model/kernel/pidmap.hpp"

namespace nsmc::kernel {

template <class K>
void get_pid(pid_ptr<K> pid) {
  if (pid && !seeded<K>(Defect::get_pid_does_not_count)) pid->count += 1;
}

// put_pid(), then `then`.  Runs in process context and, from delayed_put_pid(), in softirq.
template <class K>
Next put_pid(pid_ptr<K> pid, lang::StepFunction then) {
  if (pid->count == 0) K::oops(Fault::refcount_underflow);
  pid->count -= 1;
  if (pid->count != (seeded<K>(Defect::put_pid_frees_at_one) ? 1 : 0)) return go(then);
  const ns_ptr<K> ns = take(pid->ns);
  // First this, then that: C++ leaves the order of operands open, and each may be an Oops.
  const typename K::Int nr_ids = ns->pid_cachep->nr_ids;
  if (nr_ids != pid->slab) K::oops(Fault::wrong_cache);
  K::on().release(pid);
  if (seeded<K>(Defect::put_pid_without_put_pid_ns)) return go(then);
  return put_ns<K>(ns, then);
}

// A hash walk under RCU; numbers of a namespace are unique there, so the order does not matter.
template <class K>
pid_ptr<K> find_pid_ns(typename K::Int nr, ns_ptr<K> ns) {
  const typename K::Int level = ns->level;
  return K::template find<pid_struct>([&](pid_ptr<K>, auto& pid) {
    auto& number = pid.numbers[level];
    return all(pid.allocated == 1, K::peek(pid.hashed) == 1, K::peek(pid.level) >= level,
               K::peek(number.nr) == nr, K::target(number.ns) == ns);
  });
}

// The number of `pid` as seen in `ns`, 0 if it has none there.
template <class K>
typename K::Int pid_nr_ns(pid_ptr<K> pid, ns_ptr<K> ns) {
  if (!pid) return 0;
  // 006568ab4c5c ("pid: Add a judgment for ns null in pid_nr_ns")
  if (fixed_by<K>(Change::bz_68) && !ns) return 0;
  const typename K::Int level = pid->level;  // before the other operand, see put_pid()
  if (level < ns->level) return 0;
  auto& number = pid->numbers[ns->level];
  if (number.ns != ns) return 0;
  return number.nr;
}

// Whether `pid` has a number in `ns`, which is at `level`; NULL has none.  For scans.
template <class K>
typename K::Bool has_number_in(pid_ptr<K> pid, typename K::Int level, ns_ptr<K> ns) {
  auto& number = K::template unchecked<pid_struct>(pid.slot()).numbers[level];
  return all(pid.slot() != typename K::Slot(K::kNull), K::peek(number.nr) != 0,
             K::target(number.ns) == ns);
}

// Any task in one of the pid's three lists.
template <class K>
typename K::Bool pid_in_use(pid_ptr<K> pid) {
  return K::template listed<pid_struct>(pid);
}

// The first task of the pid's PIDTYPE_PID list, NULL if no task is attached.
template <class K>
task_ptr<K> pid_task(pid_ptr<K> pid) {
  return K::template find<task_struct>([&](task_ptr<K>, auto& task) {
    return all(task.allocated == 1, task.pids[PIDTYPE_PID] == pid);
  });
}

template <class K>
void attach_pid(task_ptr<K> task, typename K::Int type, pid_ptr<K> pid) {
  lockdep_assert_tasklist<K>();
  task->pids[type] = pid;
}

// Unlinks one role.  The pid comes back if no task uses it any more: the caller frees it.
template <class K>
pid_ptr<K> detach_pid(task_ptr<K> task, typename K::Int type) {
  lockdep_assert_tasklist<K>();
  const pid_ptr<K> pid = take(task->pids[type]);
  if (seeded<K>(Defect::detach_pid_gives_what_is_used)) return pid;
  if (seeded<K>(Defect::detach_pid_looks_at_four)) {
    const typename K::Bool used = K::template any<task_struct>([&](task_ptr<K> other, auto& t) {
      return all(other.slot() <= 4, t.allocated == 1,
                 (t.pids[PIDTYPE_PID] == pid) | (t.pids[PIDTYPE_PGID] == pid) |
                     (t.pids[PIDTYPE_SID] == pid));
    });
    return used ? pid_ptr<K>{} : pid;
  }
  return pid_in_use<K>(pid) ? pid_ptr<K>{} : pid;
}

// A reference on the pid of the task in syscall's `task`, in the role `type`; in `held`, or NULL.
template <class K>
struct get_task_pid {
  // rcu_read_lock() would keep the struct until it is counted: 1a657f78dcc8 ("introduce
  // get_task_pid() to fix unsafe get_pid()") for a task's pid, 2ae448efc87d ("pids: improve
  // get_task_pid() to fix the unsafe sys_wait4()->task_pgrp()") for its process group.
  static Next read() {
    auto& l = stack<K>().syscall;
    const bool under_rcu = fixed_by<K>(l.type == PIDTYPE_PID ? Change::bz_04 : Change::bz_31);
    l.pid = pid_ptr<K>{l.task->group_leader->pids[l.type]};
    return under_rcu ? get() : go(get);
  }
  static Next get() {
    auto& l = stack<K>().syscall;
    const pid_ptr<K> pid = take(l.pid);
    l.task = task_ptr<K>{};
    l.type = 0;
    if (pid) pid->count += 1;
    l.held = pid;
    return ret();
  }

  static constexpr Row rows[] = {
      {"read", read},
      {"get", get, "the pid may be freed before it is counted"},
  };
};

// A struct pid with a number at each level, hashed, in `pid`; or NULL there, and since 4.0 an
// error.
template <class K>
struct alloc_pid {
  static Next alloc() {
    auto& l = stack<K>().alloc_pid;
    const ns_ptr<K> ns = l.ns;
    stack<K>().ret = kEnomem;  // what BZ-53's fix reports, unless a level has another reason
    if (K::on().fails()) return leave(pid_ptr<K>{});
    const pid_ptr<K> pid = K::on().template allocate<pid_struct>(false);
    if (!pid) return leave(pid);
    pid->hashed = seeded<K>(Defect::alloc_pid_hashes_too_early) ? 1 : 0;
    pid->rcu = 0;
    pid->slab = ns->pid_cachep->nr_ids;
    l.pid = pid;
    l.tmp = ns;
    l.i = typename K::Int{ns->level};
    return take_number();
  }

  // Deepest level first, walking up `parent`.
  static Next number_taken() {
    auto& l = stack<K>().alloc_pid;
    const pid_ptr<K> pid = l.pid;
    const typename K::Int nr = stack<K>().ret;
    if (nr < 0) return go(seeded<K>(Defect::alloc_pid_does_not_unwind) ? free_struct : out_free);
    auto& number = pid->numbers[l.i];
    number.nr = nr;
    number.ns = l.tmp;
    if (l.i == 0) return go_on_mounted();
    const bool stays = seeded<K>(Defect::alloc_pid_does_not_walk_up) ||
                       (seeded<K>(Defect::alloc_pid_stays_at_level_3) && l.i == 3);
    if (!stays) l.tmp = ns_ptr<K>{l.tmp->parent};
    l.i -= 1;
    return take_number();
  }

  // From here on every lookup finds the pid, though no task is attached to it yet.
  static Next publish() {
    auto& l = stack<K>().alloc_pid;
    const pid_ptr<K> pid = l.pid;
    const ns_ptr<K> ns = l.ns;
    pid->ns = seeded<K>(Defect::alloc_pid_without_reference) ? ns : get_pid_ns<K>(ns);
    pid->level = seeded<K>(Defect::alloc_pid_stores_level_0) ? typename K::Int{0}
                                                             : typename K::Int{ns->level};
    pid->count = seeded<K>(Defect::alloc_pid_counts_two) ? 2 : 1;
    // The levels below are not there in a pid of this arity.
    K::each_index(ns->level + 1, K::levels(), [&](typename K::Int i) {
      pid->numbers[i].nr = 0;
      pid->numbers[i].ns = ns_ptr<K>{};
    });
    // 3.8 ("pidns: Stop pid allocation when init dies"): zap has disabled it.
    if (fixed_by<K>(Change::bz_38) && ns->hash_adding == 0) {
      // b26ebfe12f34 ("pid: Fix error return value in some cases"): set_tid has left another.
      stack<K>().ret = kEnomem;
      if (fixed_by<K>(Change::set_tid) && !fixed_by<K>(Change::bz_53b) &&
          stack<K>().copy_process.set_tid != 0)
        stack<K>().ret = kEperm;
      const ns_ptr<K> held = take(pid->ns);
      // 24c037ebf572 ("exit: pidns: alloc_pid() leaks pid_namespace if child_reaper is exiting")
      return fixed_by<K>(Change::bz_49) ? put_ns<K>(held, out_unlock) : go(out_unlock);
    }
    pid->hashed = 1;  // under pidmap_lock, all levels
    if (!fixed_by<K>(Change::count_hashed)) return leave(pid);
    l.i = 0;
    return go(count_up);
  }

  // ++upid->ns->nr_hashed, level by level, still under pidmap_lock.
  static Next count_up() {
    auto& l = stack<K>().alloc_pid;
    const pid_ptr<K> pid = l.pid;
    if (l.i > pid->level) return leave(pid);
    if (seeded<K>(Defect::alloc_pid_counts_three_levels) && l.i > 2) return leave(pid);
    pid->numbers[l.i].ns->nr_hashed += 1;
    l.i += 1;
    return go(count_up);
  }

  // All numbers are there, and level 0 is the first to be given back.
  static Next out_unlock() { return give_back(); }

  // The numbers of the deeper levels are given back; last_pid and late pages stay as they are.
  static Next out_free() {
    auto& l = stack<K>().alloc_pid;
    l.i += seeded<K>(Defect::alloc_pid_unwinds_one_less) ? 2 : 1;
    if (seeded<K>(Defect::alloc_pid_unwinds_two_levels) && l.i > 2) return go(free_struct);
    return l.i > l.ns->level ? go(free_struct) : give_back();
  }

  static Next free_struct() {
    auto& l = stack<K>().alloc_pid;
    K::on().release(take(l.pid));
    // 4.15 ("pid: Handle failure to allocate the first pid in a pid namespace"): the next attempt
    // has to get number 1.
    if (fixed_by<K>(Change::bz_59) && l.ns->nr_hashed == 0 && l.ns->hash_adding == 1)
      l.ns->last_pid = 0;
    return leave(pid_ptr<K>{});
  }

  static constexpr Row rows[] = {
      {"alloc", alloc},
      {"number_taken", number_taken},
      {"publish", publish, "r4: the number is set in the bitmap, no struct pid is hashed"},
      {"count_up", count_up},
      {"out_unlock", out_unlock},
      {"out_free", out_free},
      {"free_struct", free_struct},
  };

 private:
  static Next give_back() {
    auto& l = stack<K>().alloc_pid;
    const pid_ptr<K> pid = l.pid;
    stack<K>().free_pidmap.ns = ns_ptr<K>{pid->numbers[l.i].ns};
    stack<K>().free_pidmap.nr = typename K::Int{pid->numbers[l.i].nr};
    return call(free_pidmap<K>::clear_bit, out_free);
  }
  // Number 1 of a namespace brings the mount of proc with it.
  static Next go_on_mounted() {
    auto& l = stack<K>().alloc_pid;
    if (!mounts_proc<K>(Mounter::alloc_pid)) return go(publish);
    const typename K::Int own_nr = l.pid->numbers[l.ns->level].nr;
    if (own_nr != 1) return go(publish);
    if (pid_ns_prepare_proc<K>(l.ns) == 0) return go(publish);
    // 4.12 ("pidns: disable pid allocation if pid_ns_prepare_proc() is failed in alloc_pid()");
    // BZ-59's fix lets the next fork try again.
    if (fixed_by<K>(Change::bz_58) && !fixed_by<K>(Change::bz_59)) l.ns->hash_adding = 0;
    stack<K>().ret = kEnomem;
    return give_back();
  }
  static Next take_number() {
    stack<K>().alloc_pidmap.ns = stack<K>().alloc_pid.tmp;
    // 49cb2fc42ce4 ("fork: extend clone3() to support setting a PID"): at the deepest level here.
    if (fixed_by<K>(Change::set_tid) && stack<K>().copy_process.set_tid != 0 &&
        stack<K>().alloc_pid.tmp == stack<K>().alloc_pid.ns)
      return call(alloc_pidmap<K>::idr_alloc, number_taken);
    return call(alloc_pidmap<K>::read_last_pid, number_taken);
  }
  static Next leave(pid_ptr<K> pid) {
    auto& l = stack<K>().alloc_pid;
    l = {};
    l.pid = pid;
    if (!pid && fixed_by<K>(Change::bz_53)) return ret();  // the error is there
    return ret<K>(0);
  }
};

// Takes the pid in `pid` out of the hash and gives its numbers back; the struct goes after a grace
// period.
template <class K>
struct free_pid {
  static Next unhash() {
    auto& l = stack<K>().free_pid;
    const pid_ptr<K> pid = l.pid;
    l.i = seeded<K>(Defect::free_pid_begins_at_1) ? 1 : 0;
    if (!seeded<K>(Defect::free_pid_bit_before_hash) && !seeded<K>(Defect::free_pid_skips_hash))
      pid->hashed = 0;  // under pidmap_lock, all levels
    return go(fixed_by<K>(Change::count_hashed) ? count_down : free_numbers);
  }

  // switch (--ns->nr_hashed), level by level, still under pidmap_lock.
  static Next count_down() {
    auto& l = stack<K>().free_pid;
    const pid_ptr<K> pid = l.pid;
    if (l.i > pid->level) {
      l.i = 0;
      return go(free_numbers);
    }
    const ns_ptr<K> ns{pid->numbers[l.i].ns};
    l.i += 1;
    if (!seeded<K>(Defect::free_pid_does_not_count_down)) ns->nr_hashed -= 1;
    const typename K::Int left = ns->nr_hashed;
    // 3.12 ("pidns: fix free_pid() to handle the first fork failure"): closed for good.
    if (fixed_by<K>(Change::bz_44) && left == 0) ns->hash_adding = 0;
    if (ns->hash_adding == 1) return go(count_down);
    if (left == 0 && leaves_work<K>()) {
      ns->work = 1;  // schedule_work(&ns->proc_work)
    } else if (left == 1 || (left == 2 && fixed_by<K>(Change::bz_43))) {
      // All that is left is init, and since 3.12 ("pidns: Fix hang in zap_pid_ns_processes by
      // sending a potentially extra wakeup") also its dead leader.  wake_up_process(child_reaper):
      ns->child_reaper->sleeping = 0;
    }
    return go(count_down);
  }

  static Next free_numbers() {
    auto& l = stack<K>().free_pid;
    const pid_ptr<K> pid = l.pid;
    if (l.i > pid->level + (seeded<K>(Defect::free_pid_goes_too_far) ? 1 : 0)) return go(call_rcu);
    if (seeded<K>(Defect::free_pid_frees_three_levels) && l.i > 2) return go(call_rcu);
    stack<K>().free_pidmap.ns = ns_ptr<K>{pid->numbers[l.i].ns};
    stack<K>().free_pidmap.nr = typename K::Int{pid->numbers[l.i].nr};
    l.i += 1;
    return call(free_pidmap<K>::clear_bit, free_numbers);
  }

  static Next call_rcu() {
    auto& l = stack<K>().free_pid;
    if (!seeded<K>(Defect::free_pid_skips_hash)) l.pid->hashed = 0;
    if (!seeded<K>(Defect::free_pid_without_call_rcu)) l.pid->rcu = 1;
    l = {};
    return ret();
  }

  static constexpr Row rows[] = {
      {"unhash", unhash},
      {"count_down", count_down},
      {"free_numbers", free_numbers},
      {"call_rcu", call_rcu},
  };
};

// The end of a grace period for one struct pid: the softirq's only work.
template <class K>
struct delayed_put_pid {
  static Next put() {
    const pid_ptr<K> pid =
        K::template pick_any<pid_struct>([](pid_ptr<K>, auto& p) { return K::peek(p.rcu) == 1; });
    if (!pid) return block();
    if (!seeded<K>(Defect::delayed_put_pid_stays_pending)) pid->rcu = 0;
    return put_pid<K>(pid, done);
  }
  static Next done() { return ret(); }

  static constexpr Row rows[] = {
      {"put", put, "r11: the numbers are free, the struct waits for the grace period"},
      {"done", done},
  };
};

}  // namespace nsmc::kernel
