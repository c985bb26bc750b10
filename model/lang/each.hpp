// A loop over slots whose number is a constant in each round, so that every field has its place.
// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

namespace nsmc::lang {

// f(std::integral_constant<int, i>) for From <= i <= Last.
template <int From, int Last, class F>
[[gnu::always_inline]] constexpr void each(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, From + I>{}), ...);
  }
  (std::make_integer_sequence<int, Last - From + 1>{});
}

}  // namespace nsmc::lang
