// The checkpoints of all ranks: a file of each, in generations that all have or nobody uses.
// SPDX-License-Identifier: MIT
//
// PATH.gGENERATION.RANK-of-RANKS, wherever the rank runs: no common folder is needed.  A generation
// counts once all ranks have written theirs; the one before it is kept until then.  So whichever
// rank is lost, and whenever, there is a generation that all have.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/mpi/ranks.hpp"

namespace nsmc::checker {

// The first rank's; the others have ToldByTheFirst at the same time.
struct NothingBegun : CheckpointError {
  using CheckpointError::CheckpointError;
};

class RankFiles {
 public:
  struct Plan {
    std::string path;
    std::string identity;  // as CheckpointWriter has it; how many ranks there are is added
    double seconds_between = 60;
    bool resume = false;  // go on from the files that are there, if any are
    // Called on the first rank: with what went wrong, and what a search goes on from.
    std::function<void(const std::string&)> on_failure;
    std::function<void(std::uint64_t generation, std::uint64_t states)> on_resume;
  };

  // All ranks together, as each of the members that change something.  If nothing can be begun, the
  // first rank throws NothingBegun and the others ToldByTheFirst.
  RankFiles(const Ranks& ranks, Plan plan);

  // This rank's file of the last generation that all have; nothing: begin at the beginning.
  std::unique_ptr<CheckpointReader> take() { return std::move(taken_); }
  void resumed(std::uint64_t states) const;

  bool is_due() const { return Clock::now() >= due_; }
  // Writes the next generation; `fill` gives the sections of this rank.  False if a rank could not:
  // then the one before it is still there.
  bool save(const std::function<void(CheckpointWriter&)>& fill);

 private:
  using Clock = std::chrono::steady_clock;

  struct Found {
    std::vector<std::uint64_t> generations;  // of this rank, in order
    std::string of_others;                   // a file of another number of ranks
  };
  Found look() const;
  std::uint64_t common(const std::vector<std::uint64_t>& mine) const;
  std::string file(std::uint64_t generation) const;
  void remove(std::uint64_t generation) const;
  // What the ranks have to complain of, each of one thing at most.
  void agree(const std::string& complaint, CheckpointError::Kind kind) const;
  void wait();

  const Ranks& ranks_;
  Plan plan_;
  std::uint64_t generation_ = 0;  // the last that all have
  std::unique_ptr<CheckpointReader> taken_;
  bool has_failed_ = false;
  Clock::time_point due_;
};

}  // namespace nsmc::checker
