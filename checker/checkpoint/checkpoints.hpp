// When a search writes a checkpoint, where, and whether it goes on from one.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "checker/checkpoint/checkpoint_file.hpp"

namespace nsmc::checker {

// For one search, or one after another of the same question.  What cannot be written is reported
// and tried again later: a search is worth more than its checkpoint.
class Checkpoints {
 public:
  struct Plan {
    std::string path;
    std::string identity;  // as CheckpointWriter has it
    double seconds_between = 60;
    bool resume = false;  // go on from `path`, if it is there
    // Called with what went wrong: the first time, and again after a time in which all went well.
    std::function<void(const std::string&)> on_failure;
    // Called when a search goes on, with how many states it has.
    std::function<void(std::uint64_t)> on_resume;
  };

  // Throws CheckpointError if no file can be written there.
  explicit Checkpoints(Plan plan);

  // A further line of the identity, which is another one for each of several searches.
  void search_is(std::string line) { line_ = std::move(line); }
  // Whether the next search will go on, and was the one that `line` says.
  bool goes_on_with(std::string_view line) const;

  // The file to go on from; nothing: begin at the beginning.  Asked again, it is nothing.
  std::unique_ptr<CheckpointReader> take();
  void resumed(std::uint64_t states) const;

  // A text that is kept in each checkpoint from now on; and the one that take() has found.
  void set_remark(std::string remark) { remark_ = std::move(remark); }
  const std::string& remark() const { return remark_; }

  bool is_due() const { return Clock::now() >= due_; }
  // Writes one; `fill` gives its sections.
  void save(const std::function<void(CheckpointWriter&)>& fill);

  const std::string& path() const { return plan_.path; }
  bool is_saved() const { return is_saved_; }                 // the last that was to be written was
  bool has_failed() const { return has_failed_; }             // that it could not be
  CheckpointError::Kind failure() const { return failure_; }  // REQUIRES: has_failed()

 private:
  using Clock = std::chrono::steady_clock;

  std::string identity(std::string_view line) const;
  void wait();

  Plan plan_;
  std::string line_, remark_;
  Clock::time_point due_;
  bool is_saved_ = false, has_failed_ = false;
  CheckpointError::Kind failure_{};
};

}  // namespace nsmc::checker
