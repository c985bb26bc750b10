// Calls, their arguments, and ids.
// SPDX-License-Identifier: MIT
#include "traces/scenario_call.hpp"

#include <fmt/format.h>

#include <utility>

namespace nsmc::traces {

namespace {

Arg integer(Cursor& c) {
  Arg arg;
  arg.at = c.peek().at;
  const bool negative = c.take_if("-");
  arg.integer = negative ? -c.number() : c.number();
  return arg;
}

}  // namespace

Name name_of(const Token& token) { return {std::string(token.text), token.at}; }

Name parse_id(Cursor& c, std::string_view expected) {
  const Token token = c.word(expected);
  const char first = token.text.front();
  if (is_keyword(token.text) || (first >= '0' && first <= '9') ||
      token.text.find('.') != std::string_view::npos)
    c.fail_at(token, fmt::format("expected {}, found `{}`", expected, token.text));
  return name_of(token);
}

Arg parse_argument(Cursor& c) {
  if (c.sees("-") || c.sees(Token::Kind::number)) return integer(c);
  Arg arg;
  do arg.names.push_back(name_of(c.take(Token::Kind::name, "an integer, a name or flags")));
  while (c.take_if("|"));
  arg.at = arg.names.front().at;
  return arg;
}

Call parse_call(Cursor& c) {
  Call call;
  Name name = name_of(c.own_name("a call, as in `fork()`"));
  call.at = name.at;
  if (c.sees(":")) c.fail_at(c.peek(), "a label begins in column 1, its calls below are indented");
  if (c.sees(",") || c.sees("=")) {
    call.binds.push_back(std::move(name));
    while (c.take_if(",")) call.binds.push_back(name_of(c.own_name("another name to bind")));
    c.take("=");
    name = name_of(c.own_name("a call, as in `fork()`"));
  }
  call.function = std::move(name);
  c.take("(");
  if (c.take_if(")")) return call;
  do call.args.push_back(parse_argument(c));
  while (c.take_if(","));
  c.take(")");
  return call;
}

}  // namespace nsmc::traces
