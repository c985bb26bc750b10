// The concrete domain: fields that are bytes.  A field knows its range; nobody packs by hand.
// SPDX-License-Identifier: MIT
//
// A state made of these is trivially copyable, a zeroed one is all zero bytes, and `mask()` says
// which bits a field can ever set, so that an engine can pack states without knowing a field.
// Reading a field that was never written since its object was allocated is an Oops (as KMSAN).
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "model/lang/footprint.hpp"
#include "model/lang/oops.hpp"

namespace nsmc::lang {

// Lo..Hi stand for a C int of the kernel: in 8 bits where they suffice, or 16, or 32.  Negative
// values are stored zigzag, so that 0 is stored as 0.  The top bit marks "never written".
template <int Lo, int Hi, class Watch = Unwatched>
class Num {
  static_assert(Lo <= 0 && Hi >= 0);
  static constexpr int zigzag(int value) {
    if constexpr (Lo == 0) return value;
    return value >= 0 ? 2 * value : -2 * value - 1;
  }
  static constexpr unsigned kLargest =
      static_cast<unsigned>(zigzag(Hi) > zigzag(Lo) ? zigzag(Hi) : zigzag(Lo));

 public:
  using Word =
      std::conditional_t<(kLargest < 128), std::uint8_t,
                         std::conditional_t<(kLargest < 32768), std::uint16_t, std::uint32_t>>;
  static constexpr Word kNeverWritten = static_cast<Word>(Word{1} << (8 * sizeof(Word) - 1));
  static constexpr int kLo = Lo, kHi = Hi;

  constexpr operator int() const {
    if (poisoned()) throw Oops{Fault::uninitialised_read};
    return value();
  }
  constexpr void operator=(int value) {
    if (value < Lo || value > Hi) throw Oops{Fault::out_of_range};
    store(static_cast<Word>(zigzag(value)));
  }
  constexpr void operator+=(int by) { *this = int{*this} + by; }
  constexpr void operator-=(int by) { *this = int{*this} - by; }

  constexpr void poison() { store(kNeverWritten); }
  constexpr bool poisoned() const { return word() == kNeverWritten; }
  // The value without the check: for rendering and for folds over whole states.
  constexpr int value() const {
    const int stored = static_cast<int>(word() & static_cast<Word>(~kNeverWritten));
    if constexpr (Lo == 0) return stored;
    return stored % 2 == 0 ? stored / 2 : -(stored + 1) / 2;
  }
  // The bits that values 0..largest can set (largest <= Hi: a bound of this run).
  static constexpr Word mask(int largest = Hi) {
    const unsigned top = Lo == 0 ? static_cast<unsigned>(largest) : kLargest;
    return static_cast<Word>((1U << std::bit_width(top)) - 1U);
  }

 private:
  constexpr Word word() const { return stored_.load(); }
  constexpr void store(Word word) { stored_.store(word); }

  typename Watch::template Stored<Word> stored_;
};

using Flag = Num<0, 1>;

}  // namespace nsmc::lang
