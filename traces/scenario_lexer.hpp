// From the text of a scenario to tokens, and a cursor to read them by.
// SPDX-License-Identifier: MIT
//
// The language has no line-end token.  A token in column 1 begins a statement, and indented lines
// belong to the statement above them; that is all the layout there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "traces/scenario_error.hpp"

namespace nsmc::traces {

struct Token {
  enum class Kind : std::uint8_t {
    name,    // fork, CLONE_NEWPID
    number,  // begins with a digit; whether it is a good number is judged where it is used
    string,  // with its quotes
    mark     // ( ) , : = == && ...
  };
  Kind kind = Kind::mark;
  std::string_view text;
  Position at;
  bool first_in_line = false;
};

// What the tokens point into.  REQUIRES: outlives them.
struct Source {
  std::string_view path;
  std::string_view text;

  [[noreturn]] void fail(Position at, std::size_t length, std::string message) const;
};

std::vector<Token> tokens_of(const Source& source);

bool is_keyword(std::string_view word);
const std::vector<std::string>& keywords();

// Some tokens of one file, read from left to right.  Every mistake is thrown as ScenarioError.
class Cursor {
 public:
  Cursor(const Source& source, std::span<const Token> tokens) : source_(source), tokens_(tokens) {}

  bool at_end() const { return next_ == tokens_.size(); }
  const Token& peek() const { return tokens_[next_]; }  // REQUIRES: !at_end()
  bool sees(std::string_view text) const { return !at_end() && peek().text == text; }
  bool sees(Token::Kind kind) const { return !at_end() && peek().kind == kind; }

  Token take() { return tokens_[next_++]; }  // REQUIRES: !at_end()
  bool take_if(std::string_view text);
  Token take(std::string_view text);  // exactly this one
  Token take(Token::Kind kind, std::string_view expected);

  // A name that a user made up: keywords are refused.
  Token own_name(std::string_view expected);
  // Adjacent names, numbers, dots and dashes as one: 2.6.24-seed, BZ-07.
  Token word(std::string_view expected);
  // A decimal number without a sign that fits 31 bits.
  int number();

  Cursor statement();  // takes everything up to the next token in column 1
  Cursor line();       // takes everything that stands in the same line as the next token

  void expect_end(std::string_view expected) const;
  [[noreturn]] void fail_expected(std::string_view expected) const;
  [[noreturn]] void fail_at(const Token& token, std::string message) const;

 private:
  const Source& source_;
  std::span<const Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace nsmc::traces
