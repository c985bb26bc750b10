// A small memory of keys that are in the set: what it knows need not be looked up.
// SPDX-License-Identifier: MIT
//
// Independent moves commute, so a state is often reached from states that were found one after
// another, and while the frontier is in that order, soon again.  It lives in the inner caches,
// where the set does not; it forgets, and is never wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nsmc::checker {

class RecentlySeen {
 public:
  static constexpr unsigned kEntriesLog2 = 14;

  RecentlySeen() : keys_(std::size_t{1} << kEntriesLog2) {
    // A key that does not belong there: no key is known.
    for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i] = ~std::uint64_t{i};
  }

  // Writes to `out` those of the words' keys that were not seen recently, and remembers them.
  template <class Mix>
  std::size_t sift(const std::uint64_t* words, std::size_t count, std::uint64_t* out) {
    std::uint64_t* const keys = keys_.data();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = Mix::forth(words[i]);
      std::uint64_t& last = keys[key & ((std::uint64_t{1} << kEntriesLog2) - 1)];
      out[kept] = key;
      kept += last != key ? 1 : 0;  // no branch: it would be a coin's
      last = key;
    }
    return kept;
  }

 private:
  std::vector<std::uint64_t> keys_;
};

}  // namespace nsmc::checker
