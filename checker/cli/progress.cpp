// Progress for people and for programs.
// SPDX-License-Identifier: MIT
#include "checker/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "checker/cli/estimate.hpp"

namespace nsmc::cli {
namespace {

constexpr double kSecondsWithoutTerminal = 30;

std::atomic<bool> stop{false};
std::atomic<int> stopped_by{0};

extern "C" void on_signal(int signal) {
  if (stop.exchange(true)) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  stopped_by = signal;
}

std::string count_text(double n) {
  if (n >= 1e6) return fmt::format("{:.1f}M", n / 1e6);
  if (n >= 1e4) return fmt::format("{:.0f}k", n / 1e3);
  return fmt::format("{:.0f}", n);
}

std::string time_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 100 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

// " | left 20 s to 2 min?"; empty while nothing can be said.  States are expanded as fast as so
// far.
std::string left_text(const checker::Progress& p) {
  const auto left = states_left(p.levels);
  const std::uint64_t expanded = p.states - p.frontier;
  if (!left || expanded == 0) return "";
  // What was found of the next level already is in both the frontier and the estimate.
  std::uint64_t known = 0;
  for (const std::uint64_t level : p.levels) known += level;
  const double known_beyond = static_cast<double>(p.states - known);
  const auto seconds = [&](std::uint64_t states) {
    const double unknown = std::max(0.0, static_cast<double>(states) - known_beyond);
    return (static_cast<double>(p.frontier) + unknown) * p.seconds / static_cast<double>(expanded);
  };
  const std::string least = time_text(seconds(left->least)), most = time_text(seconds(left->most));
  return " | left " + (least == most ? most : least + " to " + most) + "?";
}

}  // namespace

ProgressLine::ProgressLine(ProgressStyle style, std::string what)
    : style_(style),
      what_(std::move(what)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_seconds_(style == ProgressStyle::json || terminal_ ? 1 : kSecondsWithoutTerminal) {}

ProgressLine::~ProgressLine() { clear(); }

bool ProgressLine::is_due(double seconds) const {
  return style_ != ProgressStyle::none && seconds >= next_seconds_;
}

void ProgressLine::show(double seconds, const std::string& line) {
  next_seconds_ = seconds + (terminal_ ? 1 : kSecondsWithoutTerminal);
  if (terminal_)
    fmt::print(stderr, "\r\x1b[K{} | {}", what_, line);
  else
    fmt::print(stderr, "{} | {}\n", what_, line);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_ && terminal_ && style_ == ProgressStyle::automatic) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

void ProgressLine::operator()(const checker::Progress& p) {
  if (!is_due(p.seconds)) return;
  const double rate = static_cast<double>(p.states) / std::max(p.seconds, 1e-9);
  if (style_ == ProgressStyle::json) {
    next_seconds_ = p.seconds + 1;
    fmt::print(stderr,
               "{{\"run\":\"{}\",\"depth\":{},\"states\":{},\"transitions\":{},\"frontier\":{},"
               "\"memory_bytes\":{},\"seconds\":{:.1f},\"steps_taken\":{},\"steps_known\":{}}}\n",
               what_, p.depth, p.states, p.transitions, p.frontier, p.memory_bytes, p.seconds,
               p.steps_taken, p.steps_known);
    return;
  }
  const double known = 1 - static_cast<double>(p.states) /
                               static_cast<double>(std::max<std::uint64_t>(p.transitions, 1));
  show(p.seconds,
       fmt::format(
           "depth {} | {} states ({}/s, now {}/s) | frontier {}{} | known {:.0f}% | {:.1f} GiB | "
           "steps {}/{}{}",
           p.depth, count_text(static_cast<double>(p.states)), count_text(rate),
           count_text(p.states_per_second_now), count_text(static_cast<double>(p.frontier)),
           p.frontier_shrinks ? " shrinking" : "", 100 * known,
           static_cast<double>(p.memory_bytes) / (1024.0 * 1024 * 1024), p.steps_taken,
           p.steps_known, left_text(p)));
}

const std::atomic<bool>& stop_requested() { return stop; }
int stop_signal() { return stopped_by; }

void catch_stop_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write(), no end
}

std::uint64_t memory_bytes_default() {
  std::uint64_t bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE));
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t limit = 0;
    if (file >> limit && limit > 0) bytes = std::min(bytes, limit);  // "max" is no number
  }
  return bytes / 10 * 7;
}

}  // namespace nsmc::cli
