// A trace as a person reads it: who did what, and which fields changed.
// SPDX-License-Identifier: MIT
#include "traces/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace nsmc::traces {
namespace {

constexpr const char* kBold = "1";
constexpr const char* kDim = "2";
constexpr const char* kRed = "31";
constexpr const char* kYellow = "33";

// Narrower than this, a column of values cannot be read, and gets lines of its own.
constexpr std::size_t kReadable = 16;

std::string_view of_meta(const Trace& trace, const char* key) {
  const auto found = trace.meta.find(key);
  return found == trace.meta.end() ? std::string_view{} : found->second;
}

std::string_view verdict(const Trace& trace) {
  const std::string_view given = of_meta(trace, "verdict");
  return given.empty() ? "violated" : given;
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Length of the well-formed UTF-8 sequence (RFC 3629) at the start of `text`, or 0.
std::size_t sequence_length(std::string_view text, std::uint32_t& code_point) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80U) return code_point = lead, 1;
  const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U || text.size() < length) return 0;
  code_point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[i])) return 0;
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < kSmallest[length] || code_point > 0x10FFFFU) return 0;
  if (code_point >= 0xD800U && code_point <= 0xDFFFU) return 0;
  return length;
}

// Controls, and the invisible characters that make a text read other than it is.
bool deceives(std::uint32_t c) {
  return c < 0x20U || (c >= 0x7FU && c < 0xA0U) || c == 0xADU || c == 0x61CU ||
         (c >= 0x200BU && c <= 0x200FU) || (c >= 0x2028U && c <= 0x202EU) ||
         (c >= 0x2060U && c <= 0x206FU) || c == 0xFEFFU || (c >= 0xE0000U && c <= 0xE0FFFU);
}

// Offset behind the first `count` code points.
std::size_t offset_of_column(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && continues(text[at])) ++at;
    --count;
  }
  return at;
}

// What the fields of a zeroed kernel object read as.
bool reads_as_nothing(const std::string& value) {
  return value.empty() || value == "0" || value == "false" || value == "-" || value == "none" ||
         value == "NULL" || value == "{}" || value == "uninitialised";
}

// See trace.hpp: a slash in its name makes a field a detail.
bool is_detail(const std::string& name) { return name.find('/') != std::string::npos; }

void append_lines(std::string& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out += line + "\n";
}

std::string header(const Trace& trace, const TextOptions& options, std::size_t width) {
  std::vector<std::string> lines = wrapped(title(trace), width);
  const std::string id = printable(of_meta(trace, "property"));
  const std::string says_so = printable(verdict(trace));
  if (!lines.empty() && !id.empty() && lines[0].starts_with(id + " " + says_so)) {
    lines[0] = painted(options.colour, kBold, id) + " " + painted(options.colour, kRed, says_so) +
               lines[0].substr(id.size() + 1 + says_so.size());
  }
  std::string about;
  const std::string_view kernel = of_meta(trace, "kernel");
  const std::string_view config = of_meta(trace, "config");
  if (!kernel.empty()) about += "kernel " + printable(kernel) + " · ";
  if (!config.empty()) about += printable(config) + " · ";
  about += length_text(trace);
  std::string out;
  append_lines(out, lines);
  append_lines(out, wrapped(about, width));
  return out;
}

// The columns of the step table; `fields` is where the changes start.
struct Layout {
  std::size_t number = 3, actor = 0, action = 0, fields = 0;
  std::size_t width;
};

Layout layout_of(const Trace& trace, std::size_t width) {
  Layout layout{.width = width};
  layout.number = std::max<std::size_t>(3, std::to_string(trace.steps.size()).size());
  for (const TraceStep& step : trace.steps) {
    layout.actor = std::max(layout.actor, columns(printable(step.actor)));
    layout.action = std::max(layout.action, columns(printable(step.action)));
  }
  layout.actor = std::min(layout.actor, width / 5);
  const std::size_t before = layout.number + layout.actor + 4;
  // One long name must not push the changes of all steps to the right margin.
  const std::size_t half = width > before + 2 * kReadable ? (width - before) / 2 : kReadable;
  layout.action = std::min(layout.action, half);
  layout.fields = before + layout.action + 2;
  if (layout.fields + kReadable > width) layout.fields = layout.number + 4;
  return layout;
}

void append_step(std::string& out, const Trace& trace, std::size_t k, const Layout& layout,
                 const TextOptions& options) {
  const TraceStep& step = trace.steps[k];
  const std::size_t room =
      std::max(kReadable, layout.width > layout.fields ? layout.width - layout.fields : 0);
  std::vector<std::string> fields;
  if (!options.moves_only) {
    fields = field_text(field_lines(trace, k, options.all_fields), room, options.colour);
    if (fields.empty()) fields.emplace_back("(no field changes)");
  }

  std::string number = std::to_string(k);
  number.insert(0, layout.number - number.size(), ' ');
  const std::string actor = padded(shortened(printable(step.actor), layout.actor), layout.actor);
  const std::size_t before = layout.number + layout.actor + 4;
  std::vector<std::string> action =
      wrapped(printable(step.action), layout.width > before ? layout.width - before : kReadable);
  if (action.empty()) action.emplace_back();
  out += painted(options.colour, kDim, number) + "  " + painted(options.colour, kBold, actor) +
         "  " + action[0];
  for (std::size_t i = 1; i < action.size(); ++i)
    out += "\n" + std::string(before, ' ') + action[i];
  std::size_t next = 0;
  const std::size_t left = before + columns(action.back());
  if (left + 2 <= layout.fields && !fields.empty())
    out += std::string(layout.fields - left, ' ') + fields[next++];
  out += "\n";
  for (; next < fields.size(); ++next) out += std::string(layout.fields, ' ') + fields[next] + "\n";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::uint32_t code_point = 0;
    const std::size_t length = sequence_length(text, code_point);
    if (length == 0 || (length == 1 && deceives(code_point))) {
      const auto byte = static_cast<unsigned char>(text[0]);
      if (byte == '\n' || byte == '\t')
        out += byte == '\n' ? "\\n" : "\\t";
      else
        out += fmt::format("\\x{:02x}", byte);
    } else if (deceives(code_point)) {
      out += fmt::format("\\u{{{:x}}}", code_point);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t have = columns(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width <= 3) return std::string(text.substr(0, offset_of_column(text, width)));
  return std::string(text.substr(0, offset_of_column(text, width - 3))) + "...";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::string_view paragraph = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), paragraph.size() + 1));
    do {
      std::size_t cut = offset_of_column(paragraph, width);
      std::size_t resume = cut;
      if (cut < paragraph.size()) {
        const std::size_t blank = paragraph.rfind(' ', cut);
        if (blank != std::string_view::npos && blank > 0) cut = blank, resume = blank + 1;
      }
      lines.emplace_back(paragraph.substr(0, cut));
      paragraph.remove_prefix(resume);
    } while (!paragraph.empty());
  }
  return lines;
}

