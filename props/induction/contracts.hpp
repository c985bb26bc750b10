// What single calls promise when nobody interrupts them, and index arithmetic with real constants.
// SPDX-License-Identifier: MIT
//
// C is what makes assumptions and claims: c.assume(), c.claim(), c.never(), c.any(), C::attempt()
// for one step and C::call() for a function with all that it calls.
#pragma once

#include <string_view>
#include <vector>

#include "props/induction/numbers.hpp"

namespace nsmc::props {

template <class C>
struct Contract {
  std::string_view id;
  std::string_view says;
  std::string_view property;  // the row of the catalogue
  bool checked_ints;          // C's 32-bit integers and the kernel's own array bounds
  void (*about)(C&) = nullptr;
  std::string_view bug = {};  // refuted, as is known, in kernels that have this bug
};

template <class K, class C>
struct contracts : Reading<K> {
  using R = Reading<K>;
  using R::live, R::of, R::written;
  using typename R::Bool, typename R::Int;
  using Fault = kernel::Fault;
  using copy_pid_ns = kernel::copy_pid_ns<K>;
  using alloc_pidmap = kernel::alloc_pidmap<K>;
  using free_pidmap = kernel::free_pidmap<K>;

  // K's fields before the call, to be compared with.
  struct Before {
    explicit Before(const Int& x) : kref(of(R::ns(x).kref)), allocated(of(R::ns(x).allocated)) {}
    Bool kref_is_same(const Int& x) const { return of(R::ns(x).kref) == kref; }
    Bool allocation_is_same(const Int& x) const { return of(R::ns(x).allocated) == allocated; }
    Int kref, allocated;
  };

  // With CLONE_NEWPID|CLONE_THREAD: -EINVAL, and not one field of any namespace has changed.
  static void einval_without_side_effects(C& c) {
    auto& l = kernel::stack<K>().copy_pid_ns;
    const Int old_ns = c.any("old_ns", 1), x = c.any("x", 1);
    const Int flags = c.any("flags", 0, kernel::CL_ALL);
    l.old_ns = kernel::ns_ptr<K>{old_ns};
    kernel::stack<K>().copy_process.flags = flags;
    c.assume(all(live(R::ns(old_ns)), of(R::ns(old_ns).kref) >= 1));
    c.assume(of(l.new_ns) == 0);
    const Before before(x);
    const auto got = C::attempt(copy_pid_ns::get_old);
    const Bool newpid = (flags & kernel::CL_NEWPID) != 0, thread = (flags & kernel::CL_THREAD) != 0;
    if (got.fault != Fault::none) return c.never("no oops");
    if (got.next.to == kernel::create_pid_namespace<K>::alloc)
      return c.claim("a namespace is made only for CLONE_NEWPID without CLONE_THREAD",
                     all(newpid, !thread));
    if (got.next.kind == lang::Next::Kind::call)
      if (C::call(got.next.to).fault != Fault::none) return c.never("no oops");
    const Int result = of(kernel::stack<K>().ret);
    if (result == 0) {
      c.claim("0 is for a clone without CLONE_NEWPID", !newpid);
      c.claim("the caller's namespace is handed to the child", of(l.new_ns) == old_ns);
    } else {
      c.claim("the error is -EINVAL", result == kernel::kEinval);
      const Bool parent =
          all((flags & kernel::CL_PARENT) != 0, Bool(kernel::fixed_by<K>(kernel::Change::bz_09)));
      c.claim("-EINVAL is for CLONE_NEWPID with CLONE_THREAD (since 2.6.32, or CLONE_PARENT)",
              all(newpid, any(thread, parent)));
      c.claim("every kref is as before", before.kref_is_same(x));
      c.claim("nothing was allocated or freed", before.allocation_is_same(x));
      c.claim("no reference is left behind", all(of(l.old_ns) == 0, of(l.new_ns) == 0));
    }
  }

