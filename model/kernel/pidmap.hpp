// kernel/pid.c: the pid number allocator.  Bits, nr_free and last_pid are lock-free.
// SPDX-License-Identifier: MIT
//
// The index arithmetic is the kernel's.  BITS_PER_PAGE, RESERVED_PIDS and pid_max are small here
// so that wrapping and exhaustion are within reach of an exhaustive search.
#pragma once

#include "model/kernel/kernel.hpp"

namespace nsmc::kernel {

template <class K>
int BITS_PER_PAGE() {
  return config<K>().bits_per_page;
}
template <class K>
int PID_MAX_LIMIT() {
  return config<K>().pidmap_entries() * config<K>().bits_per_page;
}
// One for all namespaces until 6.14 (PIDMAX).
template <class K>
typename K::Int pid_max() {
  return seeded<K>(Defect::alloc_pidmap_ignores_pid_max) ? typename K::Int{PID_MAX_LIMIT<K>()}
                                                         : K::sysctl(config<K>().pid_max);
}
template <class K>
int RESERVED_PIDS() {
  return seeded<K>(Defect::alloc_pidmap_without_reserved) ? 1 : config<K>().reserved_pids;
}

// Page `map` and offset in it, as one number.
template <class K>
typename K::Int mk_pid(typename K::Int map, typename K::Int offset) {
  return map * BITS_PER_PAGE<K>() + offset;
}

// How many pages alloc_pidmap() looks at after the first; it starts in the middle of one unless the
// offset is 0, and then visits that page twice.
template <class K>
typename K::Int max_scan(typename K::Int first_pid) {
  const typename K::Int pages = (pid_max<K>() + BITS_PER_PAGE<K>() - 1) / BITS_PER_PAGE<K>();
  return first_pid % BITS_PER_PAGE<K>() == 0 ? pages - 1 : pages;
}

// a comes before b in the cyclic order that starts at base, as in pid_before() since 2.6.36.
template <class K>
typename K::Bool pid_before(typename K::Int base, typename K::Int a, typename K::Int b) {
  return K::as_unsigned(a - base) < K::as_unsigned(b - base);
}

// A free number of the namespace in `ns`, or -1 for exhaustion and for want of memory alike.
template <class K>
struct alloc_pidmap {
  using Int = typename K::Int;

  static Next read_last_pid() {
    auto& l = stack<K>().alloc_pidmap;
    if (fixed_by<K>(Change::idr)) return go(idr_alloc_cyclic);
    l.last = Int{l.ns->last_pid};  // read: a copy would take over "never written"
    l.pid = first_pid(l.last);
    l.i = 0;
    return go(map_page);
  }

  // A bitmap page is installed when its first number is wanted.
  static Next map_page() {
    auto& l = stack<K>().alloc_pidmap;
    if (map(l.pid).page == 1) return go(check_free);
    if (K::on().fails()) return fail(kEnomem);
    return go(install_page);
  }

  // Under pidmap_lock: somebody may have installed one meanwhile, then ours is freed.
  static Next install_page() {
    auto& l = stack<K>().alloc_pidmap;
    auto& page = map(l.pid);
    if (page.page == 0 || seeded<K>(Defect::alloc_pidmap_installs_again)) {
      page.page = 1;
      page.bits = 0;
    }
    return go(check_free);
  }

  static Next check_free() {
    auto& l = stack<K>().alloc_pidmap;
    if (map(l.pid).nr_free == 0) return next_page();
    return go(test_and_set_bit);
  }

  // The linearisation point.
  static Next test_and_set_bit() {
    auto& l = stack<K>().alloc_pidmap;
    auto& page = map(l.pid);
    const Int offset = l.pid % BITS_PER_PAGE<K>();
    if (!K::test_bit(page.bits, offset) || seeded<K>(Defect::alloc_pidmap_without_test)) {
      page.bits = K::with_bit(page.bits, offset);
      return go(dec_nr_free);
    }
    const Int next = K::find_next_zero_bit(page.bits, BITS_PER_PAGE<K>(), offset);
    const Int pid = mk_pid<K>(l.pid / BITS_PER_PAGE<K>(), next);
    const Int first = first_pid(l.last);
    // On the last round the first page is looked at again, up to where the search began.
    if (next < BITS_PER_PAGE<K>() && pid < pid_max<K>() &&
        (l.i != max_scan<K>(first) || pid < l.last || (l.last + 1) % BITS_PER_PAGE<K>() == 0)) {
      l.pid = pid;
      return go(test_and_set_bit);
    }
    return next_page();
  }

