// Every claim about the kernel, in one list.  The face of props/.
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "props/row.hpp"

namespace nsmc::props {

// All rows, in the order of their numbers.
std::span<const Row> catalogue();

// The row with this id, nullptr if there is none.
const Row* find(std::string_view id);

// One sentence: why the last state or move of this run breaks the row's claim (nullptr: a claim
// that is no row).  REQUIRES: the run can be executed.
std::string because(const kernel::Pidns& system, const Row* row,
                    std::span<const kernel::Pidns::Action> run);

// A row as an engine takes it.
lang::Property<kernel::Pidns> property(const Row& row);

}  // namespace nsmc::props
