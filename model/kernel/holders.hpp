// Which fields of a state hold a counted reference, for whoever shows who holds what.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

// Their names as in Pidns::fields(), in that order.
std::vector<std::string> counted_fields(const Pidns& system);

}  // namespace nsmc::kernel
