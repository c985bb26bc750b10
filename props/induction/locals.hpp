// What functions hold in their locals, and from which step to which.
// SPDX-License-Identifier: MIT
//
// K::at(c, step): where context c continues in the function of that step, also while it waits for a
// callee.  K::active(c, step): c is in that function at all.
#pragma once

#include "props/induction/references.hpp"

namespace nsmc::props {

template <class K>
struct locals_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Arguments, typename R::Bool, typename R::Int;
  using copy_pid_ns = kernel::copy_pid_ns<K>;
  using create_pid_namespace = kernel::create_pid_namespace<K>;
  using create_new_namespaces = kernel::create_new_namespaces<K>;
  using copy_namespaces = kernel::copy_namespaces<K>;
  using copy_process = kernel::copy_process<K>;
  using alloc_pid = kernel::alloc_pid<K>;
  using free_pid = kernel::free_pid<K>;

  static Bool idle(const Int& c, lang::StepFunction f) { return !K::active(c, f); }

  static Bool copy_pid_ns_holds(Arguments x) {
    auto& l = R::locals(x[0]).copy_pid_ns;
    return all(
        implies(of(l.old_ns) != 0, K::at(x[0], copy_pid_ns::set_parent)),
        implies(of(l.new_ns) != 0, of(R::locals(x[0]).ret) == 0),
        implies(of(l.new_ns) != 0, any(K::at(x[0], copy_pid_ns::done),
                                       all(idle(x[0], copy_pid_ns::done),
                                           K::at(x[0], create_new_namespaces::copied_pid_ns)))));
  }
  static Bool create_pid_namespace_holds(Arguments x) {
    return implies(of(R::locals(x[0]).create_pid_namespace.ns) != 0,
                   any(K::at(x[0], create_pid_namespace::init),
                       all(idle(x[0], create_pid_namespace::init), of(R::locals(x[0]).ret) == 0,
                           K::at(x[0], copy_pid_ns::set_parent))));
  }
  static Bool put_pid_ns_holds(Arguments x) {
    return implies(of(R::locals(x[0]).put_pid_ns.ns) != 0,
                   K::active(x[0], kernel::put_pid_ns<K>::kref_put));
  }
  static Bool copy_namespaces_holds(Arguments x) {
    auto& l = R::locals(x[0]).copy_namespaces;
    return all(implies(of(l.old_ns) != 0, K::at(x[0], copy_namespaces::out)),
               implies(of(l.err) != 0,
                       any(K::at(x[0], copy_namespaces::out), K::at(x[0], copy_namespaces::done))));
  }
  static Bool create_new_namespaces_holds(Arguments x) {
    return implies(of(R::locals(x[0]).create_new_namespaces.new_nsp) != 0,
                   any(K::at(x[0], create_new_namespaces::copied_pid_ns),
                       K::at(x[0], create_new_namespaces::out_nsproxy),
                       all(idle(x[0], create_new_namespaces::out_nsproxy),
                           of(R::locals(x[0]).ret) == 0, K::at(x[0], copy_namespaces::install))));
  }
  static Bool free_nsproxy_holds(Arguments x) {
    return implies(of(R::locals(x[0]).free_nsproxy.ns) != 0,
                   K::active(x[0], kernel::free_nsproxy<K>::free));
  }
  static Bool alloc_pid_holds(Arguments x) {
    return implies(
        of(R::locals(x[0]).alloc_pid.pid) != 0,
        any(K::at(x[0], alloc_pid::number_taken), K::at(x[0], alloc_pid::publish),
            K::at(x[0], alloc_pid::out_free), K::at(x[0], alloc_pid::free_struct),
            all(idle(x[0], alloc_pid::alloc), K::at(x[0], copy_process::allocated_pid))));
  }
  static Bool copy_process_holds(Arguments x) {
    auto& l = R::locals(x[0]).copy_process;
    return all(implies(of(l.pid) != 0, any(K::at(x[0], copy_process::attach),
                                           K::at(x[0], copy_process::bad_fork_free_pid))),
               implies(of(l.p) != 0, all(K::active(x[0], copy_process::attach),
                                         !K::at(x[0], copy_process::dup_task_struct))));
  }
  static Bool free_pid_holds(Arguments x) {
    return implies(of(R::locals(x[0]).free_pid.pid) != 0, K::active(x[0], free_pid::unhash));
  }

