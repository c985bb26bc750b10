// Namespaces and nsproxies: counts are exact, and nobody holds the dead.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/induction/lemma.hpp"

namespace nsmc::props {

template <class K>
struct references_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Arguments, typename R::Bool, typename R::Int;

  static Bool init_pid_ns_stays(Arguments) {
    auto& init = R::ns(1);
    return all(live(init), of(init.kref) == 2, of(init.level) == 0, of(init.parent) == 0,
               published(1));
  }

  // Its making is over: every field was written.
  static Bool published(const Int& n) {
    return all(written(R::ns(n).kref), written(R::ns(n).level), written(R::ns(n).parent));
  }
  static Bool counted(const Int& n) { return all(n > 1, live(R::ns(n))); }

  static Bool kref_is_exact(Arguments x) {
    auto& n = R::ns(x[0]);
    return implies(all(counted(x[0]), written(n.kref)), of(n.kref) == R::refs_of_ns(x[0]));
  }
  static Bool new_ns_has_one_holder(Arguments x) {
    return implies(all(counted(x[0]), !written(R::ns(x[0]).kref)), R::refs_of_ns(x[0]) == 1);
  }
  static Bool dead_ns_is_not_held(Arguments x) {
    return implies(all(x[0] > 0, !live(R::ns(x[0]))),
                   all(R::refs_of_ns(x[0]) == 0, of(R::ns(x[0]).parent) == 0));
  }
  static Bool live_ns_is_held(Arguments x) {
    return implies(counted(x[0]), R::refs_of_ns(x[0]) >= 1);
  }

  // Proofs are of PROC_FS=n.
  static Bool no_mount_of_proc(Arguments x) {
    return implies(x[0] > 0, of(R::ns(x[0]).proc_mnt) == 0);
  }

  static Bool live_proxy(const Int& x) { return all(x > 0, live(R::proxy(x))); }
  static Bool proxy_count_is_exact(Arguments x) {
    const Int swapper = K::if_else(x[0] == 1, Int(1), Int(0));  // holds the first one
    return implies(live_proxy(x[0]), of(R::proxy(x[0]).count) == R::refs_of_proxy(x[0]) + swapper);
  }
  static Bool dead_proxy_is_not_held(Arguments x) {
    return implies(all(x[0] > 0, !live(R::proxy(x[0]))),
                   all(R::refs_of_proxy(x[0]) == 0, R::owners_of_proxy(x[0]) == 0,
                       of(R::proxy(x[0]).pid_ns) == 0));
  }
  static Bool freed_proxy_has_one_owner(Arguments x) {
    const Int owners = R::owners_of_proxy(x[0]);
    return implies(x[0] > 0,
                   all(owners <= 1,
                       implies(owners == 1, all(live_proxy(x[0]), of(R::proxy(x[0]).count) == 0))));
  }
  static Bool live_proxy_is_held(Arguments x) {
    return implies(live_proxy(x[0]),
                   any(of(R::proxy(x[0]).count) >= 1, R::owners_of_proxy(x[0]) == 1));
  }
  static Bool first_proxy_stays(Arguments) { return live(R::proxy(1)); }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"init-pid-ns-stays",
         "init_pid_ns is never freed, and nothing in it changes.",
         {},
         init_pid_ns_stays,
         "I3"},
        {"kref-is-exact",
         "A namespace's kref equals the number of its holders.",
         {ns},
         kref_is_exact,
         "I1"},
        {"new-ns-has-one-holder",
         "A namespace without a kref yet is held by its maker alone.",
         {ns},
         new_ns_has_one_holder,
         "I1"},
        {"dead-ns-is-not-held",
         "Nobody holds a namespace that is not allocated.",
         {ns},
         dead_ns_is_not_held,
         "I3"},
        {"live-ns-is-held",
         "Somebody holds each namespace that is allocated.",
         {ns},
         live_ns_is_held},
        {"no-mount-of-proc",
         "Without PROC_FS no namespace holds itself by a mount of proc.",
         {ns},
         no_mount_of_proc},
        {"proxy-count-is-exact",
         "An nsproxy's count equals the number of its holders.",
         {nsproxy},
         proxy_count_is_exact,
         "I31"},
        {"dead-proxy-is-not-held",
         "Nobody holds an nsproxy that is not allocated.",
         {nsproxy},
         dead_proxy_is_not_held,
         "I3"},
        {"freed-proxy-has-one-owner",
         "One context frees an nsproxy, when nobody holds it.",
         {nsproxy},
         freed_proxy_has_one_owner,
         "I3"},
        {"live-proxy-is-held",
         "An nsproxy is held, or it is being freed.",
         {nsproxy},
         live_proxy_is_held},
        {"first-proxy-stays", "init_nsproxy is never freed.", {}, first_proxy_stays, "I3"},
    };
  }
};

}  // namespace nsmc::props
