// How long a search has taken, in this sitting and before it, and when it tells so.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "checker/checker.hpp"

namespace nsmc::checker {

class SearchClock {
 public:
  // `on_progress` outlives this object.
  SearchClock(const OnProgress& on_progress, double seconds_between)
      : on_progress_(on_progress), seconds_between_(seconds_between) {}

  // A checkpoint says what there was.
  void go_on(double seconds, std::uint64_t states) {
    seconds_before_ = seconds;
    reported_.seconds = seconds;
    reported_.states = states;
  }

  double seconds() const {  // of this sitting: limits are of one
    return std::chrono::duration<double>(Clock::now() - started_).count();
  }
  double seconds_in_all() const { return seconds_before_ + seconds(); }

  bool is_report_due() const {
    return on_progress_ && seconds_in_all() - reported_.seconds >= seconds_between_;
  }
  void report(Progress next) {
    next.seconds = seconds_in_all();
    next.states_per_second_now =
        static_cast<double>(next.states - reported_.states) / (next.seconds - reported_.seconds);
    next.frontier_shrinks = next.frontier < reported_.frontier;
    reported_ = next;
    on_progress_(next);
  }

 private:
  using Clock = std::chrono::steady_clock;

  const OnProgress& on_progress_;
  double seconds_between_;
  Clock::time_point started_ = Clock::now();
  double seconds_before_ = 0;
  Progress reported_;
};

}  // namespace nsmc::checker