  // put_pid_ns() of the last reference: one namespace goes, and one reference of its parent.
  static void last_put_frees_one_and_puts_its_parent_once(C& c) {
    auto& l = kernel::stack<K>().put_pid_ns;
    const Int n = c.any("ns", 2), x = c.any("x", 1), parent = of(R::ns(n).parent);
    l.ns = kernel::ns_ptr<K>{n};
    c.assume(all(live(R::ns(n)), of(R::ns(n).kref) == 1, of(l.depth) == 0, parent >= 1));
    const Before before(x);
    const auto put = C::attempt(kernel::put_pid_ns<K>::kref_put);
    if (put.next.to != kernel::put_pid_ns<K>::free_pid_ns) return c.never("it is freed");
    const auto freed = C::attempt(put.next.to);
    if (freed.fault != Fault::none) return c.never("no oops");
    c.claim("the namespace is freed", !live(R::ns(n)));
    c.claim("no other is", any(x == n, before.allocation_is_same(x)));
    c.claim("no other kref has changed yet", any(x == n, before.kref_is_same(x)));
    c.claim("the parent's reference is the next to be put",
            all(of(l.ns) == parent, Bool(freed.next.to == kernel::put_pid_ns<K>::kref_put)));
  }

  // What the lemmas say of each hashed pid, said of two.
  static void two_hashed_pids_share_no_number(C& c) {
    using numbers = numbers_lemmas<K>;
    const Int p = c.any("p", 1), q = c.any("q", 1), l = c.any("l", 0), m = c.any("m", 0);
    const Int of_p[] = {p, l}, of_q[] = {q, m};
    c.assume(numbers::hashed_pid_owns_its_numbers(of_p));
    c.assume(numbers::hashed_pid_owns_its_numbers(of_q));
    c.assume(all(of(R::pid(p).hashed) == 1, of(R::pid(q).hashed) == 1, l <= of(R::pid(p).level),
                 m <= of(R::pid(q).level)));
    c.claim("the same number of the same namespace is of the same pid, at the same level",
            implies(all(numbers::ns_at(p, l) == numbers::ns_at(q, m),
                        numbers::nr_at(p, l) == numbers::nr_at(q, m)),
                    all(p == q, l == m)));
  }

  static Int bits() { return kernel::BITS_PER_PAGE<K>(); }
  static Int limit() { return kernel::PID_MAX_LIMIT<K>(); }

  static void numbers_are_pages_and_offsets(C& c) {
    const Int nr = c.any("nr", 0, (1 << 22) - 1), page = nr / bits(), offset = nr % bits();
    c.claim("the page is one of 128", all(page >= 0, page < 128));
    c.claim("the offset is below 32768", all(offset >= 0, offset < 32768));
    c.claim("mk_pid() puts them together again", kernel::mk_pid<K>(page, offset) == nr);
  }

  // Any int comes in from /proc; what may go out is -1 or a larger number below PID_MAX_LIMIT.
  static void next_pidmap_is_safe_for_every_int(C& c) {
    const Int n = c.any("ns", 1), last = c.any("last", INT_MIN, INT_MAX);
    c.assume(live(R::ns(n)));
    Int next = 0;
    const auto got = C::attempt([&] {
      next = kernel::next_pidmap<K>(kernel::ns_ptr<K>{n}, last);
      return lang::ret();
    });
    if (got.fault != Fault::none) return c.never("no index outside pidmap[], no overflow");
    c.claim("-1, or a larger number", any(next == -1, all(next > last, next < limit())));
  }

