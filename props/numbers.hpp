// Numbers: one owner each, at all levels or none, in cyclic order.
// SPDX-License-Identifier: MIT
#pragma once

#include "props/row.hpp"
#include "props/view.hpp"

namespace nsmc::props {

template <class K>
struct numbers {
  // Whether this pid still owns its number at `level`.  Between alloc_pid()'s numbers and publish,
  // and between free_pid()'s levels, it owns only some.
  static bool owns(int pid_index, int level) {
    const auto& pid = K::on().state.pids[pid_index];
    const int slot = pid_index + 1;
    static const int kPublish = step_number(alloc_pid<K>::publish);
    bool owned = pid.hashed.value() == 1;
    for (const auto& s : K::on().state.stacks) {
      if (s.alloc_pid.pid.slot() == slot)
        owned = standing_at<K>(s) == kPublish || level > s.alloc_pid.i.value();
      if (s.free_pid.pid.slot() == slot) owned = level >= s.free_pid.i.value();
    }
    return owned && initialised(pid.numbers[level].nr) && pid.numbers[level].nr.value() != 0;
  }

  static int owners(int ns_slot, int nr) {
    int count = 0;
    each_allocated(K::on().state.pids, [&](int index, auto& pid) {
      for (int level = 0; level < kLevels; ++level)
        if (initialised(pid.numbers[level].ns) && pid.numbers[level].ns.slot() == ns_slot &&
            initialised(pid.numbers[level].nr) && pid.numbers[level].nr.value() == nr &&
            owns(index, level))
          ++count;
    });
    // A number that is set in the bitmap and not recorded yet.
    static const int kStore = step_number(alloc_pidmap<K>::set_last_pid);
    for (const auto& s : K::on().state.stacks)
      if (standing_at<K>(s) == kStore && s.alloc_pidmap.ns.slot() == ns_slot &&
          s.alloc_pidmap.pid.value() == nr)
        ++count;
    return count;
  }

  static bool bit(const pid_namespace<K>& ns, int nr) {
    const int bits = config<K>().bits_per_page;
    return K::test_bit(ns.pidmap_[nr / bits].bits.value(), nr % bits);
  }
  static int number_count() { return config<K>().pidmap_entries() * config<K>().bits_per_page; }

  static bool bitmap_matches_pids() {
    return all_allocated(K::on().state.namespaces, [](int index, auto& ns) {
      if (!published<K>(ns) && index != 0) return true;
      for (int nr = 1; nr < number_count(); ++nr)
        if (owners(index + 1, nr) != (bit(ns, nr) ? 1 : 0)) return false;
      return bit(ns, 0);
    });
  }

  static bool numbers_are_unique() {
    auto& state = K::on().state;
    for (int a = 0; a < kPids; ++a) {
      const auto& p = state.pids[a];
      if (p.allocated.value() == 0 || p.hashed.value() == 0) continue;
      for (int b = a + 1; b < kPids; ++b) {
        const auto& q = state.pids[b];
        if (q.allocated.value() == 0 || q.hashed.value() == 0) continue;
        for (int level = 0; level < kLevels; ++level)
          if (p.numbers[level].ns.slot() != 0 &&
              p.numbers[level].ns.slot() == q.numbers[level].ns.slot() &&
              p.numbers[level].nr.value() == q.numbers[level].nr.value())
            return false;
      }
    }
    for (int a = 0; a < kTasks; ++a)
      for (int b = a + 1; b < kTasks; ++b)
        if (state.tasks[a].linked.value() == 1 && state.tasks[b].linked.value() == 1 &&
            state.tasks[a].pids[PIDTYPE_PID].slot() != 0 &&
            state.tasks[a].pids[PIDTYPE_PID].slot() == state.tasks[b].pids[PIDTYPE_PID].slot())
          return false;
    return true;
  }
  static bool two_pids_are_hashed() {
    int count = 0;
    each_allocated(K::on().state.pids, [&](int, auto& pid) { count += pid.hashed.value(); });
    return count >= 2;
  }

  static bool nr_free_counts_clear_bits() {
    const int increment = step_number(free_pidmap<K>::inc_nr_free);
    const int bits = config<K>().bits_per_page;
    return all_allocated(K::on().state.namespaces, [&](int index, auto& ns) {
      if (!published<K>(ns) && index != 0) return true;
      for (int page = 0; page < config<K>().pidmap_entries(); ++page) {
        int clear = bits - std::popcount(static_cast<unsigned>(ns.pidmap_[page].bits.value()));
        for (const auto& s : K::on().state.stacks)
          if (standing_at<K>(s) == increment && s.free_pidmap.ns.slot() == index + 1 &&
              s.free_pidmap.nr.value() / bits == page)
            --clear;
        if (ns.pidmap_[page].nr_free.value() != clear) return false;
      }
      return true;
    });
  }

