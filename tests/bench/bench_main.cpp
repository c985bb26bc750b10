// nsmc-bench: explores the benchmark model at one row of its table, and says how fast.
// SPDX-License-Identifier: MIT
//
//   nsmc-bench ROW [--symmetry] [--threads N] [--vector] [--recorded] [--memory BYTES] [--slots N]
//
// With symmetry, one state is looked at for all that differ by the names of slots.
// Prints one line of name=value pairs and exits 1 if a count is not the table's.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "tests/bench/any_pidns.hpp"
#include "tests/bench/bounds.hpp"
#include "tests/bench/orbits.hpp"
#include "tests/bench/pidns.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {
namespace {

struct Wanted {
  const Row* row = nullptr;
  bool vector = false;
  bool symmetry = false;
  checker::Tuning tuning;
  checker::Limits limits;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// What a row has to have.
struct Counts {
  std::uint64_t states, transitions;
};

bool explore(const Wanted& wanted, const AnyPidns& system, const Counts& expected) {
  const auto result = checker::search<AnyPidns>(system, {}, wanted.limits, {}, 1.0, wanted.tuning);
  const Row& row = *wanted.row;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto states = static_cast<double>(result.states);
  const double user = seconds(usage.ru_utime);
  const bool right = result.complete() && result.states == expected.states &&
                     result.transitions == expected.transitions && result.depth == row.diameter;
  std::printf(
      "row=%s symmetry=%s domain=%s threads=%u states=%.0f transitions=%.0f depth=%u wall=%.3f "
      "user=%.3f "
      "sys=%.3f Mstates_per_wall=%.3f Mstates_per_user=%.3f rss_bytes_per_state=%.2f "
      "accounted_bytes_per_state=%.2f table=%s%s\n",
      std::string(row.id).c_str(), wanted.symmetry ? "yes" : "no",
      wanted.vector ? "vector" : "scalar", wanted.tuning.threads, states,
      static_cast<double>(result.transitions), result.depth, result.seconds, user,
      seconds(usage.ru_stime), 1e-6 * states / result.seconds, 1e-6 * states / user,
      1024.0 * static_cast<double>(usage.ru_maxrss) / states,
      static_cast<double>(result.memory_bytes) / states, right ? "equal" : "DIFFERENT ",
      result.incomplete.c_str());
  return right;
}

template <class S>
AnyPidns system(const Wanted& wanted, MakeMoves by_eight) {
  if (!wanted.vector) return AnyPidns::of<S>();
  if (by_eight == nullptr) throw std::runtime_error("this processor has no AVX-512");
  return AnyPidns::of(S(by_eight));
}
template <std::size_t I>
bool explore_row(const Wanted& wanted) {
  constexpr Row row = kTable[I];
  if (wanted.symmetry)
    return explore(wanted, system<Orbits<row.bounds>>(wanted, make_orbit_moves_by_eight(I)),
                   {row.orbits, row.orbit_transitions});
  if constexpr (row.is_known_whole()) {
    return explore(wanted, system<Pidns<row.bounds>>(wanted, make_moves_by_eight(I)),
                   {row.states, row.transitions});
  } else {
    throw std::runtime_error("this row fits a word with --symmetry only");
  }
}
template <std::size_t... I>
bool explore_row(const Wanted& wanted, std::index_sequence<I...>) {
  bool right = false;
  ((wanted.row == &kTable[I] && (right = explore_row<I>(wanted))), ...);
  return right;
}

Wanted read(const std::vector<std::string_view>& arguments) {
  Wanted wanted;
  const auto number = [&](std::size_t& i) {
    return std::strtoull(std::string(arguments.at(++i)).c_str(), nullptr, 10);
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--threads") {
      wanted.tuning.threads = static_cast<unsigned>(number(i));
    } else if (argument == "--vector") {
      wanted.vector = true;
    } else if (argument == "--symmetry") {
      wanted.symmetry = true;
    } else if (argument == "--recorded") {
      wanted.tuning.visited = checker::Tuning::Visited::recorded;
    } else if (argument == "--memory") {
      wanted.limits.memory_bytes_max = number(i);
    } else if (argument == "--slots") {
      wanted.tuning.buckets = number(i) / 8;
    } else {
      wanted.row = &row(argument);
    }
  }
  if (wanted.row == nullptr) throw std::runtime_error("which row?");
  return wanted;
}

}  // namespace
}  // namespace nsmc::bench

int main(int argc, char** argv) try {
  const auto wanted = nsmc::bench::read({argv + 1, argv + argc});
  constexpr std::size_t kRows = nsmc::bench::kTable.size();
  return nsmc::bench::explore_row(wanted, std::make_index_sequence<kRows>{}) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "nsmc-bench: %s\n", error.what());
  return 64;
}
