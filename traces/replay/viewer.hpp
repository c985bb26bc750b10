// Step through a trace on a terminal, forwards and backwards.
// SPDX-License-Identifier: MIT
//
// Three pure functions: bytes to key, key to state, state to screen.  terminal.cpp carries the
// bytes between them and does nothing else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "traces/replay/onward.hpp"
#include "traces/replay/panes.hpp"
#include "traces/text.hpp"
#include "traces/trace.hpp"

namespace nsmc::traces {

// A character stands for itself: Key{'l'}.
enum class Key : int {
  interrupt = 3,
  enter = '\r',
  escape = 27,
  backspace = 127,
  left = 256,
  right,
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  shift_left,
  shift_right,
  unknown
};

// Takes one key off the front of `bytes`, which must not be empty.
Key take_key(std::string_view& bytes);

// What a key asks for that the trace alone cannot give; see Session.
enum class Wish : std::uint8_t { nothing, moves, take, undo };

struct ViewerState {
  std::size_t step = 0;
  std::size_t scroll = 0;  // lines of fields above the window
  std::size_t number = 0;  // digits typed so far, for "go to step"
  bool typing = false;
  bool all_fields = false;
  bool help = false;
  bool quit = false;
  Pane pane = Pane::fields;
  bool is_searching = false;  // typing the text to search
  std::string typed, sought;  // the latter as it was last searched
  bool is_choosing = false;   // one of `moves`, by its number
  std::vector<OtherMove> moves;
  Wish wish = Wish::nothing;
  std::string notice;  // why a key did nothing; until the next key
};

// REQUIRES: the trace has steps, here and below.
ViewerState on_key(const Trace& trace, ViewerState state, Key key);

// At most `height` lines of at most `width` columns, each ended by \n but the last.
std::string render(const Report& report, const ViewerState& state, std::size_t width,
                   std::size_t height, bool colour);

// All steps under one another, for pipes and files.
std::string replay_straight(const Trace& trace, const TextOptions& options);

}  // namespace nsmc::traces
