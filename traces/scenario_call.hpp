// The small parts of a scenario: ids, arguments, calls.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "traces/scenario.hpp"
#include "traces/scenario_lexer.hpp"

namespace nsmc::traces {

Name name_of(const Token& token);

// A property or a known bug: I20, BZ-07.
Name parse_id(Cursor& c, std::string_view expected);

// An integer, a name, or flags joined by `|`.
Arg parse_argument(Cursor& c);

// I, N = clone(CLONE_NEWPID)
Call parse_call(Cursor& c);

}  // namespace nsmc::traces
