// A system whose states are words, and that makes the moves of many states in one call.
// SPDX-License-Identifier: MIT
//
// More than an engine needs, and asked for where it is there: a call per batch instead of a call
// per move lets a system work on several states at once (model/lang/eight_words.hpp).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/lang/system.hpp"

namespace nsmc::lang {

// Where the moves of a batch go: the states after them, in any order, how often each step was
// executed, and the states that had no move.
class Moves {
 public:
  static constexpr std::size_t kStepsMax = 64;
  // A writer of several states at once may write this many past the last.
  static constexpr std::size_t kSlack = 8;

  // `most`: the most moves that clear() and the next make_moves() can have between them.
  explicit Moves(std::size_t most) : after_(most + kSlack) {}

  void add(std::size_t step, std::uint64_t after) {
    after_[size_++] = after;
    ++steps_[step];
  }
  // For a writer of its own, which fills from end() on, and may write kSlack too far: what it
  // wrote, and how often each of the first steps was executed.  Out of line, as ended() is: such a
  // writer may be compiled for another processor.
  std::uint64_t* end() { return after_.data() + size_; }
  [[gnu::noinline]] void wrote(const std::uint64_t* begin, const std::uint64_t* end,
                               const std::uint64_t* steps, std::size_t step_count) {
    size_ += static_cast<std::size_t>(end - begin);
    for (std::size_t i = 0; i < step_count; ++i) steps_[i] += steps[i];
  }
  [[gnu::noinline]] void ended(std::uint64_t state) { ended_.push_back(state); }

  std::span<const std::uint64_t> after() const { return {after_.data(), size_}; }
  // For a system that has others stand for these states.
  std::span<std::uint64_t> after() { return {after_.data(), size_}; }
  std::span<const std::uint64_t> ended() const { return ended_; }
  const std::array<std::uint64_t, kStepsMax>& steps() const { return steps_; }

  void clear() {
    size_ = 0;
    ended_.clear();
    steps_ = {};
  }

 private:
  std::vector<std::uint64_t> after_;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> ended_;
  std::array<std::uint64_t, kStepsMax> steps_{};
};

// word(s), state(w)        the bijection between states and words; significant_bits() are those of
//                          the word
// moves_max()              the most moves of one state
// make_moves(states, out)  all moves of all these states, as successors() has them
template <class S>
concept Batched = System<S> && sizeof(typename S::State) == sizeof(std::uint64_t) &&
                  requires(const S& system, const typename S::State& s, std::uint64_t word,
                           std::span<const std::uint64_t> states, Moves& out) {
  { system.word(s) } -> std::same_as<std::uint64_t>;
  { system.state(word) } -> std::convertible_to<typename S::State>;
  { system.moves_max() } -> std::convertible_to<std::size_t>;
  system.make_moves(states, out);
};

}  // namespace nsmc::lang
