// The statements of a scenario, in the order in which they have to stand.
// SPDX-License-Identifier: MIT
#include "traces/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "traces/scenario_call.hpp"
#include "traces/scenario_expr.hpp"
#include "traces/scenario_lexer.hpp"

namespace nsmc::traces {

namespace {

constexpr std::size_t kBytesMax = 1 << 20;

bool is_kebab(std::string_view word) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return std::all_of(word.begin(), word.end(), allowed) && word.back() != '-' &&
         word.find("--") == std::string_view::npos;
}

class Parser {
 public:
  Parser(std::string path, std::string text) {
    out_.path = std::move(path);
    out_.text = std::move(text);
    source_ = {out_.path, out_.text};
  }

  Scenario run() {
    tokens_ = tokens_of(source_);
    Cursor file(source_, tokens_);
    if (tokens_.empty())
      source_.fail({1, 1}, 1, "an empty scenario; it begins with `scenario NAME`");
    if (tokens_.front().at.column != 1)
      file.fail_at(tokens_.front(), "expected `scenario NAME` in column 1, found an indented line");
    while (!file.at_end()) statement(file.statement(), file);
    finish();
    return std::move(out_);
  }

 private:
  // The parts of a file, in this order.
  enum class Part : std::uint8_t { nothing, scenario, kernel, config, programs, question, expect };

  void statement(Cursor c, Cursor& file) {
    const Token first = c.take();
    const std::string_view word = first.text;
    if (part_ == Part::nothing && word != "scenario")
      c.fail_at(first, "a scenario begins with `scenario NAME`");
    if (word == "scenario") return scenario(first, c, file);
    if (word == "kernel") return kernel(first, c);
    if (word == "config") return config(first, c);
    if (word == "free") return free(first, c);
    if (word == "always") return question(first, Question::Kind::always, c);
    if (word == "never") return question(first, Question::Kind::never, c);
    if (word == "sometimes") return question(first, Question::Kind::sometimes, c);
    if (word == "survey") return question(first, Question::Kind::survey, c);
    if (word == "expect") return expect(first, c);
    if (c.sees(":")) return program(first, c);
    fail_unknown(first, c);
  }

  [[noreturn]] static void fail_unknown(const Token& first, const Cursor& c) {
    if (first.kind == Token::Kind::string)
      c.fail_at(first, "a second title; there is one, right after `scenario NAME`");
    if (c.sees("(") || c.sees("=") || c.sees(","))
      c.fail_at(first, "a call outside of a program; indent it below a label (`P:`)");
    if (first.kind != Token::Kind::name)
      c.fail_at(first, fmt::format("expected a statement or a label, found `{}`", first.text));
    std::string hint = did_you_mean(first.text, keywords());
    if (hint.empty()) hint = fmt::format("; a label ends in a colon, `{}:`", first.text);
    c.fail_at(first, fmt::format("unknown word `{}`{}", first.text, hint));
  }

  // Parts may be left out or repeated, but not swapped: every file reads the same way down.
  void enter(Part part, const Token& first, const Cursor& c) {
    if (part < part_)
      c.fail_at(first, fmt::format("`{}` comes too late; the order is scenario, kernel, config, "
                                   "programs, question, expect",
                                   first.text));
    part_ = part;
  }

  void scenario(const Token& first, Cursor& c, Cursor& file) {
    if (part_ != Part::nothing) c.fail_at(first, "a second `scenario`; a file holds one");
    enter(Part::scenario, first, c);
    const Token name = c.word("a scenario name");
    if (!is_kebab(name.text))
      c.fail_at(name, fmt::format("`{}` is no scenario name; use small letters, digits and "
                                  "dashes, as in `bz-07-stealth-child`",
                                  name.text));
    out_.name = name_of(name);
    // The title is the one statement that needs no word: it may also be indented.
    Cursor next = c.at_end() && !file.at_end() ? file.statement() : c;
    const Token title = next.take(Token::Kind::string, "the question in words, in double quotes");
    out_.title = {std::string(title.text.substr(1, title.text.size() - 2)), title.at};
    if (out_.title.text.find_first_not_of(" \t") == std::string::npos)
      next.fail_at(title, "an empty title; say in one sentence what is asked");
    next.expect_end("the end of the line");
  }

