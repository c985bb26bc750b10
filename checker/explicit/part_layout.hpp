// Where the numbers of the parts of a state lie in a packed state: a few bits each.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace nsmc::checker {

// Numbers by place, side by side in words of 64 bits, none in two of them.
class PartLayout {
 public:
  using Number = std::uint32_t;
  static constexpr unsigned kBitsMax = 32;

  // For numbers below these, and for as many more as the same words have room for.
  static PartLayout for_counts(std::span<const std::size_t> counts) {
    std::vector<unsigned> bits;
    for (const std::size_t count : counts)
      bits.push_back(std::clamp(static_cast<unsigned>(std::bit_width(count)), 1U, kBitsMax));
    const std::size_t words = PartLayout(bits).words_;
    for (bool has_more = true; has_more;) {
      has_more = false;
      for (unsigned& one : bits) {
        if (one == kBitsMax) continue;
        ++one;
        if (PartLayout(bits).words_ == words)
          has_more = true;
        else
          --one;
      }
    }
    return PartLayout(bits);
  }
  // For any numbers.
  static PartLayout widest(std::size_t places) {
    return PartLayout(std::vector<unsigned>(places, kBitsMax));
  }

  // So many bits each, at most kBitsMax.
  explicit PartLayout(const std::vector<unsigned>& bits) {
    unsigned used = 64;
    for (const unsigned one : bits) {
      if (used + one > 64) {
        ++words_;
        used = 0;
      }
      slots_.push_back({static_cast<std::uint16_t>((words_ - 1) * sizeof(std::uint64_t)),
                        static_cast<std::uint8_t>(used),
                        static_cast<std::uint32_t>((std::uint64_t{1} << one) - 1)});
      used += one;
    }
  }

  std::size_t places() const { return slots_.size(); }
  std::size_t packed_bytes() const { return words_ * sizeof(std::uint64_t); }
  unsigned bits(std::size_t place) const {
    return static_cast<unsigned>(std::bit_width(slots_[place].mask));
  }
  // How many numbers there are room for.
  std::uint64_t room(std::size_t place) const { return std::uint64_t{slots_[place].mask} + 1; }

  Number get(const std::byte* packed, std::size_t place) const {
    const Slot& slot = slots_[place];
    return static_cast<Number>(load(packed + slot.byte) >> slot.shift & slot.mask);
  }
  // Of a number that there is no room for, nobody knows what is put.
  void put(std::byte* packed, std::size_t place, Number number) const {
    const Slot& slot = slots_[place];
    std::uint64_t word = load(packed + slot.byte) & ~(std::uint64_t{slot.mask} << slot.shift);
    word |= std::uint64_t{number & slot.mask} << slot.shift;
    std::memcpy(packed + slot.byte, &word, sizeof word);
  }

  // What was packed the other way.
  void convert(const PartLayout& other, const std::byte* before, std::byte* after) const {
    std::memset(after, 0, packed_bytes());
    for (std::size_t place = 0; place < places(); ++place)
      put(after, place, other.get(before, place));
  }

  friend bool operator==(const PartLayout&, const PartLayout&) = default;

 private:
  struct Slot {
    std::uint16_t byte = 0;  // of the word
    std::uint8_t shift = 0;
    std::uint32_t mask = 0;
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  static std::uint64_t load(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
  }

  std::vector<Slot> slots_;
  std::size_t words_ = 0;
};

}  // namespace nsmc::checker
