// The expressions of a scenario: C's operators and precedence, without assignment.
// SPDX-License-Identifier: MIT
#pragma once

#include "traces/scenario.hpp"
#include "traces/scenario_lexer.hpp"

namespace nsmc::traces {

// The expression that begins at the cursor; what follows it is left to the caller.
Expr parse_expression(Cursor& cursor);

}  // namespace nsmc::traces
