// Bitmaps as values, and the search for a bit in one.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <utility>

#include "checker/symbolic/space.hpp"
#include "checker/symbolic/value.hpp"

namespace nsmc::symbolic {

// A value of a bitmap: what each of its bits is.
class Bitmap {
 public:
  using Bits = std::function<Term(Term offset)>;
  explicit Bitmap(Bits bits) : bits_(std::move(bits)) {}
  Bitmap(int constant)
      : empty_(constant == 0), bits_([constant](Term offset) {
          Term set = truth(false);
          for (int i = 0; constant >> i != 0; ++i)
            if ((constant >> i & 1) != 0) set = either(set, equal(offset, number(i)));
          return set;
        }) {}
  Bool operator[](const Int& i) const { return Bool(bits_(i.term())); }
  Term bit(Term offset) const { return bits_(offset); }
  bool empty() const { return empty_; }
  Bitmap with(const Int& at, bool value) const {
    return Bitmap([before = bits_, at = at.term(), value](Term offset) {
      return if_else(equal(offset, at), truth(value), before(offset));
    });
  }

 private:
  bool empty_ = false;
  Bits bits_;
};

// The first bit from `from` on that is as wanted, `size` if there is none.  In a heap, where size
// is large, only its contract: `size`, or a bit at or above `from`, which is `from` if that one is
// so.
inline Int find_bit(const Bitmap& bits, int size, const Int& from, bool wanted) {
  const auto is = [&](Term i) { return wanted ? bits.bit(i) : negate(bits.bit(i)); };
  const auto from_on = [&](Term i) { return negate(less(i, from.term())); };
  if (Space::on().world() == World::exact) {
    Term found = number(size);
    for (int i = size - 1; i >= 0; --i)
      found = if_else(both(from_on(number(i)), is(number(i))), number(i), found);
    return Int(found);
  }
  const Term found = Paths::on().fresh("find_bit");
  const Term none = equal(found, number(size));
  const Term some = both(both(from_on(found), less(found, number(size))), is(found));
  Paths::on().require(either(none, some));
  Paths::on().require(either(negate(less(from.term(), number(size))),
                             either(equal(found, from.term()), negate(is(from.term())))));
  return Int(found);
}

}  // namespace nsmc::symbolic
