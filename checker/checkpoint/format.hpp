// The bytes of a checkpoint: header, blocks, end.
// SPDX-License-Identifier: MIT
//
//   header   magic, version, size of the identity; the identity; checksum of all these
//   block    name, number, sizes; checksum of these and of the packed bytes; the packed bytes
//   ...
//   end      a block named "end" without bytes, whose number is that of the blocks before it
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace nsmc::checker::checkpoint {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie here");

inline constexpr std::array<char, 8> kMagic = {'n', 's', 'm', 'c', '-', 'c', 'p', '\n'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kIdentityMax = std::size_t{1} << 20;
inline constexpr std::size_t kBlock = std::size_t{1} << 20;  // bytes in a block, before packing
inline constexpr std::size_t kNameMax = 15;
inline constexpr std::string_view kEnd = "end";

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t identity_bytes = 0;
};
struct Block {
  std::array<char, kNameMax + 1> name{};
  std::uint64_t number = 0;
  std::uint32_t bytes = 0;  // unpacked
  std::uint32_t packed_bytes = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Header) == 16 && sizeof(Block) == 40, "no padding");

inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t before) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), before);
}

// `before`: the checksum of what comes before the block.
inline std::uint64_t checksum_of(Block block, std::span<const std::byte> packed,
                                 std::uint64_t before) {
  block.checksum = 0;
  return checksum(packed, checksum(std::as_bytes(std::span(&block, 1)), before));
}

}  // namespace nsmc::checker::checkpoint
