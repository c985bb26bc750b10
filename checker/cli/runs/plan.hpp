// One property test as one value: what processes call, who moves when, what goes wrong.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "traces/scenario.hpp"

namespace nsmc::cli {

// Where the run leaves its beaten path: at the `at`-th turn (from 0) not the first alternative is
// taken but the `by`-th after it.
struct Detour {
  std::uint32_t at = 0;
  std::uint8_t by = 1;
  bool operator==(const Detour&) const = default;
};

// Without detours, whoever moved last goes on until it sleeps, and nothing fails.
struct Plan {
  traces::Scenario scenario;
  std::vector<Detour> switches;  // turns are moves: another context goes on; sorted
  std::vector<Detour> choices;   // turns are the choices inside steps: failures, above all; sorted
};

// What shrinking makes less of, the first first: calls, switches, choices, tasks.
inline auto size_of(const Plan& plan) {
  std::size_t calls = 0;
  for (const traces::Program& program : plan.scenario.programs) calls += program.calls.size();
  return std::tuple(calls, plan.switches.size(), plan.choices.size(),
                    plan.scenario.programs.size());
}

}  // namespace nsmc::cli
