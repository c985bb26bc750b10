// What states that wait for their expansion have from the states in which they were found.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace nsmc::checker {

// A few words for each state of a level and of the one after it, by the index of the state; they
// are gone when the level is.
template <class Word>
class Heritage {
 public:
  // first: the state that will be added next.
  Heritage(std::size_t words, std::uint64_t first) : words_(words), next_{first, 0, {}} {}

  // Of a state of the level; nullptr: nothing is known.
  const Word* of(std::uint64_t index) const {
    const std::uint64_t at = (index - level_.first) * words_;
    if (index < level_.first || at >= level_.used) return nullptr;
    return level_.words.data() + at;
  }

  // Of one that was found and has to be looked up, as many words as each has.
  void wait(const Word* words) { append(waiting_, words); }
  // The first, second... of those that wait is the next state.
  void add(std::size_t which) { add(waiting(which)); }
  // The same, but for what it has.
  const Word* waiting(std::size_t which) const { return waiting_.words.data() + which * words_; }
  void add(const Word* words) { append(next_, words); }
  // All were looked up.
  void end_waiting() { waiting_.used = 0; }

  // From here on the states are of one level more.
  void begin_level() {
    const std::uint64_t end = next_.first + next_.used / words_;
    std::swap(level_, next_);
    next_.first = end;
    next_.used = 0;
  }

  std::size_t memory_bytes() const {
    return (level_.words.size() + next_.words.size() + waiting_.words.size()) * sizeof(Word);
  }

 private:
  struct Level {
    std::uint64_t first = 0;  // state
    std::size_t used = 0;     // words
    std::vector<Word> words{};
  };

  void append(Level& to, const Word* words) const {
    if (to.words.size() < to.used + words_) to.words.resize(2 * to.words.size() + words_);
    std::memcpy(to.words.data() + to.used, words, words_ * sizeof *words);
    to.used += words_;
  }

  std::size_t words_;
  Level level_, next_, waiting_;
};

}  // namespace nsmc::checker
