// Int and Bool of a domain whose values are terms; the operators are C's.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

#include "checker/symbolic/path.hpp"
#include "checker/symbolic/term.hpp"
#include "model/lang/oops.hpp"

namespace nsmc::symbolic {

// A truth value or a term for one.  There is no && and no ||: C++'s own are right, and they branch;
// & and | make one term of both.
class Bool {
 public:
  Bool(bool value) : term_(truth(value)) {}
  explicit Bool(Term term) : term_(term) {}
  explicit operator bool() const {  // the branch
    return is_constant(term_) ? is_true(term_) : Paths::on().decide(term_);
  }
  Term term() const { return term_; }
  bool never() const { return is_false(term_); }  // whatever the leaves are

  friend Bool operator!(const Bool& a) { return Bool(negate(a.term_)); }
  friend Bool operator&(const Bool& a, const Bool& b) { return Bool(both(a.term_, b.term_)); }
  friend Bool operator==(const Bool& a, const Bool& b) {
    return Bool(if_else(a.term_, b.term_, negate(b.term_)));
  }
  friend Bool operator|(const Bool& a, const Bool& b) { return Bool(either(a.term_, b.term_)); }

 private:
  Term term_;
};

// An integer of the mathematician; where CheckedInts stands, one of C: 32 bits, and signed overflow
// is an Oops, as UBSan reports it.
class Int {
 public:
  Int(int value) : term_(number(value)) {}
  Int(std::int64_t value) : term_(number(value)) {}
  Int(unsigned value) : term_(number(value)) {}
  explicit Int(Term term) : term_(term) {}
  explicit operator bool() const { return static_cast<bool>(!Bool(equal(term_, number(0)))); }
  Term term() const { return term_; }

 private:
  Term term_;
};

class CheckedInts {
 public:
  static constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min(),
                                kMax = std::numeric_limits<std::int32_t>::max();
  CheckedInts() : before_(on_) { on_ = true; }
  ~CheckedInts() { on_ = before_; }
  CheckedInts(const CheckedInts&) = delete;
  CheckedInts& operator=(const CheckedInts&) = delete;

  static bool standing() { return on_; }
  static Int judged(Term result) {
    if (on_ && Bool(less(result, number(kMin))) | Bool(less(number(kMax), result)))
      throw lang::Oops{lang::Fault::out_of_range};
    return Int(result);
  }

 private:
  bool before_;
  static inline thread_local bool on_ = false;
};

inline Int operator+(const Int& a, const Int& b) {
  return CheckedInts::judged(add(a.term(), b.term()));
}
inline Int operator-(const Int& a, const Int& b) {
  return CheckedInts::judged(subtract(a.term(), b.term()));
}
inline Int operator*(const Int& a, const Int& b) {
  return CheckedInts::judged(multiply(a.term(), b.term()));
}
// C rounds towards zero, SMT-LIB's div rounds down.  REQUIRES: b is a constant above 0.
inline Int operator/(const Int& a, const Int& b) {
  const std::int64_t by = b.term()->value;
  if (a.term()->lo >= 0) return Int(divide_down(a.term(), by));
  const Term minus_one = number(-1);
  return Int(if_else(negate(less(a.term(), number(0))), divide_down(a.term(), by),
                     multiply(minus_one, divide_down(multiply(minus_one, a.term()), by))));
}
inline Int operator%(const Int& a, const Int& b) {
  if (a.term()->lo >= 0) return Int(modulo_down(a.term(), b.term()->value));
  return Int(subtract(a.term(), multiply((a / b).term(), b.term())));
}
// Bit by bit of the mask.  REQUIRES: mask is a constant, neither is negative.
inline Int operator&(const Int& a, const Int& mask) {
  Term sum = number(0);
  for (std::int64_t bit = 1; bit <= mask.term()->value; bit *= 2)
    if ((mask.term()->value & bit) != 0)
      sum = add(sum, multiply(number(bit), modulo_down(divide_down(a.term(), bit), 2)));
  return Int(sum);
}
inline Bool operator==(const Int& a, const Int& b) { return Bool(equal(a.term(), b.term())); }
inline Bool operator!=(const Int& a, const Int& b) { return !(a == b); }
inline Bool operator<(const Int& a, const Int& b) { return Bool(less(a.term(), b.term())); }
inline Bool operator>(const Int& a, const Int& b) { return b < a; }
inline Bool operator<=(const Int& a, const Int& b) { return !(b < a); }
inline Bool operator>=(const Int& a, const Int& b) { return !(a < b); }

}  // namespace nsmc::symbolic
