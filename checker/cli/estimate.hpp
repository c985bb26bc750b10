// How much of a breadth-first search is left: a range, or nothing that could be said.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace nsmc::cli {

struct StatesLeft {
  std::uint64_t least, most;  // states that no level has yet
};

// `levels`: how many states were found at each depth, of the levels that are finished.  Nothing
// while they grow, or are fewer than four.
//
// The levels of most systems rise once and fall once, ever faster: their logarithms are concave.
// If that goes on, the next level is at most as small a part of the last as the last was of the one
// before it; and at least what the same change of that part once more would give.  A system need
// not be like that, so the range is a guess and no bound.
std::optional<StatesLeft> states_left(std::span<const std::uint64_t> levels);

}  // namespace nsmc::cli
