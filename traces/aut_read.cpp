// Aldebaran, read.
// SPDX-License-Identifier: MIT
#include <charconv>
#include <map>

#include "traces/aut.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Aut read() {
    Aut aut;
    if (!next_line()) fail("an empty file");
    take("des");
    take("(");
    aut.initial = number();
    take(",");
    const std::uint64_t edges = number();
    take(",");
    aut.states = number();
    end_line();
    if (aut.initial >= aut.states) fail("the initial state is none of " + count(aut.states));
    while (next_line()) {
      Aut::Edge edge;
      take("(");
      edge.from = state(aut);
      take(",");
      edge.label = label(aut);
      take(",");
      edge.to = state(aut);
      end_line();
      if (aut.edges.size() == edges) fail("more than the " + count(edges) + " moves announced");
      aut.edges.push_back(edge);
    }
    if (aut.edges.size() != edges)
      fail("the file ends after " + count(aut.edges.size()) + " of " + count(edges) + " moves");
    return aut;
  }

 private:
  static std::string count(std::uint64_t n) { return std::to_string(n); }
  [[noreturn]] void fail(const std::string& why) const { throw GraphError(number_, why); }

  bool next_line() {
    if (text_.empty()) return false;
    ++number_;
    const std::size_t end = text_.find('\n');
    if (end == std::string_view::npos) fail("the last line has no end");
    rest_ = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return true;
  }
  void skip_blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
  }
  void take(std::string_view mark) {
    skip_blanks();
    if (rest_.substr(0, mark.size()) != mark) fail("expected `" + std::string(mark) + "`");
    rest_.remove_prefix(mark.size());
  }
  void end_line() {
    take(")");
    skip_blanks();
    if (!rest_.empty()) fail("more than a move: `" + printable(rest_) + "`");
  }
  std::uint32_t number() {
    skip_blanks();
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) fail("expected a number below 4294967296");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  std::uint32_t state(const Aut& aut) {
    const std::uint32_t value = number();
    if (value >= aut.states) fail("state " + count(value) + ", and there are " + count(aut.states));
    return value;
  }
  std::uint32_t label(Aut& aut) {
    skip_blanks();
    std::string text;
    if (!rest_.empty() && rest_[0] == '"') {
      std::size_t at = 1;
      for (; at < rest_.size() && rest_[at] != '"'; ++at) {
        if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
        text += rest_[at];
      }
      if (at == rest_.size()) fail("a label without an end");
      rest_.remove_prefix(at + 1);
    } else {
      const std::size_t end = std::min(rest_.find_first_of(" \t,()\""), rest_.size());
      if (end == 0) fail("expected a label");
      text = rest_.substr(0, end);
      rest_.remove_prefix(end);
    }
    const auto [at, is_new] = numbers_.emplace(text, static_cast<std::uint32_t>(aut.labels.size()));
    if (is_new) aut.labels.push_back(text);
    return at->second;
  }

  std::string_view text_, rest_;
  std::size_t number_ = 0;
  std::map<std::string, std::uint32_t> numbers_;
};

}  // namespace

GraphError::GraphError(std::size_t at, const std::string& why)
    : std::runtime_error("line " + std::to_string(at) + ": " + why), line(at) {}

Aut read_aut(std::string_view text) { return Reader(text).read(); }

}  // namespace nsmc::traces
