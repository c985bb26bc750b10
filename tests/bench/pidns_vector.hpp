// The benchmark model by eight states at once, if this processor can.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "tests/bench/pidns.hpp"

namespace nsmc::bench {

// How the moves of row `row` of kTable are made in the vector domain, or those of its orbits;
// nullptr where it is not to be had.
MakeMoves make_moves_by_eight(std::size_t row);
MakeMoves make_orbit_moves_by_eight(std::size_t row);

}  // namespace nsmc::bench
