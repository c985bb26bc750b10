// A person at the viewer: keys in, screens out, and the runs that were left on the way.
// SPDX-License-Identifier: MIT
#include "traces/replay/session.hpp"

#include <utility>

#include "traces/text.hpp"

namespace nsmc::traces {

std::vector<std::string> moves_text(const Trace& trace, std::size_t k,
                                    const std::vector<OtherMove>& moves, std::size_t width) {
  const std::string next = k + 1 < trace.steps.size() ? trace.steps[k + 1].code : std::string{};
  const std::size_t digits = std::to_string(moves.size()).size();
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    std::string number = std::to_string(i + 1);
    number.insert(0, digits - number.size(), ' ');
    const std::string changes = moves[i].changes.empty() ? "(no field changes)" : moves[i].changes;
    lines.push_back(shortened(number + (moves[i].code == next ? "*  " : "   ") +
                                  printable(moves[i].actor) + "  " + printable(moves[i].action) +
                                  "  " + printable(changes),
                              width));
  }
  if (lines.empty()) lines.push_back(shortened("nobody can move any more", width));
  return lines;
}

Session::Session(Report report, Onward onward) : onward_(std::move(onward)) {
  runs_.push_back({std::move(report), 0});
}

void Session::press(Key key) {
  state_ = on_key(report().trace, state_, key);
  switch (std::exchange(state_.wish, Wish::nothing)) {
    case Wish::moves:
      return list_moves();
    case Wish::take:
      return take_move();
    case Wish::undo:
      return undo();
    case Wish::nothing:
      return;
  }
}

std::string Session::screen(std::size_t width, std::size_t height, bool colour) const {
  return render(report(), state_, width, height, colour);
}

void Session::list_moves() {
  if (!onward_.moves) {
    state_.notice = "there is no model here that knows other moves";
    return;
  }
  state_.moves = onward_.moves(report().trace, state_.step);
  state_.is_choosing = true;
  state_.scroll = 0;
}

void Session::take_move() {
  const std::size_t choice = state_.number;
  if (choice < 1 || choice > state_.moves.size()) {
    state_.notice = "there is no move " + std::to_string(choice);
    return;
  }
  const std::size_t left_at = state_.step;
  Report taken = onward_.take(report().trace, left_at, state_.moves[choice - 1]);
  runs_.push_back({std::move(taken), left_at});
  state_.is_choosing = false;
  state_.moves.clear();
  state_.step = left_at + 1;
  state_.scroll = 0;
  state_.notice = "left the trace at step " + std::to_string(left_at) + "  (u: back to it)";
}

void Session::undo() {
  if (runs_.size() == 1) {
    state_.notice = "this is the trace itself";
    return;
  }
  state_.step = runs_.back().left_at;
  runs_.pop_back();
  state_.scroll = 0;
  state_.notice = runs_.size() == 1 ? "back on the trace" : "the last move is undone";
}

}  // namespace nsmc::traces
