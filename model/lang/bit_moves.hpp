// Fields that change places within words of one layout: a mask and a shift for each distance.
// SPDX-License-Identifier: MIT
//
// A renaming of slots moves many fields by few distances, and those of one distance move together:
//
//   constexpr lang::BitMoves swap = [] { lang::BitMoves m; m.add(left, right); ...; return m; }();
//   const Num after = lang::moved<swap>(before);
//
// What is neither added nor dropped stays where it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "model/lang/bit_field.hpp"
#include "model/lang/each.hpp"

namespace nsmc::lang {

// Public throughout, as a template argument has to be.
struct BitMoves {
  struct Together {
    int up = 0;  // bits towards the high end; down if negative
    std::uint64_t from = 0;
  };
  std::array<Together, 16> distances{};
  std::size_t count = 0;
  std::uint64_t stays = ~std::uint64_t{0};

  // REQUIRES: each place that is left is also gone to, by fields of the same widths.
  constexpr void add(BitField from, BitField to) {
    if (from.bits != to.bits) throw std::logic_error("the fields differ in width");
    const int up = static_cast<int>(to.at) - static_cast<int>(from.at);
    if (from.bits == 0 || up == 0) return;
    stays &= ~from.mask();
    for (std::size_t i = 0; i < count; ++i) {
      if (distances[i].up != up) continue;
      distances[i].from |= from.mask();
      return;
    }
    distances.at(count++) = {up, from.mask()};
  }
  constexpr void drop(BitField field) { stays &= ~field.mask(); }
};

template <BitMoves Moves, class Num>
[[gnu::always_inline]] inline Num moved(const Num& before) {
  Num after = before & Moves.stays;
  each<0, static_cast<int>(Moves.count) - 1>([&](auto i) __attribute__((always_inline)) {
    constexpr BitMoves::Together all = Moves.distances[i];
    const Num taken = before & all.from;
    if constexpr (all.up > 0) {
      after = after | (taken << static_cast<unsigned>(all.up));
    } else {
      after = after | (taken >> static_cast<unsigned>(-all.up));
    }
  });
  return after;
}

}  // namespace nsmc::lang
