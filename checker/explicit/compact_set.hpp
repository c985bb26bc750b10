// An exact set of words in eight bytes each, for many threads: quotienting in cache lines.
// SPDX-License-Identifier: MIT
//
// After Cleary, "Compact Hash Tables Using Bidirectional Linear Probing", IEEE ToC 1984: where a
// key lies says part of what it is, so a slot holds the rest only.  A key is a word that Mix
// scattered; its home is bucket floor(key * buckets / 2^64), and a slot keeps the lower 54 bits,
// how many buckets from home it lies, and the phase of the key (for the engine: its depth modulo
// 3):
//
//     63                          10 9         2 1      0
//    | lower 54 bits of the key     | distance  | phase+1 |     0: a free slot
//
// Exact while a home covers at most 2^54 keys, that is from 1024 buckets on.
//
// A bucket is a cache line of 8 slots, filled from the front; a lookup goes on to the next bucket
// only if there is no free slot.  So a key is known, or its place is the free slot at which the
// search for it ends, and one compare-and-swap puts it there.  Nothing is ever removed.
//
// Homes are in the order of the keys for any number of buckets.  So the table grows in place: from
// the last bucket to the first, each key moves up to its new home, into space that was already
// left.  There is never a second table, and it need not become twice as large.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/explicit/reservation.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nsmc::checker {

class CompactSet {
 public:
  enum class Compare : std::uint8_t { avx512, portable };
  static constexpr unsigned kPhases = 3;
  static constexpr std::uint64_t kBucketsMin = 1024;

  // The fast way of this processor.  A thread sanitizer sees no vector load.
  static Compare fastest() {
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
    // int with g++, bool with clang
    static const auto has_avx512 = __builtin_cpu_supports("avx512f");
    return has_avx512 ? Compare::avx512 : Compare::portable;
#else
    return Compare::portable;
#endif
  }

  explicit CompactSet(std::size_t reserve_bytes, std::uint64_t buckets = kBucketsMin * 8,
                      Compare compare = fastest())
      : memory_(reserve_bytes), compare_(compare) {
    if (!memory_ || !memory_.open(bytes(buckets))) throw std::bad_alloc();
    set_buckets(buckets);
  }

  std::uint64_t buckets() const { return buckets_; }
  std::uint64_t slots() const { return buckets_ * kSlots; }
  std::size_t memory_bytes() const { return bytes(buckets_); }
  static std::size_t bytes(std::uint64_t buckets) {
    return static_cast<std::size_t>((buckets + kDistanceMax + 1) * sizeof(Bucket));
  }

  // To begin with: so many, or the fewest, if they take more than that.
  static std::uint64_t buckets_within(std::uint64_t wanted, std::uint64_t bytes_max) {
    return wanted >= kBucketsMin && bytes(wanted) <= bytes_max ? wanted : kBucketsMin;
  }

  // Addresses enough for all that a search of so many bytes can make of it.
  static std::size_t reservation(std::uint64_t bytes_max) {
    return std::max<std::size_t>(std::min<std::uint64_t>(bytes_max, Reservation::physical_bytes()),
                                 bytes(1 << 20));
  }

  // Promises that only one thread adds keys: it need not lock a line to write to it.
  void be_of_one_thread() { is_shared_ = false; }

  // This key is to be added soon: its bucket, and the next in case it is full, are fetched into the
  // second cache, while what comes before that computes.
  [[gnu::always_inline]] void expect(std::uint64_t key) const {
    const Bucket* const bucket = &table_[home(key)];
    __builtin_prefetch(bucket, 0, 2);
    __builtin_prefetch(bucket + 1, 0, 2);
  }

  struct Inserted {
    std::size_t looked_at = 0;  // fewer than given: the table has to grow first
    std::size_t added = 0;      // of them, these were new
  };
  // Adds keys, in any thread.  Those that are new are written to `added`, which has room for all.
  Inserted insert(const std::uint64_t* keys, std::size_t count, unsigned phase,
                  std::uint64_t* added) {
#if defined(__x86_64__)
    if (compare_ == Compare::avx512)
      return is_shared_ ? insert_avx512<true>(keys, count, phase, added)
                        : insert_avx512<false>(keys, count, phase, added);
#endif
    return insert_portable(keys, count, phase, added);
  }

