// Numbers: a pid's at each level, the bitmaps, and who owns a bit.
// SPDX-License-Identifier: MIT
//
// The owner of a bit is a ghost: K::owner(n, nr) says which pid, at which level, holds number nr of
// namespace n; or, with pid 0, which context has set the bit and not recorded it yet.  It is kept
// up by `ghosts()`, code that runs before two steps.
#pragma once

#include "props/induction/references.hpp"

namespace nsmc::props {

template <class K>
struct numbers_lemmas : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Arguments, typename R::Bool, typename R::Int;
  using alloc_pid = kernel::alloc_pid<K>;
  using alloc_pidmap = kernel::alloc_pidmap<K>;
  using free_pid = kernel::free_pid<K>;
  using free_pidmap = kernel::free_pidmap<K>;

  static auto& page(const Int& n, const Int& nr) {
    return R::ns(n).pidmap_[nr / kernel::BITS_PER_PAGE<K>()];
  }
  static Bool bit(const Int& n, const Int& nr) {
    return K::test_bit(K::peek(page(n, nr).bits), nr % kernel::BITS_PER_PAGE<K>());
  }
  static Bool live_ns(const Int& n) { return all(n > 0, live(R::ns(n))); }
  static Bool published(const Int& n) {
    return all(live_ns(n), references_lemmas<K>::published(n));
  }
  static Int ns_at(const Int& p, const Int& level) { return of(R::pid(p).numbers[level].ns); }
  static Int nr_at(const Int& p, const Int& level) { return of(R::pid(p).numbers[level].nr); }

