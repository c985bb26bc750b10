// Numbers: one owner each, at all levels or none, in cyclic order.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct numbers {
  using Bool = typename K::Bool;
  using Int = typename K::Int;

  // Whether this pid still owns its number at `level`.  Between alloc_pid()'s numbers and publish,
  // and between free_pid()'s levels, it owns only some.
  static Bool owns(int pid_index, int level) {
    const auto& pid = K::on().state.pids[pid_index];
    const int slot = pid_index + 1;
    static const int kPublish = step_number<K>(alloc_pid<K>::publish);
    // alloc_pid() gives its namespace back before its numbers, when init is dying.
    static const int kPut = step_number<K>(put_pid_ns<K>::kref_put);
    const auto& nr = pid.numbers[level].nr;
    return also(initialised(nr) & (nr.value() != 0), [&] {
      Bool owned = pid.hashed.value() == 1;
      const auto if_in_hand = [&](const Bool& in_hand, auto&& then) {
        owned = also(in_hand, then) | (owned & !in_hand);
      };
      for (const auto& s : K::on().state.stacks) {
        if_in_hand(s.alloc_pid.pid.slot() == slot, [&] {
          return (s.alloc_pid.i.value() < level) | (standing_at<K>(s) == kPublish) |
                 (standing_at<K>(s) == kPut);
        });
        if_in_hand(s.free_pid.pid.slot() == slot, [&] { return s.free_pid.i.value() <= level; });
      }
      return owned;
    });
  }

  static Int owners(int ns_slot, int nr) {
    Int count = sum_allocated<K>(K::on().state.pids, [&](int index, auto& pid) {
      Int owned = 0;
      for (int level = 0; level < levels_of<K>(pid); ++level) {
        const auto& number = pid.numbers[level];
        owned = owned + K::one_if(also(number.ns.slot() == ns_slot, [&] {
                  return also(number.nr.value() == nr, [&] { return owns(index, level); });
                }));
      }
      return owned;
    });
    // A number that is set in the bitmap and not recorded yet.
    static const int kStore = step_number<K>(alloc_pidmap<K>::set_last_pid);
    for (const auto& s : K::on().state.stacks)
      count = count + K::one_if(also((s.alloc_pidmap.ns.slot() == ns_slot) &
                                         (s.alloc_pidmap.pid.value() == nr),
                                     [&] { return Bool(standing_at<K>(s) == kStore); }));
    return count;
  }

  static Bool bit(const pid_namespace<K>& ns, const Int& nr) {
    const int bits = config<K>().bits_per_page;
    return K::test_bit(ns.pidmap_.at(nr / bits).bits.value(), nr % bits);
  }
  static int number_count() { return config<K>().pidmap_entries() * config<K>().bits_per_page; }

  static Bool bitmap_matches_pids() {
    return all_allocated(K::on().state.namespaces, [](int index, auto& ns) {
      return implies(published<K>(ns) | (index == 0), [&] {
        Bool match = bit(ns, 0);
        for (int nr = 1; nr < number_count(); ++nr)
          match = also(match, [&] { return owners(index + 1, nr) == K::one_if(bit(ns, nr)); });
        return match;
      });
    });
  }

  static Bool numbers_differ(const pid_struct<K>& a, const pid_struct<K>& b) {
    Bool differ = true;
    for (int level = 0; level < levels_of<K>(a); ++level) {
      const auto& p = a.numbers[level];
      const auto& q = b.numbers[level];
      differ = differ &
               ((p.ns.slot() == 0) | (p.ns.slot() != q.ns.slot()) | (p.nr.value() != q.nr.value()));
    }
    return differ;
  }
  static Bool numbers_are_unique() {
    auto& state = K::on().state;
    Bool unique = all_allocated(state.pids, [&](int a, auto& p) {
      return implies(p.hashed.value() == 1, [&] {
        return all_allocated(state.pids, [&](int b, auto& q) {
          if (b <= a) return Bool(true);
          return implies(q.hashed.value() == 1, [&] { return numbers_differ(p, q); });
        });
      });
    });
    for (int a = 0; a < config<K>().tasks; ++a)
      unique = unique & implies(state.tasks[a].linked.value() == 1, [&] {
                 const Int pid = state.tasks[a].pids[PIDTYPE_PID].slot();
                 Bool own = true;
                 for (int b = a + 1; b < config<K>().tasks; ++b)
                   own = own & ((state.tasks[b].linked.value() != 1) | (pid == 0) |
                                (state.tasks[b].pids[PIDTYPE_PID].slot() != pid));
                 return own;
               });
    return unique;
  }
  static Bool two_pids_are_hashed() {
    Int count = 0;
    for (const auto& pid : K::on().state.pids)
      count = count + K::one_if((pid.allocated.value() == 1) & (pid.hashed.value() == 1));
    return count >= 2;
  }

  static Bool nr_free_counts_clear_bits() {
    static const int kIncrement = step_number<K>(free_pidmap<K>::inc_nr_free);
    const int bits = config<K>().bits_per_page;
    return all_allocated(K::on().state.namespaces, [&](int index, auto& ns) {
      return implies(published<K>(ns) | (index == 0), [&] {
        Bool counted = true;
        for (int page = 0; page < config<K>().pidmap_entries(); ++page) {
          Int clear = bits - K::hweight(ns.pidmap_[page].bits.value(), bits);
          for (const auto& s : K::on().state.stacks)
            clear = clear - K::one_if(also((s.free_pidmap.ns.slot() == index + 1) &
                                               (s.free_pidmap.nr.value() / bits == page),
                                           [&] { return Bool(standing_at<K>(s) == kIncrement); }));
          counted = counted & (ns.pidmap_[page].nr_free.value() == clear);
        }
        return counted;
      });
    });
  }

  static Bool hashed_means_set() {
    auto& state = K::on().state;
    return all_allocated(state.pids, [&](int, auto& pid) {
      Bool set = true;
      for (int level = 0; level < levels_of<K>(pid); ++level)
        set = also(set, [&] {
          return implies((pid.hashed.value() != 0) & (pid.level.value() >= level), [&] {
            const Int ns = pid.numbers[level].ns.slot();
            return also(ns != 0, [&] {
              auto& of = state.namespaces.at(ns - 1);
              return also(of.allocated.value() == 1,
                          [&] { return bit(of, pid.numbers[level].nr.value()); });
            });
          });
        });
      return set;
    });
  }

  static Bool numbered_at_all_levels() {
    auto& state = K::on().state;
    return all_allocated(state.pids, [&](int, auto& pid) {
      return implies(pid.hashed.value() != 0, [&] {
        Bool numbered = true;
        Int ns = pid.ns.slot();
        for (int level = K::plain(pid.level.value()); level >= 0; --level) {
          const auto& number = pid.numbers[level];
          numbered =
              also(numbered & (ns != 0) & (number.ns.slot() == ns) & (number.nr.value() != 0), [&] {
                auto& of = state.namespaces.at(ns - 1);
                ns = of.parent.slot();
                return of.level.value() == level;
              });
        }
        return numbered & (ns == 0);
      });
    });
  }
  static Bool a_nested_pid_is_hashed() {
    return any_allocated(K::on().state.pids, [](int, auto& pid) {
      return (pid.hashed.value() == 1) & (pid.level.value() > 0);
    });
  }

  // Judged where a number has just been taken.
  template <class F>
  static Bool every_number_taken(F&& f) {
    static const int kStore = step_number<K>(alloc_pidmap<K>::set_last_pid);
    Bool every = true;
    for (const auto& s : K::on().state.stacks)
      if (standing_at<K>(s) == kStore)
        every = every & f(s.alloc_pidmap.last.value(), s.alloc_pidmap.pid.value());
    return every;
  }
  static Bool reserved_stay_reserved() {
    return every_number_taken([](const Int& last, const Int& nr) {
      return (nr > 0) & ((nr > last) | (nr >= config<K>().reserved_pids));
    });
  }
  static Bool below_pid_max() {
    return every_number_taken([](const Int&, const Int& nr) { return nr < config<K>().pid_max; });
  }
  static Bool a_number_was_taken() {
    return !every_number_taken([](const Int&, const Int&) { return Bool(false); });
  }
  static Bool the_search_wrapped() {
    return !every_number_taken([](const Int& last, const Int& nr) { return nr > last; });
  }

  static bool stores_last_pid(const MoveOn<K>& move) {
    static const int kStore = step_number<K>(alloc_pidmap<K>::set_last_pid);
    return move.actor < kContexts && move.in_before([&](auto& state) {
      return standing_at<K>(state.stacks[move.actor]);
    }) == kStore;
  }
  // last_pid never goes back, in the cyclic order from where its writer began.
  static Bool last_pid_moves_forward(const MoveOn<K>& move) {
    if (!stores_last_pid(move)) return true;
    const auto local = [&](auto&& f) {
      return move.in_before([&](auto& state) { return f(state.stacks[move.actor].alloc_pidmap); });
    };
    const Int ns = local([](auto& l) { return Int(l.ns.slot()); }) - 1;
    const auto last_pid = [&](auto& state) {
      return Int(state.namespaces.at(ns).last_pid.value());
    };
    const Int base = local([](auto& l) { return Int(l.last.value()); });
    return !pid_before<K>(base, move.in_after(last_pid), move.in_before(last_pid));
  }
  static Bool a_last_pid_is_stored(const MoveOn<K>& move) { return stores_last_pid(move); }

  // A pid is freed when it has no role left, as a task's, a group's or a session's.
  static Bool roles_keep_numbers() {
    auto& state = K::on().state;
    Bool kept = true;
    for (const auto& task : state.tasks)
      for (const auto& link : task.pids)
        kept = kept & implies((task.linked.value() == 1) & (link.slot() != 0), [&] {
                 auto& pid = state.pids.at(link.slot() - 1);
                 return (pid.allocated.value() == 1) & (pid.hashed.value() == 1);
               });
    return kept;
  }
  static Bool a_group_is_led_by_another() {
    Bool none = true;
    for (const auto& task : K::on().state.tasks)
      none = none & ((task.linked.value() != 1) |
                     (task.pids[PIDTYPE_PGID].slot() == task.pids[PIDTYPE_PID].slot()));
    return !none;
  }

  static constexpr RowOn<K> rows[] = {
      {.id = "I8",
       .says = "A bit of the pid bitmap is set exactly while one struct pid owns the number.",
       .source = "kernel/pid.c: alloc_pidmap(), free_pidmap()",
       .holds = bitmap_matches_pids,
       .premise = two_pids_are_hashed,
       .transient = "set and not yet recorded; unhashed and not yet cleared"},
      {.id = "I9",
       .says = "No two hashed pids have the same number in the same namespace.",
       .source = "kernel/pid.c: find_pid_ns()",
       .holds = numbers_are_unique,
       .premise = two_pids_are_hashed},
      {.id = "I10",
       .says = "nr_free counts the clear bits of its page.",
       .source = "kernel/pid.c: struct pidmap",
       .holds = nr_free_counts_clear_bits,
       .premise = two_pids_are_hashed,
       .transient = "between clear_bit and the increment in free_pidmap()"},
      {.id = "I11",
       .says = "A hashed pid has its bit set in every namespace that numbers it.",
       .source = "kernel/pid.c: free_pid()",
       .holds = hashed_means_set,
       .premise = two_pids_are_hashed},
      {.id = "I12",
       .says =
           "A hashed pid has one number in its namespace and in each ancestor, and in no other.",
       .source = "kernel/pid.c: alloc_pid()",
       .holds = numbered_at_all_levels,
       .premise = a_nested_pid_is_hashed},
      {.id = "I13",
       .says = "Number 0 is never handed out, and after a wrap no number below RESERVED_PIDS is.",
       .source = "kernel/pid.c: RESERVED_PIDS",
       .holds = reserved_stay_reserved,
       .premise = the_search_wrapped},
      {.id = "I14",
       .says = "A number is below pid_max when it is handed out.",
       .source = "kernel/pid.c: alloc_pidmap()",
       .holds = below_pid_max,
       .premise = a_number_was_taken},
      {.id = "I15",
       .says =
           "last_pid only moves forward in cyclic order, so a freed number is not reused at once.",
       .source = "5fdee8c4a5e1 (\"pids: fix a race in pid generation that causes pids to be reused "
                 "immediately\")",
       .holds_move = last_pid_moves_forward,
       .premise_move = a_last_pid_is_stored},
      {.id = "I36",
       .says = "A number is kept while a task uses it, as its own, its group's or its session's.",
       .source = "kernel/pid.c: detach_pid()",
       .holds = roles_keep_numbers,
       .premise = a_group_is_led_by_another},
  };
};

}  // namespace nsmc::props