  // A namespace in the hands of its maker.
  static Bool made_ns_is_private(Arguments x) {
    const Int n = of(R::locals(x[0]).create_pid_namespace.ns);
    auto& made = R::ns(n);
    return implies(n != 0, all(n > 1, live(made), R::refs_of_ns(n) == 1, of(made.parent) == 0,
                               !written(made.parent), of(made.pidmap_[0].page) == 1,
                               written(made.kref) == idle(x[0], create_pid_namespace::init),
                               written(made.level) == written(made.kref)));
  }
  // An nsproxy in the hands of its maker.
  static Bool made_proxy_is_private(Arguments x) {
    const Int proxy = of(R::locals(x[0]).create_new_namespaces.new_nsp);
    return implies(proxy != 0, all(proxy > 1, live(R::proxy(proxy)), of(R::proxy(proxy).count) == 1,
                                   implies(K::active(x[0], create_new_namespaces::out_nsproxy),
                                           of(R::proxy(proxy).pid_ns) == 0)));
  }
  // Whoever made a namespace known has written it.
  static Bool locals_hold_published_ns(Arguments x) {
    auto& l = R::locals(x[0]);
    return all(known_ns(of(l.copy_pid_ns.old_ns)), known_ns(of(l.copy_pid_ns.new_ns)),
               known_ns(of(l.put_pid_ns.ns)));
  }
  static Bool proxies_hold_published_ns(Arguments x) {
    return implies(x[0] > 0, known_ns(of(R::proxy(x[0]).pid_ns)));
  }
  static Bool pids_hold_published_ns(Arguments x) {
    return implies(x[0] > 0, known_ns(of(R::pid(x[0]).ns)));
  }
  static Bool parents_are_published(Arguments x) {
    return implies(x[0] > 0, known_ns(of(R::ns(x[0]).parent)));
  }
  static Bool known_ns(const Int& n) {
    return implies(n != 0, all(live(R::ns(n)), references_lemmas<K>::published(n)));
  }

  // A child that is given up has no namespaces left.
  static Bool failed_child_has_no_proxy(Arguments x) {
    auto& l = R::locals(x[0]);
    auto& child = R::task(of(l.copy_process.p));
    return implies(
        all(of(l.copy_process.p) != 0,
            any(K::at(x[0], copy_process::bad_fork_free),
                all(K::active(x[0], copy_namespaces::done), of(l.copy_namespaces.err) != 0),
                all(idle(x[0], copy_namespaces::done), K::at(x[0], copy_process::copied_namespaces),
                    of(l.ret) != 0))),
        of(child.nsproxy_) == 0);
  }
  static Bool freed_proxy_is_empty(Arguments x) {
    const Int proxy = of(R::locals(x[0]).free_nsproxy.ns);
    return implies(all(proxy != 0, K::at(x[0], kernel::free_nsproxy<K>::free)),
                   of(R::proxy(proxy).pid_ns) == 0);
  }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"copy-pid-ns-holds",
         "copy_pid_ns() holds namespaces between its steps only.",
         {context},
         copy_pid_ns_holds,
         "I1"},
        {"create-pid-namespace-holds",
         "create_pid_namespace() holds what it makes.",
         {context},
         create_pid_namespace_holds,
         "I1"},
        {"put-pid-ns-holds", "put_pid_ns() holds what it puts.", {context}, put_pid_ns_holds, "I1"},
        {"copy-namespaces-holds",
         "copy_namespaces() holds the old nsproxy until it puts it.",
         {context},
         copy_namespaces_holds,
         "I31"},
        {"create-new-namespaces-holds",
         "create_new_namespaces() holds the nsproxy it fills.",
         {context},
         create_new_namespaces_holds,
         "I31"},
        {"free-nsproxy-holds",
         "free_nsproxy() owns what it frees.",
         {context},
         free_nsproxy_holds,
         "I3"},
        {"alloc-pid-holds",
         "alloc_pid() owns the pid that it makes.",
         {context},
         alloc_pid_holds,
         "I3"},
        {"copy-process-holds",
         "copy_process() owns its child and the pid for it.",
         {context},
         copy_process_holds,
         "I3"},
        {"free-pid-holds",
         "free_pid() owns the pid that it takes apart.",
         {context},
         free_pid_holds,
         "I3"},
        {"made-ns-is-private",
         "A namespace in creation is known to its maker alone.",
         {context},
         made_ns_is_private,
         "I1"},
        {"made-proxy-is-private",
         "An nsproxy in creation is known to its maker alone.",
         {context},
         made_proxy_is_private,
         "I31"},
        {"locals-hold-published-ns",
         "Functions hold namespaces that are complete.",
         {context},
         locals_hold_published_ns},
        {"proxies-hold-published-ns",
         "An nsproxy holds a namespace that is complete.",
         {nsproxy},
         proxies_hold_published_ns},
        {"pids-hold-published-ns",
         "A pid holds a namespace that is complete.",
         {pid},
         pids_hold_published_ns},
        {"parents-are-published",
         "A parent namespace is complete and allocated.",
         {ns},
         parents_are_published,
         "I5"},
        {"failed-child-has-no-proxy",
         "A child that is given up has no nsproxy.",
         {context},
         failed_child_has_no_proxy,
         "I31"},
        {"freed-proxy-is-empty",
         "An nsproxy is freed when its namespace is put.",
         {context},
         freed_proxy_is_empty,
         "I1"},
    };
  }
};

}  // namespace nsmc::props
