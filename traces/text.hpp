// A trace as a person reads it: who did what, and which fields changed.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/trace.hpp"

namespace nsmc::traces {

struct TextOptions {
  bool colour = false;
  int width = 100;
  bool all_fields = false;  // also those that stay as they are, unless they read as "nothing"
  bool moves_only = false;  // no fields: one line for each move
};

// The whole trace.  Taken from `meta`, each if present: property, says, verdict ("violated" if
// absent), kernel, config (printed as it is), shortest ("true"), switches, because,
// replay.
std::string to_text(const Trace& trace, const TextOptions& options = {});

// What may be written to a terminal: control bytes, bytes that are not UTF-8 and characters that
// hide or reorder others become \x1b or \u{202e}.  Anything read from a file passes through here
// before a person sees it (terminal escape injection).
std::string printable(std::string_view text);

// The rest is shared with the viewer.  Columns are counted in code points: model text is ASCII
// but for a dot here and there, so wide and combining characters are not measured.
std::size_t columns(std::string_view text);
std::string padded(std::string text, std::size_t width);
std::string shortened(std::string_view text, std::size_t width);  // ends in ... if it was longer
// Lines of at most `width` columns, broken at blanks, else anywhere; \n starts a new line.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);
std::string thousands(std::uint64_t n);  // 1,234,567
std::string painted(bool colour, const char* sgr, std::string text);

// One line of a step: `was` is set if the field changed.  All texts are printable.
struct FieldLine {
  std::string name;
  std::string was;
  std::string is;
  bool changed = false;
};
// The fields of step `k` that changed, or with `all` those too that are not "nothing".  For the
// initial state, which follows upon none, all fields count as unchanged.
std::vector<FieldLine> field_lines(const Trace& trace, std::size_t k, bool all);
// The same as text, values under one another.
std::vector<std::string> field_text(const std::vector<FieldLine>& lines, std::size_t width,
                                    bool colour);

// "7 steps, shortest; fewest context switches: 2", as far as `meta` says so.
std::string length_text(const Trace& trace);
// "I20 violated: Every attached task has a parent", "Why it is false: ...": empty if unknown.
std::string title(const Trace& trace);
std::string reason(const Trace& trace);

}  // namespace nsmc::traces
