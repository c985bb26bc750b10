// What a domain of terms can say of values, whatever its model and its state.
// SPDX-License-Identifier: MIT
#pragma once

#include "checker/symbolic/bitmap.hpp"
#include "checker/symbolic/path.hpp"
#include "checker/symbolic/value.hpp"

namespace nsmc::symbolic {

class TermValues {
  using Int = symbolic::Int;
  using Bool = symbolic::Bool;
  using Bitmap = symbolic::Bitmap;

 public:
  template <class Cell>
  static auto peek(const Cell& cell) {
    return cell.value();
  }
  template <class Cell>
  static Bool unwritten(const Cell& cell) {
    return cell.poisoned();
  }
  template <class Cell>
  static auto target(const Cell& cell) {
    return cell.value();
  }
  static Int if_else(const Bool& condition, const Int& yes, const Int& no) {
    return Int(symbolic::if_else(condition.term(), yes.term(), no.term()));
  }
  static Int one_if(const Bool& condition) { return if_else(condition, 1, 0); }
  static Int as_unsigned(const Int& value) {
    return Int(symbolic::if_else(less(value.term(), number(0)),
                                 add(value.term(), number(std::int64_t{1} << 32U)), value.term()));
  }
  static int plain(const Int& value) {
    const Term t = value.term();
    if (is_constant(t)) return static_cast<int>(t->value);
    for (std::int64_t i = t->lo; i < t->hi; ++i)
      if (Paths::on().decide(equal(t, number(i)))) return static_cast<int>(i);
    return static_cast<int>(t->hi);
  }

  static Int find_next_zero_bit(const Bitmap& bits, int size, const Int& from) {
    return symbolic::find_bit(bits, size, from, false);
  }
  static Int find_next_bit(const Bitmap& bits, int size, const Int& from) {
    return symbolic::find_bit(bits, size, from, true);
  }
  static Int hweight(const Bitmap& bits, int size) {
    Int set = 0;
    for (int i = 0; i < size; ++i) set = set + one_if(bits[i]);
    return set;
  }
  static Bool test_bit(const Bitmap& bits, const Int& i) { return bits[i]; }
  static Bitmap with_bit(const Bitmap& bits, const Int& i) { return bits.with(i, true); }
  static Bitmap without_bit(const Bitmap& bits, const Int& i) { return bits.with(i, false); }
};

}  // namespace nsmc::symbolic
