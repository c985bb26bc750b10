// Packs a wide state as the numbers of its parts: each part that ever occurs is kept once.
// SPDX-License-Identifier: MIT
//
// After SPIN's COLLAPSE (Holzmann, "State Compression in SPIN", SPIN Workshop 1997): a state is cut
// into parts, each place has a dictionary of the parts seen there, and the state is the numbers of
// its parts.  Equal states have equal numbers and different states different ones: nothing is lost.
// A move changes few parts: the others have the numbers that they had before it, and are neither
// hashed nor looked up.
//
// A number has as many bits as its place needs by now, if whoever packs can do with that: when
// is_too_narrow(), it has to take the fitting_layout(), and to convert all that it has packed.
#pragma once

#include <algorithm>
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
#include "checker/explicit/part_layout.hpp"
#include "checker/explicit/short_bytes.hpp"
#include "checker/explicit/state_store.hpp"

namespace nsmc::checker {

class PartPacker {
 public:
  using Number = std::uint32_t;

  // significant_bits: one mask per byte of the state.
  // ends: where each part ends, rising, the last at the end of the state; none: a part is 64 bytes.
  // A part without a significant bit gets no number.
  // is_growing: numbers have as few bits as they can have for the time being; if not, 32.
  explicit PartPacker(std::span<const std::uint8_t> significant_bits,
                      std::span<const std::size_t> ends = {}, bool is_growing = false)
      : significant_(significant_bits.begin(), significant_bits.end()), is_growing_(is_growing) {
    std::size_t from = 0;
    const auto add = [&](std::size_t to) {
      const auto begin = significant_.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = significant_.begin() + static_cast<std::ptrdiff_t>(to);
      if (std::any_of(begin, end, [](std::uint8_t mask) { return mask != 0; })) {
        places_.push_back({from, to - from});
      } else if (!gaps_.empty() && gaps_.back().to == from) {
        gaps_.back().to = to;
      } else {
        gaps_.push_back({from, to});
      }
      from = to;
    };
    for (const std::size_t end : ends) add(end);
    while (ends.empty() && from < significant_.size())
      add(std::min(from + kBytes, significant_.size()));
    if (from != significant_.size())
      throw std::logic_error("the parts of a state do not end where it ends");
    layout_ = fitting_layout();
  }

  std::size_t packed_bytes() const { return layout_.packed_bytes(); }
  std::size_t memory_bytes() const { return memory_bytes_; }
  std::size_t state_bytes() const { return significant_.size(); }

  std::size_t places() const { return places_.size(); }
  std::size_t offset(std::size_t place) const { return places_[place].from; }
  std::size_t bytes(std::size_t place) const { return places_[place].bytes; }

  const PartLayout& layout() const { return layout_; }
  // A number was given that does not fit: states that were packed since are wrong.
  bool is_too_narrow() const { return is_too_narrow_; }
  // In which all numbers fit.
  PartLayout fitting_layout() const {
    if (!is_growing_) return PartLayout::widest(places_.size());
    std::vector<std::size_t> counts;
    for (const Place& place : places_) counts.push_back(place.count);
    return PartLayout::for_counts(counts);
  }
  // States are packed so from now on.
  void lay_out(PartLayout layout) {
    layout_ = std::move(layout);
    is_too_narrow_ = false;
  }

  // How many parts were seen there: their numbers are below that.
  std::size_t count(std::size_t place) const { return places_[place].count; }
  // Valid until the next part is numbered.
  const std::byte* part(std::size_t place, Number number) const {
    return places_[place].parts.data() + number * places_[place].bytes;
  }
  // Out of line, as pack_like() is: g++ would warn of reads beyond a state of a single byte, which
  // no part of eight bytes has.
  [[gnu::noinline]] Number number_of(std::size_t place, const std::byte* part) {
    Place& at = places_[place];
    std::size_t slot = hash(at, part) & (at.table.size() - 1);
    for (; at.table[slot] != 0; slot = (slot + 1) & (at.table.size() - 1))
      if (equal_bytes(this->part(place, at.table[slot] - 1), part, at.bytes))
        return at.table[slot] - 1;
    check(part, at.from, at.from + at.bytes);
    if (at.count + 1 >= std::numeric_limits<Number>::max())
      throw std::length_error("more parts of a state than there are numbers");
    const std::size_t before = at.parts.capacity();
    at.parts.insert(at.parts.end(), part, part + at.bytes);
    memory_bytes_ += at.parts.capacity() - before;
    at.table[slot] = static_cast<Number>(++at.count);
    if (at.count > layout_.room(place)) is_too_narrow_ = true;
    if (2 * at.count > at.table.size()) enlarge(place);
    return static_cast<Number>(at.count - 1);
  }

  // Throws std::logic_error if a bit is set that significant_bits() says is always zero.
  void pack(const void* state, std::byte* packed) {
    std::memset(packed, 0, packed_bytes());
    const auto* bytes = static_cast<const std::byte*>(state);
    for (std::size_t i = 0; i < places_.size(); ++i)
      put(packed, i, number_of(i, bytes + places_[i].from));
    for (const Gap& gap : gaps_) check(bytes + gap.from, gap.from, gap.to);
  }
  // The same, given another state and what it was packed to: the fewer parts differ, the faster.
  [[gnu::noinline]] void pack_like(const void* other, const std::byte* other_packed,
                                   const void* state, std::byte* packed) {
    std::memcpy(packed, other_packed, packed_bytes());
    const auto* before = static_cast<const std::byte*>(other);
    const auto* after = static_cast<const std::byte*>(state);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::size_t from = places_[i].from;
      if (!equal_bytes(before + from, after + from, places_[i].bytes))
        put(packed, i, number_of(i, after + from));
    }
    for (const Gap& gap : gaps_)
      if (!equal_bytes(before + gap.from, after + gap.from, gap.to - gap.from))
        check(after + gap.from, gap.from, gap.to);
  }

