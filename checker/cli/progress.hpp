// The progress line, Ctrl-C, and how much memory there is.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "checker/checker.hpp"

namespace nsmc::cli {

enum class ProgressStyle : std::uint8_t { automatic, json, none };

// One line on stderr: once a second on a terminal, every 30 s elsewhere, one JSON object per line
// and second for `json`.  Clears itself from a terminal when it is destroyed.
class ProgressLine {
 public:
  ProgressLine(ProgressStyle style, std::string what);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void operator()(const checker::Progress& progress);

  // For others than searches: whether it is time for a line, and the line.
  bool is_due(double seconds) const;
  void show(double seconds, const std::string& line);
  void clear();  // before anything else is printed

 private:
  ProgressStyle style_;
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  double next_seconds_;
};

// Set by SIGINT and SIGTERM; a second signal ends the process at once.
const std::atomic<bool>& stop_requested();
int stop_signal();  // 0, SIGINT or SIGTERM
void catch_stop_signals();

// 70 % of what this process may use: physical memory, or its cgroup's limit (v1 and v2).
std::uint64_t memory_bytes_default();

}  // namespace nsmc::cli
