// What is wrong with a scenario, where it stands, and the way out.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nsmc::traces {

// Both count from 1; a column is one character (a tab is one, so is U+00E9).  {0, 0}: the file.
struct Position {
  int line = 0;
  int column = 0;
};

class ScenarioError : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    unreadable,  // there is no text: no such file, a directory, no permission (exit code 66)
    malformed    // there is a text, but it is no scenario of this kernel (exit code 65)
  };

  // `source_line` is the line that `at` names; `length` is how many columns of it are meant.
  ScenarioError(Kind kind, std::string path, Position at, int length, std::string message,
                std::string source_line);

  Kind kind() const { return kind_; }
  const std::string& path() const { return path_; }
  Position at() const { return at_; }
  int length() const { return length_; }
  const std::string& message() const { return message_; }

  // The message, the line and a caret below it, ready for a terminal: whatever the file holds,
  // the only escape sequences printed are our own.  what() is the first line of it.
  std::string render(bool colour) const;

 private:
  Kind kind_;
  std::string path_;
  Position at_;
  int length_;
  std::string message_;
  std::string source_line_;
};

// A `malformed` error about `length` columns of `text` from `at` on.
ScenarioError error_in(std::string_view path, std::string_view text, Position at, int length,
                       std::string message);

// "; did you mean `fork`?", or "" if no candidate is near enough.  To be appended to a message.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// The first character of `rest` (not empty): its size, and what forbids it in a scenario.
// Allowed are tabs and printable UTF-8; characters that reorder or hide text are not.
struct Character {
  std::size_t bytes = 1;
  std::string fault;  // "the control byte 0x1b"; empty if it is allowed
};
Character first_character(std::string_view rest);

}  // namespace nsmc::traces
