// The canonical form of a state of the benchmark model: one for all names that its slots can have.
// SPDX-License-Identifier: MIT
//
// Which slot a task or a namespace is in says nothing: the rules take any free one, and name none.
// So states that differ by a renaming of slots have the same future, up to that renaming, and one
// of them can stand for all.  That one is found without a search over the tasks' names: live tasks
// have different numbers in init_pid_ns, and are sorted by them, the free slots last.  Of the few
// ways to number the namespaces, with the outer before the inner, it takes the one with the least
// word, in which the free are last.
//
// Over a value domain, as the rules are: the form of one state, or of eight at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "model/lang/bit_moves.hpp"
#include "model/lang/each.hpp"
#include "tests/bench/pidns_layout.hpp"

namespace nsmc::bench {

template <class D, Bounds B>
class Canonical {
 public:
  using Num = typename D::Num;
  using Bool = typename D::Bool;

  [[gnu::always_inline]] static Num form(const Num& state) {
    return with_least_names(with_sorted_tasks(state));
  }

 private:
  static constexpr std::size_t kTasks = B.tasks + 1;
  static constexpr std::size_t kNamespaces = B.namespaces + 1;
  static constexpr const Layout<B>& kAt = kLayout<B>;

  // --- tasks ------------------------------------------------------------------------------------

  // Where a task goes: the number of the slot, and how far that is from the first, in bits.
  static constexpr unsigned kBitsAt = 8;
  static constexpr std::uint64_t kOneSlot = 1 | std::uint64_t{kAt.task_bits} << kBitsAt;

  [[gnu::always_inline]] static Num with_sorted_tasks(const Num& state) {
    if constexpr (B.tasks == 1) return state;
    std::array<Num, kTasks> number;
    std::array<Num, kTasks> place;
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      number[t] = kAt.task[t].nr[0].of(state) - Num(1);  // of a free slot the largest of all
      place[t] = (t - 1) * kOneSlot;
    });
    Bool sorted = Num(0) == 0;
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      lang::each<t + 1, B.tasks>([&](auto u) __attribute__((always_inline)) {
        const Bool change = number[u] < number[t];
        place[t] = place[t] + D::where(change, kOneSlot);
        place[u] = place[u] - D::where(change, kOneSlot);
        sorted = sorted & !change;
      });
    });
    if (!D::any(!sorted)) return state;
    Num after = state;
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      after = after & ~kAt.task_mask(t);
    });
    lang::each<1, B.tasks>([&](auto t) __attribute__((always_inline)) {
      constexpr std::uint64_t moves = kAt.task_mask(t) & ~kAt.task[t].parent.mask();
      const Num task = (state & moves) >> kAt.task_bits * (t - 1);
      const Num parent = kAt.task[1].parent.holding(parent_at<t>(state, place));
      after = after | D::shifted(task | parent, place[t] >> kBitsAt);
    });
    return after;
  }
  // How t is to refer to its parent when all are in their places.
  template <int t>
  [[gnu::always_inline]] static Num parent_at(const Num& state,
                                              const std::array<Num, kTasks>& place) {
    constexpr lang::BitField field = kAt.task[t].parent;
    const Num parent = field.of(state);
    Num reference = 0;
    lang::each<1, B.tasks>([&](auto u) __attribute__((always_inline)) {
      if constexpr (t != u)
        reference = reference | D::where(parent == Layout<B>::reference(t, u), place[t] ^ place[u]);
    });
    return reference & field.low_mask();
  }

  // --- namespaces -------------------------------------------------------------------------------

  using Names = std::array<int, kNamespaces>;  // the new slot of each
  static constexpr std::size_t kNamings = [] {
    std::size_t product = 1;
    for (std::size_t n = 2; n < kNamespaces; ++n) product *= n;
    return product;
  }();
  static constexpr std::array<Names, kNamings> kNames = [] {
    std::array<Names, kNamings> all{};
    Names names;
    std::iota(names.begin(), names.end(), 0);
    for (Names& each : all) {
      each = names;
      std::next_permutation(names.begin() + 1, names.end());
    }
    return all;
  }();

  template <std::size_t naming>
  static constexpr lang::BitMoves kMoves = [] {
    lang::BitMoves moves;
    for (std::size_t n = 1; n < kNamespaces; ++n) {
      const auto to = static_cast<std::size_t>(kNames[naming][n]);
      for (std::size_t t = 1; t < kTasks; ++t) moves.add(kAt.task[t].nr[n], kAt.task[t].nr[to]);
      moves.add(kAt.ns[n].last_pid, kAt.ns[to].last_pid);
      moves.add(kAt.ns[n].mounts, kAt.ns[to].mounts);
      moves.drop(kAt.ns[n].parent);
    }
    return moves;
  }();

  // [n][m]: n is the namespace around m.
  using Around = std::array<std::array<Bool, kNamespaces>, kNamespaces>;

  // In the least word the free slots are last: they are zero, and higher slots are in higher bits.
  [[gnu::always_inline]] static Num with_least_names(const Num& state) {
    if constexpr (B.namespaces == 1) return state;
    Around around;
    each_pair([&](auto n, auto m) __attribute__((always_inline)) {
      around[n][m] = kAt.ns[m].parent.of(state) == Layout<B>::reference(m, n);
    });
    Num least = D::select(is_in_order<0>(around), state, ~std::uint64_t{0});
    lang::each<1, static_cast<int>(kNamings) - 1>([&](auto naming) __attribute__((always_inline)) {
      const Num renamed = with_names<naming>(state, around);
      least = D::select(is_in_order<naming>(around) & (renamed < least), renamed, least);
    });
    return least;
  }
  template <class F>
  [[gnu::always_inline]] static void each_pair(F f) {
    lang::each<1, B.namespaces>([&](auto n) __attribute__((always_inline)) {
      lang::each<1, B.namespaces>([&](auto m) __attribute__((always_inline)) {
        if constexpr (n != m) f(n, m);
      });
    });
  }
  template <std::size_t naming>
  [[gnu::always_inline]] static Bool is_in_order(const Around& around) {
    Bool wrong = Num(0) != 0;
    each_pair([&](auto n, auto m) __attribute__((always_inline)) {
      if constexpr (kNames[naming][n] > kNames[naming][m]) wrong = wrong | around[n][m];
    });
    return !wrong;
  }
  // REQUIRES (else any word): with these names all are in order.
  template <std::size_t naming>
  [[gnu::always_inline]] static Num with_names(const Num& state, const Around& around) {
    Num after = lang::moved<kMoves<naming>>(state);
    each_pair([&](auto n, auto m) __attribute__((always_inline)) {
      constexpr auto outer = kNames[naming][n], inner = kNames[naming][m];
      if constexpr (outer < inner) {
        constexpr std::uint64_t parent =
            kAt.ns[inner].parent.holding(Layout<B>::reference(inner, outer));
        after = after | D::where(around[n][m], parent);
      }
    });
    return after;
  }
};

}  // namespace nsmc::bench