  // One step of alloc_pidmap(), for any pid_max that the sysctl allows, and any last_pid: pid_max
  // may have been lowered since.  From the number it looks at being below pid_max, to the next.
  static void alloc_pidmap_stays_inside(C& c, lang::StepFunction step) {
    auto& l = kernel::stack<K>().alloc_pidmap;
    const Int n = c.any("ns", 1);
    l.ns = kernel::ns_ptr<K>{n};
    const auto is_number = [](const Int& nr) { return all(nr >= 0, nr < limit()); };
    c.assume(all(live(R::ns(n)), is_number(of(R::ns(n).last_pid)), is_number(of(l.last)),
                 is_number(of(l.pid)), is_number(of(l.last_write)), of(l.i) >= 0, of(l.i) <= 130));
    c.assume(all(of(page_of(n, of(l.pid)).nr_free) > -32768,
                 of(page_of(n, of(l.pid)).nr_free) <= 65536));
    // The sysctl itself, and not what alloc_pidmap() makes of it.
    const Int pid_max = K::sysctl(kernel::config<K>().pid_max);
    const auto is_wanted = [&](const Int& nr) { return all(nr >= 0, nr < pid_max); };
    if (step != alloc_pidmap::read_last_pid) c.assume(is_wanted(of(l.pid)));
    const auto got = C::attempt(step);
    if (got.fault != Fault::none) return c.never("no index outside pidmap[], no overflow");
    if (got.next.kind == lang::Next::Kind::go)
      c.claim("the next number to look at is below pid_max", is_wanted(of(l.pid)));
    c.claim("last_pid is below PID_MAX_LIMIT", is_number(of(R::ns(n).last_pid)));
    if (got.next.kind == lang::Next::Kind::ret)
      c.claim("it returns an error or a number below pid_max",
              any(of(kernel::stack<K>().ret) < 0, is_wanted(of(kernel::stack<K>().ret))));
  }
  static auto& page_of(const Int& n, const Int& nr) { return R::ns(n).pidmap_.at(nr / bits()); }
  static void read_last_pid(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::read_last_pid); }
  static void map_page(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::map_page); }
  static void install_page(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::install_page); }
  static void check_free(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::check_free); }
  static void test_and_set(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::test_and_set_bit); }
  static void dec_nr_free(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::dec_nr_free); }
  static void set_last_pid(C& c) { alloc_pidmap_stays_inside(c, alloc_pidmap::set_last_pid); }

  static void free_pidmap_stays_inside(C& c) {
    auto& l = kernel::stack<K>().free_pidmap;
    const Int n = c.any("ns", 1), nr = c.any("nr", 0, (1 << 22) - 1);
    l.ns = kernel::ns_ptr<K>{n};
    l.nr = nr;
    c.assume(live(R::ns(n)));
    c.assume(all(of(page_of(n, nr).nr_free) > -32768, of(page_of(n, nr).nr_free) <= 65536));
    if (C::call(free_pidmap::clear_bit).fault != Fault::none)
      c.never("no index outside pidmap[], no overflow");
  }

  static std::vector<Contract<C>> rows() {
    return {
        {"copy-pid-ns-einval", "copy_pid_ns() fails with -EINVAL without any side effect.", "I40",
         false, einval_without_side_effects},
        {"last-put", "The last put frees one namespace and puts its parent exactly once.", "I5",
         false, last_put_frees_one_and_puts_its_parent_once},
        {"numbers-are-unique", "No two hashed pids have the same number in the same namespace.",
         "I9", false, two_hashed_pids_share_no_number},
        {"mk-pid", "A number is a page and an offset of the pidmap.", "I14", true,
         numbers_are_pages_and_offsets},
        {"next-pidmap", "next_pidmap() stays inside pidmap[] for every int.", "", true,
         next_pidmap_is_safe_for_every_int, "BZ-15"},
        {"alloc-pidmap-read-last-pid", "alloc_pidmap() begins inside pidmap[].", "I14", true,
         read_last_pid},
        {"alloc-pidmap-map-page", "alloc_pidmap() finds its page inside pidmap[].", "I14", true,
         map_page},
        {"alloc-pidmap-install-page", "alloc_pidmap() installs a page inside pidmap[].", "I14",
         true, install_page},
        {"alloc-pidmap-check-free", "alloc_pidmap() goes on to a page inside pidmap[].", "I14",
         true, check_free},
        {"alloc-pidmap-test-and-set", "alloc_pidmap() looks for a bit inside its page.", "I14",
         true, test_and_set},
        {"alloc-pidmap-dec-nr-free", "alloc_pidmap() counts on a page inside pidmap[].", "I14",
         true, dec_nr_free},
        {"alloc-pidmap-set-last-pid", "alloc_pidmap() returns a number below pid_max.", "I14", true,
         set_last_pid},
        {"free-pidmap", "free_pidmap() stays inside pidmap[].", "I14", true,
         free_pidmap_stays_inside},
    };
  }
};

}  // namespace nsmc::props