  // To at least this many buckets, while no other thread looks.  False if the system gives no more
  // memory.  REQUIRES: buckets >= 9/8 of what there are.
  bool grow(std::uint64_t buckets) {
    if (!memory_.open(bytes(buckets))) return false;
    Homes old_homes(buckets_);
    const std::uint64_t old_end = buckets_ + kDistanceMax + 1;
    set_buckets(buckets);
    // Below this a key could move into a bucket that was not emptied yet.
    const std::uint64_t low = std::min<std::uint64_t>(old_end, 8 * 2 * (kDistanceMax + 1));
    for (std::uint64_t at = old_end; at-- > low;) {
      const Bucket bucket = table_[at];
      table_[at] = {};
      for (std::size_t i = 0; i < kSlots && bucket[i] != 0; ++i)
        if (!put(old_homes.key(at, bucket[i]), phase_of(bucket[i]))) return false;
    }
    std::vector<std::uint64_t> rest(table_[0].data(), table_[low].data());
    for (std::uint64_t at = 0; at < low; ++at) table_[at] = {};
    for (std::size_t i = 0; i < rest.size(); ++i)
      if (rest[i] != 0 && !put(old_homes.key(i / kSlots, rest[i]), phase_of(rest[i]))) return false;
    return true;
  }

  // As it lies, free slots and all: they pack to nothing.
  void save(CheckpointWriter& to) const { to.section(kTable, {memory_.begin(), bytes(buckets_)}); }
  // REQUIRES: nothing was added yet, and the section has the bytes of so many buckets.  Throws
  // CheckpointError and std::bad_alloc.
  void load(const CheckpointReader& from, std::uint64_t buckets) {
    if (from.size_of(kTable) != bytes(buckets)) from.refuse("its table has another size");
    if (!memory_.open(bytes(buckets))) throw std::bad_alloc();
    set_buckets(buckets);
    from.open(kTable).read({memory_.begin(), bytes(buckets)});
  }

  // f(key) for the keys of one phase, until it returns true; whether it did.  No thread may insert.
  template <class F>
  bool find(unsigned phase, F f) const {
    Homes homes(buckets_);
    for (std::uint64_t at = 0; at < buckets_ + kDistanceMax + 1; ++at)
      for (const std::uint64_t slot : table_[at])
        if (slot != 0 && phase_of(slot) == phase && f(homes.key(at, slot))) return true;
    return false;
  }

 private:
  static constexpr const char* kTable = "table";
  static constexpr unsigned kSlots = 8;
  static constexpr unsigned kKeptShift = 10, kDistanceShift = 2;
  static constexpr std::uint64_t kPhaseMask = 3;
  static constexpr std::uint64_t kDistanceMax = 255;
  static constexpr std::size_t kAhead = 24;  // of the key whose line is on its way
  using Bucket = std::array<std::uint64_t, kSlots>;

  // Where the keys of each home begin: what the place of a slot says about its key.
  class Homes {
   public:
    explicit Homes(std::uint64_t buckets)
        : buckets_(buckets),
          width_(~std::uint64_t{0} / buckets),
          rest_(~std::uint64_t{0} % buckets + 1) {}

    // Most slots of a bucket are at home in it: the last home is kept, to divide once for them.
    std::uint64_t key(std::uint64_t at, std::uint64_t slot) {
      const std::uint64_t home = at - ((slot >> kDistanceShift) & kDistanceMax);
      if (home != home_) begin_ = home * width_ + home * rest_ / buckets_;
      home_ = home;
      const std::uint64_t kept = slot >> kKeptShift;
      return begin_ + ((kept - begin_) & (~std::uint64_t{0} >> kKeptShift));
    }

   private:
    std::uint64_t buckets_, width_, rest_;  // 2^64 = buckets * width + rest
    std::uint64_t home_ = 0, begin_ = 0;
  };

  static unsigned phase_of(std::uint64_t slot) {
    return static_cast<unsigned>(slot & kPhaseMask) - 1;
  }
  static std::uint64_t kept(std::uint64_t key) { return key << kKeptShift; }