  // --- the chain of a pid's namespaces, from the deepest up -------------------------------------
  static Bool is_link(const Int& p, const Int& level, const Int& deepest, const Int& top) {
    const Int n = ns_at(p, level);
    const Int expected = K::if_else(level == top, deepest, of(R::ns(ns_at(p, level + 1)).parent));
    return all(n == expected, published(n), of(R::ns(n).level) == level);
  }
  static Bool made_pid_is_numbered_at_all_levels(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, live(p), written(p.count), x[1] >= 0, x[1] <= of(p.level)),
                   all(is_link(x[0], x[1], of(p.ns), of(p.level)), nr_at(x[0], x[1]) >= 1));
  }
  static Bool pid_has_the_level_of_its_ns(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, live(p), written(p.count)),
                   all(of(p.ns) != 0, of(p.level) == of(R::ns(of(p.ns)).level),
                       of(p.slab) == of(p.level) + 1, of(p.level) >= 0));
  }
  // While alloc_pid() is at work: the levels that it has done.
  static Bool done(const Int& c, const Int& level) {
    auto& l = R::locals(c).alloc_pid;
    return all(of(l.pid) != 0, K::active(c, alloc_pid::alloc), level <= of(R::ns(of(l.ns)).level),
               any(level > of(l.i), all(K::at(c, alloc_pid::publish), level == of(l.i))));
  }
  static Bool pid_in_creation_is_numbered_from_below(Arguments x) {
    auto& l = R::locals(x[0]).alloc_pid;
    // Also the one that is being given back.
    const Bool given_back = all(of(l.pid) != 0, K::at(x[0], alloc_pid::out_free),
                                K::active(x[0], free_pidmap::clear_bit), x[1] == of(l.i));
    return implies(all(any(done(x[0], x[1]), given_back), x[1] >= 0),
                   all(is_link(of(l.pid), x[1], of(l.ns), of(R::ns(of(l.ns)).level)),
                       nr_at(of(l.pid), x[1]) >= 1));
  }
  static Bool alloc_pid_walks_up(Arguments x) {
    auto& l = R::locals(x[0]).alloc_pid;
    const Int deepest = of(l.ns), top = of(R::ns(deepest).level), i = of(l.i), tmp = of(l.tmp);
    const Bool up = any(K::at(x[0], alloc_pid::number_taken), K::at(x[0], alloc_pid::publish));
    return implies(
        all(of(l.pid) != 0, K::active(x[0], alloc_pid::alloc)),
        all(of(R::pid(of(l.pid)).slab) == top + 1, i >= 0, published(deepest),
            (i > top) == K::at(x[0], alloc_pid::free_struct),
            implies(K::at(x[0], alloc_pid::publish), i == 0),
            implies(up, all(i <= top, of(R::ns(tmp).level) == i, published(tmp),
                            tmp == K::if_else(i == top, deepest,
                                              of(R::ns(ns_at(of(l.pid), i + 1)).parent))))));
  }
  static Bool allocator_works_for_alloc_pid(Arguments x) {
    auto& l = R::locals(x[0]);
    return implies(K::active(x[0], alloc_pidmap::map_page),
                   all(of(l.alloc_pidmap.ns) == of(l.alloc_pid.tmp), of(l.alloc_pid.pid) != 0,
                       K::at(x[0], alloc_pid::number_taken)));
  }
  static Bool freed_number_is_of_a_pid_in_hand(Arguments x) {
    auto& l = R::locals(x[0]);
    const Int unwound = of(l.alloc_pid.pid), freed = of(l.free_pid.pid);
    const Int at_unwound = of(l.alloc_pid.i), at_freed = of(l.free_pid.i) - 1;
    const Int n = of(l.free_pidmap.ns);
    return implies(
        n != 0,
        all(K::active(x[0], free_pidmap::clear_bit), published(n),
            any(all(unwound != 0, K::at(x[0], alloc_pid::out_free), n == ns_at(unwound, at_unwound),
                    at_unwound >= 0, at_unwound <= of(R::ns(of(l.alloc_pid.ns)).level)),
                all(freed != 0, K::at(x[0], free_pid::free_numbers), n == ns_at(freed, at_freed),
                    at_freed >= 0, at_freed <= of(R::pid(freed).level)))));
  }
  static Bool free_pid_goes_down(Arguments x) {
    auto& l = R::locals(x[0]).free_pid;
    return implies(all(of(l.pid) != 0, !K::at(x[0], free_pid::unhash)),
                   all(of(l.i) >= 0, implies(K::at(x[0], free_pid::call_rcu),
                                             of(l.i) > of(R::pid(of(l.pid)).level))));
  }

  // --- who owns a number ------------------------------------------------------------------------
  static constexpr int kNs = static_cast<int>(Sort::ns), kPid = static_cast<int>(Sort::pid),
                       kNr = static_cast<int>(Sort::nr);
  static Int owner(const Int& n, const Int& nr) { return K::ghost("owner", {{kNs, n}, {kNr, nr}}); }
  static Int owner_level(const Int& n, const Int& nr) {
    return K::ghost("owner.level", {{kNs, n}, {kNr, nr}});
  }
  static Int setter(const Int& n, const Int& nr) {
    return K::ghost("setter", {{kNs, n}, {kNr, nr}});
  }
  static Int hand(const Int& p) { return K::ghost("hand", {{kPid, p}}); }

  // Before alloc_pidmap() sets a bit, before alloc_pid() records the number, and before a pid is
  // taken apart.
  static void bit_is_about_to_be_set() {
    auto& l = kernel::stack<K>().alloc_pidmap;
    const Int n = of(l.ns), nr = of(l.pid);
    K::set_ghost("owner", {{kNs, n}, {kNr, nr}}, !bit(n, nr), 0);
    K::set_ghost("setter", {{kNs, n}, {kNr, nr}}, !bit(n, nr), K::on().context);
  }
  static void number_is_about_to_be_recorded() {
    auto& l = kernel::stack<K>().alloc_pid;
    const Int n = of(l.tmp), nr = of(kernel::stack<K>().ret);
    K::set_ghost("owner", {{kNs, n}, {kNr, nr}}, nr >= 0, of(l.pid));
    K::set_ghost("owner.level", {{kNs, n}, {kNr, nr}}, nr >= 0, of(l.i));
    K::set_ghost("hand", {{kPid, of(l.pid)}}, true, K::on().context);
  }
  static void pid_is_about_to_be_freed() {
    K::set_ghost("hand", {{kPid, of(kernel::stack<K>().free_pid.pid)}}, true, K::on().context);
  }

  static Bool owns(const Int& p, const Int& level) {
    const Int n = ns_at(p, level), nr = nr_at(p, level);
    return all(bit(n, nr), nr >= 1, owner(n, nr) == p, owner_level(n, nr) == level);
  }
  static Bool in_flight(const Int& c) {
    return any(K::at(c, alloc_pidmap::dec_nr_free), K::at(c, alloc_pidmap::set_last_pid));
  }
  // While free_pid() is at work: the levels that it has not come to.
  static Bool kept(const Int& c, const Int& level) {
    auto& l = R::locals(c).free_pid;
    return all(of(l.pid) != 0, !K::at(c, free_pid::unhash), level >= of(l.i),
               level <= of(R::pid(of(l.pid)).level));
  }

  static Bool hashed_pid_owns_its_numbers(Arguments x) {
    auto& p = R::pid(x[0]);
    return implies(all(x[0] > 0, of(p.hashed) == 1, x[1] >= 0, x[1] <= of(p.level)),
                   owns(x[0], x[1]));
  }
  static Bool pid_in_creation_owns_its_numbers(Arguments x) {
    return implies(all(done(x[0], x[1]), x[1] >= 0), owns(of(R::locals(x[0]).alloc_pid.pid), x[1]));
  }
  static Bool freed_pid_owns_what_is_left(Arguments x) {
    return implies(kept(x[0], x[1]), owns(of(R::locals(x[0]).free_pid.pid), x[1]));
  }
  static Bool number_in_flight_has_its_setter(Arguments x) {
    auto& l = R::locals(x[0]).alloc_pidmap;
    const Int n = of(l.ns), nr = of(l.pid);
    return implies(in_flight(x[0]),
                   all(bit(n, nr), nr >= 1, owner(n, nr) == 0, setter(n, nr) == x[0]));
  }
  static Bool set_bit_has_an_owner(Arguments x) {
    const Int n = x[0], nr = x[1], p = owner(n, nr), level = owner_level(n, nr);
    const Int c = K::if_else(p == 0, setter(n, nr), hand(p));
    auto& l = R::locals(c);
    const Bool is_p = all(ns_at(p, level) == n, nr_at(p, level) == nr, level >= 0);
    return implies(
        all(n > 0, nr >= 1, bit(n, nr)),
        all(p >= 0,
            K::if_else(p == 0,
                       K::if_else(all(in_flight(c), of(l.alloc_pidmap.ns) == n,
                                      of(l.alloc_pidmap.pid) == nr),
                                  Int(1), Int(0)),
                       K::if_else(all(is_p, any(all(of(R::pid(p).hashed) == 1,
                                                    level <= of(R::pid(p).level)),
                                                all(of(l.alloc_pid.pid) == p, done(c, level)),
                                                all(of(l.free_pid.pid) == p, kept(c, level)))),
                                  Int(1), Int(0))) == 1));
  }
  static Bool set_bit_is_on_a_page(Arguments x) {
    return implies(all(x[0] > 0, x[1] >= 0, bit(x[0], x[1])), of(page(x[0], x[1]).page) == 1);
  }
  static Bool number_0_is_taken(Arguments x) {
    return implies(all(live_ns(x[0]), written(R::ns(x[0]).kref)),
                   all(of(page(x[0], 0).page) == 1, bit(x[0], 0), of(R::ns(x[0]).last_pid) >= 0));
  }
  static Bool allocator_stays_in_range(Arguments x) {
    auto& l = R::locals(x[0]).alloc_pidmap;
    return implies(
        all(K::active(x[0], alloc_pidmap::map_page), !K::at(x[0], alloc_pidmap::read_last_pid)),
        all(of(l.last) >= 0, of(l.pid) >= 0, of(l.pid) < K::sysctl(kernel::config<K>().pid_max),
            implies(any(K::at(x[0], alloc_pidmap::check_free),
                        K::at(x[0], alloc_pidmap::test_and_set_bit), in_flight(x[0])),
                    of(page(of(l.ns), of(l.pid)).page) == 1)));
  }

  static std::vector<Lemma<K>> rows() {
    using enum Sort;
    return {
        {"made-pid-is-numbered-at-all-levels",
         "A pid has a number in its namespace and in each ancestor, at the ancestor's level.",
         {pid, level},
         made_pid_is_numbered_at_all_levels,
         "I12"},
        {"pid-has-the-level-of-its-ns",
         "A pid has the level, and the cache, of its namespace.",
         {pid},
         pid_has_the_level_of_its_ns,
         "I12"},
        {"pid-in-creation-is-numbered-from-below",
         "alloc_pid() numbers a pid from the deepest level up.",
         {context, level},
         pid_in_creation_is_numbered_from_below,
         "I12"},
        {"alloc-pid-walks-up",
         "alloc_pid() walks up the parents.",
         {context},
         alloc_pid_walks_up,
         "I12"},
        {"allocator-works-for-alloc-pid",
         "alloc_pidmap() works on the namespace of its caller.",
         {context},
         allocator_works_for_alloc_pid,
         "I12"},
        {"freed-number-is-of-a-pid-in-hand",
         "free_pidmap() works on a pid of its caller.",
         {context},
         freed_number_is_of_a_pid_in_hand,
         "I12"},
        {"free-pid-goes-down",
         "free_pid() goes from level 0 down.",
         {context},
         free_pid_goes_down,
         "I12"},
        {"hashed-pid-owns-its-numbers",
         "A hashed pid owns its number at each of its levels.",
         {pid, level},
         hashed_pid_owns_its_numbers,
         "I9"},
        {"pid-in-creation-owns-its-numbers",
         "A pid in creation owns the numbers it has so far.",
         {context, level},
         pid_in_creation_owns_its_numbers,
         "I8"},
        {"freed-pid-owns-what-is-left",
         "A pid that is freed owns the numbers it still has.",
         {context, level},
         freed_pid_owns_what_is_left,
         "I8"},
        {"number-in-flight-has-its-setter",
         "A number that is not recorded yet is its setter's.",
         {context},
         number_in_flight_has_its_setter,
         "I8"},
        {"set-bit-has-an-owner",
         "A bit is set only while somebody owns its number.",
         {ns, nr},
         set_bit_has_an_owner,
         "I8"},
        {"set-bit-is-on-a-page",
         "A bit is set only on a page that is installed.",
         {ns, nr},
         set_bit_is_on_a_page,
         "I8"},
        {"number-0-is-taken", "Number 0 of a namespace is never free.", {ns}, number_0_is_taken},
        {"allocator-stays-in-range",
         "alloc_pidmap() looks at numbers below pid_max.",
         {context},
         allocator_stays_in_range,
         "I14"},
    };
  }
};

}  // namespace nsmc::props
