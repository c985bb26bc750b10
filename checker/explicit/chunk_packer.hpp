// Packs a wide state as the numbers of its parts: each part that ever occurs is kept once.
// SPDX-License-Identifier: MIT
//
// After SPIN's COLLAPSE (Holzmann, "State Compression in SPIN", SPIN Workshop 1997): a state is cut
// into parts of one cache line, each place has a dictionary of the parts seen there, and the state
// is the numbers of its parts.  Equal states have equal numbers and different states different
// ones: nothing is lost.  A move changes few parts: the others have the numbers that they had
// before it, and are neither hashed nor looked up.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/checkpoint/fields.hpp"
#include "checker/explicit/state_store.hpp"

namespace nsmc::checker {

class ChunkPacker {
 public:
  // significant_bits: one mask per byte of the state.
  explicit ChunkPacker(std::span<const std::uint8_t> significant_bits)
      : state_bytes_(significant_bits.size()), places_((state_bytes_ + kChunk - 1) / kChunk) {
    for (std::size_t i = 0; i < state_bytes_; ++i)
      places_[i / kChunk].significant[i % kChunk] = std::byte{significant_bits[i]};
  }

  std::size_t packed_bytes() const { return places_.size() * sizeof(Number); }
  std::size_t memory_bytes() const { return memory_bytes_; }

  // Throws std::logic_error if a bit is set that significant_bits() says is always zero.
  void pack(const void* state, std::byte* packed) {
    for (std::size_t i = 0; i < places_.size(); ++i) pack_chunk(i, chunk(state, i), packed);
  }
  // The same, given another state and what it was packed to: the fewer parts differ, the faster.
  void pack_like(const void* other, const std::byte* other_packed, const void* state,
                 std::byte* packed) {
    std::memcpy(packed, other_packed, packed_bytes());
    const auto* before = static_cast<const std::byte*>(other);
    const auto* after = static_cast<const std::byte*>(state);
    const std::size_t whole = state_bytes_ / kChunk;
    for (std::size_t i = 0; i < whole; ++i)
      if (!equal(before + i * kChunk, after + i * kChunk)) pack_chunk(i, chunk(state, i), packed);
    if (whole == places_.size()) return;
    if (std::memcmp(before + whole * kChunk, after + whole * kChunk, bytes_of(whole)) != 0)
      pack_chunk(whole, chunk(state, whole), packed);
  }

  void unpack(const std::byte* packed, void* state) const {
    auto* bytes = static_cast<std::byte*>(state);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Chunk& chunk = places_[i].chunks[number(packed, i)];
      std::memcpy(bytes + i * kChunk, chunk.data(), bytes_of(i));
    }
  }

  // The dictionaries.
  void save(CheckpointWriter& to) const {
    FieldWriter sizes;
    for (const Place& place : places_) {
      sizes.number(place.chunks.size());
      to.section(kParts, std::as_bytes(std::span(place.chunks)));
    }
    to.section(kPartCounts, sizes.all());
  }
  // REQUIRES: nothing was packed yet.  Throws CheckpointError.
  void load(const CheckpointReader& from) {
    FieldReader sizes(from, kPartCounts);
    CheckpointSection parts = from.open(kParts);
    for (std::size_t i = 0; i < places_.size(); ++i)
      for (std::uint64_t left = sizes.number(); left > 0; --left) {
        Chunk chunk;
        if (parts.read(chunk) != chunk.size()) from.refuse("a section of it is too short");
        number_of(i, chunk);
      }
    sizes.end();
  }

 private:
  static constexpr const char* kParts = "parts";
  static constexpr const char* kPartCounts = "part counts";
  static constexpr std::size_t kChunk = 64;
  using Number = std::uint32_t;
  using Chunk = std::array<std::byte, kChunk>;

  // A place in the state, and its dictionary: the parts by number, and an open-addressed table of
  // numbers + 1, at most half full.
  struct Place {
    Chunk significant{};
    std::vector<Chunk> chunks;
    std::vector<Number> table = std::vector<Number>(16);
  };

  static Number number(const std::byte* packed, std::size_t place) {
    Number result = 0;
    std::memcpy(&result, packed + place * sizeof(Number), sizeof result);
    return result;
  }
  static bool equal(const std::byte* a, const std::byte* b) {
    std::array<std::uint64_t, kChunk / 8> x, y;
    std::memcpy(x.data(), a, kChunk);
    std::memcpy(y.data(), b, kChunk);
    std::uint64_t different = 0;
    for (std::size_t i = 0; i < x.size(); ++i) different |= x[i] ^ y[i];
    return different == 0;
  }
  std::size_t bytes_of(std::size_t place) const {
    return std::min(kChunk, state_bytes_ - place * kChunk);
  }
  // With zeros behind the end of the state.
  Chunk chunk(const void* state, std::size_t place) const {
    Chunk result{};
    std::memcpy(result.data(), static_cast<const std::byte*>(state) + place * kChunk,
                bytes_of(place));
    return result;
  }
  static std::uint64_t hash(const Chunk& chunk) { return Xxh3{}(chunk.data(), kChunk); }

  void pack_chunk(std::size_t i, const Chunk& chunk, std::byte* packed) {
    const Number number = number_of(i, chunk);
    std::memcpy(packed + i * sizeof(Number), &number, sizeof number);
  }

  Number number_of(std::size_t i, const Chunk& chunk) {
    Place& place = places_[i];
    std::size_t at = hash(chunk) & (place.table.size() - 1);
    for (; place.table[at] != 0; at = (at + 1) & (place.table.size() - 1))
      if (place.chunks[place.table[at] - 1] == chunk) return place.table[at] - 1;
    check(i, chunk);
    if (place.chunks.size() + 1 >= std::numeric_limits<Number>::max())
      throw std::length_error("more parts of a state than there are numbers");
    const std::size_t before = place.chunks.capacity() * kChunk;
    place.chunks.push_back(chunk);
    memory_bytes_ += place.chunks.capacity() * kChunk - before;
    place.table[at] = static_cast<Number>(place.chunks.size());
    if (2 * place.chunks.size() > place.table.size()) enlarge(place);
    return static_cast<Number>(place.chunks.size() - 1);
  }

  void enlarge(Place& place) {
    memory_bytes_ += place.table.size() * sizeof(Number);
    place.table.assign(2 * place.table.size(), 0);
    for (std::size_t i = 0; i < place.chunks.size(); ++i) {
      std::size_t at = hash(place.chunks[i]) & (place.table.size() - 1);
      while (place.table[at] != 0) at = (at + 1) & (place.table.size() - 1);
      place.table[at] = static_cast<Number>(i + 1);
    }
  }

  void check(std::size_t i, const Chunk& chunk) const {
    for (std::size_t at = 0; at < kChunk; ++at) {
      if ((chunk[at] & ~places_[i].significant[at]) == std::byte{0}) continue;
      throw std::logic_error("byte " + std::to_string(i * kChunk + at) + " of a state of " +
                             std::to_string(state_bytes_) +
                             " bytes has a bit set that significant_bits() says is always zero");
    }
  }

  std::size_t state_bytes_;
  std::vector<Place> places_;
  std::size_t memory_bytes_ = 0;  // of the dictionaries, beyond their first few bytes
};

}  // namespace nsmc::checker
