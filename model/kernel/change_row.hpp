// One change of the kernel as a row.
// SPDX-License-Identifier: MIT
//
// A row with a `change` is in the model: its flag is read where the kernel's own change is.  A
// commit id stands here only if it is confirmed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/kernel/config.hpp"

namespace nsmc::kernel {

enum class ChangeKind : std::uint8_t {
  fix,        // of a bug
  feature,    // something that could not be done before
  semantics,  // the same calls, with another outcome
  open        // no change: what no kernel here mends, a bug or a surprise
};

struct ChangeRow {
  std::string_view id;       // BZ-n, S-n for a weakness of the posted code, or a word
  std::string_view what;     // what is wrong without it
  std::string_view breaks;   // the properties that are violated without it, with blanks between
  std::string_view since;    // first kernel version that has it; empty: none
  std::string_view commit;   // empty: the id is not confirmed
  std::string_view subject;  // of the commit
  std::optional<Change> change = {};
  ChangeKind kind = ChangeKind::fix;
};

}  // namespace nsmc::kernel
