// What no run of a kernel can reach, and why: the exceptions of property test runs.
// SPDX-License-Identifier: MIT
//
// The model is one text for all kernels, so that each kernel leaves some of it aside.  A step that
// is listed here is expected to be reached neither by property test runs, which end with an
// internal error if it is, nor by the searches of tests/unreachable_test.cpp.
#pragma once

#include <span>
#include <string_view>

#include "model/kernel/config.hpp"

namespace nsmc::cli {

struct Unreachable {
  std::string_view what;  // "function/step", or a property with a premise; with blanks between
  kernel::Changes until;  // with all of these it is gone; none: it never goes
  kernel::Changes from;   // without any of these it is not there yet; none: always
  std::string_view why;
};

std::span<const Unreachable> unreachable_rows();

// Why `what` cannot be reached on a kernel with these changes; nullptr: nobody says so.
const Unreachable* unreachable(std::string_view what, const kernel::Changes& changes);

}  // namespace nsmc::cli
