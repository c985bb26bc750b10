// nsmc-mpi-bench: explores the benchmark model on many processes, and says how fast.
// SPDX-License-Identifier: MIT
//
// Prints one line of name=value pairs and exits 1 if a count is not the table's.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "checker/mpi/distributed_search.hpp"
#include "tests/bench/row_system.hpp"

namespace nsmc::bench {
namespace {

struct Wanted {
  RowChoice choice;
  checker::Distribution how;
  checker::Limits limits;
  checker::RankFiles::Plan files;
};

// Of all ranks, in microseconds.
std::uint64_t cpu_microseconds(const checker::Ranks& ranks) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::uint64_t sum = 0;
  for (const timeval& time : {usage.ru_utime, usage.ru_stime})
    sum += static_cast<std::uint64_t>(time.tv_sec * 1'000'000 + time.tv_usec);
  ranks.sum({&sum, 1});
  return sum;
}

bool explore(Wanted wanted, const checker::Ranks& ranks) {
  const RowSystem expected = row_system(wanted.choice);
  std::optional<checker::RankFiles> files;
  if (!wanted.files.path.empty()) {
    wanted.files.identity = wanted.choice.identity();
    files.emplace(ranks, wanted.files);
    wanted.how.files = &*files;
  }
  checker::Distributed distributed;
  const auto result = checker::search_distributed<AnyPidns>(
      expected.system, {}, ranks, wanted.limits, {}, wanted.how, distributed);
  const Row& row = *wanted.choice.row;
  const bool right = result.complete() && result.states == expected.states &&
                     result.transitions == expected.transitions && result.depth == row.diameter;
  const double cpu = 1e-6 * static_cast<double>(cpu_microseconds(ranks));
  if (!ranks.is_first()) return right;
  const auto states = static_cast<double>(result.states);
  const auto of = [&](std::uint64_t count) { return static_cast<double>(count) / states; };
  std::printf(
      "row=%s domain=%s ranks=%d states=%.0f transitions=%.0f depth=%u wall=%.3f cpu=%.3f "
      "Mstates_per_wall=%.3f rounds=%.0f sent_per_state=%.3f bytes_per_state=%.2f "
      "messages=%.0f memory_per_state=%.2f least=%.0f most=%.0f table=%s%s\n",
      std::string(row.id).c_str(), wanted.choice.vector ? "vector" : "scalar", ranks.size(), states,
      static_cast<double>(result.transitions), result.depth, result.seconds, cpu,
      1e-6 * states / result.seconds, static_cast<double>(distributed.rounds),
      of(distributed.traffic.items), of(distributed.traffic.bytes),
      static_cast<double>(distributed.traffic.messages), of(result.memory_bytes),
      static_cast<double>(distributed.states_least), static_cast<double>(distributed.states_most),
      right ? "equal" : "DIFFERENT ", result.incomplete.c_str());
  return right;
}

// Throws CLI::ParseError.
Wanted read(CLI::App& app, int argc, char** argv) {
  Wanted wanted;
  std::uint64_t slots = 0;
  wanted.choice.add_to(app);
  app.add_option("--batch", wanted.how.batch_bytes, "bytes of a message");
  app.add_option("--round", wanted.how.round_seconds, "seconds between two looks at the others");
  app.add_option("--states-max", wanted.limits.states_max, "stop after this many states");
  app.add_option("--memory", wanted.limits.memory_bytes_max, "the most bytes of a process");
  app.add_option("--slots", slots, "how large a process's table is to begin with");
  auto* file = app.add_option("--checkpoint", wanted.files.path, "write what it can go on from");
  app.add_option("--every", wanted.files.seconds_between, "seconds between two of them")
      ->needs(file);
  app.add_flag("--resume", wanted.files.resume, "go on from there")->needs(file);
  app.parse(argc, argv);
  if (slots != 0) wanted.how.tuning.buckets = slots / 8;
  return wanted;
}

}  // namespace
}  // namespace nsmc::bench

int main(int argc, char** argv) {
  const nsmc::checker::Ranks ranks(&argc, &argv);
  CLI::App app{"Explores the benchmark model on many processes, and says how fast."};
  app.name("nsmc mpi --bench");
  try {
    const auto wanted = nsmc::bench::read(app, argc, argv);
    return nsmc::bench::explore(wanted, ranks) ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    const int status = ranks.is_first() ? app.exit(error) : error.get_exit_code();
    return status == 0 ? 0 : 64;
  } catch (const nsmc::checker::ToldByTheFirst&) {
    return 0;
  } catch (const nsmc::checker::NothingBegun& error) {
    std::fprintf(stderr, "nsmc-mpi-bench: %s\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nsmc-mpi-bench: %s\n", error.what());
    ranks.abort(64);
  }
}
