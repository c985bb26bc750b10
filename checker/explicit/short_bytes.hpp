// Short runs of bytes compared, copied and united without a call.
// SPDX-License-Identifier: MIT
//
// In words, the last of which overlaps the one before it, and without a branch for each: packed
// states and their parts have fewer than 100 bytes, and most of what is compared is equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace nsmc::checker {

inline bool equal_bytes(const std::byte* a, const std::byte* b, std::size_t bytes) {
  if (bytes < 8) return std::memcmp(a, b, bytes) == 0;
  const auto word = [](const std::byte* at) {
    std::uint64_t result = 0;
    std::memcpy(&result, at, sizeof result);
    return result;
  };
  std::uint64_t different = word(a + bytes - 8) ^ word(b + bytes - 8);
  for (std::size_t i = 0; i + 8 < bytes; i += 8) different |= word(a + i) ^ word(b + i);
  return different == 0;
}

// REQUIRES: they do not overlap.
inline void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes < 8) {
    std::memcpy(to, from, bytes);
    return;
  }
  for (std::size_t i = 0; i + 8 < bytes; i += 8) std::memcpy(to + i, from + i, 8);
  std::memcpy(to + bytes - 8, from + bytes - 8, 8);
}

// Adds the bits of another run.  False: it had them all.
inline bool unite(std::uint8_t* to, const std::uint8_t* more, std::size_t bytes) {
  std::uint64_t added = 0;
  const auto one = [&]<class Word>(Word, std::size_t at) {
    Word before = 0, other = 0;
    std::memcpy(&before, to + at, sizeof before);
    std::memcpy(&other, more + at, sizeof other);
    added |= static_cast<Word>(other & ~before);
    before = static_cast<Word>(before | other);
    std::memcpy(to + at, &before, sizeof before);
  };
  std::size_t at = 0;
  for (; at + 8 <= bytes; at += 8) one(std::uint64_t{}, at);
  for (; at < bytes; ++at) one(std::uint8_t{}, at);
  return added != 0;
}

}  // namespace nsmc::checker
