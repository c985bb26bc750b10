// Levels, caches, and whose namespace a function works on.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/induction/references.hpp"

namespace nsmc::props {

template <class K>
struct namespaces_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Arguments, typename R::Bool, typename R::Int;
  using alloc_pid = kernel::alloc_pid<K>;
  using copy_process = kernel::copy_process<K>;
  using create_pid_namespace = kernel::create_pid_namespace<K>;
  using create_pid_cachep = kernel::create_pid_cachep<K>;

  static Bool published(const Int& n) { return references_lemmas<K>::published(n); }

  static Bool level_is_parents_plus_one(Arguments x) {
    auto& n = R::ns(x[0]);
    return implies(all(x[0] > 1, live(n), published(x[0])),
                   all(of(n.parent) != 0, of(n.level) == of(R::ns(of(n.parent)).level) + 1));
  }
  static Bool only_the_first_is_at_level_0(Arguments x) {
    auto& n = R::ns(x[0]);
    return implies(all(x[0] > 1, live(n), written(n.kref)),
                   all(written(n.level), of(n.level) >= 1));
  }
  static Bool created_one_level_down(Arguments x) {
    auto& l = R::locals(x[0]);
    const Int below = of(R::ns(of(l.copy_pid_ns.old_ns)).level) + 1,
              made = of(l.create_pid_namespace.ns);
    return all(
        implies(K::active(x[0], create_pid_namespace::init),
                all(of(l.copy_pid_ns.old_ns) != 0, of(l.create_pid_namespace.level) == below)),
        implies(all(made != 0, !K::active(x[0], create_pid_namespace::init)),
                all(of(l.copy_pid_ns.old_ns) != 0, of(R::ns(made).level) == below)));
  }

  static Bool ns_has_its_cache(Arguments x) {
    auto& n = R::ns(x[0]);
    auto& cache = R::cache(of(n.pid_cachep));
    return implies(all(x[0] > 0, live(n), written(n.kref)),
                   all(of(n.pid_cachep) != 0, live(cache), of(cache.nr_ids) == of(n.level) + 1));
  }
  static Bool cache_found_is_the_one_wanted(Arguments x) {
    auto& l = R::locals(x[0]);
    const Int found = of(l.create_pid_cachep.pcache), wanted = of(l.create_pid_namespace.level) + 1;
    return all(
        implies(K::active(x[0], create_pid_cachep::search),
                of(l.create_pid_cachep.nr_ids) == wanted),
        implies(found != 0, all(K::at(x[0], create_pid_namespace::init), live(R::cache(found)),
                                of(R::cache(found).nr_ids) == wanted)));
  }
  static Bool listed_caches_stay(Arguments x) {
    auto& cache = R::cache(x[0]);
    return implies(all(x[0] > 0, of(cache.listed) == 1), live(cache));
  }

  // alloc_pid() works for the child of copy_process(), whose nsproxy keeps the namespace.
  static Bool child_keeps_alloc_pids_ns(Arguments x) {
    auto& l = R::locals(x[0]);
    const Int n = of(l.alloc_pid.ns), child = of(l.copy_process.p);
    const Int proxy = of(R::task(child).nsproxy_);
    return implies(n != 0,
                   all(K::active(x[0], alloc_pid::alloc), child != 0, proxy != 0,
                       of(R::proxy(proxy).pid_ns) == n, K::at(x[0], copy_process::allocated_pid)));
  }
  // zap_pid_ns_processes() works for current, which still has the nsproxy, or since 2.6.29 the pid,
  // through which the namespace was found.
  static Bool current_keeps_zaps_ns(Arguments x) {
    auto& zap = R::locals(x[0]).zap_pid_ns_processes;
    auto& task = R::task(x[0] + 1);
    const Int n = of(zap.ns), proxy = of(task.nsproxy_), pid = of(task.pids[kernel::PIDTYPE_PID]);
    const Bool keeps = kernel::fixed_by<K>(kernel::Change::bz_30)
                           ? all(pid != 0, of(R::pid(pid).ns) == n)
                           : all(proxy != 0, of(R::proxy(proxy).pid_ns) == n);
    return implies(n != 0, all(K::active(x[0], kernel::zap_pid_ns_processes<K>::begin), keeps,
                               any(K::at(x[0], kernel::do_exit<K>::exit_files),
                                   K::at(x[0], kernel::do_exit<K>::drop_namespaces))));
  }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"level-is-parents-plus-one",
         "A namespace's level is its parent's plus one.",
         {ns},
         level_is_parents_plus_one,
         "I6"},
        {"only-the-first-is-at-level-0",
         "Only init_pid_ns is at level 0.",
         {ns},
         only_the_first_is_at_level_0,
         "I6"},
        {"created-one-level-down",
         "A namespace is created one level below the caller's.",
         {context},
         created_one_level_down,
         "I6"},
        {"ns-has-its-cache",
         "The cache of a namespace has the arity of its level.",
         {ns},
         ns_has_its_cache},
        {"cache-found-is-the-one-wanted",
         "create_pid_cachep() gives the arity it was asked for.",
         {context},
         cache_found_is_the_one_wanted},
        {"listed-caches-stay",
         "A cache that is listed is never destroyed.",
         {cache},
         listed_caches_stay},
        {"child-keeps-alloc-pids-ns",
         "The child's nsproxy keeps the namespace of alloc_pid().",
         {context},
         child_keeps_alloc_pids_ns},
        {"current-keeps-zaps-ns",
         "The dying init keeps the namespace that it zaps.",
         {context},
         current_keeps_zaps_ns},
    };
  }
};

}  // namespace nsmc::props