  void set_buckets(std::uint64_t buckets) {
    buckets_ = buckets;
    table_ = reinterpret_cast<Bucket*>(memory_.begin());
  }
  std::uint64_t home(std::uint64_t key) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(Wide{key} * buckets_ >> 64);
  }

  // False: no free slot near enough.
  bool put(std::uint64_t key, unsigned phase) {
    std::uint64_t slot = kept(key) | (phase + 1);
    Bucket* bucket = &table_[home(key)];
    for (std::uint64_t distance = 0; distance <= kDistanceMax; ++distance, ++bucket) {
      // Filled from the front: counting does not branch, where looking for the end would, at
      // random.
      std::size_t used = 0;
      for (const std::uint64_t place : *bucket) used += place != 0 ? 1 : 0;
      if (used < kSlots) {
        (*bucket)[used] = slot;
        return true;
      }
      slot += std::uint64_t{1} << kDistanceShift;
    }
    return false;
  }

  enum class Place : std::uint8_t { taken, known, lost };
  static Place take(std::uint64_t& place, std::uint64_t slot) {
    std::uint64_t was = 0;
    if (std::atomic_ref(place).compare_exchange_strong(was, slot, std::memory_order_relaxed))
      return Place::taken;
    return ((was ^ slot) & ~kPhaseMask) == 0 ? Place::known : Place::lost;
  }

  Inserted insert_portable(const std::uint64_t* keys, std::size_t count, unsigned phase,
                           std::uint64_t* added) {
    Inserted result;
    for (; result.looked_at < count; ++result.looked_at) {
      if (result.looked_at + kAhead < count)
        __builtin_prefetch(&table_[home(keys[result.looked_at + kAhead])]);
      const std::uint64_t key = keys[result.looked_at];
      const Place place = insert_one(key, phase);
      if (place == Place::lost) return result;
      if (place == Place::taken) added[result.added++] = key;
    }
    return result;
  }
  Place insert_one(std::uint64_t key, unsigned phase) {
    std::uint64_t slot = kept(key) | (phase + 1);
    Bucket* bucket = &table_[home(key)];
    for (std::uint64_t distance = 0; distance <= kDistanceMax; ++distance, ++bucket) {
      for (std::uint64_t& place : *bucket) {
        const std::uint64_t there = std::atomic_ref(place).load(std::memory_order_relaxed);
        if (there != 0 && ((there ^ slot) & ~kPhaseMask) == 0) return Place::known;
        if (there != 0) continue;
        const Place got = take(place, slot);
        if (got != Place::lost) return got;
      }
      slot += std::uint64_t{1} << kDistanceShift;
    }
    return Place::lost;
  }

#if defined(__x86_64__)
  // `shared`: a place is taken by one compare-and-swap.  Else, as whether a key is new is a coin's
  // throw, nothing branches on it: the line is written under a mask, which has no bit if the key is
  // known, and the key to `added` in any case.
  template <bool shared>
  [[gnu::target("avx512f")]] Inserted insert_avx512(const std::uint64_t* keys, std::size_t count,
                                                    unsigned phase, std::uint64_t* added) {
    const __m512i but_phase = _mm512_set1_epi64(~static_cast<long long>(kPhaseMask));
    std::size_t new_ones = 0;
    for (std::size_t i = 0; i < count && i < kAhead; ++i)
      __builtin_prefetch(&table_[home(keys[i])]);
    for (std::size_t i = 0; i < count; ++i) {
      if (i + kAhead < count) __builtin_prefetch(&table_[home(keys[i + kAhead])]);
      const std::uint64_t key = keys[i];
      std::uint64_t slot = kept(key) | (phase + 1);
      Bucket* bucket = &table_[home(key)];
      for (std::uint64_t distance = 0;;) {
        const __m512i line = _mm512_load_si512(bucket);
        const __m512i wanted = _mm512_set1_epi64(static_cast<long long>(slot));
        const unsigned free = _mm512_testn_epi64_mask(line, line);
        const unsigned same =
            _mm512_testn_epi64_mask(_mm512_xor_si512(line, wanted), but_phase) & ~free;
        if ((free | same) == 0) [[unlikely]] {
          if (++distance > kDistanceMax) return {i, new_ones};
          ++bucket;
          slot += std::uint64_t{1} << kDistanceShift;
          continue;
        }
        if constexpr (shared) {
          if (same != 0) break;
          const auto first = static_cast<std::size_t>(std::countr_zero(free));
          const Place place = take((*bucket)[first], slot);
          if (place == Place::taken) added[new_ones++] = key;
          if (place != Place::lost) break;  // lost: to another key; look at the line again
        } else {
          // All ones if `same` has none of its eight bits: a condition would become a branch.
          const unsigned is_new = 0U - ((same - 1) >> 31);
          _mm512_mask_store_epi64(bucket, static_cast<__mmask8>(free & (0U - free) & is_new),
                                  wanted);
          added[new_ones] = key;
          new_ones += is_new & 1;
          break;
        }
      }
    }
    return {count, new_ones};
  }
#endif

  Reservation memory_;
  Compare compare_;
  bool is_shared_ = true;
  Bucket* table_ = nullptr;
  std::uint64_t buckets_ = 0;
};

}  // namespace nsmc::checker
