// The rules of the benchmark model over a value domain: one state at a time, or eight.
// SPDX-License-Identifier: MIT
//
// Of each call: when it is enabled, and the state after it, as a change of a few fields of the
// state's word.  The effects of alloc_pid() do not depend on who is born, and are worked out once
// for each parent.  tests/bench/pidns_plain.hpp says the same at length, with all fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/lang/each.hpp"
#include "tests/bench/calls.hpp"
#include "tests/bench/pidns_layout.hpp"

namespace nsmc::bench {

// Sink: sink(call, who, child, made, enabled, after), for each instance that is enabled in some
// lane, and for others, in the order of each_action().  Whether it is, is asked only where the
// state after the call costs more to work out than a branch that was guessed wrong.
template <class D, Bounds B, class Sink>
class Rules {
 public:
  using Num = typename D::Num;
  using Bool = typename D::Bool;

  Rules(const Num& before, Sink& sink) : s(before), sink_(sink) {
    look_at_tasks();
    look_at_namespaces();
  }

  [[gnu::always_inline]] void all() {
    lang::each<0, B.tasks>([&](auto p) __attribute__((always_inline)) { births(p); });
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      kill(t);
      exit_zap(t);
      exit(t);
      zapdone(t);
      reap(t);
      mount(t);
    });
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) { umount(n); });
  }

 private:
  static constexpr std::size_t kTasks = B.tasks + 1;
  static constexpr std::size_t kNamespaces = B.namespaces + 1;
  static constexpr const Layout<B>& kAt = kLayout<B>;
  static constexpr std::uint64_t kNumbers = (std::uint64_t{2} << B.pids) - 2;  // 1..P as bits

  // --- what is seen in a state, worked out once -------------------------------------------------

  void look_at_tasks() {
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      lang::each<0, B.namespaces>([&](auto n) __attribute__((always_inline)) {
        nr[t][n] = kAt.task[t].nr[n].of(s);
        in[t][n] = nr[t][n] != 0;
      });
      const Num status = kAt.task[t].status.of(s);
      alive[t] = in[t][0];
      run[t] = alive[t] & (status == kRun);
      killed[t] = status == kKilled;
      zap[t] = status == kZap;
      zomb[t] = status == kZomb;
      some_free = some_free | !alive[t];
    });
  }
  void look_at_namespaces() {
    lang::each<0, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      const Num last = kAt.ns[n].last_pid.of(s);
      Num taken = n == 0 ? Num(1U << 1) : Num(0);  // init itself
      lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
        taken = taken | D::bit(nr[t][n]);
      });
      const Num free = ~taken & kNumbers;
      const Num above = free & (Num(0) - (D::bit(last) << 1));
      full[n] = free == 0;
      next[n] = D::lowest(D::select(above != 0, above, free));
      advance[n] = kAt.ns[n].last_pid.holding(last ^ next[n]);
      used[n] = last != 0;
      if constexpr (n > 0 && B.mounts > 0) mounts = mounts + kAt.ns[n].mounts.of(s);
    });
  }

  // n is the namespace around m.
  template <int n, int m>
  Bool is_parent_ns() const {
    if constexpr (n == m) {
      return none;
    } else {
      return kAt.ns[m].parent.of(s) == Layout<B>::reference(m, n);
    }
  }
  // n is a namespace of t, and t is in none below n: task_active_pid_ns().
  template <int t, int n>
  Bool is_ns_of() const {
    Bool answer = in[t][n];
    lang::each<1, B.namespaces>([&](auto m) __attribute__((always_inline)) {
      if constexpr (n == 0) {
        answer = answer & !in[t][m];
      } else if constexpr (m != n) {
        answer = answer & !(in[t][m] & is_parent_ns<n, m>());
      }
    });
    return answer;
  }
  // m, in which t is as well, is further from init_pid_ns than n: it is not n and not above n.
  // Over a chain of at most B.levels that is to be found below n in as many steps.
  template <int t, int m, int n>
  Bool is_below() const {
    if constexpr (n == 0) {
      return in[t][m];
    } else {
      Bool below = is_parent_ns<n, m>();
      if constexpr (B.levels > 2) {
        lang::each<1, B.namespaces>([&](auto between) __attribute__((always_inline)) {
          below = below | (is_parent_ns<n, between>() & is_parent_ns<between, m>());
        });
        static_assert(B.levels <= 3, "a third step is not written");
      }
      return in[t][m] & below;
    }
  }
  template <int u, int t>
  Bool is_child() const {
    if constexpr (u == t) {
      return none;
    } else {
      return kAt.task[u].parent.of(s) == Layout<B>::reference(u, t);  // so u is alive
    }
  }
  template <int t>
  Bool may_exit() const {
    return run[t] | killed[t];
  }
  // child_reaper of t's namespace is t: it has number 1 there, and has not gone through zapdone().
  template <int t>
  Bool is_reaper() const {
    Bool answer = none;
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      answer = answer | (is_ns_of<t, n>() & (nr[t][n] == 1) & !zomb[t]);
    });
    return answer;
  }
  // child_reaper of t's namespace is r.
  template <int t, int r>
  Bool is_reaper_of() const {
    Bool answer = none;
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      answer = answer | (is_ns_of<t, n>() & is_ns_of<r, n>() & (nr[r][n] == 1) & !zomb[r]);
    });
    return answer;
  }

  template <int t>
  static Num with_status(const Num& state, Kept status) {
    return kAt.task[t].status.cleared(state) | kAt.task[t].status.holding(std::uint64_t{status});
  }

  // put_pid_ns(): clears the namespaces that nothing holds, and those that only they held.
  Num without_unheld(Num state) const {
    std::array<Bool, kNamespaces> held;
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      held[n] = (state & kAt.holders(n)) != 0;
    });
    lang::each<2, B.levels>([&](auto) __attribute__((always_inline)) {
      lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
        lang::each<1, B.namespaces>([&](auto m) __attribute__((always_inline)) {
          held[n] = held[n] | (held[m] & is_parent_ns<n, m>());
        });
      });
    });
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      state = state & ~D::where(!held[n], kAt.ns_mask(n));
    });
    return state;
  }

  // --- the calls --------------------------------------------------------------------------------

  // What alloc_pid() does in p's namespace and those above.
  struct Allocation {
    Bool ok;      // there is a number in each
    Num state;    // last_pid moved: in each up to the first that is full
    Num numbers;  // the numbers, as task slot 1 would have them
  };

  template <int p>
  Allocation alloc_pid() const {
    Allocation result{!none, s, 0};
    lang::each<0, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      const Bool sees = p == 0 ? (n == 0 ? !none : none) : in[p][n];
      if constexpr (p == 0 && n > 0) return;
      Bool reached = sees & !full[n];
      if constexpr (p > 0) {
        lang::each<1, B.namespaces>([&](auto m) __attribute__((always_inline)) {
          if constexpr (m != n) reached = reached & !(is_below<p, m, n>() & full[m]);
        });
      }
      result.ok = result.ok & !(sees & full[n]);
      result.state = result.state ^ D::where(reached, advance[n]);
      result.numbers = result.numbers | D::where(sees, kAt.task[1].nr[n].holding(next[n]));
    });
    return result;
  }

  // fork(), clone(CLONE_NEWPID) and their failure, by p.
  template <int p>
  void births(std::integral_constant<int, p>) {
    const Bool may_fork = p == 0 ? !none : run[p];
    if (!D::any(may_fork & some_free)) return;
    const Allocation allocation = alloc_pid<p>();
    lang::each<1, B.tasks>([&](auto c) __attribute__((always_inline)) {
      const Bool enabled = may_fork & !alive[c];
      if constexpr (c != p) {
        if (!D::any(enabled)) return;
        fork<p, c>(enabled, allocation);
        lang::each<1, B.namespaces>([&](auto m) __attribute__((always_inline)) {
          clone<p, c, m>(enabled & !used[m], allocation);
        });
      }
    });
    sink_(Call::forkfail, p, 0, 0, may_fork & some_free, allocation.state);
  }

  template <int p, int c>
  static Num newborn(const Num& numbers) {
    constexpr std::uint64_t parent =
        p == 0 ? 0 : kAt.task[c].parent.holding(Layout<B>::reference(c, p == 0 ? 1 : p));
    return (numbers << kAt.task_bits * (c - 1)) | parent;
  }

  template <int p, int c>
  void fork(const Bool& enabled, const Allocation& allocation) {
    const Num child = newborn<p, c>(allocation.numbers);
    sink_(Call::fork, p, c, 0, enabled, allocation.state | D::where(allocation.ok, child));
  }

  template <int p, int c, int m>
  void clone(Bool enabled, const Allocation& allocation) {
    // The first number and last_pid of m, which has its map to itself.
    constexpr std::uint64_t first =
        kAt.task[c].nr[m].holding(std::uint64_t{1}) | kAt.ns[m].last_pid.holding(std::uint64_t{1});
    Num made = newborn<p, c>(allocation.numbers) | first;
    if constexpr (p > 0) {
      Num level = 0;
      lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
        level = level + D::where(in[p][n], 1);
        if constexpr (B.in_order ? n < m : n != m) {  // in order: while m is free, n > m is as well
          constexpr std::uint64_t parent = kAt.ns[m].parent.holding(Layout<B>::reference(m, n));
          made = made | D::where(is_ns_of<p, n>(), parent);
        }
      });
      enabled = enabled & (level < B.levels);
    }
    sink_(Call::clone, p, c, m, enabled, allocation.state | D::where(allocation.ok, made));
  }

  template <int t>
  void kill(std::integral_constant<int, t>) {
    sink_(Call::kill, t, 0, 0, run[t], with_status<t>(s, kKilled));
  }

  template <int t>
  void exit_zap(std::integral_constant<int, t>) {
    const Bool enabled = may_exit<t>() & is_reaper<t>();
    if (!D::any(enabled)) return;
    Num after = with_status<t>(s, kZap);
    lang::each<1, B.tasks>([&](auto u) __attribute__((always_inline)) {
      if constexpr (u != t) {
        Bool seen = none;  // in t's namespace or below it
        lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
          seen = seen | (is_ns_of<t, n>() & in[u][n]);
        });
        after = D::select(seen & run[u], with_status<u>(after, kKilled), after);
      }
    });
    sink_(Call::exit_zap, t, 0, 0, enabled, after);
  }

  template <int t>
  void exit(std::integral_constant<int, t>) {
    const Bool enabled = may_exit<t>() & !is_reaper<t>();
    if (!D::any(enabled)) return;
    Num after = with_status<t>(s, kZomb);
    lang::each<1, B.tasks>([&](auto u) __attribute__((always_inline)) {
      if constexpr (u != t) {  // forget_original_parent()
        Num reaper = 0;        // 0: init
        lang::each<1, B.tasks>([&](auto r) __attribute__((always_inline)) {
          if constexpr (r != t)
            reaper = reaper | D::where(is_reaper_of<t, r>(), Layout<B>::reference(u, r));
        });
        after = D::select(is_child<u, t>(), kAt.task[u].parent.with(after, reaper), after);
      }
    });
    sink_(Call::exit, t, 0, 0, enabled, after);
  }

  template <int t>
  void zapdone(std::integral_constant<int, t>) {
    Bool enabled = zap[t];
    lang::each<1, B.tasks>([&](auto u) __attribute__((always_inline)) {
      enabled = enabled & !is_child<u, t>();
    });
    sink_(Call::zapdone, t, 0, 0, enabled, with_status<t>(s, kZomb));
  }

  template <int t>
  void reap(std::integral_constant<int, t>) {
    Bool waited_for = kAt.task[t].parent.of(s) == 0;
    lang::each<1, B.tasks>([&](auto r) __attribute__((always_inline)) {
      waited_for = waited_for | (is_child<t, r>() & (run[r] | zap[r]));
    });
    const Bool enabled = zomb[t] & waited_for;
    if (!D::any(enabled)) return;
    sink_(Call::reap, t, 0, 0, enabled, without_unheld(s & ~kAt.task_mask(t)));
  }

  template <int t>
  void mount(std::integral_constant<int, t>) {
    if constexpr (B.mounts > 0) {
      Num pinned = 0;
      lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
        pinned = pinned | D::where(is_ns_of<t, n>(), kAt.ns[n].mounts.holding(std::uint64_t{1}));
      });
      const Bool enabled = run[t] & (pinned != 0) & (mounts < B.mounts);
      sink_(Call::mount, t, 0, 0, enabled, s + pinned);
    }
  }

  template <int n>
  void umount(std::integral_constant<int, n>) {
    if constexpr (B.mounts > 0) {
      const Bool enabled = kAt.ns[n].mounts.of(s) != 0;
      if (!D::any(enabled)) return;
      const Num after = s - kAt.ns[n].mounts.holding(std::uint64_t{1});
      sink_(Call::umount, n, 0, 0, enabled, without_unheld(after));
    }
  }

  const Bool none = Num(0) != 0;  // in no lane
  Num s;                          // before the call
  std::array<std::array<Num, kNamespaces>, kTasks> nr;
  std::array<std::array<Bool, kNamespaces>, kTasks> in;
  std::array<Bool, kTasks> alive, run, killed, zap, zomb;
  Bool some_free = Num(0) != 0;
  std::array<Bool, kNamespaces> full, used;
  std::array<Num, kNamespaces> next;     // what alloc_pidmap() would give
  std::array<Num, kNamespaces> advance;  // the change of last_pid that it would make
  Num mounts = 0;
  Sink& sink_;
};

template <class D, Bounds B, class Sink>
void each_move(const typename D::Num& before, Sink&& sink) {
  Rules<D, B, Sink>(before, sink).all();
}

}  // namespace nsmc::bench