  void kernel(const Token& first, Cursor& c) {
    if (out_.kernel) c.fail_at(first, "a second `kernel`; a scenario runs on one");
    enter(Part::kernel, first, c);
    if (!c.at_end() && is_keyword(c.peek().text)) c.fail_expected("a kernel name");
    out_.kernel = name_of(c.word("a kernel name"));
    while (c.sees("with") || c.sees("without")) {
      const bool with = c.take().text == "with";
      Name change = parse_id(c, "the id of a change");
      once(changes_, change, "named");
      out_.changes.push_back({with, std::move(change)});
    }
    c.expect_end("`with`, `without` or the end of the line");
  }

  void config(const Token& first, Cursor& c) {
    enter(Part::config, first, c);
    do {
      Name key = name_of(c.take(Token::Kind::name, "a setting, as in `tasks=4`"));
      once(keys_, key, "set");
      c.take("=");
      Arg value = parse_argument(c);
      if (value.names.size() > 1)
        source_.fail(value.names[1].at, value.names[1].text.size(), "a setting has one value");
      out_.config.push_back({std::move(key), std::move(value)});
    } while (!c.at_end());
  }

  void program(const Token& first, Cursor& c) {
    enter(Part::programs, first, c);
    if (is_keyword(first.text) || first.kind != Token::Kind::name)
      c.fail_at(first, fmt::format("`{}` cannot be a label", first.text));
    if (!out_.free_calls.empty())
      c.fail_at(first, "a program beside `free`; either every task has a program or none");
    const Name label = name_of(first);
    once(labels_, label, "a label");
    c.take(":");
    out_.programs.push_back({label, {}});
    if (!c.at_end() && !c.peek().first_in_line)
      c.fail_at(c.peek(), "a call has a line of its own, indented below the label");
    while (!c.at_end()) {
      Cursor line = c.line();
      out_.programs.back().calls.push_back(parse_call(line));
      line.expect_end("the end of the line");
      for (const Name& bind : out_.programs.back().calls.back().binds) once(bound_, bind, "bound");
    }
  }

  void free(const Token& first, Cursor& c) {
    enter(Part::programs, first, c);
    if (!out_.programs.empty())
      c.fail_at(first, "`free` beside programs; either every task has a program or none");
    if (!out_.free_calls.empty()) c.fail_at(first, "a second `free`; list all calls in one");
    do {
      Call next = parse_call(c);
      if (!next.binds.empty())
        source_.fail(next.at, next.binds.front().text.size(),
                     "a free call binds no name: any task may make it any number of times");
      once(listed_, {to_text(next), next.at}, "listed");
      out_.free_calls.push_back(std::move(next));
    } while (c.take_if(","));
    if (!c.at_end()) c.fail_expected("`,` or the end of the calls");
  }

  void question(const Token& first, Question::Kind kind, Cursor& c) {
    if (part_ >= Part::question)
      c.fail_at(first,
                fmt::format("a second question; a scenario asks one, the first is in line {}",
                            out_.question.at.line));
    if (out_.programs.empty() && out_.free_calls.empty())
      c.fail_at(first, "nothing happens before the question; add a program (`P:`) or `free`");
    enter(Part::question, first, c);
    out_.question.kind = kind;
    out_.question.at = first.at;
    asked_ = first;
    if (kind == Question::Kind::survey) return survey(c);
    out_.question.finally = c.take_if("finally");
    out_.question.condition = parse_expression(c);
    if (!c.at_end()) c.fail_expected("the end of the question");
  }

  void survey(Cursor& c) {
    std::vector<Name>& properties = out_.question.properties;
    while (!c.at_end()) {
      if (c.sees(",")) c.fail_at(c.peek(), "properties are separated by spaces");
      Name property = parse_id(c, "the id of a property");
      once(properties_, property, "listed");
      properties.push_back(std::move(property));
    }
  }

