// What one actor looks at where it stands, and what it then did, by what it saw.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "checker/explicit/projection.hpp"

namespace nsmc::checker {

// A table from what is seen to the number of something.  What is seen are the classes of the parts,
// side by side in one word: two states with one word are the same to whoever looks through this
// view.  Nothing is hashed away.
class View {
 public:
  using Number = PartPacker::Number;
  static constexpr std::uint32_t kNothing = 0xffffffff;

  View() = default;

  // Through these from now on; what was kept is forgotten.  They outlive this object.
  void look_through(std::vector<const Projection*> projections) {
    projections_ = std::move(projections);
    clear();
    lay_out();
  }
  // Whether what is seen fits into a word; if not, nothing can be found or kept.
  bool fits() const { return fits_; }
  bool looks_through(const Projection* projection) const {
    return std::find(projections_.begin(), projections_.end(), projection) != projections_.end();
  }

  // How often what is seen has been laid out: what was seen before counts no more.
  std::uint32_t layouts() const { return layouts_; }
  // What is seen of a state, and the line in which it is looked up is asked for.
  std::uint64_t look_at(const Number* numbers) const {
    const std::uint64_t key = seen(numbers);
    __builtin_prefetch(slots_.data() + home(key));
    return key;
  }
  // What was kept for what was seen; kNothing if nothing was.
  std::uint32_t find(std::uint64_t key) const {
    for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.key == key || slot.kept == kNothing) return slot.kept;
    }
  }
  // REQUIRES: fits(), and nothing is kept for such a state.
  void keep(const Number* numbers, std::uint32_t kept) {
    if (2 * ++count_ > slots_.size()) rebuild(2 * slots_.size());
    put({seen(numbers), kept});
  }

  // A projection has changed: it knows more parts, and maybe needs more bits for them.
  void lay_out_anew() {
    const std::vector<Look> before = looks_;
    lay_out();
    if (!fits_) {
      clear();
      return;
    }
    bool has_moved = false;
    for (const Look& look : looks_) {
      const Look* old = of_place(before, look.place);
      has_moved = has_moved || old == nullptr || old->shift != look.shift;
    }
    if (!has_moved) return;
    for (Slot& slot : slots_)
      if (slot.kept != kNothing) slot.key = translated(slot.key, before);
    rebuild(slots_.size());
  }

  std::size_t memory_bytes() const {
    return slots_.capacity() * sizeof(Slot) + looks_.capacity() * sizeof(Look);
  }

 private:
  static constexpr std::size_t kSlotsMin = 4;
  static constexpr unsigned kHomeShiftMax = 62;
  // One projection of several classes; those of one say nothing.
  struct Look {
    const std::uint32_t* class_of = nullptr;
    std::uint32_t place = 0;
    std::uint16_t shift = 0, bits = 0;
  };
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t kept = kNothing;
  };

  std::uint64_t seen(const Number* numbers) const {
    std::uint64_t key = 0;
    for (const Look& look : looks_)
      key |= std::uint64_t{look.class_of[numbers[look.place]]} << look.shift;
    return key;
  }
  // By the upper bits of the product: what is seen may lie in the upper bits of the key alone.
  std::size_t home(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15ULL >> home_shift_; }
  void put(const Slot& slot) {
    std::size_t at = home(slot.key);
    while (slots_[at].kept != kNothing) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void clear() {
    slots_.assign(kSlotsMin, {});
    home_shift_ = kHomeShiftMax;
    count_ = 0;
  }
  void rebuild(std::size_t size) {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(size));
    home_shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
    for (const Slot& slot : before)
      if (slot.kept != kNothing) put(slot);
  }
  void lay_out() {
    ++layouts_;
    unsigned shift = 0;
    looks_.clear();
    for (const Projection* projection : projections_) {
      if (projection->bits() == 0) continue;
      looks_.push_back({projection->class_of(), static_cast<std::uint32_t>(projection->place()),
                        static_cast<std::uint16_t>(shift),
                        static_cast<std::uint16_t>(projection->bits())});
      shift += projection->bits();
    }
    fits_ = shift < 64;
  }
  // A key as it is now.  A place that said nothing before was seen in its first class, 0.
  std::uint64_t translated(std::uint64_t key, const std::vector<Look>& before) const {
    std::uint64_t result = 0;
    for (const Look& look : looks_)
      if (const Look* old = of_place(before, look.place))
        result |= (key >> old->shift & ((std::uint64_t{1} << old->bits) - 1)) << look.shift;
    return result;
  }
  static const Look* of_place(const std::vector<Look>& looks, std::uint32_t place) {
    for (const Look& look : looks)
      if (look.place == place) return &look;
    return nullptr;
  }

  std::vector<const Projection*> projections_;
  std::vector<Look> looks_;
  std::vector<Slot> slots_ = std::vector<Slot>(kSlotsMin);
  unsigned home_shift_ = kHomeShiftMax;
  std::size_t count_ = 0;
  std::uint32_t layouts_ = 0;
  bool fits_ = true;
};

}  // namespace nsmc::checker
