// Where the fields of a state lie in its bytes, for whoever asks what would be if one were another.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

struct FieldPlace {
  std::string name;  // as in Pidns::fields()
  std::size_t offset = 0;
  std::size_t bytes = 0;
};

// In the order of Pidns::fields().
std::vector<FieldPlace> field_places(const Pidns& system);

}  // namespace nsmc::kernel