std::string thousands(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string painted(bool colour, const char* sgr, std::string text) {
  if (!colour || text.empty()) return text;
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr, text);
}

std::vector<FieldLine> field_lines(const Trace& trace, std::size_t k, bool all) {
  const std::vector<lang::Field>& now = trace.steps[k].fields;
  const std::vector<lang::Field>& then = trace.steps[k == 0 ? 0 : k - 1].fields;
  std::vector<FieldLine> lines;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool known = i < then.size() && then[i].name == now[i].name;
    const bool changed = !known || then[i].value != now[i].value;
    if (!changed && (!all || reads_as_nothing(now[i].value))) continue;
    if (!all && is_detail(now[i].name)) continue;
    const bool was_nothing = !known || reads_as_nothing(then[i].value);
    if (!all && was_nothing && reads_as_nothing(now[i].value)) continue;
    lines.push_back({.name = printable(now[i].name),
                     .was = changed && known ? printable(then[i].value) : "",
                     .is = printable(now[i].value),
                     .changed = changed});
  }
  return lines;
}

std::vector<std::string> field_text(const std::vector<FieldLine>& lines, std::size_t width,
                                    bool colour) {
  std::size_t name_width = 0;
  for (const FieldLine& line : lines) name_width = std::max(name_width, columns(line.name));
  const bool side_by_side = name_width + 2 + kReadable / 2 <= width;
  const std::size_t indent = side_by_side ? name_width + 2 : 2;
  std::vector<std::string> out;
  for (const FieldLine& line : lines) {
    const std::string value = line.changed ? line.was + " -> " + line.is : line.is;
    std::vector<std::string> pieces = wrapped(value, width > indent ? width - indent : 1);
    for (std::string& piece : pieces) piece = painted(colour && line.changed, kYellow, piece);
    if (!side_by_side) pieces.insert(pieces.begin(), std::string{});
    if (pieces.empty()) pieces.emplace_back();
    if (side_by_side)
      out.push_back(padded(line.name, indent) + pieces[0]);
    else
      out.push_back(shortened(line.name, width));
    for (std::size_t i = 1; i < pieces.size(); ++i)
      out.push_back(std::string(indent, ' ') + pieces[i]);
  }
  return out;
}

std::string length_text(const Trace& trace) {
  const std::size_t moves = trace.steps.empty() ? 0 : trace.steps.size() - 1;
  std::string text = thousands(moves) + (moves == 1 ? " step" : " steps");
  if (of_meta(trace, "shortest") == "true") text += ", shortest";
  const std::string switches = printable(of_meta(trace, "switches"));
  return text + (switches.empty() ? "" : "; fewest context switches: " + switches);
}

std::string title(const Trace& trace) {
  const std::string id = printable(of_meta(trace, "property"));
  std::string says = printable(of_meta(trace, "says"));
  if (id.empty()) return says;
  return id + " " + printable(verdict(trace)) + (says.empty() ? "" : ": " + says);
}

std::string reason(const Trace& trace) {
  std::string_view because = of_meta(trace, "because");
  if (because.empty()) return {};
  std::string out = verdict(trace) == "violated" ? "Why it is false: " : "Why: ";
  for (std::size_t end = because.find('\n'); end != std::string_view::npos;
       end = because.find('\n')) {
    out += printable(because.substr(0, end)) + "\n";
    because.remove_prefix(end + 1);
  }
  return out + printable(because);
}

std::string to_text(const Trace& trace, const TextOptions& options) {
  const std::size_t width = static_cast<std::size_t>(std::max(options.width, 20));
  std::string out = header(trace, options, width) + "\n";
  const Layout layout = layout_of(trace, width);
  const bool goes_round = trace.loop && *trace.loop + 1 < trace.steps.size();
  for (std::size_t k = 0; k < trace.steps.size(); ++k) {
    if (k > 0 || options.all_fields) append_step(out, trace, k, layout, options);
    if (goes_round && k == *trace.loop) out += "===  from here on for ever\n";
  }
  if (goes_round) out += fmt::format("===  back at step {}\n", *trace.loop);
  const std::string because = reason(trace);
  const std::string_view replay = of_meta(trace, "replay");
  if (!because.empty() || !replay.empty()) out += "\n";
  append_lines(out, wrapped(because, width));
  if (!replay.empty()) out += "replay:  " + printable(replay) + "\n";
  return out;
}

}  // namespace nsmc::traces
