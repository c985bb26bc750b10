// Short runs of bytes compared and copied without a call.
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

}  // namespace nsmc::checker
