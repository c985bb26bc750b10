// kernel/signal.c: SIGKILL and SIGCHLD, as far as the life of a PID namespace needs them.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pid.hpp"

namespace nsmc::kernel {

// The other threads of p's group: linked, whatever their exit_state.
template <class K>
typename K::Bool thread_group_empty(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader;
  return !K::template any<task_struct>([&](task_ptr<K> other, auto& t) {
    return all(other != p, t.linked == 1, t.group_leader == leader);
  });
}

template <class K>
typename K::Bool thread_group_leader(task_ptr<K> p) {
  return p->group_leader == p;
}

// Every thread of the group is going to die; exit_group() does this to the global init too.
template <class K>
void zap_other_threads(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader;
  K::template each<task_struct>(
      [&](task_ptr<K> thread, auto& t) {
        if (seeded<K>(Defect::zap_other_threads_walks_four))
          return all(thread.slot() <= 4, t.linked == 1, t.group_leader == leader,
                     t.PF_EXITING == 0);
        return all(t.linked == 1, t.group_leader == leader, t.PF_EXITING == 0);
      },
      [](auto& t) { t.sigkill = 1; });
}

// The table of handlers that p's group uses, named by the leader whose it was at first.
template <class K>
task_ptr<K> sighand_of(task_ptr<K> p) {
  const task_ptr<K> leader = p->group_leader, shared = leader->sighand;
  return shared ? shared : leader;
}
// signal(SIGCHLD, ..), for p's group and, since 4.3 also across namespaces, for every other that
// shares its table by CLONE_SIGHAND.
template <class K>
void set_sigchld_ignored(task_ptr<K> p, typename K::Int ignored) {
  p->group_leader->sigchld_ignored = ignored;
  if (!fixed_by<K>(Change::thread_only)) return;
  const task_ptr<K> table = sighand_of<K>(p);
  K::template each<task_struct>(
      [&](task_ptr<K> other, auto& t) {
        return all(t.allocated == 1, (other == table) | (t.sighand == table));
      },
      [&](auto& t) { t.sigchld_ignored = ignored; });
}

// SIGNAL_UNKILLABLE belongs to the group that number 1 of its own namespace leads, whoever of it is
// left.
template <class K>
typename K::Bool is_unkillable(task_ptr<K> p) {
  const pid_ptr<K> pid = p->group_leader->pids[PIDTYPE_PID];
  if (seeded<K>(Defect::is_unkillable_stops_at_level_2) && pid->level > 2) return false;
  return pid->numbers[pid->level].nr == 1;
}

// Whether the sender has no number where p lives: then it is of a namespace around p's.
template <class K>
typename K::Bool from_ancestor_ns(task_ptr<K> sender, task_ptr<K> p) {
  const pid_ptr<K> pid = p->group_leader->pids[PIDTYPE_PID];
  const pid_ptr<K> senders = sender->pids[PIDTYPE_PID];
  if (seeded<K>(Defect::from_ancestor_ns_looks_two_up)) {
    const typename K::Int level = senders->level;  // before the other operand, see put_pid()
    if (pid->level > level + 2) return false;
  }
  return pid_nr_ns<K>(senders, pid->ns) == 0;
}

enum class Sender : std::uint8_t { process, zap, parent_death };

// Who it was, as the receiver is told.  09bca05c90c6 ("SEND_SIG_NOINFO: masquerade si_pid when
// crossing pid-ns boundary") and 6588c1e3ff01: before, the sender's number in its own namespace,
// which over there is somebody else's.
template <class K>
void report_sender(task_ptr<K> receiver) {
  const task_ptr<K> me = current<K>(), leader = me->group_leader;
  const pid_ptr<K> mine = leader->pids[PIDTYPE_PID];
  typename K::Int seen = pid_nr_ns<K>(mine, mine->ns);
  if (fixed_by<K>(Change::bz_22) && from_ancestor_ns<K>(me, receiver)) seen = 0;
  K::on().report_signal(leader.slot(), receiver.slot(), seen);
}

// SIGKILL ends the whole group, but for the global init's.  In 2007 no other init is protected:
// 0fbc26a6cfa took that away (signals that init does not handle).  921cf9f63089 ("signals: protect
// cinit from unblocked SIG_DFL signals") gave it back against all but ancestors, and zap's signal
// did not count as one (BZ-20) until e4da026f980d ("signals: zap_pid_ns_process() should use
// force_sig()").
template <class K>
void group_send_sigkill(task_ptr<K> p, Sender sender) {
  const task_ptr<K> leader = p->group_leader;
  if (sender != Sender::zap) report_sender<K>(leader);
  if (leader == global_init<K>()) return;
  if (fixed_by<K>(Change::bz_19) && is_unkillable<K>(p)) {
    // dd34200adc01 ("signals: send_signal: use si_fromuser() to detect from_ancestor_ns"): also of
    // signals that the kernel sends for somebody.
    const bool looks =
        sender == Sender::process || (sender == Sender::parent_death && fixed_by<K>(Change::bz_21));
    typename K::Bool forced = sender == Sender::zap && fixed_by<K>(Change::bz_20);
    if (looks) forced = from_ancestor_ns<K>(current<K>(), p);
    if (!forced) return;
  }
  zap_other_threads<K>(p);
}

// kill(-1, SIGKILL): everybody but the global init and the caller's group.  d25141a81838 ("'kill
// sig -1' must only apply to caller's namespace"): only those with a number above 1 in there.
template <class K>
typename K::Int kill_everybody() {
  const task_ptr<K> me = current<K>();
  const task_ptr<K> mine = me->group_leader;
  const ns_ptr<K> ns = task_active_pid_ns<K>(me);
  const typename K::Int level = ns->level;
  const task_ptr<K> reaper = ns->child_reaper;
  const task_ptr<K> init = reaper ? task_ptr<K>{reaper->group_leader} : reaper;
  const bool whole_machine = !fixed_by<K>(Change::bz_18);
  const auto reached = [&](task_ptr<K>, auto& t) {
    return all(t.linked == 1, t.group_leader != mine, t.group_leader != global_init<K>(),
               typename K::Bool{whole_machine} |
                   all(t.group_leader != init, has_number_in<K>(t.pids[PIDTYPE_PID], level, ns)));
  };
  if (!K::template any<task_struct>(reached)) return kEsrch;
  K::template each<task_struct>(
      [&](task_ptr<K> p, auto& t) { return all(reached(p, t), t.PF_EXITING == 0); },
      [](auto& t) { t.sigkill = 1; });
  return 0;
}

// The task with this number in current's namespace, or NULL.
template <class K>
task_ptr<K> find_task_by_vpid(typename K::Int nr) {
  const pid_ptr<K> pid = find_pid_ns<K>(nr, task_active_pid_ns<K>(current<K>()));
  return pid ? pid_task<K>(pid) : task_ptr<K>{};
}

// kill(nr, SIGKILL), to the task in syscall's `task`.
template <class K>
struct sys_kill {
  static Next send() {
    group_send_sigkill<K>(take(stack<K>().syscall.task), Sender::process);
    return ret<K>(0);
  }

  static constexpr Row rows[] = {
      {"send", send},
  };
};

// Tells the parent that tsk is dead.  A parent that ignores SIGCHLD does not want to know: then
// tsk has to reap itself (exit_signal -1).  REQUIRES: tasklist_lock.
template <class K>
void do_notify_parent(task_ptr<K> tsk) {
  // A tracer is told instead, and has to wait for it.
  if (config<K>().ptrace && tsk->tracer) return;
  const task_ptr<K> parent = tsk->real_parent;
  // si_pid is the number as the parent sees it, looked up through the parent's nsproxy.
  const ns_ptr<K> parent_ns = task_active_pid_ns<K>(parent);
  static_cast<void>(pid_nr_ns<K>(tsk->pids[PIDTYPE_PID], parent_ns));
  if (parent->group_leader->sigchld_ignored == 1) tsk->exit_signal = -1;
}

}  // namespace nsmc::kernel
