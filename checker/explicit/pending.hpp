// States between the moves that led to them and the store in which they are looked up.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "checker/explicit/bit_packer.hpp"

namespace nsmc::checker {

// A batch of packed states, side by side, in the order in which they were found.
class PendingStates {
 public:
  struct One {
    std::uint32_t parent = 0;
    std::uint32_t tag = 0;
  };

  // Where the next one can be packed, before add().
  std::byte* room(std::size_t packed_bytes) {
    const std::size_t end = all_.size() * packed_bytes + packed_bytes + BitPacker::kSlack;
    if (packed_.size() < end) packed_.resize(2 * end);
    return packed_.data() + all_.size() * packed_bytes;
  }
  void add(std::uint32_t parent) { all_.push_back({parent}); }
  void clear() { all_.clear(); }

  std::size_t size() const { return all_.size(); }
  One& operator[](std::size_t which) { return all_[which]; }
  const std::byte* packed(std::size_t which, std::size_t packed_bytes) const {
    return packed_.data() + which * packed_bytes;
  }

  // convert(before, after) packs each anew, in so many bytes instead of those.
  template <class Convert>
  void repack(std::size_t bytes_before, std::size_t bytes_after, const Convert& convert) {
    std::vector<std::byte> after(all_.size() * bytes_after + BitPacker::kSlack);
    for (std::size_t i = 0; i < all_.size(); ++i)
      convert(packed(i, bytes_before), after.data() + i * bytes_after);
    packed_ = std::move(after);
  }

 private:
  std::vector<One> all_;
  std::vector<std::byte> packed_;
};

}  // namespace nsmc::checker
