// Step through a trace on a terminal, forwards and backwards.
// SPDX-License-Identifier: MIT
#include "traces/replay/viewer.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace nsmc::traces {
namespace {

constexpr std::size_t kStepsShown = 9;  // of the list of steps
constexpr std::size_t kLinesPerPage = 10;

constexpr std::array<const char*, 19> kHelp = {
    "right  l  n  j  Enter  Space   next step",
    "left   h  k  p                 previous step",
    "Shift+right  J                 next step of the same actor",
    "Shift+left   K                 previous step of the same actor",
    "Home  g        End  G          first step, last step",
    "42 g   42 Enter                go to step 42",
    "v                              the violation: the last step",
    "b                              where the loop begins, of a run that never ends",
    "/text Enter    /  Enter        next step with this text, with the last one",
    "f t c m i                      fields, tree, counts, map of numbers, life-lines",
    "Tab                            the next of these panes",
    "d                              all fields, or only those that changed",
    "up  down  PgUp  PgDn           scroll the pane",
    "o                              other moves from here",
    "3 Enter                        of these moves, take number 3: leaves the trace",
    "u                              undo that move, back to the trace in the end",
    "?                              this page, or back to the trace",
    "q  Ctrl-C                      quit",
    "life: R runs X exits Z zombie D dead . none < moves"};

struct Sequence {
  std::string_view bytes;  // behind ESC
  Key key;
};
// xterm in both cursor modes, and the Linux console.
constexpr std::array<Sequence, 20> kSequences = {{
    {"[A", Key::up},
    {"[B", Key::down},
    {"[C", Key::right},
    {"[D", Key::left},
    {"OA", Key::up},
    {"OB", Key::down},
    {"OC", Key::right},
    {"OD", Key::left},
    {"[H", Key::home},
    {"[F", Key::end},
    {"OH", Key::home},
    {"OF", Key::end},
    {"[1~", Key::home},
    {"[4~", Key::end},
    {"[7~", Key::home},
    {"[8~", Key::end},
    {"[5~", Key::page_up},
    {"[6~", Key::page_down},
    {"[1;2D", Key::shift_left},
    {"[1;2C", Key::shift_right},
}};

ViewerState go_to(const Trace& trace, ViewerState state, std::size_t step) {
  const std::size_t last = trace.steps.size() - 1;
  if (step > last) state.notice = "the last step is " + std::to_string(last);
  state.step = std::min(step, last);
  state.scroll = 0;
  return state;
}

ViewerState go_by(const Trace& trace, const ViewerState& state, bool forward) {
  if (!forward && state.step == 0) {
    ViewerState same = state;
    same.notice = "this is the initial state";
    return same;
  }
  return go_to(trace, state, forward ? state.step + 1 : state.step - 1);
}

ViewerState go_by_actor(const Trace& trace, ViewerState state, bool forward) {
  const std::string& actor = trace.steps[state.step].actor;
  for (std::size_t k = state.step; forward ? k + 1 < trace.steps.size() : k > 0;) {
    forward ? ++k : --k;
    if (trace.steps[k].actor == actor) return go_to(trace, state, k);
  }
  const std::string who = actor.empty() ? "nobody" : printable(actor);
  state.notice = "no " + std::string(forward ? "later" : "earlier") + " step of " + who;
  return state;
}

bool shows_all(const ViewerState& state) { return state.all_fields || state.step == 0; }

// How many lines fit is known to render() only; of the fields their number is bound enough, and
// the other panes are seldom longer than a screen.
ViewerState scrolled(const Trace& trace, ViewerState state, std::size_t by, bool down) {
  constexpr std::size_t kLinesMax = 200;
  const std::size_t lines = state.is_choosing ? state.moves.size()
                            : state.pane == Pane::fields
                                ? field_lines(trace, state.step, shows_all(state)).size()
                                : kLinesMax;
  state.scroll =
      down ? std::min(state.scroll + by, lines) : state.scroll - std::min(state.scroll, by);
  return state;
}

// Digits, and what ends them; true if the key was one of these.
bool on_number_key(const Trace& trace, ViewerState& state, Key key) {
  const int code = static_cast<int>(key);
  if (code >= '0' && code <= '9') {
    const auto digit = static_cast<std::size_t>(code - '0');
    state.number = std::min<std::size_t>((state.typing ? state.number : 0) * 10 + digit, 99999999);
    state.typing = true;
    return true;
  }
  if (!state.typing) return false;
  if (key == Key::backspace) {
    state.number /= 10;
    return true;
  }
  state.typing = false;
  if (state.is_choosing && key == Key::enter) {
    state.wish = Wish::take;
    return true;
  }
  if (key == Key{'g'} || key == Key{'G'} || key == Key::enter) {
    state = go_to(trace, state, state.number);
    return true;
  }
  return key == Key::escape;
}

// The next step behind this one whose line or changes have the text; around the end once.
ViewerState go_to_text(const Trace& trace, ViewerState state) {
  const std::size_t count = trace.steps.size();
  for (std::size_t by = 1; by <= count && !state.sought.empty(); ++by) {
    const std::size_t k = (state.step + by) % count;
    const TraceStep& step = trace.steps[k];
    std::string text = printable(step.actor) + "  " + printable(step.action);
    if (k > 0)
      for (const FieldLine& line : field_lines(trace, k, false))
        text += "\n" + line.name + " " + line.was + " -> " + line.is;
    if (text.find(state.sought) == std::string::npos) continue;
    const bool is_around = k <= state.step;
    state = go_to(trace, std::move(state), k);
    if (is_around) state.notice = "found from the start again";
    return state;
  }
  state.notice = state.sought.empty() ? "nothing to search" : "no step has " + state.sought;
  return state;
}

// What is typed behind a slash; nothing of it acts as a key.
ViewerState on_search_key(const Trace& trace, ViewerState state, Key key) {
  const int code = static_cast<int>(key);
  if (key == Key::enter) {
    state.is_searching = false;
    if (!state.typed.empty()) state.sought = state.typed;
    return go_to_text(trace, std::move(state));
  }
  if (key == Key::escape)
    state.is_searching = false;
  else if (key == Key::backspace && !state.typed.empty())
    state.typed.pop_back();
  else if (code >= ' ' && code < 127)
    state.typed += static_cast<char>(code);
  return state;
}

// Another pane, or a word to whoever knows the system; true if the key was one of these.
bool on_pane_key(ViewerState& state, Key key) {
  const auto pane = [&](Pane wanted) {
    state.pane = wanted;
    state.is_choosing = false;
    state.scroll = 0;
    return true;
  };
  switch (static_cast<int>(key)) {
    case 'f':
      return pane(Pane::fields);
    case 't':
      return pane(Pane::tree);
    case 'c':
      return pane(Pane::holders);
    case 'm':
      return pane(Pane::pids);
    case 'i':
      return pane(Pane::lives);
    case '\t':
      return pane(
          static_cast<Pane>((static_cast<std::size_t>(state.pane) + 1) % kPaneNames.size()));
    case 'o':
      state.wish = Wish::moves;
      return true;
    case 'u':
      state.is_choosing = false;
      state.wish = Wish::undo;
      return true;
    case '/':
      state.is_searching = true;
      state.typed.clear();
      return true;
    default:
      return false;
  }
}

std::string step_line(const Trace& trace, std::size_t k, std::size_t actor_width) {
  const TraceStep& step = trace.steps[k];
  std::string number = std::to_string(k);
  const std::size_t digits = std::max<std::size_t>(3, std::to_string(trace.steps.size()).size());
  number.insert(0, digits - number.size(), ' ');
  const bool begins = trace.loop == k && k + 1 < trace.steps.size();
  return number + "  " + padded(shortened(printable(step.actor), actor_width), actor_width) + "  " +
         printable(step.action) + (begins ? "  (here the loop begins)" : "");
}

void add_steps(std::vector<std::string>& lines, const Trace& trace, const ViewerState& state,
               std::size_t width, std::size_t count, bool colour) {
  std::size_t actor_width = 0;
  for (const TraceStep& step : trace.steps)
    actor_width = std::max(actor_width, columns(printable(step.actor)));
  actor_width = std::min(actor_width, width / 5);
  count = std::min(count, trace.steps.size());
  std::size_t first = state.step > count / 2 ? state.step - count / 2 : 0;
  first = std::min(first, trace.steps.size() - count);
  for (std::size_t k = first; k < first + count; ++k) {
    const bool here = k == state.step;
    const std::string line = (here ? "> " : "  ") + step_line(trace, k, actor_width);
    lines.push_back(painted(colour && here, "7", shortened(line, width)));
  }
}

// The pane that is looked at, or the moves to choose from.
std::vector<std::string> pane_lines(const Report& report, const ViewerState& state,
                                    std::size_t width, std::size_t room, bool colour) {
  const Trace& trace = report.trace;
  if (state.is_choosing) return moves_text(trace, state.step, state.moves, width);
  if (state.pane != Pane::fields)
    return pane_text(report, state.step, state.pane, width, colour, room);
  std::vector<std::string> text =
      field_text(field_lines(trace, state.step, shows_all(state)), width, colour);
  if (text.empty()) text.emplace_back("(no field changes)");
  if (state.step + 1 == trace.steps.size() && !reason(trace).empty()) {
    text.emplace_back();
    for (std::string& line : wrapped(reason(trace), width)) text.push_back(std::move(line));
  }
  return text;
}

void add_pane(std::vector<std::string>& lines, const Report& report, const ViewerState& state,
              std::size_t width, std::size_t room, bool colour) {
  const std::vector<std::string> text = pane_lines(report, state, width - 2, room, colour);
  const std::size_t hidden = text.size() > room ? text.size() - room : 0;
  const std::size_t first = std::min(state.scroll, hidden);
  for (std::size_t i = first; i < std::min(first + room, text.size()); ++i)
    lines.push_back("  " + text[i]);
  if (first + room < text.size() && !lines.empty())
    lines.back() = shortened(
        "  (" + std::to_string(text.size() - first - room + 1) + " more lines: down)", width);
}

std::string status(const Trace& trace, const ViewerState& state) {
  if (state.is_searching) return "/" + state.typed;
  if (!state.notice.empty()) return state.notice;
  if (state.typing)
    return state.is_choosing ? "take move " + std::to_string(state.number) + "  (Enter)"
                             : "go to step " + std::to_string(state.number) + "  (g or Enter)";
  if (state.is_choosing) return "a number and Enter takes a move; Esc: none of them";
  return "step " + std::to_string(state.step) + " of " + std::to_string(trace.steps.size() - 1) +
         "   left/right step  v violation  d fields  ? keys  q quit";
}

}  // namespace