  // The numbers of a packed state, and one of them.
  void numbers(const std::byte* packed, Number* numbers) const {
    for (std::size_t i = 0; i < places_.size(); ++i) numbers[i] = layout_.get(packed, i);
  }
  void put(std::byte* packed, std::size_t place, Number number) const {
    layout_.put(packed, place, number);
  }

  void unpack(const std::byte* packed, void* state) const {
    auto* bytes = static_cast<std::byte*>(state);
    for (std::size_t i = 0; i < places_.size(); ++i)
      std::memcpy(bytes + places_[i].from, part(i, layout_.get(packed, i)), places_[i].bytes);
    for (const Gap& gap : gaps_) std::memset(bytes + gap.from, 0, gap.to - gap.from);
  }
  // The same for one state after the other: where two have the same part, it is left as it is.
  // REQUIRES: always the same `state`, which nobody else changes.
  void unpack_next(const std::byte* packed, void* state) {
    if (last_.empty()) {
      last_.resize(places_.size());
      changed_.resize(places_.size() + 1);
      numbers(packed, last_.data());
      return unpack(packed, state);
    }
    // Which parts differ is as good as random: it is gathered without a branch.
    std::size_t changes = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Number number = layout_.get(packed, i);
      changed_[changes] = i;
      changes += number != std::exchange(last_[i], number) ? 1 : 0;
    }
    for (std::size_t change = 0; change < changes; ++change) {
      const std::size_t i = changed_[change];
      std::memcpy(static_cast<std::byte*>(state) + places_[i].from, part(i, last_[i]),
                  places_[i].bytes);
    }
  }

  // The dictionaries.
  void save(CheckpointWriter& to) const {
    FieldWriter sizes;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      sizes.number(layout_.bits(i));
      sizes.number(places_[i].count);
      to.section(kParts, std::span(places_[i].parts));
    }
    to.section(kPartCounts, sizes.all());
  }
  // REQUIRES: nothing was packed yet.  Throws CheckpointError.  How the states are laid out that
  // were packed with them.
  PartLayout load(const CheckpointReader& from) {
    FieldReader sizes(from, kPartCounts);
    std::vector<unsigned> bits;
    CheckpointSection parts = from.open(kParts);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      bits.push_back(static_cast<unsigned>(sizes.number_up_to(PartLayout::kBitsMax)));
      std::vector<std::byte> part(places_[i].bytes);
      for (std::uint64_t left = sizes.number(); left > 0; --left) {
        if (parts.read(part) != part.size()) from.refuse("a section of it is too short");
        number_of(i, part.data());
      }
    }
    sizes.end();
    lay_out(fitting_layout());
    return PartLayout(bits);
  }

 private:
  static constexpr const char* kParts = "parts";
  static constexpr const char* kPartCounts = "part counts";
  static constexpr std::size_t kBytes = 64;  // a line of the processor's caches

  // A place in the state, and its dictionary: the parts by number, and an open-addressed table of
  // numbers + 1, at most half full.
  struct Place {
    std::size_t from = 0, bytes = 0;
    std::size_t count = 0;
    std::vector<std::byte> parts{};
    std::vector<Number> table = std::vector<Number>(16);
  };

  // Bytes that are always zero.
  struct Gap {
    std::size_t from = 0, to = 0;
  };

  static std::uint64_t hash(const Place& place, const std::byte* part) {
    return Xxh3{}(part, place.bytes);
  }

  void enlarge(std::size_t i) {
    Place& place = places_[i];
    memory_bytes_ += place.table.size() * sizeof(Number);
    place.table.assign(2 * place.table.size(), 0);
    for (Number number = 0; number < place.count; ++number) {
      std::size_t at = hash(place, part(i, number)) & (place.table.size() - 1);
      while (place.table[at] != 0) at = (at + 1) & (place.table.size() - 1);
      place.table[at] = number + 1;
    }
  }

  // bytes: those from..to-1 of a state.
  void check(const std::byte* bytes, std::size_t from, std::size_t to) const {
    for (std::size_t at = from; at < to; ++at) {
      if ((bytes[at - from] & ~std::byte{significant_[at]}) == std::byte{0}) continue;
      throw std::logic_error("byte " + std::to_string(at) + " of a state of " +
                             std::to_string(state_bytes()) +
                             " bytes has a bit set that significant_bits() says is always zero");
    }
  }

  std::vector<std::uint8_t> significant_;
  std::vector<Place> places_;
  std::vector<Gap> gaps_;
  const bool is_growing_;
  bool is_too_narrow_ = false;
  PartLayout layout_{{}};
  std::vector<Number> last_;          // of the state that unpack_next() wrote
  std::vector<std::size_t> changed_;  // places, from one to the next
  std::size_t memory_bytes_ = 0;      // of the dictionaries, beyond their first few bytes
};

}  // namespace nsmc::checker
