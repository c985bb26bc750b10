// Which values decided that a claim is settled at the end of a run, and who wrote them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/kernel/pidns.hpp"

namespace nsmc::props {

// A value without which, all else as it is, the claim would not be settled: a but-for cause
// (Halpern: Actual Causality, MIT Press 2016, chapter 1).  It can be undone alone, which need not
// be what a kernel could have done.
struct DecisiveValue {
  std::string field;     // "ns1.kref", as in Pidns::fields()
  std::string was, is;   // before and since its last write
  std::size_t step = 0;  // that write: moves from 1 on
};

// Latest first.  Values of an object that its allocation itself decides are left out, and so is
// where a context stands.  REQUIRES: the run can be executed and settles the claim at its end.
std::vector<DecisiveValue> decisive_values(const kernel::Pidns& system,
                                           const lang::Property<kernel::Pidns>& claim,
                                           std::span<const kernel::Pidns::Action> run);

}  // namespace nsmc::props