Key take_key(std::string_view& bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  bytes.remove_prefix(1);
  if (first == '\n') return Key::enter;
  if (first == '\b') return Key::backspace;
  if (first != static_cast<unsigned char>(Key::escape)) return Key{first};
  if (bytes.empty() || (bytes[0] != '[' && bytes[0] != 'O')) return Key::escape;
  for (const Sequence& sequence : kSequences) {
    if (!bytes.starts_with(sequence.bytes)) continue;
    bytes.remove_prefix(sequence.bytes.size());
    return sequence.key;
  }
  // Swallow what is not known (ECMA-48: up to a byte from @ to ~), lest its letters act as keys.
  bytes.remove_prefix(1);
  while (!bytes.empty()) {
    const char byte = bytes[0];
    bytes.remove_prefix(1);
    if (byte >= '@' && byte <= '~') break;
  }
  return Key::unknown;
}

ViewerState on_key(const Trace& trace, ViewerState state, Key key) {
  state.notice.clear();
  if (state.is_searching && key != Key::interrupt) return on_search_key(trace, state, key);
  if (key == Key{'q'} || key == Key::interrupt) {
    state.quit = true;
    return state;
  }
  if (key == Key{'?'} || (state.help && key == Key::escape)) {
    state.help = !state.help;
    return state;
  }
  state.help = false;
  if (on_number_key(trace, state, key)) return state;
  if (on_pane_key(state, key)) return state;
  const bool scrolls =
      key == Key::up || key == Key::down || key == Key::page_up || key == Key::page_down;
  // The moves are those of this step: whoever goes elsewhere does not choose any more.
  if (state.is_choosing && !scrolls) {
    state.is_choosing = false;
    if (key == Key::escape) return state;
  }
  const std::size_t last = trace.steps.size() - 1;
  switch (static_cast<int>(key)) {
    case static_cast<int>(Key::right):
    case static_cast<int>(Key::enter):
    case ' ':
    case 'l':
    case 'n':
    case 'j':
      return go_by(trace, state, true);
    case static_cast<int>(Key::left):
    case 'h':
    case 'p':
    case 'k':
      return go_by(trace, state, false);
    case static_cast<int>(Key::shift_right):
    case 'J':
      return go_by_actor(trace, state, true);
    case static_cast<int>(Key::shift_left):
    case 'K':
      return go_by_actor(trace, state, false);
    case static_cast<int>(Key::home):
    case 'g':
      return go_to(trace, state, 0);
    case static_cast<int>(Key::end):
    case 'G':
    case 'v':
      return go_to(trace, state, last);
    case 'b':
      if (trace.loop) return go_to(trace, state, *trace.loop);
      state.notice = "this run has no loop";
      break;
    case 'd':
      state.all_fields = !state.all_fields;
      state.scroll = 0;
      break;
    case static_cast<int>(Key::down):
      return scrolled(trace, state, 1, true);
    case static_cast<int>(Key::up):
      return scrolled(trace, state, 1, false);
    case static_cast<int>(Key::page_down):
      return scrolled(trace, state, kLinesPerPage, true);
    case static_cast<int>(Key::page_up):
      return scrolled(trace, state, kLinesPerPage, false);
    default:
      break;
  }
  return state;
}

std::string render(const Report& report, const ViewerState& state, std::size_t width,
                   std::size_t height, bool colour) {
  const Trace& trace = report.trace;
  width = std::max<std::size_t>(width, 20);
  height = std::max<std::size_t>(height, 6);
  std::vector<std::string> lines = {painted(colour, "1", shortened(title(trace), width)),
                                    shortened(truth_text(report, state.step), width)};
  if (state.help) {
    for (const char* line : kHelp) lines.push_back(shortened(line, width));
  } else {
    add_steps(lines, trace, state, width, std::min(kStepsShown, (height - 3) / 2), colour);
    lines.emplace_back();
    add_pane(lines, report, state, width, height - 1 - lines.size(), colour);
  }
  lines.resize(height - 1);
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out + painted(colour, "2", shortened(status(trace, state), width));
}

std::string replay_straight(const Trace& trace, const TextOptions& options) {
  return to_text(trace, options);
}

}  // namespace nsmc::traces
