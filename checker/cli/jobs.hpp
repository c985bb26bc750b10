// Independent pieces of work, several at a time.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "checker/cli/progress.hpp"

namespace nsmc::cli {

// How many run at a time if `jobs` are asked for; 0: one per processor.
inline std::size_t jobs_of(std::size_t jobs) {
  return std::max<std::size_t>(1, jobs > 0 ? jobs : std::thread::hardware_concurrency());
}

// Gives `take` the results of work(0) .. work(count - 1) in this order, whichever ends first; what
// one of them throws is thrown.  After Ctrl-C no further one is begun.
template <class Work, class Take>
void in_order(std::size_t count, std::size_t jobs, const Work& work, const Take& take) {
  using Result = decltype(work(std::size_t{}));
  std::vector<std::promise<std::optional<Result>>> results(count);  // nothing: not begun
  std::atomic<std::size_t> next = 0;
  std::vector<std::future<void>> workers;
  for (std::size_t j = 0; j < std::min(jobs_of(jobs), count); ++j)
    workers.push_back(std::async(std::launch::async, [&] {
      for (std::size_t i = next++; i < count; i = next++) try {
          results[i].set_value(stop_signal() != 0 ? std::nullopt : std::optional(work(i)));
        } catch (...) {
          next = count;
          results[i].set_exception(std::current_exception());
        }
    }));
  for (auto& result : results)
    if (std::optional<Result> done = result.get_future().get()) take(std::move(*done));
}

}  // namespace nsmc::cli
