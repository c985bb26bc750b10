// Wide states in a row, each as the bytes in which it differs from the one before.
// SPDX-License-Identifier: MIT
//
// Most of a state is as in its neighbours in the order of the search, and most words that differ do
// so in one byte.  A state is one bit per word, whether it differs, and for each word that does one
// bit per byte and the bytes; the first of a row differs from zeros.
#pragma once

#include <algorithm>
#include <bit>
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
  std::size_t bytes_max() const { return mask_bytes_ + words_ * (1 + kWord); }

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
        to = write(state_[i], state_[i] ^ last_[i], to);
      }
    }
    std::swap(state_, last_);
    row.resize(static_cast<std::size_t>(to - row.data()));
  }

  // Reads the next state of a row, of which `rest` is what was not read yet.
  void read(std::span<const std::byte>& rest, void* state) {
    const std::span<const std::byte> mask = next(rest, mask_bytes_);
    for (std::size_t i = 0; i < mask_bytes_; ++i)
      for (auto bits = std::to_integer<unsigned>(mask[i]); bits != 0; bits &= bits - 1)
        read_word(rest, last_.at(8 * i + static_cast<std::size_t>(std::countr_zero(bits))));
    std::memcpy(state, last_.data(), state_bytes_);
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);
  static constexpr std::size_t kBlock = 8;  // words that are compared at once

  // One bit per byte of the word: whether it is not zero.
  static unsigned nonzero_bytes(std::uint64_t word) {
    word |= word >> 4;
    word |= word >> 2;
    word |= word >> 1;
    // The lowest bits of the bytes, gathered in the top byte; no two of them meet on the way.
    return static_cast<unsigned>((word & 0x0101010101010101) * 0x0102040810204080 >> 56);
  }
  static std::byte* write(std::uint64_t word, std::uint64_t changed, std::byte* to) {
    unsigned bytes = nonzero_bytes(changed);
    *to++ = static_cast<std::byte>(bytes);
    for (; bytes != 0; bytes &= bytes - 1)
      *to++ = static_cast<std::byte>(word >> 8 * std::countr_zero(bytes) & 0xff);
    return to;
  }
  static void read_word(std::span<const std::byte>& rest, std::uint64_t& word) {
    auto bytes = std::to_integer<unsigned>(next(rest, 1)[0]);
    const std::byte* from = next(rest, static_cast<std::size_t>(std::popcount(bytes))).data();
    for (; bytes != 0; bytes &= bytes - 1) {
      const int shift = 8 * std::countr_zero(bytes);
      word &= ~(std::uint64_t{0xff} << shift);
      word |= std::to_integer<std::uint64_t>(*from++) << shift;
    }
  }
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
