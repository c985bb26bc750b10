// An array whose index is checked as UBSAN would check it.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "model/lang/oops.hpp"

namespace nsmc::lang {

template <class T, int N>
class Array {
 public:
  static constexpr int kSize = N;
  T& operator[](int i) { return item_[check(i)]; }
  const T& operator[](int i) const { return item_[check(i)]; }
  // The same by the name that predicates over any value domain use: on terms, where an index may be
  // anything, it is the access that does not branch on the bounds.
  T& at(int i) { return (*this)[i]; }
  const T& at(int i) const { return (*this)[i]; }
  auto begin() { return item_.begin(); }
  auto end() { return item_.end(); }
  auto begin() const { return item_.begin(); }
  auto end() const { return item_.end(); }

 private:
  static constexpr std::size_t check(int i) {
    if (i < 0 || i >= N) throw Oops{Fault::out_of_range};
    return static_cast<std::size_t>(i);
  }
  std::array<T, N> item_ = {};
};

}  // namespace nsmc::lang
