// A state in one word: the places of its fields, computed at compile time from their values.
// SPDX-License-Identifier: MIT
//
// A model lists its fields in order, each by the largest value it may have:
//
//   lang::BitLayout layout;
//   const lang::BitField state = layout.add(3);      // 0..3: two bits
//   const lang::BitField parent = layout.add(tasks);
//
// in a constexpr function.  A field that can only be 0 takes no bit.  The fields are read and
// written in any value domain (model/lang/word.hpp), so that one source of a rule works on one
// state or on many.
#pragma once

#include <bit>
#include <cstdint>
#include <stdexcept>

namespace nsmc::lang {

struct BitField {
  unsigned at = 0;
  unsigned bits = 0;

  constexpr std::uint64_t low_mask() const { return (std::uint64_t{1} << bits) - 1; }
  constexpr std::uint64_t mask() const { return low_mask() << at; }

  // The field's value in a word.
  template <class Num>
  constexpr Num of(const Num& word) const {
    return (word >> at) & low_mask();
  }
  // A word that has this value and is otherwise 0.
  template <class Num>
  constexpr Num holding(const Num& value) const {
    return value << at;
  }
  // The word with the field at 0.
  template <class Num>
  constexpr Num cleared(const Num& word) const {
    return word & ~mask();
  }
  template <class Num>
  constexpr Num with(const Num& word, const Num& value) const {
    return cleared(word) | holding(value);
  }
};

class BitLayout {
 public:
  constexpr BitField add(std::uint64_t largest_value) {
    if (largest_value == 0) return {};
    const BitField field{next_, static_cast<unsigned>(std::bit_width(largest_value))};
    next_ += field.bits;
    // Said by a constant expression, this does not compile.
    if (next_ > 64) throw std::length_error("the fields of a state are more than 64 bits");
    return field;
  }
  constexpr unsigned bits() const { return next_; }

 private:
  unsigned next_ = 0;
};

}  // namespace nsmc::lang
