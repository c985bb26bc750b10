// The border of the kernel: from a program's next call into the kernel and back.
// SPDX-License-Identifier: MIT
#pragma once

#include <climits>

#include "model/kernel/calls.hpp"
#include "model/kernel/exit.hpp"
#include "model/kernel/fork.hpp"
#include "model/kernel/rcu_tasks.hpp"
#include "model/kernel/sys.hpp"
#include "model/kernel/tty_io.hpp"
#include "model/kernel/workqueue.hpp"

namespace nsmc::kernel {

template <class K>
struct userland {
  // A task in user mode: dies of a pending SIGKILL, or makes its next call.
  static Next user_mode() {
    const task_ptr<K> me = current<K>();
    if (me->sigkill == 1) return go(do_exit<K>::begin);
    // Work that waited for the task to leave the kernel is done.
    if (fixed_by<K>(Change::notify)) me->notify_signal = 0;
    const Userland& user = *K::on().user;
    if (user.free()) {
      if (config<K>().calls > 0) {
        if (K::on().state.calls == config<K>().calls) return block();
        K::on().state.calls += 1;
      }
      const int choice = K::on().pick(static_cast<int>(user.free_calls.size()));
      return enter(user.free_calls[static_cast<std::size_t>(choice)]);
    }
    const Call* next = next_call();
    return next == nullptr ? block() : enter(*next);
  }

  static Next forked() {
    const Call* next = next_call();
    const typename K::Int flags = stack<K>().copy_process.flags;
    const typename K::Int set_tid = stack<K>().copy_process.set_tid;
    stack<K>().copy_process.flags = 0;
    stack<K>().copy_process.set_tid = 0;
    if (stack<K>().ret == 0) {
      const task_ptr<K> p = take(stack<K>().copy_process.p);
      // task_pid_vnr() of the child, or its number in the caller's namespace for CLONE_NEWPID
      stack<K>().ret = pid_nr_ns<K>(p->pids[PIDTYPE_PID], task_active_pid_ns<K>(current<K>()));
      if (next != nullptr && next->task != 0) {
        p->label = next->task;
        K::on().state.task_label[next->task - 1] = p;
        if (next->namespace_label != 0)
          K::on().state.ns_label[next->namespace_label - 1] = task_active_pid_ns<K>(p);
      }
    }
    K::on().report_clone(K::if_else(set_tid != 0, flags + CL_SET_TID, flags),
                         current<K>()->cap_sys_admin == 1, stack<K>().ret);
    return return_to_user();
  }

  static Next unshared() {
    const Call* next = next_call();
    if (stack<K>().ret == 0 && next != nullptr && next->namespace_label != 0)
      K::on().state.ns_label[next->namespace_label - 1] = pid_ns_for_children<K>(current<K>());
    return return_to_user();
  }

  // The pid that /proc/PID holds is given up at once.
  static Next opened() {
    stack<K>().ret = 0;
    const pid_ptr<K> pid = take(stack<K>().syscall.held);
    return pid ? put_pid<K>(pid, return_to_user) : go(return_to_user);
  }

  static Next waited() {
    K::on().report_wait(stack<K>().ret);
    return return_to_user();
  }

  // Stores the result.  A call that a fatal signal has interrupted never comes back to its program.
  static Next return_to_user() {
    const typename K::Int result = stack<K>().ret;
    stack<K>().ret = 0;
    K::on().report_return(result);
    const Call* next = next_call();
    if (next != nullptr && result > kErestartsys) {
      if (next->variable >= 0) K::on().state.variable[next->variable] = result;
      current<K>()->next_call += 1;
    }
    return ret();
  }

  static constexpr Row rows[] = {
      {"user_mode", user_mode, "user mode"},
      {"forked", forked},
      {"unshared", unshared},
      {"opened", opened},
      {"waited", waited},
      {"return_to_user", return_to_user},
  };

 private:
  static const Call* next_call() {
    if (K::on().user->free()) return nullptr;
    const task_ptr<K> me = current<K>();
    const auto& program = K::on().user->programs[static_cast<std::size_t>(K::plain(me->label))];
    const auto at = static_cast<std::size_t>(K::plain(me->next_call));
    return at < program.size() ? &program[at] : nullptr;
  }