  static Next dec_nr_free() {
    auto& l = stack<K>().alloc_pidmap;
    if (!seeded<K>(Defect::alloc_pidmap_forgets_nr_free)) map(l.pid).nr_free -= 1;
    l.last_write = l.last;
    return go(set_last_pid);
  }

  // A plain store in the seed: an older allocator can overwrite a newer one's (BZ-11).  Fixed by
  // 5fdee8c4a5e1 ("pids: fix a race in pid generation that causes pids to be reused immediately"):
  // one cmpxchg a round, until the store is ours or last_pid is already past it.
  static Next set_last_pid() {
    auto& l = stack<K>().alloc_pidmap;
    const ns_ptr<K> ns = l.ns;
    if (!fixed_by<K>(Change::bz_11)) {
      ns->last_pid = l.pid;
      return leave(l.pid);
    }
    const Int previous = l.last_write;
    const Int found = ns->last_pid;
    if (found == previous) {
      ns->last_pid = l.pid;
      return leave(l.pid);
    }
    l.last_write = found;
    if (pid_before<K>(l.last, found, l.pid)) return go(set_last_pid);
    return leave(l.pid);
  }

  // All of it since 4.15, under pidmap_lock: from the cursor to the end, then from RESERVED_PIDS,
  // or from 1 as long as the cursor has not gone beyond those.  A page of the bitmap is as good a
  // store as a leaf of the tree; last_pid is the cursor less one.
  static Next idr_alloc_cyclic() {
    auto& l = stack<K>().alloc_pidmap;
    const ns_ptr<K> ns = l.ns;
    if (K::on().fails()) return fail(kEnomem);
    const Int cursor = ns->last_pid + 1;
    const Int pid_min = K::if_else(cursor > RESERVED_PIDS<K>(), Int{RESERVED_PIDS<K>()}, Int{1});
    const Int end = pid_max_in(ns);
    const int limit = PID_MAX_LIMIT<K>();
    const auto is_free = [&](Int nr) {
      auto& page = ns->pidmap_[nr / BITS_PER_PAGE<K>()];
      return all(nr < end, !K::test_bit(page.bits, nr % BITS_PER_PAGE<K>()));
    };
    Int nr = K::first(cursor, limit, is_free);
    if (nr >= limit) nr = K::first(pid_min, limit, is_free);
    if (nr >= limit) return fail(kEagain);
    l.pid = nr;
    take_number(nr);
    ns->last_pid = nr;
    return leave(nr);
  }

  // The number that clone3() asks for, or none.  The cursor stays where it is.
  static Next idr_alloc() {
    const ns_ptr<K> ns = stack<K>().alloc_pidmap.ns;
    const Int tid = stack<K>().copy_process.set_tid;
    if (tid >= pid_max_in(ns)) return leave(kEinval);
    if (tid != 1 && !ns->child_reaper) return leave(kEinval);
    if (current<K>()->cap_sys_admin == 0) return leave(kEperm);
    if (K::on().fails()) return leave(kEnomem);
    if (K::test_bit(ns->pidmap_[tid / BITS_PER_PAGE<K>()].bits, tid % BITS_PER_PAGE<K>()))
      return leave(kEexist);
    take_number(tid);
    return leave(tid);
  }

  static constexpr Row rows[] = {
      {"read_last_pid", read_last_pid},
      {"idr_alloc_cyclic", idr_alloc_cyclic},
      {"idr_alloc", idr_alloc},
      {"map_page", map_page},
      {"install_page", install_page, "r2: another allocator may install the page first"},
      {"check_free", check_free},
      {"test_and_set_bit", test_and_set_bit, "r1: last_pid was read without a lock"},
      {"dec_nr_free", dec_nr_free},
      {"set_last_pid", set_last_pid, "r1: the bit is set, last_pid is not stored"},
  };

