// Tokens: what a scenario is spelt with.
// SPDX-License-Identifier: MIT
#include "traces/scenario_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace nsmc::traces {

namespace {

constexpr std::size_t kWordMax = 64;

// Longest first: `<=` must not be read as `<`.
constexpr std::array<std::string_view, 19> kMarks = {"&&", "||", "==", "!=", "<=", ">=", "(",
                                                     ")",  ",",  ":",  "=",  "<",  ">",  "!",
                                                     "+",  "-",  "|",  "&",  "."};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_digit(c) || is_letter(c); }

std::string way_out(std::string_view character) {
  if (character == ";") return "; calls are separated by lines, and by commas after `free`";
  if (character == "/" || character == "*") return "; a comment begins with `#`";
  if (character == "'") return "; the title stands in double quotes";
  return "";
}

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), rest_(source.text) {}

  std::vector<Token> run() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '\n' || rest_.starts_with("\r\n"))
        next_line();
      else if (c == ' ' || c == '\t')
        advance();
      else if (c == '#')
        skip_comment();
      else
        read_token();
    }
    return std::move(tokens_);
  }

 private:
  bool at_line_end() const {
    return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n");
  }

  void next_line() {
    rest_.remove_prefix(rest_.front() == '\r' ? 2 : 1);
    ++at_.line;
    at_.column = 1;
    first_in_line_ = true;
  }

  // One character; the only place where text is consumed, so none escapes the check.
  void advance() {
    const Character c = first_character(rest_);
    if (!c.fault.empty())
      source_.fail(at_, 1, c.fault + " has no place in a scenario; save it as plain UTF-8 text");
    rest_.remove_prefix(c.bytes);
    ++at_.column;
  }

  void skip_comment() {
    while (!at_line_end()) advance();
  }

  void read_token() {
    const std::string_view begin = rest_;
    const Position at = at_;
    Token::Kind kind = Token::Kind::mark;
    if (is_word(rest_.front())) {
      kind = is_digit(rest_.front()) ? Token::Kind::number : Token::Kind::name;
      while (!rest_.empty() && is_word(rest_.front())) advance();
    } else if (rest_.front() == '"') {
      kind = Token::Kind::string;
      read_string(at);
    } else {
      read_mark();
    }
    const std::string_view text = begin.substr(0, begin.size() - rest_.size());
    if (kind != Token::Kind::string && text.size() > kWordMax)
      source_.fail(at, text.size(), fmt::format("a word of more than {} letters", kWordMax));
    tokens_.push_back({kind, text, at, std::exchange(first_in_line_, false)});
  }

  void read_string(Position begin) {
    advance();
    while (!at_line_end() && rest_.front() != '"') advance();
    if (at_line_end()) source_.fail(begin, 1, "expected a closing `\"` in the same line");
    advance();
  }

  void read_mark() {
    const auto* mark = std::find_if(kMarks.begin(), kMarks.end(),
                                    [&](std::string_view m) { return rest_.starts_with(m); });
    if (mark != kMarks.end()) {
      for (std::size_t i = 0; i < mark->size(); ++i) advance();
      return;
    }
    const Position at = at_;
    const std::string_view begin = rest_;
    advance();
    const std::string_view character = begin.substr(0, begin.size() - rest_.size());
    source_.fail(at, 1, fmt::format("unexpected `{}`{}", character, way_out(character)));
  }

  const Source& source_;
  std::string_view rest_;
  Position at_{1, 1};
  bool first_in_line_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

void Source::fail(Position at, std::size_t length, std::string message) const {
  throw error_in(path, text, at, static_cast<int>(length), std::move(message));
}

std::vector<Token> tokens_of(const Source& source) { return Lexer(source).run(); }

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> words = {
      "scenario",  "kernel",  "with",   "without", "config", "free", "always", "never",
      "sometimes", "finally", "survey", "expect",  "yes",    "no",   "vacuous"};
  return words;
}

bool is_keyword(std::string_view word) {
  return std::find(keywords().begin(), keywords().end(), word) != keywords().end();
}

bool Cursor::take_if(std::string_view text) {
  if (!sees(text)) return false;
  ++next_;
  return true;
}

Token Cursor::take(std::string_view text) {
  if (!sees(text)) fail_expected(fmt::format("`{}`", text));
  return take();
}

Token Cursor::take(Token::Kind kind, std::string_view expected) {
  if (!sees(kind)) fail_expected(expected);
  return take();
}

Token Cursor::own_name(std::string_view expected) {
  if (sees(Token::Kind::name) && is_keyword(peek().text))
    fail_at(peek(), fmt::format("expected {}, but `{}` is a keyword", expected, peek().text));
  return take(Token::Kind::name, expected);
}

Token Cursor::word(std::string_view expected) {
  if (!sees(Token::Kind::name) && !sees(Token::Kind::number)) fail_expected(expected);
  Token word = take();
  while (!at_end() && peek().text.data() == word.text.data() + word.text.size()) {
    const Token& next = peek();
    if (next.kind == Token::Kind::string) break;
    if (next.kind == Token::Kind::mark && next.text != "-" && next.text != ".") break;
    word.text = {word.text.data(), word.text.size() + take().text.size()};
  }
  word.kind = Token::Kind::name;
  if (word.text.size() > kWordMax)
    fail_at(word, fmt::format("a word of more than {} letters", kWordMax));
  return word;
}

int Cursor::number() {
  const Token token = take(Token::Kind::number, "an integer");
  const char* end = token.text.data() + token.text.size();
  int value = 0;
  const auto [stop, error] = std::from_chars(token.text.data(), end, value);
  if (stop != end) fail_at(token, fmt::format("`{}` is not a decimal integer", token.text));
  if (error != std::errc())
    fail_at(token, fmt::format("`{}` is too large: integers have 32 bits", token.text));
  if (token.text.size() > 1 && token.text.front() == '0')
    fail_at(token, fmt::format("`{}` has a leading zero; integers are decimal, write `{}`",
                               token.text, value));
  return value;
}

Cursor Cursor::statement() {
  const std::size_t begin = next_++;
  while (!at_end() && peek().at.column != 1) ++next_;
  return {source_, tokens_.subspan(begin, next_ - begin)};
}

Cursor Cursor::line() {
  const std::size_t begin = next_++;
  while (!at_end() && !peek().first_in_line) ++next_;
  return {source_, tokens_.subspan(begin, next_ - begin)};
}

void Cursor::expect_end(std::string_view expected) const {
  if (at_end()) return;
  if (peek().first_in_line)
    fail_at(peek(), fmt::format("expected {}, found an indented line; calls are indented below a "
                                "label (`P:`)",
                                expected));
  fail_expected(expected);
}

void Cursor::fail_expected(std::string_view expected) const {
  if (sees(Token::Kind::string))
    fail_at(peek(), fmt::format("expected {}, found a quoted text", expected));
  if (!at_end()) fail_at(peek(), fmt::format("expected {}, found `{}`", expected, peek().text));
  Position at{1, 1};
  if (!tokens_.empty()) {
    at = tokens_.back().at;
    at.column += static_cast<int>(tokens_.back().text.size());
  }
  source_.fail(at, 1, fmt::format("expected {}, found the end of the line", expected));
}

void Cursor::fail_at(const Token& token, std::string message) const {
  source_.fail(token.at, token.text.size(), std::move(message));
}

}  // namespace nsmc::traces
