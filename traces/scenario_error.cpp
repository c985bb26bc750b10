// How a mistake in a scenario is shown.
// SPDX-License-Identifier: MIT
#include "traces/scenario_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace nsmc::traces {

namespace {

constexpr int kColumnsShown = 100;  // of a source line; hostile lines are a megabyte long
constexpr int kColumnsBefore = 40;  // shown before the mistake if the line has to be cut
constexpr std::size_t kWordMax = 64;

// One string per column, each safe to print.
std::vector<std::string> columns_of(std::string_view line) {
  std::vector<std::string> columns;
  while (!line.empty()) {
    const Character c = first_character(line);
    const std::string_view bytes = line.substr(0, c.bytes);
    if (!c.fault.empty())
      columns.emplace_back("?");
    else
      columns.emplace_back(bytes == "\t" ? " " : bytes);
    line.remove_prefix(c.bytes);
  }
  return columns;
}

std::string printable(std::string_view text) {
  const std::vector<std::string> columns = columns_of(text);
  return std::accumulate(columns.begin(), columns.end(), std::string());
}

std::string place(const std::string& path, Position at) {
  if (at.line == 0) return printable(path) + ":";
  return fmt::format("{}:{}:{}:", printable(path), at.line, at.column);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Levenshtein's distance, but a wrong case costs nothing.
int distance(std::string_view from, std::string_view to) {
  std::vector<int> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    int diagonal = std::exchange(row[0], static_cast<int>(i) + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const int change = diagonal + (lower(from[i]) == lower(to[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The code point that `rest` begins with, or -1 if that is no shortest-form UTF-8.
long decode(std::string_view rest, std::size_t& bytes) {
  const auto lead = static_cast<unsigned char>(rest.front());
  bytes = 1;
  if (lead < 0x80) return lead;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || rest.size() < size) return -1;
  long code = lead & (0x7f >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    if ((byte & 0xc0) != 0x80) return -1;
    code = code << 6 | (byte & 0x3f);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return -1;
  bytes = size;
  return code;
}

}  // namespace

ScenarioError::ScenarioError(Kind kind, std::string path, Position at, int length,
                             std::string message, std::string source_line)
    : std::runtime_error(fmt::format("{} error: {}", place(path, at), message)),
      kind_(kind),
      path_(std::move(path)),
      at_(at),
      length_(std::max(1, length)),
      message_(std::move(message)),
      source_line_(std::move(source_line)) {}

std::string ScenarioError::render(bool colour) const {
  const auto paint = [&](std::string_view code, std::string_view text) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  };
  std::string out =
      fmt::format("{} {} {}\n", paint("1", place(path_, at_)), paint("1;31", "error:"), message_);
  if (at_.line == 0) return out;

  const std::vector<std::string> columns = columns_of(source_line_);
  const int size = static_cast<int>(columns.size());
  const bool cut = size > kColumnsShown;
  const int first = cut ? std::clamp(at_.column - 1 - kColumnsBefore, 0, size - 1) : 0;
  const int last = std::min(size, first + kColumnsShown);
  const std::string before = first > 0 ? "..." : "";
  std::string shown = before;
  for (int i = first; i < last; ++i) shown += columns[static_cast<std::size_t>(i)];
  if (last < size) shown += "...";

  const int indent = static_cast<int>(before.size()) + std::max(0, at_.column - 1 - first);
  const int length = std::clamp(length_, 1, std::max(1, last - at_.column + 1));
  const std::string caret = "^" + std::string(static_cast<std::size_t>(length) - 1, '~');
  const std::string number = fmt::format("{:>5}", at_.line);
  out += shown.empty() ? fmt::format("{} |\n", number) : fmt::format("{} | {}\n", number, shown);
  out += fmt::format("{:{}} | {:{}}{}\n", "", number.size(), "", indent, paint("1;32", caret));
  return out;
}

ScenarioError error_in(std::string_view path, std::string_view text, Position at, int length,
                       std::string message) {
  for (int line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return {ScenarioError::Kind::malformed,
          std::string(path),
          at,
          length,
          std::move(message),
          std::string(text)};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kWordMax) return "";
  // Two letters of three are another word, not a slip: short words have to match better.
  int best = std::min(2, static_cast<int>(word.size()) / 2) + 1;
  std::string_view nearest;
  for (const std::string& candidate : candidates) {
    if (candidate == word || candidate.size() > kWordMax) continue;
    const int d = distance(word, candidate);
    if (d < best) {
      best = d;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : fmt::format("; did you mean `{}`?", nearest);
}

Character first_character(std::string_view rest) {
  Character c;
  const long code = decode(rest, c.bytes);
  const auto byte = static_cast<unsigned char>(rest.front());
  if (code < 0)
    c.fault = fmt::format("the byte 0x{:02x}, which is not UTF-8,", byte);
  else if (code == 0)
    c.fault = "a NUL byte";
  else if ((code < 0x20 && code != '\t') || code == 0x7f)
    c.fault = fmt::format("the control byte 0x{:02x}", byte);
  else if (code == 0xfeff)
    c.fault = "a byte-order mark";
  else if ((code >= 0x80 && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f))
    c.fault = fmt::format("the invisible character U+{:04X}", code);
  return c;
}

}  // namespace nsmc::traces
