// Nineteen years of changes to the 2007 code, one row each: fixes, features, other semantics.
// SPDX-License-Identifier: MIT
//
// A kernel is the 2007 code plus every row up to its version; what the model does not know is not
// in it (docs/modelling.md).
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "model/kernel/changes_2006_2012.hpp"
#include "model/kernel/changes_2013_2026.hpp"

namespace nsmc::kernel {

// In the order of `since`; those of one version so that each builds on those before it.
inline constexpr auto kChanges = [] {
  std::array<ChangeRow, std::size(kChangesUntil37) + std::size(kChangesSince38)> all;
  std::copy(std::begin(kChangesSince38), std::end(kChangesSince38),
            std::copy(std::begin(kChangesUntil37), std::end(kChangesUntil37), all.begin()));
  return all;
}();

struct Kernel {
  std::string_view name;
  std::string_view what;
  Changes changes = {};
};

// In order of age.
std::span<const Kernel> kernels();
const Kernel* find_kernel(std::string_view name);
const ChangeRow* find_change(std::string_view id);

}  // namespace nsmc::kernel
