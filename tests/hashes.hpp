// Hashes that an exact store has to bear: they only say where to look.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace nsmc::tests {

struct OneForAll {
  std::uint64_t operator()(const std::byte*, std::size_t) const { return 0; }
};
struct Fourfold {  // four tags, and home slots at both ends of the table
  std::uint64_t operator()(const std::byte* bytes, std::size_t) const {
    return (std::to_integer<std::uint64_t>(*bytes) % 4) * 0x55555555ffffffffU;
  }
};

}  // namespace nsmc::tests
