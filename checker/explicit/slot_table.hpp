// Where in a store a state may be: an open-addressed table that grows where it is.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "checker/explicit/reservation.hpp"

namespace nsmc::checker {

// A slot is 0, or a tag of 32 bits over an index + 1.  A tag's home are its upper bits, and what
// does not find room there lies in the next free slot.
class SlotTable {
 public:
  using Index = std::uint32_t;

  static std::size_t bytes(unsigned log2) { return sizeof(std::uint64_t) << log2; }
  // As many states as 2^log2 slots should have.
  static std::uint64_t states_max(unsigned log2) { return (std::uint64_t{3} << log2) / 4; }
  static std::uint64_t slot_of(std::uint32_t tag, std::uint64_t index) {
    return std::uint64_t{tag} << 32 | (index + 1);
  }
  static std::uint32_t tag_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot >> 32); }
  static Index index_of(std::uint64_t slot) { return static_cast<Index>(slot) - 1; }

  // With 2^log2 slots; it will not grow beyond bytes_max.  Throws std::bad_alloc.
  SlotTable(unsigned log2, std::uint64_t bytes_max) : log2_(log2) {
    std::size_t room = std::bit_ceil(
        std::clamp<std::uint64_t>(bytes_max, bytes(log2), std::max(bytes(log2), bytes_of_all())));
    // Where addresses are scarce, a table that cannot grow so far.
    do memory_ = std::make_unique<Reservation>(room);
    while (!*memory_ && (room /= 2) >= bytes(log2));
    if (!*memory_ || !memory_->open(bytes(log2))) throw std::bad_alloc();
  }

  unsigned log2() const { return log2_; }
  std::size_t bytes() const { return bytes(log2_); }

  void prefetch(std::uint32_t tag) const { __builtin_prefetch(slots() + home(tag)); }
  // The first slot in which one of this tag may be.
  std::uint64_t first(std::uint32_t tag) const { return slots()[home(tag)]; }

  // The slot of this tag for whose index is_it(index) is true, or the free one at which the search
  // for it ends.
  template <class IsIt>
  std::uint64_t& find(std::uint32_t tag, const IsIt& is_it) const {
    for (std::uint64_t at = home(tag);; at = (at + 1) & mask()) {
      std::uint64_t& slot = slots()[at];
      if (slot == 0) return slot;
      if (tag_of(slot) == tag && is_it(index_of(slot))) return slot;
    }
  }
  // One that is not there.
  void put(std::uint64_t slot) {
    find(tag_of(slot), [](Index) { return false; }) = slot;
  }
  void clear() { std::fill_n(slots(), std::size_t{1} << log2_, std::uint64_t{0}); }

  // To twice as many slots.  False: the system gives no memory, or there are no more addresses.
  //
  // A run of slots that are not free, from s to e, goes to slots from 2s to 2e: none of it lies
  // behind its new home by more than it did.  So runs are moved one by one, the last one first,
  // and none meets one that is still to be moved; but for the one that goes on at the front, which
  // is taken out before all and put in after all.
  bool grow() {
    if (!memory_->open(bytes(log2_ + 1))) return false;
    const std::uint64_t end = std::uint64_t{1} << log2_++;
    std::uint64_t* const all = slots();
    std::vector<std::uint64_t> around, run;
    const bool goes_around = all[0] != 0 && all[end - 1] != 0;
    for (std::uint64_t at = 0; goes_around && all[at] != 0; ++at) take(all[at], around);
    for (std::uint64_t at = end; goes_around && at > 0 && all[at - 1] != 0; --at)
      take(all[at - 1], around);
    for (std::uint64_t at = end; at > 0;) {
      for (; at > 0 && all[at - 1] != 0; --at) take(all[at - 1], run);
      for (const std::uint64_t slot : run) put(slot);
      run.clear();
      for (; at > 0 && all[at - 1] == 0; --at) continue;
    }
    for (const std::uint64_t slot : around) put(slot);
    return true;
  }

 private:
  // Of a table for all indices that there are, on a machine that has the memory.
  static std::uint64_t bytes_of_all() {
    return std::min<std::uint64_t>(bytes(33), Reservation::physical_bytes());
  }
  static void take(std::uint64_t& slot, std::vector<std::uint64_t>& to) {
    to.push_back(slot);
    slot = 0;
  }

  std::uint64_t* slots() const { return reinterpret_cast<std::uint64_t*>(memory_->begin()); }
  std::uint64_t mask() const { return (std::uint64_t{1} << log2_) - 1; }
  std::uint64_t home(std::uint32_t tag) const { return std::uint64_t{tag} << 32 >> (64 - log2_); }

  unsigned log2_;
  std::unique_ptr<Reservation> memory_;
};

}  // namespace nsmc::checker
