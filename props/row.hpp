// A claim about the kernel as one row: what must hold, why anybody says so, and its witness.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "model/kernel/pidns.hpp"

namespace nsmc::props {

using Move = lang::Move<kernel::Pidns>;

struct Row {
  std::string_view id;        // the number of the invariant catalogue; never reused
  std::string_view says;      // one present-tense sentence
  std::string_view source;    // kernel file, commit ("subject"), or the tool that checks it
  bool (*holds)() = nullptr;  // of a state, or ...
  bool (*holds_move)(const Move&) = nullptr;    // ... of a move
  bool (*premise)() = nullptr;                  // a state in which the claim says something
  bool (*premise_move)(const Move&) = nullptr;  // a move of which it says something
  std::string_view transient = {};              // where it may legally not hold for a moment
};

}  // namespace nsmc::props
