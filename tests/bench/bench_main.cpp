// nsmc-bench: explores the benchmark model at one row of its table, and says how fast.
// SPDX-License-Identifier: MIT
//
//   nsmc-bench ROW [--symmetry] [--threads N] [--vector] [--recorded] [--memory BYTES] [--slots N]
//              [--states N] [--disk DIR]
//              [--checkpoint FILE [--checkpoint-every SECONDS] [--resume]]
//
// With symmetry, one state is looked at for all that differ by the names of slots.
// Prints one line of name=value pairs and exits 1 if a count is not the table's.  Ctrl-C and
// SIGTERM cut it short.
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

Wanted read(const std::vector<std::string_view>& arguments) {
  Wanted wanted;
  const auto number = [&](std::size_t& i) {
    return std::strtoull(std::string(arguments.at(++i)).c_str(), nullptr, 10);
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--threads") {
      wanted.tuning.threads = static_cast<unsigned>(number(i));
    } else if (argument == "--recorded") {
      wanted.tuning.visited = checker::Tuning::Visited::recorded;
    } else if (argument == "--memory") {
      wanted.limits.memory_bytes_max = number(i);
    } else if (argument == "--slots") {
      wanted.tuning.buckets = number(i) / 8;
    } else if (argument == "--states") {
      wanted.limits.states_max = number(i);
    } else if (argument == "--disk") {
      wanted.tuning.disk = arguments.at(++i);
    } else if (argument == "--checkpoint") {
      wanted.plan.path = arguments.at(++i);
    } else if (argument == "--checkpoint-every") {
      wanted.plan.seconds_between = std::stod(std::string(arguments.at(++i)));
    } else if (argument == "--resume") {
      wanted.plan.resume = true;
    } else {
      wanted.choice.take(argument);
    }
  }
  if (wanted.choice.row == nullptr) throw std::runtime_error("which row?");
  const bool is_recorded = wanted.tuning.visited == checker::Tuning::Visited::recorded;
  wanted.plan.identity =
      wanted.choice.identity() + "states " + (is_recorded ? "recorded" : "words") + "\n";
  wanted.plan.on_failure = [](const std::string& why) {
    std::fprintf(stderr, "nsmc-bench: no checkpoint: %s\n", why.c_str());
  };
  wanted.limits.stop = &stop;
  return wanted;
}

}  // namespace
}  // namespace nsmc::bench

int main(int argc, char** argv) try {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, nsmc::bench::on_signal);
  const auto wanted = nsmc::bench::read({argv + 1, argv + argc});
  return nsmc::bench::explore(wanted) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "nsmc-bench: %s\n", error.what());
  return 64;
}
