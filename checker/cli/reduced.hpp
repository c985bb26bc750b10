// Searching with states left out: which reductions are asked for, and which of them were possible.
// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "checker/checker.hpp"
#include "checker/cli/binding.hpp"

namespace nsmc::checker {
struct Tuning;
}  // namespace nsmc::checker

namespace nsmc::cli {

enum class Switch : std::uint8_t { off, on, automatic };  // automatic: if nothing is against it

struct Reductions {
  Switch symmetry = Switch::off, dead_fields = Switch::off;

  bool any() const { return symmetry != Switch::off || dead_fields != Switch::off; }
};

// All states that a system can reach.  One place for it: to compile the explorer takes long.
checker::Result<System> search_whole(const System& system, std::span<const Claim> claims,
                                     const checker::Limits& limits,
                                     const checker::OnProgress& on_progress = {});

// The explorer; docs/reductions.md says what it leaves out, and why the verdicts are the same.
// Throws std::invalid_argument if what was switched on is not possible, and CheckpointError.
checker::Result<System> search(const Bound& bound, const checker::Limits& limits,
                               const Reductions& reductions,
                               const checker::OnProgress& on_progress = {});
// The same with checkpoints, and with states on disk.
checker::Result<System> search(const Bound& bound, const checker::Limits& limits,
                               const Reductions& reductions, const checker::OnProgress& on_progress,
                               const checker::Tuning& tuning);

}  // namespace nsmc::cli
