// States that random walks meet, in the systems of all scenarios.
// SPDX-License-Identifier: MIT
#pragma once

#include <random>
#include <string>
#include <vector>

#include "checker/cli/binding.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/heap.hpp"
#include "model/kernel/symmetry.hpp"

namespace nsmc::tests {

// Each scenario and each default run, bound.
template <class See>
void each_shipped(const See& see) {
  std::vector<traces::Scenario> scenarios = cli::shipped_scenarios();
  for (traces::Scenario& run : cli::shipped_runs()) scenarios.push_back(std::move(run));
  for (const traces::Scenario& scenario : scenarios) see(cli::bind(scenario));
}

// The states on so many runs of up to 60 moves.
template <class See>
void walk(const cli::Bound& bound, std::mt19937_64& random, int walks, const See& see) {
  for (int walk = 0; walk < walks; ++walk) {
    cli::System::State state = bound.system->initial().front();
    for (int move = 0; move < 60; ++move) {
      see(bound, state, random);
      cli::System::State next = state;
      std::uint64_t moves = 0;
      bound.system->successors(state, [&](const auto&, const auto& after, const auto&) {
        if (random() % ++moves == 0) next = after;
      });
      if (moves == 0) break;
      state = next;
    }
  }
}

// Calls see(bound, state, random) for the states of `walks` walks in each system.
template <class See>
void each_walked(std::uint64_t seed, int walks, const See& see) {
  std::mt19937_64 random(seed);
  each_shipped([&](const cli::Bound& bound) { walk(bound, random, walks, see); });
}

// Any renaming of all that can be renamed.
inline kernel::Renaming random_renaming(const kernel::Heap& heap, std::mt19937_64& random) {
  kernel::Renaming names;
  for (std::size_t k = 0; k < kernel::kSlotKinds; ++k) {
    const auto kind = static_cast<kernel::SlotKind>(k);
    std::vector<int> slots;
    for (int slot = kernel::Heap::pinned(kind) + 1; slot <= heap.slots(kind); ++slot)
      slots.push_back(slot);
    std::vector<int> to = slots;
    std::shuffle(to.begin(), to.end(), random);
    for (std::size_t i = 0; i < slots.size(); ++i)
      names.set(kind, static_cast<std::size_t>(slots[i]), static_cast<std::size_t>(to[i]));
  }
  return names;
}

}  // namespace nsmc::tests
