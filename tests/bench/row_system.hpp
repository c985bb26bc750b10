// The system that a row of the benchmark's table is about, chosen at run time, and its counts.
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/any_pidns.hpp"
#include "tests/bench/bounds.hpp"
#include "tests/bench/orbits.hpp"
#include "tests/bench/pidns.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {

struct RowSystem {
  AnyPidns system;
  std::uint64_t states, transitions;  // what the table says
};

template <class S>
AnyPidns any_pidns(bool vector, MakeMoves by_eight) {
  if (!vector) return AnyPidns::of<S>();
  if (by_eight == nullptr) throw std::runtime_error("this processor has no AVX-512");
  return AnyPidns::of(S(by_eight));
}

template <std::size_t I>
RowSystem row_system(bool vector, bool symmetry) {
  constexpr Row row = kTable[I];
  if (symmetry)
    return {any_pidns<Orbits<row.bounds>>(vector, make_orbit_moves_by_eight(I)), row.orbits,
            row.orbit_transitions};
  if constexpr (row.is_known_whole()) {
    return {any_pidns<Pidns<row.bounds>>(vector, make_moves_by_eight(I)), row.states,
            row.transitions};
  } else {
    throw std::runtime_error("this row fits a word with --symmetry only");
  }
}

// What both programs are asked on their command lines.
struct RowChoice {
  const Row* row = nullptr;
  bool vector = false, symmetry = false;

  void add_to(CLI::App& app) {
    std::vector<std::string> ids;
    for (const Row& each : kTable) ids.emplace_back(each.id);
    app.add_option_function<std::string>(
           "ROW", [this](const std::string& id) { row = &bench::row(id); }, "how large: bounds.hpp")
        ->required()
        ->check(CLI::IsMember(ids));
    app.add_flag("--vector", vector, "eight states at once, where the processor can");
    app.add_flag("--symmetry", symmetry, "one state for all that differ by the names of slots");
  }
  std::string identity() const {
    return "benchmark row " + std::string(row->id) + (symmetry ? ", its orbits\n" : "\n");
  }
};

// REQUIRES: a row of kTable.  Throws std::runtime_error if there is no such system here.
inline RowSystem row_system(const RowChoice& choice) {
  std::optional<RowSystem> found;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((choice.row == &kTable[I] && (found = row_system<I>(choice.vector, choice.symmetry), true)) ||
     ...);
  }
  (std::make_index_sequence<kTable.size()>{});
  return found.value();
}

}  // namespace nsmc::bench
