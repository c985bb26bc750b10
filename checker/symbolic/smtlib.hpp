// Terms as SMT-LIB 2, for solvers that are run and not linked.
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "checker/symbolic/term.hpp"

namespace nsmc::symbolic {

// A script that asserts all of these, with what is known of the intervals of their functions, and
// asks whether they can be true together.  The same terms give the same bytes.
std::string to_smtlib(std::span<const Term> facts);

}  // namespace nsmc::symbolic