  static bool hashed_means_set() {
    auto& state = K::on().state;
    return all_allocated(state.pids, [&](int, auto& pid) {
      if (pid.hashed.value() == 0) return true;
      for (int level = 0; level <= pid.level.value(); ++level) {
        const int ns = pid.numbers[level].ns.slot();
        if (ns == 0 || state.namespaces[ns - 1].allocated.value() == 0) return false;
        if (!bit(state.namespaces[ns - 1], pid.numbers[level].nr.value())) return false;
      }
      return true;
    });
  }

  static bool numbered_at_all_levels() {
    auto& state = K::on().state;
    return all_allocated(state.pids, [&](int, auto& pid) {
      if (pid.hashed.value() == 0) return true;
      int ns = pid.ns.slot();
      for (int level = pid.level.value(); level >= 0; --level) {
        if (ns == 0 || pid.numbers[level].ns.slot() != ns) return false;
        if (pid.numbers[level].nr.value() == 0) return false;
        if (state.namespaces[ns - 1].level.value() != level) return false;
        ns = state.namespaces[ns - 1].parent.slot();
      }
      return ns == 0;
    });
  }
  static bool a_nested_pid_is_hashed() {
    return any_allocated(K::on().state.pids, [](int, auto& pid) {
      return pid.hashed.value() == 1 && pid.level.value() > 0;
    });
  }

  // Judged where a number has just been taken.
  template <class F>
  static bool every_number_taken(F&& f) {
    static const int kStore = step_number(alloc_pidmap<K>::set_last_pid);
    for (const auto& s : K::on().state.stacks)
      if (standing_at<K>(s) == kStore &&
          !f(s.alloc_pidmap.last.value(), s.alloc_pidmap.pid.value()))
        return false;
    return true;
  }
  static bool reserved_stay_reserved() {
    return every_number_taken(
        [](int last, int nr) { return nr > 0 && (nr > last || nr >= config<K>().reserved_pids); });
  }
  static bool below_pid_max() {
    return every_number_taken([](int, int nr) { return nr < config<K>().pid_max; });
  }
  static bool a_number_was_taken() {
    return !every_number_taken([](int, int) { return false; });
  }
  static bool the_search_wrapped() {
    return !every_number_taken([](int last, int nr) { return nr > last; });
  }

  // last_pid never goes back, in the cyclic order from where its writer began.  before(f) and
  // after(f) are f of the state on that side of the move; `actor` is the context that moved.
  static typename K::Bool last_pid_moves_forward_in(int actor, auto&& before, auto&& after) {
    using Int = typename K::Int;
    static const int kStore = step_number<K>(alloc_pidmap<K>::set_last_pid);
    const auto local = [&](auto&& f) {
      return before([&](auto& state) { return f(state.stacks[actor].alloc_pidmap); });
    };
    const int at = before([&](auto& state) {
      int top = 0;
      for (auto& pc : state.stacks[actor].pc)
        if (const int step = K::plain(pc.value()); step != 0) top = step;
      return top;
    });
    if (at != kStore) return true;
    const Int ns = local([](auto& l) { return Int(K::target(l.ns).slot()); }) - 1;
    const auto last_pid = [&](auto& state) { return K::peek(state.namespaces[ns].last_pid); };
    const Int base = local([](auto& l) { return K::peek(l.last); });
    return !pid_before<K>(base, after(last_pid), before(last_pid));
  }
  static bool last_pid_moves_forward(const Move& move) {
    if (move.action.actor >= kContexts) return true;
    return last_pid_moves_forward_in(
        move.action.actor, [&](auto&& f) { return f(move.before); },
        [&](auto&& f) { return f(move.after); });
  }
  static bool a_last_pid_is_stored(const Move& move) {
    static const int kStore = step_number(alloc_pidmap<K>::set_last_pid);
    return move.action.actor < kContexts &&
           standing_at<K>(move.before.stacks[move.action.actor]) == kStore;
  }

  static constexpr Row rows[] = {
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
  };
};

}  // namespace nsmc::props
