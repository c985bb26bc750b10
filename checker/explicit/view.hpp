// What one actor looks at where it stands, and what it then did, by what it saw.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "checker/explicit/projection.hpp"

namespace nsmc::checker {

// A table from what is seen to a range of something.  What is seen are the classes of the parts,
// side by side in one word: two states with one word are the same to whoever looks through this
// view.  Nothing is hashed away.
class View {
 public:
  using Number = PartPacker::Number;
  struct Range {
    std::uint32_t begin = 0, end = 0;
  };

  View() = default;

  // Through these from now on; what was kept is forgotten.  They outlive this object.
  void look_through(std::vector<const Projection*> projections) {
    looks_.clear();
    for (const Projection* projection : projections) looks_.push_back({projection});
    slots_.assign(kSlotsMin, {});
    count_ = 0;
    lay_out();
  }
  // Whether what is seen fits into a word; if not, nothing can be found or kept.
  bool fits() const { return fits_; }
  bool looks_through(const Projection* projection) const {
    for (const Look& look : looks_)
      if (look.projection == projection) return true;
    return false;
  }

  // What was kept for such a state; an empty slot if nothing was.
  const Range* find(const Number* numbers) const {
    const std::uint64_t key = seen(numbers);
    for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.range.begin == kEmpty) return nullptr;
      if (slot.key == key) return &slot.range;
    }
  }
  // REQUIRES: fits(), and nothing is kept for such a state.
  void keep(const Number* numbers, Range range) {
    if (2 * ++count_ > slots_.size()) rebuild(2 * slots_.size());
    put({seen(numbers), range});
  }

  // The bits of a projection have changed.
  void lay_out_anew() {
    const std::vector<Look> before = looks_;
    lay_out();
    if (!fits_) {
      slots_.assign(kSlotsMin, {});
      count_ = 0;
      return;
    }
    for (Slot& slot : slots_) {
      if (slot.range.begin == kEmpty) continue;
      std::uint64_t key = 0;
      for (std::size_t i = 0; i < looks_.size(); ++i)
        key |= (slot.key >> before[i].shift & ((std::uint64_t{1} << before[i].bits) - 1))
               << looks_[i].shift;
      slot.key = key;
    }
    rebuild(slots_.size());
  }

  std::size_t memory_bytes() const {
    return slots_.capacity() * sizeof(Slot) + looks_.capacity() * sizeof(Look);
  }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffff;
  static constexpr std::size_t kSlotsMin = 4;
  struct Look {
    const Projection* projection = nullptr;
    std::uint32_t place = 0;
    std::uint16_t shift = 0, bits = 0;
  };
  struct Slot {
    std::uint64_t key = 0;
    Range range{kEmpty, kEmpty};
  };

  std::uint64_t seen(const Number* numbers) const {
    std::uint64_t key = 0;
    for (const Look& look : looks_)
      key |= std::uint64_t{look.projection->class_of()[numbers[look.place]]} << look.shift;
    return key;
  }
  std::size_t home(std::uint64_t key) const {
    return (key * 0x9E3779B97F4A7C15ULL >> 32) & (slots_.size() - 1);
  }
  void put(const Slot& slot) {
    std::size_t at = home(slot.key);
    while (slots_[at].range.begin != kEmpty) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void rebuild(std::size_t size) {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : before)
      if (slot.range.begin != kEmpty) put(slot);
  }
  void lay_out() {
    unsigned shift = 0;
    for (Look& look : looks_) {
      look.place = static_cast<std::uint32_t>(look.projection->place());
      look.shift = static_cast<std::uint16_t>(shift);
      look.bits = static_cast<std::uint16_t>(look.projection->bits());
      shift += look.bits;
    }
    fits_ = shift < 64;
  }

  std::vector<Look> looks_;
  std::vector<Slot> slots_ = std::vector<Slot>(kSlotsMin);
  std::size_t count_ = 0;
  bool fits_ = true;
};

}  // namespace nsmc::checker