  void expect(const Token& first, Cursor& c) {
    if (part_ < Part::question)
      c.fail_at(first,
                "an expectation before its question; ask `always`, `never`, `sometimes` "
                "or `survey`");
    enter(Part::expect, first, c);
    const bool survey = out_.question.kind == Question::Kind::survey;
    Expectation expectation;
    expectation.at = first.at;
    expectation.answer = answer(c, survey);
    if (survey) expectation.property = surveyed(c);
    if (c.sees(":")) {
      if (expectation.answer != Expectation::Answer::no)
        c.fail_at(c.peek(), "only `expect no` names the bug that explains it");
      c.take();
      expectation.bug = parse_id(c, "the id of a known bug");
    }
    c.expect_end("the end of the line");
    if (!survey && !out_.question.expectations.empty())
      c.fail_at(first, "a second expectation; one question has one answer");
    out_.question.expectations.push_back(std::move(expectation));
  }

  static Expectation::Answer answer(Cursor& c, bool survey) {
    using Answer = Expectation::Answer;
    const std::string_view expected = survey ? "`no` or `vacuous`" : "`yes` or `no`";
    if (c.take_if("no")) return Answer::no;
    if (!survey && c.take_if("yes")) return Answer::yes;
    if (survey && c.take_if("vacuous")) return Answer::vacuous;
    if (survey && c.sees("yes"))
      c.fail_at(c.peek(), "a survey names exceptions only: what is not named is expected to hold");
    c.fail_expected(expected);
  }

  Name surveyed(Cursor& c) {
    Name property = parse_id(c, "the id of a property");
    once(expected_, property, "expected");
    if (!properties_.empty() && !properties_.contains(property.text))
      source_.fail(
          property.at, property.text.size(),
          fmt::format("`{}` is not in the survey of line {}", property.text, asked_.at.line));
    return property;
  }

  // Names by the line in which they first stand; a map, as hostile files hold many.
  using Seen = std::map<std::string, int>;

  void once(Seen& seen, const Name& name, std::string_view how) const {
    const auto [first, is_new] = seen.emplace(name.text, name.at.line);
    if (!is_new)
      source_.fail(
          name.at, name.text.size(),
          fmt::format("`{}` is {} twice; first in line {}", name.text, how, first->second));
  }

  void finish() const {
    const Token& last = tokens_.back();
    if (part_ < Part::question)
      source_.fail(last.at, last.text.size(),
                   "the scenario ends here without a question; ask `always`, `never`, "
                   "`sometimes` or `survey`");
    const Question& question = out_.question;
    if (question.kind != Question::Kind::survey && question.expectations.empty())
      source_.fail(asked_.at, asked_.text.size(),
                   "a question without an answer; add `expect yes` or `expect no`");
  }

  Scenario out_;
  Source source_;  // points into out_
  std::vector<Token> tokens_;
  Token asked_;
  Part part_ = Part::nothing;
  Seen changes_, keys_, labels_, bound_, listed_, properties_, expected_;
};

[[noreturn]] void fail_file(const std::string& path, ScenarioError::Kind kind,
                            std::string message) {
  throw ScenarioError(kind, path, {}, 1, std::move(message), "");
}

}  // namespace

Scenario parse_scenario(std::string path, std::string text) {
  if (text.size() > kBytesMax)
    fail_file(path, ScenarioError::Kind::malformed,
              fmt::format("longer than {} bytes, this is no scenario", kBytesMax));
  return Parser(std::move(path), std::move(text)).run();
}

Scenario read_scenario(const std::string& path) {
  const auto unreadable = ScenarioError::Kind::unreadable;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) fail_file(path, unreadable, "is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) fail_file(path, unreadable, std::generic_category().message(errno != 0 ? errno : EIO));
  // Piece by piece: nearly all are short, and one that is too long may be endless.
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() <= kBytesMax && file.read(piece.data(), piece.size()).gcount() > 0)
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  if (file.bad()) fail_file(path, unreadable, "cannot be read");
  return parse_scenario(path, std::move(text));
}

ScenarioError scenario_error(const Scenario& scenario, Position at, int length, std::string what) {
  return error_in(scenario.path, scenario.text, at, length, std::move(what));
}

ScenarioError scenario_error(const Scenario& scenario, const Name& name, std::string what) {
  return scenario_error(scenario, name.at, static_cast<int>(name.text.size()), std::move(what));
}

ScenarioError scenario_error(const Scenario& scenario, const Expr& expr, std::string what) {
  return scenario_error(scenario, expr.at, static_cast<int>(expr.text.size()), std::move(what));
}

}  // namespace nsmc::traces
