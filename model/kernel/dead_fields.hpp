// Values that nothing reads any more, so that states which differ in them alone are one state.
// SPDX-License-Identifier: MIT
//
// Each rule has its argument beside it, in dead_fields.cpp.  They are about the kernel as it is, in
// all its versions; a seeded defect or a mutation may read what they forget.
#pragma once

#include <string>

#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

class DeadFields {
 public:
  // Why nothing can be forgotten; empty: it can.
  static std::string refusal(const Pidns& system);

  // free_depth is what the deepest recursion was so far; it is read by questions only.
  explicit DeadFields(bool keeps_free_depth) : keeps_free_depth_(keeps_free_depth) {}

  void forget(Pidns::State& state) const;

 private:
  bool keeps_free_depth_;
};

}  // namespace nsmc::kernel
