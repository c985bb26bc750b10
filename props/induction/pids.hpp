// struct pid: who has it in hand, who is attached to it, when it is freed.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/induction/references.hpp"

namespace nsmc::props {

template <class K>
struct pids_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Arguments, typename R::Bool, typename R::Int;
  using alloc_pid = kernel::alloc_pid<K>;

  static Bool live_pid(const Int& p) { return all(p > 0, live(R::pid(p))); }

  static Bool dead_pid_is_not_held(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(
        all(x[0] > 0, !live(p)),
        all(R::refs_of_pid(x[0]) == 0, R::hooks_of_pid(x[0]) == 0, R::owners_of_pid(x[0]) == 0,
            of(p.ns) == 0, of(p.hashed) == 0, of(p.rcu) == 0));
  }
  static Bool pid_has_one_owner(Arguments x) {
    return implies(x[0] > 0, R::owners_of_pid(x[0]) <= 1);
  }
  static Bool attached_pid_is_in_nobodys_hands(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, R::hooks_of_pid(x[0]) >= 1),
                   all(live(p), written(p.count), of(p.hashed) == 1, of(p.rcu) == 0,
                       R::owners_of_pid(x[0]) == 0));
  }
  static Bool hashed_pid_is_made(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, of(p.hashed) == 1),
                   all(live(p), written(p.count), of(p.rcu) == 0));
  }
  static Bool waiting_pid_is_forgotten(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, of(p.rcu) == 1),
                   all(live(p), written(p.count), of(p.hashed) == 0, R::owners_of_pid(x[0]) == 0,
                       R::hooks_of_pid(x[0]) == 0));
  }
  static Bool pid_in_creation_is_private(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(
        all(live_pid(x[0]), !written(p.count)),
        all(R::owners_of_pid(x[0]) == 1, R::refs_of_pid(x[0]) == 0, R::hooks_of_pid(x[0]) == 0,
            of(p.ns) == 0, of(p.hashed) == 0, of(p.rcu) == 0));
  }
  // One reference for its whole life in the hash and until the grace period is over.
  static Bool pid_count_is_exact(Arguments x) {
    auto& p = R::pid(x[0]);
    const Bool in_life = any(of(p.hashed) == 1, of(p.rcu) == 1, R::owners_of_pid(x[0]) >= 1);
    return implies(all(live_pid(x[0]), written(p.count)),
                   of(p.count) == R::refs_of_pid(x[0]) + K::if_else(in_life, Int(1), Int(0)));
  }
  static Bool live_pid_is_held(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(live_pid(x[0]), any(of(p.hashed) == 1, of(p.rcu) == 1,
                                       R::owners_of_pid(x[0]) >= 1, R::refs_of_pid(x[0]) >= 1));
  }

  static Bool alloc_pid_has(Arguments x) {
    const Int p = of(R::locals(x[0]).alloc_pid.pid);
    auto& made = R::pid(p);
    const Bool making = K::active(x[0], alloc_pid::alloc);
    return implies(
        p != 0, all(live(made), written(made.count) == !making, (of(made.hashed) == 1) == !making));
  }
  static Bool copy_process_has(Arguments x) {
    const Int p = of(R::locals(x[0]).copy_process.pid);
    return implies(p != 0, of(R::pid(p).hashed) == 1);
  }
  static Bool free_pid_has(Arguments x) {
    const Int p = of(R::locals(x[0]).free_pid.pid);
    auto& freed = R::pid(p);
    return implies(p != 0,
                   all(live(freed), written(freed.count), of(freed.rcu) == 0,
                       (of(freed.hashed) == 1) == K::at(x[0], kernel::free_pid<K>::unhash)));
  }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"dead-pid-is-not-held",
         "Nobody holds a pid that is not allocated.",
         {pid},
         dead_pid_is_not_held,
         "I3"},
        {"pid-has-one-owner",
         "At most one context has a pid in hand.",
         {pid},
         pid_has_one_owner,
         "I3"},
        {"attached-pid-is-in-nobodys-hands",
         "A pid that tasks use is hashed and not being freed.",
         {pid},
         attached_pid_is_in_nobodys_hands,
         "I3"},
        {"hashed-pid-is-made", "A hashed pid is complete.", {pid}, hashed_pid_is_made, "I3"},
        {"waiting-pid-is-forgotten",
         "Only the grace period knows a pid that waits for its end.",
         {pid},
         waiting_pid_is_forgotten,
         "I3"},
        {"pid-in-creation-is-private",
         "A pid in creation is known to its maker alone.",
         {pid},
         pid_in_creation_is_private,
         "I3"},
        {"pid-count-is-exact",
         "A pid's count is one for its life, and one per holder.",
         {pid},
         pid_count_is_exact,
         "I3"},
        {"live-pid-is-held",
         "A pid that nothing can reach has been freed.",
         {pid},
         live_pid_is_held},
        {"alloc-pid-has",
         "The pid of alloc_pid() is hashed when it is done.",
         {context},
         alloc_pid_has,
         "I3"},
        {"copy-process-has",
         "The pid of copy_process() is hashed.",
         {context},
         copy_process_has,
         "I3"},
        {"free-pid-has", "free_pid() unhashes its pid once.", {context}, free_pid_has, "I3"},
    };
  }
};

}  // namespace nsmc::props
