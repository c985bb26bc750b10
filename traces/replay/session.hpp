// A person at the viewer: keys in, screens out, and the runs that were left on the way.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "traces/replay/onward.hpp"
#include "traces/replay/viewer.hpp"

namespace nsmc::traces {

class Session {
 public:
  explicit Session(Report report, Onward onward = {});

  void press(Key key);
  std::string screen(std::size_t width, std::size_t height, bool colour) const;
  const ViewerState& state() const { return state_; }
  const Report& report() const { return runs_.back().report; }

 private:
  struct Run {
    Report report;
    std::size_t left_at;  // step of the run before it; 0 for the first
  };
  void list_moves();
  void take_move();
  void undo();

  Onward onward_;
  std::vector<Run> runs_;  // the first is the one that was given
  ViewerState state_;
};

}  // namespace nsmc::traces
