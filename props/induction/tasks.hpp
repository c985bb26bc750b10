// Tasks, as far as the life of namespaces and pids depends on them.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/induction/lemma.hpp"

namespace nsmc::props {

template <class K>
struct tasks_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of;
  using typename R::Arguments, typename R::Bool, typename R::Int;
  using do_exit = kernel::do_exit<K>;
  using release_task = kernel::release_task<K>;

  static Bool in_kernel(const Int& context) {
    return any(K::active(context, kernel::userland<K>::user_mode),
               K::active(context, do_exit::begin));
  }
  static Bool unattached(auto& t) {
    return all(of(t.pids[kernel::PIDTYPE_PID]) == 0, of(t.pids[kernel::PIDTYPE_PGID]) == 0,
               of(t.pids[kernel::PIDTYPE_SID]) == 0);
  }
  // Its context may still be in its last step, where it finds that the task is gone.
  static Bool gone_or_dying(const Int& t) {
    return implies(in_kernel(t - 1), K::at(t - 1, do_exit::do_task_dead));
  }

  static Bool dead_task_is_empty(Arguments x) {
    auto& t = R::task(x[0]);
    return implies(
        all(x[0] > 0, !live(t)),
        all(of(t.nsproxy_) == 0, of(t.f_owner) == 0, unattached(t), of(t.linked) == 0,
            of(t.exit_state) == 0, R::owners_of_task(x[0]) == 0, gone_or_dying(x[0]),
            implies(in_kernel(x[0] - 1), of(R::locals(x[0] - 1).release_task.p) == x[0])));
  }
  static Bool child_is_private(Arguments x) {
    auto& t = R::task(x[0]);
    const Int owners = R::owners_of_task(x[0]);
    return implies(
        x[0] > 0,
        all(owners <= 1, implies(owners == 1, all(live(t), of(t.linked) == 0, unattached(t),
                                                  of(t.exit_state) == 0, of(t.PF_EXITING) == 0,
                                                  of(t.f_owner) == 0, !in_kernel(x[0] - 1)))));
  }
  static Bool the_dead_hold_nothing(Arguments x) {
    auto& t = R::task(x[0]);
    return implies(all(x[0] > 0, of(t.exit_state) != 0),
                   all(live(t), of(t.nsproxy_) == 0, of(t.f_owner) == 0, of(t.PF_EXITING) == 1,
                       gone_or_dying(x[0])));
  }
  static Bool exit_gives_up(Arguments x) {
    auto& t = R::task(x[0] + 1);
    return all(implies(any(K::at(x[0], do_exit::exit_notify), K::at(x[0], do_exit::drop_namespaces),
                           K::at(x[0], do_exit::notify), K::at(x[0], do_exit::do_task_dead)),
                       of(t.f_owner) == 0),
               implies(any(K::at(x[0], do_exit::notify), K::at(x[0], do_exit::do_task_dead)),
                       of(t.nsproxy_) == 0),
               implies(K::active(x[0], do_exit::notify),
                       any(of(t.PF_EXITING) == 1, !live(t), K::at(x[0], do_exit::begin))));
  }
  static Bool is_dead(const Int& t) {
    return any(!live(R::task(t)), of(R::task(t).exit_state) != 0);
  }
  static Bool only_the_dead_are_released(Arguments x) {
    auto& l = R::locals(x[0]);
    const Int released = of(l.release_task.p), reaped = of(l.do_wait.p);
    return all(implies(released != 0, is_dead(released)), implies(reaped != 0, is_dead(reaped)));
  }
  static Bool dead_lists_are_of_the_dead(Arguments x) {
    return implies(all(x[0] > 0, of(R::task(x[0]).dead_list) != 0),
                   of(R::task(x[0]).exit_state) != 0);
  }
  static Bool unlinking_holds_the_lock(Arguments x) {
    return implies(
        any(K::at(x[0], release_task::unhash_process), K::at(x[0], release_task::unlink)),
        all(of(K::on().state.tasklist_lock) == x[0] + 1,
            of(R::task(of(R::locals(x[0]).release_task.p)).linked) == 1));
  }
  static Bool reparenting_holds_the_lock(Arguments x) {
    using reparent = kernel::forget_original_parent<K>;
    return implies(any(K::at(x[0], reparent::reparent_next), K::at(x[0], reparent::next_ancestor),
                       K::at(x[0], reparent::death_signals)),
                   of(K::on().state.tasklist_lock) == x[0] + 1);
  }
  static Bool the_last_step_releases_itself(Arguments x) {
    return implies(all(K::at(x[0], do_exit::do_task_dead), of(R::task(x[0] + 1).linked) == 1),
                   of(R::locals(x[0]).release_task.p) == x[0] + 1);
  }
  static Bool linked_tasks_exist(Arguments x) {
    return implies(all(x[0] > 0, of(R::task(x[0]).linked) == 1), live(R::task(x[0])));
  }
  static Bool only_tasks_enter_the_kernel(Arguments x) {
    return implies(in_kernel(x[0]), x[0] >= 0);
  }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"dead-task-is-empty",
         "A task that is not allocated holds nothing.",
         {task},
         dead_task_is_empty},
        {"child-is-private",
         "A child is known to its maker alone until it is attached.",
         {task},
         child_is_private},
        {"the-dead-hold-nothing",
         "A zombie has given up its nsproxy and its files.",
         {task},
         the_dead_hold_nothing},
        {"exit-gives-up", "do_exit() gives up files, then namespaces.", {context}, exit_gives_up},
        {"only-the-dead-are-released",
         "Who is released or reaped is dead.",
         {context},
         only_the_dead_are_released},
        {"dead-lists-are-of-the-dead",
         "Who is on a dead_children list is dead.",
         {task},
         dead_lists_are_of_the_dead},
        {"unlinking-holds-the-lock",
         "release_task() holds tasklist_lock, and its task is linked.",
         {context},
         unlinking_holds_the_lock},
        {"reparenting-holds-the-lock",
         "Children are reparented under tasklist_lock.",
         {context},
         reparenting_holds_the_lock},
        {"the-last-step-releases-itself",
         "A task that is linked in its last step releases itself.",
         {context},
         the_last_step_releases_itself},
        {"linked-tasks-exist", "A task that is linked is allocated.", {task}, linked_tasks_exist},
        {"only-tasks-enter-the-kernel",
         "System calls are made by tasks.",
         {context},
         only_tasks_enter_the_kernel},
    };
  }
};

}  // namespace nsmc::props
