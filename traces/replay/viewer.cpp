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

constexpr std::array<const char*, 11> kHelp = {
    "right  l  n  j  Enter  Space   next step",
    "left   h  k  p                 previous step",
    "Shift+right  J                 next step of the same actor",
    "Shift+left   K                 previous step of the same actor",
    "Home  g        End  G          first step, last step",
    "42 g   42 Enter                go to step 42",
    "v                              the violation: the last step",
    "d                              all fields, or only those that changed",
    "up  down  PgUp  PgDn           scroll the fields",
    "?                              this page, or back to the trace",
    "q  Ctrl-C                      quit"};

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

// How many lines fit is known to render() only; the number of fields is bound enough.
ViewerState scrolled(const Trace& trace, ViewerState state, std::size_t by, bool down) {
  const std::size_t fields = field_lines(trace, state.step, shows_all(state)).size();
  state.scroll =
      down ? std::min(state.scroll + by, fields) : state.scroll - std::min(state.scroll, by);
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
  if (key == Key{'g'} || key == Key{'G'} || key == Key::enter) {
    state = go_to(trace, state, state.number);
    return true;
  }
  return key == Key::escape;
}

std::string step_line(const Trace& trace, std::size_t k, std::size_t actor_width) {
  const TraceStep& step = trace.steps[k];
  std::string number = std::to_string(k);
  const std::size_t digits = std::max<std::size_t>(3, std::to_string(trace.steps.size()).size());
  number.insert(0, digits - number.size(), ' ');
  return number + "  " + padded(shortened(printable(step.actor), actor_width), actor_width) + "  " +
         printable(step.action);
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

void add_fields(std::vector<std::string>& lines, const Trace& trace, const ViewerState& state,
                std::size_t width, std::size_t room, bool colour) {
  std::vector<std::string> text =
      field_text(field_lines(trace, state.step, shows_all(state)), width - 2, colour);
  if (text.empty()) text.emplace_back("(no field changes)");
  if (state.step + 1 == trace.steps.size() && !reason(trace).empty()) {
    text.emplace_back();
    for (std::string& line : wrapped(reason(trace), width - 2)) text.push_back(std::move(line));
  }
  const std::size_t hidden = text.size() > room ? text.size() - room : 0;
  const std::size_t first = std::min(state.scroll, hidden);
  for (std::size_t i = first; i < std::min(first + room, text.size()); ++i)
    lines.push_back("  " + text[i]);
  if (first + room < text.size() && !lines.empty())
    lines.back() = shortened(
        "  (" + std::to_string(text.size() - first - room + 1) + " more lines: down)", width);
}

std::string status(const Trace& trace, const ViewerState& state) {
  if (!state.notice.empty()) return state.notice;
  if (state.typing) return "go to step " + std::to_string(state.number) + "  (g or Enter)";
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

std::string render(const Trace& trace, const ViewerState& state, std::size_t width,
                   std::size_t height, bool colour) {
  width = std::max<std::size_t>(width, 20);
  height = std::max<std::size_t>(height, 6);
  std::vector<std::string> lines = {painted(colour, "1", shortened(title(trace), width)), ""};
  if (state.help) {
    for (const char* line : kHelp) lines.push_back(shortened(line, width));
  } else {
    add_steps(lines, trace, state, width, std::min(kStepsShown, (height - 3) / 2), colour);
    lines.emplace_back();
    add_fields(lines, trace, state, width, height - 1 - lines.size(), colour);
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