 private:
  static pidmap<K>& map(Int pid) {
    return stack<K>().alloc_pidmap.ns->pidmap_[pid / BITS_PER_PAGE<K>()];
  }
  static Int pid_max_in(ns_ptr<K> ns) {
    const bool own =
        fixed_by<K>(Change::pid_max_of_ns) && !seeded<K>(Defect::alloc_pidmap_ignores_pid_max);
    return own ? Int{ns->pid_max} : pid_max<K>();
  }
  static void take_number(Int nr) {
    map(nr).page = 1;
    map(nr).bits = K::with_bit(map(nr).bits, nr % BITS_PER_PAGE<K>());
    map(nr).nr_free -= 1;
  }
  static Int first_pid(Int last) {
    return last + 1 >= pid_max<K>() ? Int{RESERVED_PIDS<K>()} : Int{last + 1};
  }
  // To the next page, from the last one round to RESERVED_PIDS on page 0.
  static Next next_page() {
    auto& l = stack<K>().alloc_pidmap;
    const Int page = l.pid / BITS_PER_PAGE<K>();
    if (page < (pid_max<K>() - 1) / BITS_PER_PAGE<K>()) {
      l.pid = mk_pid<K>(page + 1, 0);
    } else {
      if (l.last == RESERVED_PIDS<K>()) return fail(kEagain);
      l.pid = mk_pid<K>(0, RESERVED_PIDS<K>());
    }
    l.i += 1;
    if (l.i > max_scan<K>(first_pid(l.last))) return fail(kEagain);
    return go(map_page);
  }
  // 35f71bc0a09a ("fork: report pid reservation failure properly"); before, it is always -1.
  static Next fail(int error) { return leave(fixed_by<K>(Change::bz_53) ? error : -1); }
  static Next leave(Int result) {
    stack<K>().alloc_pidmap = {};
    return ret<K>(result);
  }
};

// Gives the number in `nr` of the namespace in `ns` back.
template <class K>
struct free_pidmap {
  static Next clear_bit() {
    auto& l = stack<K>().free_pidmap;
    auto& page = map();
    const typename K::Int offset = l.nr % BITS_PER_PAGE<K>();
    page.bits = K::without_bit(page.bits, seeded<K>(Defect::free_pidmap_clears_next)
                                              ? (offset + 1) % BITS_PER_PAGE<K>()
                                              : offset);
    if (!fixed_by<K>(Change::idr)) return go(inc_nr_free);
    return inc_nr_free();  // idr_remove() does not count
  }
  static Next inc_nr_free() {
    map().nr_free += seeded<K>(Defect::free_pidmap_twice) ? 2 : 1;
    stack<K>().free_pidmap = {};
    return ret();
  }

  static constexpr Row rows[] = {
      {"clear_bit", clear_bit},
      {"inc_nr_free", inc_nr_free, "r3: the number is free, the counter does not show it"},
  };

 private:
  static pidmap<K>& map() {
    auto& l = stack<K>().free_pidmap;
    return l.ns->pidmap_[l.nr / BITS_PER_PAGE<K>()];
  }
};

// The smallest number above `last` whose bit is set, or -1.  It reports bits: such a number may
// have no struct pid yet, or none any more.  `last` comes unchecked from /proc's readdir offset
// until "next_pidmap: fix overflow condition" in 2.6.39 (CVE-2011-1593).
template <class K>
typename K::Int next_pidmap(ns_ptr<K> ns, typename K::Int last) {
  using Int = typename K::Int;
  if (fixed_by<K>(Change::bz_15) && K::as_unsigned(last) >= K::as_unsigned(PID_MAX_LIMIT<K>()))
    return -1;
  // BITS_PER_PAGE is unsigned long: a negative number divided by it is an index out of the world.
  if (last + 1 < 0) K::oops(Fault::out_of_range);
  const Int start = (last + 1) / BITS_PER_PAGE<K>(), offset = (last + 1) % BITS_PER_PAGE<K>();
  Int found = 0;
  const Int map = K::first(start, config<K>().pidmap_entries(), [&](Int i) {
    auto& page = ns->pidmap_[i];
    found = K::find_next_bit(page.bits, BITS_PER_PAGE<K>(), K::if_else(i == start, offset, Int{0}));
    return all(page.page == 1, found < BITS_PER_PAGE<K>());
  });
  if (map >= config<K>().pidmap_entries()) return -1;
  return mk_pid<K>(map, found);
}

}  // namespace nsmc::kernel
