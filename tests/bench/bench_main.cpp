// nsmc-bench: explores the benchmark model at one row of its table, and says how fast.
// SPDX-License-Identifier: MIT
//
// Prints one line of name=value pairs and exits 1 if a count is not the table's.  Ctrl-C and
// SIGTERM cut it short.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "checker/explicit/explicit.hpp"
#include "tests/bench/row_system.hpp"

namespace nsmc::bench {
namespace {

struct Wanted {
  RowChoice choice;
  checker::Tuning tuning;
  checker::Limits limits;
  checker::Checkpoints::Plan plan;
};

std::atomic<bool> stop{false};
extern "C" void on_signal(int) { stop = true; }

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

bool explore(const Wanted& wanted) {
  const RowSystem expected = row_system(wanted.choice);
  checker::Tuning tuning = wanted.tuning;
  std::optional<checker::Checkpoints> checkpoints;
  if (!wanted.plan.path.empty()) tuning.checkpoints = &checkpoints.emplace(wanted.plan);
  const auto result =
      checker::search<AnyPidns>(expected.system, {}, wanted.limits, {}, 1.0, tuning);
  const Row& row = *wanted.choice.row;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto states = static_cast<double>(result.states);
  const double user = seconds(usage.ru_utime);
  const bool right = result.complete() && result.states == expected.states &&
                     result.transitions == expected.transitions && result.depth == row.diameter;
  std::printf(
      "row=%s symmetry=%s domain=%s threads=%u states=%.0f transitions=%.0f depth=%u wall=%.3f "
      "user=%.3f sys=%.3f Mstates_per_wall=%.3f Mstates_per_user=%.3f rss_bytes_per_state=%.2f "
      "accounted_bytes_per_state=%.2f table=%s%s\n",
      std::string(row.id).c_str(), wanted.choice.symmetry ? "yes" : "no",
      wanted.choice.vector ? "vector" : "scalar", wanted.tuning.threads, states,
      static_cast<double>(result.transitions), result.depth, result.seconds, user,
      seconds(usage.ru_stime), 1e-6 * states / result.seconds, 1e-6 * states / user,
      1024.0 * static_cast<double>(usage.ru_maxrss) / states,
      static_cast<double>(result.memory_bytes) / states, right ? "equal" : "DIFFERENT ",
      result.incomplete.c_str());
  return right;
}

constexpr const char* kFooter =
    "Prints one line of name=value pairs.  Status: 0 the counts are the table's; 1 they are not, "
    "or "
    "it\nwas stopped; 64 usage.\n\n"
    "With ./nsmc bench there is also\n"
    "  --micro             the parts of the engine, by Google Benchmark\n"
    "  --peers             the same model explored by SPIN, rumur and this engine, in turn\n"
    "  --peers --rows B,D --rounds 3 --without rumur\n\n"
    "Start with:\n"
    "  nsmc bench D --vector                                14.5 million states\n"
    "  nsmc bench F --vector --threads 2 --slots 524354000  328 million; 5 GiB";

// Throws CLI::ParseError.
Wanted read(CLI::App& app, int argc, char** argv) {
  Wanted wanted;
  bool recorded = false;
  std::uint64_t slots = 0;
  wanted.choice.add_to(app);
  app.add_option("--threads", wanted.tuning.threads, "default: 1")->check(CLI::PositiveNumber);
  app.add_option("--slots", slots, "how large the table is to begin with; 1.6 a state is fast");
  app.add_option("--memory", wanted.limits.memory_bytes_max, "the most bytes of it");
  app.add_option("--states", wanted.limits.states_max, "stop after this many states");
  app.add_option("--disk", wanted.tuning.disk, "a folder for what does not fit into memory");
  app.add_flag("--recorded", recorded, "in the way of large states, with a parent for each");
  auto* file = app.add_option("--checkpoint", wanted.plan.path, "write what it can go on from");
  app.add_option("--checkpoint-every", wanted.plan.seconds_between, "seconds between two of them")
      ->needs(file);
  app.add_flag("--resume", wanted.plan.resume, "go on from there")->needs(file);
  app.parse(argc, argv);
  if (recorded) wanted.tuning.visited = checker::Tuning::Visited::recorded;
  if (slots != 0) wanted.tuning.buckets = slots / 8;
  wanted.plan.identity =
      wanted.choice.identity() + "states " + (recorded ? "recorded" : "words") + "\n";
  wanted.plan.on_failure = [](const std::string& why) {
    std::fprintf(stderr, "nsmc-bench: no checkpoint: %s\n", why.c_str());
  };
  wanted.limits.stop = &stop;
  return wanted;
}

}  // namespace
}  // namespace nsmc::bench

int main(int argc, char** argv) {
  constexpr int kUsage = 64;
  CLI::App app{"Explores the benchmark model at one row of its table, and says how fast."};
  app.name("nsmc bench");
  app.footer(nsmc::bench::kFooter);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, nsmc::bench::on_signal);
  try {
    return nsmc::bench::explore(nsmc::bench::read(app, argc, argv)) ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nsmc-bench: %s\n", error.what());
    return kUsage;
  }
}
