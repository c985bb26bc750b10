// The viewer on a real terminal: raw keys in, screens out, and everything put back.
// SPDX-License-Identifier: MIT
#pragma once

#include "traces/replay/onward.hpp"

namespace nsmc::traces {

// Whether standard input and output are terminals, so that the following makes sense.
bool on_terminal();

// The exit code: 0, or 128 + n if Ctrl-C or signal n ended it.  The terminal's mode is as before
// on every way out.  Colour unless NO_COLOR is set (no-color.org) or TERM is "dumb".
int replay_on_terminal(Report report, Onward onward = {});

}  // namespace nsmc::traces
