// Wide states in a row, each as the words in which it differs from the one before.
// SPDX-License-Identifier: MIT
//
// Most words of a state are those of its neighbours in the order of the search.  A state is one bit
// per word, whether it differs, and the words that do; the first of a row differs from zeros.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace nsmc::checker {

class Delta {
 public:
  explicit Delta(std::size_t state_bytes)
      : state_bytes_(state_bytes),
        words_((state_bytes + kWord - 1) / kWord),
        mask_bytes_((words_ + 7) / 8),
        last_(words_),
        state_(words_) {}

  // The most that append() adds.
  std::size_t bytes_max() const { return mask_bytes_ + words_ * kWord; }

  void begin_row() { std::fill(last_.begin(), last_.end(), 0); }

  void append(const void* state, std::vector<std::byte>& row) {
    const std::size_t mask_at = row.size();
    row.resize(mask_at + bytes_max());
    std::byte* mask = row.data() + mask_at;
    std::byte* to = mask + mask_bytes_;
    std::memcpy(state_.data(), state, state_bytes_);
    for (std::size_t from = 0; from < words_; from += kBlock) {
      const std::size_t end = std::min(from + kBlock, words_);
      if (std::memcmp(&state_[from], &last_[from], (end - from) * kWord) == 0) continue;
      for (std::size_t i = from; i < end; ++i) {
        if (state_[i] == last_[i]) continue;
        mask[i / 8] |= std::byte{1} << i % 8;
        std::memcpy(to, &state_[i], kWord);
        to += kWord;
      }
    }
    std::swap(state_, last_);
    row.resize(static_cast<std::size_t>(to - row.data()));
  }

  // Reads the next state of a row, of which `rest` is what was not read yet.
  void read(std::span<const std::byte>& rest, void* state) {
    const std::span<const std::byte> mask = next(rest, mask_bytes_);
    for (std::size_t i = 0; i < words_; ++i)
      if ((mask[i / 8] >> i % 8 & std::byte{1}) != std::byte{0})
        std::memcpy(&last_[i], next(rest, kWord).data(), kWord);
    std::memcpy(state, last_.data(), state_bytes_);
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);
  static constexpr std::size_t kBlock = 8;  // words that are compared at once

  static std::span<const std::byte> next(std::span<const std::byte>& rest, std::size_t size) {
    if (rest.size() < size) throw std::runtime_error("a row of states ends too early");
    const auto piece = rest.first(size);
    rest = rest.subspan(size);
    return piece;
  }
  std::size_t state_bytes_, words_, mask_bytes_;
  std::vector<std::uint64_t> last_;   // padded with zeros, as state_ is
  std::vector<std::uint64_t> state_;  // being appended
};

}  // namespace nsmc::checker