  static Next enter(const Call& c) {
    const task_ptr<K> me = current<K>();
    switch (c.syscall) {
      case Syscall::clone:
        stack<K>().copy_process.flags = K::argument(c, 0, CL_ALL);
        return call(copy_process<K>::dup_task_struct, forked);
      case Syscall::exit:
        return may_exit() ? go(do_exit<K>::begin) : block();
      case Syscall::exit_group:
        if (!may_exit()) return block();
        zap_other_threads<K>(me);
        return go(do_exit<K>::begin);
      case Syscall::wait4:
        stack<K>().do_wait.nohang = K::argument(c, 0, 1);
        return call(do_wait<K>::scan, waited);
      case Syscall::kill:
        return c.argument == -1 ? go_with_result(kill_everybody<K>()) : kill_target(c);
      case Syscall::signal:
        set_sigchld_ignored<K>(me, K::argument(c, 0, 1));
        return go_with_result(0);
      case Syscall::fcntl_setown: {
        // __f_setown() replaces the owner, also by nobody.
        const pid_ptr<K> pid = find_pid_ns<K>(number_of(c.task), task_active_pid_ns<K>(me));
        const pid_ptr<K> old = take(me->f_owner);
        get_pid<K>(pid);
        me->f_owner = pid;
        stack<K>().ret = 0;
        return old ? put_pid<K>(old, return_to_user) : go(return_to_user);
      }
      case Syscall::drop_capabilities:
        me->cap_sys_admin = 0;
        return go_with_result(0);
      case Syscall::readdir_proc:
        return go_with_result(
            next_pidmap<K>(task_active_pid_ns<K>(me), K::argument(c, INT_MIN, INT_MAX)));
      case Syscall::setsid:
        return call(sys_setsid<K>::lock, return_to_user);
      case Syscall::prctl:
        if (c.argument == 0)
          me->pdeath_signal = 1;
        else
          me->group_leader->is_child_subreaper = 1;
        return go_with_result(0);
      case Syscall::unshare:
        stack<K>().copy_process.flags = c.argument;
        return call(sys_unshare<K>::begin, unshared);
      case Syscall::setns:
        stack<K>().syscall.ns = ns_ptr<K>{namespace_named(c)};
        return call(sys_setns<K>::begin, return_to_user);
      case Syscall::open_pid_ns:
        if (number_of(c.task) == 0) return go_with_result(kEsrch);
        stack<K>().syscall.task = task_named(c);
        return call(pidns_get<K>::find_task, return_to_user);
      case Syscall::open_proc:
        if (number_of(c.task) == 0) return go_with_result(kEsrch);
        stack<K>().syscall.task = task_named(c);
        stack<K>().syscall.type = PIDTYPE_PID;
        return call(get_task_pid<K>::read, opened);
      case Syscall::waitid:
        stack<K>().do_wait.nowait = 1;
        return call(do_wait<K>::scan, waited);
      case Syscall::wait_pgrp:
        return call(wait_for_pgrp<K>::begin, waited);
      case Syscall::tiocspgrp:
        return call(tiocspgrp<K>::begin, return_to_user);
      case Syscall::clone3:
        if (!fixed_by<K>(Change::set_tid)) return go_with_result(kEnosys);
        if (c.argument < 1 || c.argument >= PID_MAX_LIMIT<K>()) return go_with_result(kEinval);
        stack<K>().copy_process.set_tid = c.argument;
        return call(copy_process<K>::dup_task_struct, forked);
      case Syscall::set_pid_max:
        return go_with_result(set_pid_max(c.argument));
      case Syscall::ptrace_attach:
        if (!config<K>().ptrace) return go_with_result(kEperm);
        if (number_of(c.task) == 0) return go_with_result(kEsrch);
        stack<K>().syscall.task = task_named(c);
        return call(sys_ptrace<K>::attach, return_to_user);
      case Syscall::stop:
        do_notify_parent_cldstop<K>();
        return go_with_result(0);
      case Syscall::task_work_add:
        if (number_of(c.task) == 0) return go_with_result(kEsrch);
        if (fixed_by<K>(Change::notify)) task_named(c)->notify_signal = 1;
        return go_with_result(0);
      case Syscall::synchronize_rcu_tasks:
        return call(synchronize_rcu_tasks<K>::wait_for_readers, return_to_user);
    }
    BUG<K>();
  }

  // /proc/sys/kernel/pid_max, where each namespace has its own.
  static typename K::Int set_pid_max(typename K::Int limit) {
    if (!fixed_by<K>(Change::pid_max_of_ns)) return kEnosys;
    if (current<K>()->cap_sys_admin == 0) return kEperm;
    if (limit <= RESERVED_PIDS<K>() || limit > PID_MAX_LIMIT<K>()) return kEinval;
    task_active_pid_ns<K>(current<K>())->pid_max = limit;
    return 0;
  }

  static Next go_with_result(typename K::Int result) {
    stack<K>().ret = result;
    return go(return_to_user);
  }

  // In free mode the global init stays: what it would do, panic(), is a scenario of its own.
  static bool may_exit() {
    if (!K::on().user->free()) return true;
    return static_cast<bool>(current<K>()->group_leader != global_init<K>());
  }

  static task_ptr<K> task_named(const Call& c) { return K::on().state.task_label[c.task - 1]; }
  static ns_ptr<K> namespace_named(const Call& c) {
    if (c.namespace_label != 0) return K::on().state.ns_label[c.namespace_label - 1];
    // Free mode: any that there is.
    return K::template pick_any<pid_namespace>(
        [](ns_ptr<K>, auto& ns) { return all(ns.allocated == 1, !K::unwritten(ns.parent)); });
  }

  static typename K::Int number_of(int label) {
    const task_ptr<K> target = K::on().state.task_label[label - 1];
    if (!target || K::on().state.tasks[target.slot() - 1].allocated == 0) return 0;
    return pid_nr_ns<K>(target->pids[PIDTYPE_PID], task_active_pid_ns<K>(current<K>()));
  }

  static Next kill_task(task_ptr<K> target) {
    if (!target) return go_with_result(kEsrch);
    stack<K>().syscall.task = target;
    return call(sys_kill<K>::send, return_to_user);
  }
  static Next kill_target(const Call& c) {
    if (c.task != 0) {
      const typename K::Int nr = number_of(c.task);
      return kill_task(nr == 0 ? task_ptr<K>{} : find_task_by_vpid<K>(nr));
    }
    // Free mode: any number that another live group has in this namespace.
    const ns_ptr<K> ns = task_active_pid_ns<K>(current<K>());
    const typename K::Int level = ns->level;
    const task_ptr<K> me = current<K>();
    const task_ptr<K> target = K::template pick_any<task_struct>([&](task_ptr<K> p, auto& t) {
      return all(p != global_init<K>(), p != me, t.linked == 1, t.PF_EXITING == 0, t.sigkill == 0,
                 has_number_in<K>(t.pids[PIDTYPE_PID], level, ns));
    });
    return kill_task(target);
  }
};

}  // namespace nsmc::kernel
