// Scenarios with a mistake: each is shown in its place, with the way out, whatever the bytes.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "traces/scenario.hpp"

namespace nsmc::traces {
namespace {

// What stands in front of the interesting line of a short scenario.
const std::string kHead = "scenario x\n\"Does it?\"\n";
const std::string kBody = kHead + "P:\n  r = fork()\n";

std::string error_of(const std::string& text) {
  try {
    parse_scenario("x.scn", text);
  } catch (const ScenarioError& error) {
    EXPECT_EQ(error.kind(), ScenarioError::Kind::malformed);
    return error.what();
  }
  return "no error";
}

struct Mistake {
  std::string text;
  std::string error;  // without the path
};

void expect_mistakes(const std::string& before, const std::vector<Mistake>& mistakes) {
  for (const Mistake& m : mistakes)
    EXPECT_EQ(error_of(before + m.text), "x.scn:" + m.error) << m.text.substr(0, 200);
}

TEST(ScenarioMistakes, in_the_header) {
  expect_mistakes(
      "",
      {{"", "1:1: error: an empty scenario; it begins with `scenario NAME`"},
       {"# only\n", "1:1: error: an empty scenario; it begins with `scenario NAME`"},
       {"P:\n", "1:1: error: a scenario begins with `scenario NAME`"},
       {"\n  fork()", "2:3: error: expected `scenario NAME` in column 1, found an indented line"},
       {"scenario", "1:9: error: expected a scenario name, found the end of the line"},
       {"scenario Foo\n",
        "1:10: error: `Foo` is no scenario name; use small letters, digits and dashes, as in "
        "`bz-07-stealth-child`"},
       {"scenario a-\n",
        "1:10: error: `a-` is no scenario name; use small letters, digits and dashes, as in "
        "`bz-07-stealth-child`"},
       {"scenario x y\n",
        "1:12: error: expected the question in words, in double quotes, found `y`"},
       {"scenario x\n",
        "1:11: error: expected the question in words, in double quotes, found the end of the line"},
       {"scenario x\nkernel a\n",
        "2:1: error: expected the question in words, in double quotes, found `kernel`"},
       {"scenario x\n\" \"\n", "2:1: error: an empty title; say in one sentence what is asked"},
       {"scenario x\n\"Q?\" y\n", "2:6: error: expected the end of the line, found `y`"},
       {"scenario x\n\"open\n", "2:1: error: expected a closing `\"` in the same line"}});
  expect_mistakes(
      kHead,
      {{"\"Again?\"", "3:1: error: a second title; there is one, right after `scenario NAME`"},
       {"scenario y", "3:1: error: a second `scenario`; a file holds one"},
       {"kernel", "3:7: error: expected a kernel name, found the end of the line"},
       {"kernel with A", "3:8: error: expected a kernel name, found `with`"},
       {"kernel a\nkernel b", "4:1: error: a second `kernel`; a scenario runs on one"},
       {"kernel a with", "3:14: error: expected the id of a change, found the end of the line"},
       {"kernel a with 7", "3:15: error: expected the id of a change, found `7`"},
       {"kernel a with A without A", "3:25: error: `A` is named twice; first in line 3"},
       {"kernel a, b", "3:9: error: expected `with`, `without` or the end of the line, found `,`"},
       {"config", "3:7: error: expected a setting, as in `tasks=4`, found the end of the line"},
       {"config tasks", "3:13: error: expected `=`, found the end of the line"},
       {"config tasks==4", "3:13: error: expected `=`, found `==`"},
       {"config a=",
        "3:10: error: expected an integer, a name or flags, found the end of the line"},
       {"config a=1 a=2", "3:12: error: `a` is set twice; first in line 3"},
       {"config a=b|c", "3:12: error: a setting has one value"},
       {"config a=4k", "3:10: error: `4k` is not a decimal integer"},
       {"config a=04", "3:10: error: `04` has a leading zero; integers are decimal, write `4`"},
       {"config a=-2147483648", "3:11: error: `2147483648` is too large: integers have 32 bits"},
       {"config a=1\nkernel b",
        "4:1: error: `kernel` comes too late; the order is scenario, kernel, config, programs, "
        "question, expect"}});
}

TEST(ScenarioMistakes, in_programs_and_free_calls) {
  expect_mistakes(
      kHead,
      {{"fork()", "3:1: error: a call outside of a program; indent it below a label (`P:`)"},
       {"r = fork()", "3:1: error: a call outside of a program; indent it below a label (`P:`)"},
       {"  fork()",
        "3:3: error: expected the end of the line, found an indented line; calls are indented "
        "below a label (`P:`)"},
       {"kernel a\n  fork()",
        "4:3: error: expected `with`, `without` or the end of the line, found an indented line; "
        "calls are indented below a label (`P:`)"},
       {"P", "3:1: error: unknown word `P`; a label ends in a colon, `P:`"},
       {"kernal a", "3:1: error: unknown word `kernal`; did you mean `kernel`?"},
       {"(", "3:1: error: expected a statement or a label, found `(`"},
       {"1:", "3:1: error: `1` cannot be a label"},
       {"yes:", "3:1: error: `yes` cannot be a label"},
       {"P: fork()", "3:4: error: a call has a line of its own, indented below the label"},
       {"P:\nI:\nP:\n", "5:1: error: `P` is a label twice; first in line 3"},
       {"P:\nfree fork()\n",
        "4:1: error: `free` beside programs; either every task has a program or none"},
       {"free fork()\nP:\n",
        "4:1: error: a program beside `free`; either every task has a program or none"},
       {"free fork()\nfree exit()", "4:1: error: a second `free`; list all calls in one"},
       {"free fork()\n  exit()", "4:3: error: expected `,` or the end of the calls, found `exit`"},
       {"free fork() exit()", "3:13: error: expected `,` or the end of the calls, found `exit`"},
       {"free r = fork()",
        "3:6: error: a free call binds no name: any task may make it any number of times"},
       {"free fork(1), fork( 1 )", "3:15: error: `fork(1)` is listed twice; first in line 3"},
       {"free fork(),",
        "3:13: error: expected a call, as in `fork()`, found the end of the line"}});
  expect_mistakes(
      kBody,
      {{"  I:", "5:4: error: a label begins in column 1, its calls below are indented"},
       {"  fork", "5:7: error: expected `(`, found the end of the line"},
       {"  fork(", "5:8: error: expected an integer, a name or flags, found the end of the line"},
       {"  fork(1", "5:9: error: expected `)`, found the end of the line"},
       {"  fork(1 2)", "5:10: error: expected `)`, found `2`"},
       {"  fork(a|1)", "5:10: error: expected an integer, a name or flags, found `1`"},
       {"  fork(\"a\")", "5:8: error: expected an integer, a name or flags, found a quoted text"},
       {"  fork()()", "5:9: error: expected the end of the line, found `(`"},
       {"  fork();",
        "5:9: error: unexpected `;`; calls are separated by lines, and by commas "
        "after `free`"},
       {"  // why", "5:3: error: unexpected `/`; a comment begins with `#`"},
       {"  a b", "5:5: error: expected `(`, found `b`"},
       {"  a, = fork()", "5:6: error: expected another name to bind, found `=`"},
       {"  a, b fork()", "5:8: error: expected `=`, found `fork`"},
       {"  a = ", "5:6: error: expected a call, as in `fork()`, found the end of the line"},
       {"  no = fork()", "5:3: error: expected a call, as in `fork()`, but `no` is a keyword"},
       {"  a, a = fork()", "5:6: error: `a` is bound twice; first in line 5"},
       {"I:\n  r = fork()", "6:3: error: `r` is bound twice; first in line 4"}});
}

TEST(ScenarioMistakes, in_the_question) {
  expect_mistakes(
      kBody,
      {{"",
        "4:12: error: the scenario ends here without a question; ask `always`, `never`, "
        "`sometimes` or `survey`"},
       {"expect yes",
        "5:1: error: an expectation before its question; ask `always`, `never`, `sometimes` or "
        "`survey`"},
       {"always a", "5:1: error: a question without an answer; add `expect yes` or `expect no`"},
       {"always a\nnever b",
        "6:1: error: a second question; a scenario asks one, the first is in line 5"},
       {"survey\nsurvey",
        "6:1: error: a second question; a scenario asks one, the first is in line 5"},
       {"always a\nP:",
        "6:1: error: `P` comes too late; the order is scenario, kernel, config, programs, "
        "question, expect"},
       {"always", "5:7: error: expected a term, found the end of the line"},
       {"always finally", "5:15: error: expected a term, found the end of the line"},
       {"always sometimes a", "5:8: error: expected a term, but `sometimes` is a keyword"},
       {"always a b", "5:10: error: expected the end of the question, found `b`"},
       {"always a\n  b", "6:3: error: expected the end of the question, found `b`"},
       {"always a &&", "5:12: error: expected a term, found the end of the line"},
       {"always (a", "5:10: error: expected `)`, found the end of the line"},
       {"always f(a", "5:11: error: expected `)`, found the end of the line"},
       {"always f(,)", "5:10: error: expected a term, found `,`"},
       {"always a)", "5:9: error: expected the end of the question, found `)`"},
       {"always a = b", "5:10: error: `=` binds a call; compare with `==`"},
       {"always (a & b)", "5:11: error: `&` is for flags; combine conditions with `&&`"},
       {"always a | b", "5:10: error: `|` is for flags; combine conditions with `||`"},
       {"always a < b < c", "5:14: error: comparisons do not chain; write `a < b && b < c`"},
       {"always a == b != c", "5:15: error: comparisons do not chain; write `a < b && b < c`"},
       {"always a == 0x1", "5:13: error: `0x1` is not a decimal integer"},
       {"always a @ b", "5:10: error: unexpected `@`"},
       {"always \"a\"", "5:8: error: expected a term, found a quoted text"},
       {"survey A, B", "5:9: error: properties are separated by spaces"},
       {"survey A A", "5:10: error: `A` is listed twice; first in line 5"},
       {"survey 1.5", "5:8: error: expected the id of a property, found `1.5`"}});
  expect_mistakes(kHead, {{"always a\n",
                           "3:1: error: nothing happens before the question; add a "
                           "program (`P:`) or `free`"}});
}

TEST(ScenarioMistakes, in_the_expectation) {
  expect_mistakes(
      kBody + "always a\n",
      {{"expect", "6:7: error: expected `yes` or `no`, found the end of the line"},
       {"expect vacuous", "6:8: error: expected `yes` or `no`, found `vacuous`"},
       {"expect no: ", "6:11: error: expected the id of a known bug, found the end of the line"},
       {"expect no I7", "6:11: error: expected the end of the line, found `I7`"},
       {"expect no: S1 S2", "6:15: error: expected the end of the line, found `S2`"},
       {"expect yes: S1", "6:11: error: only `expect no` names the bug that explains it"},
       {"expect yes\nexpect no", "7:1: error: a second expectation; one question has one answer"}});
  expect_mistakes(
      kBody + "survey A B\n",
      {{"expect yes A",
        "6:8: error: a survey names exceptions only: what is not named is expected to hold"},
       {"expect maybe", "6:8: error: expected `no` or `vacuous`, found `maybe`"},
       {"expect no", "6:10: error: expected the id of a property, found the end of the line"},
       {"expect no C", "6:11: error: `C` is not in the survey of line 5"},
       {"expect no A\nexpect vacuous A", "7:16: error: `A` is expected twice; first in line 6"},
       {"expect vacuous A: S1", "6:17: error: only `expect no` names the bug that explains it"}});
}

TEST(ScenarioMistakes, bytes_that_are_no_text) {
  const std::string out = " has no place in a scenario; save it as plain UTF-8 text";
  const std::vector<std::pair<std::string, std::string>> faults = {
      {std::string(1, '\0'), "a NUL byte"},
      {"\x1b[2J", "the control byte 0x1b"},
      {"\r", "the control byte 0x0d"},
      {"\x7f", "the control byte 0x7f"},
      {"\xff", "the byte 0xff, which is not UTF-8,"},
      {"\x80", "the byte 0x80, which is not UTF-8,"},
      {"\xc3", "the byte 0xc3, which is not UTF-8,"},
      {"\xc0\x80", "the byte 0xc0, which is not UTF-8,"},          // overlong NUL
      {"\xe0\x80\x80", "the byte 0xe0, which is not UTF-8,"},      // overlong
      {"\xed\xa0\x80", "the byte 0xed, which is not UTF-8,"},      // surrogate
      {"\xf4\x90\x80\x80", "the byte 0xf4, which is not UTF-8,"},  // beyond U+10FFFF
      {"\xc2\x85", "the invisible character U+0085"},
      {std::string("\xe2\x80") + "\xae",
       "the invisible character U+202E"},  // right-to-left override
      {"\xef\xbb\xbf", "a byte-order mark"}};
  for (const auto& [bytes, fault] : faults) {
    EXPECT_EQ(error_of(fmt::format("# \xC3\xA9 {} ", bytes)),
              fmt::format("x.scn:1:5: error: {}{}", fault, out));
    EXPECT_EQ(error_of(fmt::format("scenario x\n\"{}\"", bytes)),
              fmt::format("x.scn:2:2: error: {}{}", fault, out));
    EXPECT_EQ(error_of(fmt::format("\n{} ", bytes)).substr(0, 18), "x.scn:2:1: error: ");
  }
  EXPECT_EQ(error_of("scenario \xC3\xA9"), "x.scn:1:10: error: unexpected `\xC3\xA9`");
}

std::string many(int times, const std::string& part) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(ScenarioMistakes, hostile_sizes_are_refused) {
  EXPECT_EQ(error_of(std::string((1 << 20) + 1, '\n')),
            "x.scn: error: longer than 1048576 bytes, this is no scenario");
  expect_mistakes(kBody + "always ",
                  {{many(64, "(") + "a", "5:72: error: nested deeper than 64 levels"},
                   {many(64, "!") + "a", "5:72: error: nested deeper than 64 levels"},
                   {many(64, "f(") + "a", "5:136: error: nested deeper than 64 levels"},
                   {many(900000, "-") + "a", "5:72: error: nested deeper than 64 levels"},
                   {many(300000, "a+") + "a", "5:135: error: nested deeper than 64 levels"},
                   {many(65, "a"), "5:8: error: a word of more than 64 letters"}});
  const std::string unanswered =
      "5:1: error: a question without an answer; add `expect yes` or `expect no`";
  expect_mistakes(kBody + "always ", {{many(63, "!") + "a", unanswered},
                                      {many(31, "a+(") + "a" + many(31, ")"), unanswered},
                                      {many(200000, "a||") + "a", unanswered}});
  std::string labels;
  for (int i = 0; i < 100000; ++i) labels += fmt::format("a{}:\n", i);
  expect_mistakes(
      kHead, {{"kernel " + many(60, "1") + ".2-3-4", "3:8: error: a word of more than 64 letters"},
              {labels + "a7:", "100003:1: error: `a7` is a label twice; first in line 10"}});
}

TEST(ScenarioErrors, are_rendered_with_a_caret) {
  const Scenario s = parse_scenario("x.scn", kBody + "I:\n  C = fork()\nalways I20\nexpect no");
  const Name& fork = s.programs[1].calls[0].function;
  const ScenarioError error =
      scenario_error(s, fork, "unknown call `foork`" + did_you_mean("foork", {"exit", "fork"}));
  EXPECT_EQ(error.render(false),
            "x.scn:6:7: error: unknown call `foork`; did you mean `fork`?\n"
            "    6 |   C = fork()\n"
            "      |       ^~~~\n");
  EXPECT_EQ(error.render(true),
            "\x1b[1mx.scn:6:7:\x1b[0m \x1b[1;31merror:\x1b[0m unknown call `foork`; did you mean "
            "`fork`?\n"
            "    6 |   C = fork()\n"
            "      |       \x1b[1;32m^~~~\x1b[0m\n");
  EXPECT_EQ(error.path(), "x.scn");
  EXPECT_EQ(error.length(), 4);
  EXPECT_EQ(scenario_error(s, s.question.condition, "no").render(false),
            "x.scn:7:8: error: no\n    7 | always I20\n      |        ^~~\n");
  EXPECT_EQ(scenario_error(s, {200, 1}, 5, "beyond").render(false),
            "x.scn:200:1: error: beyond\n  200 |\n      | ^\n");
}

std::string rendered(const std::string& path, const std::string& text) {
  try {
    parse_scenario(path, text);
  } catch (const ScenarioError& error) {
    return error.render(false);
  }
  return "no error";
}

TEST(ScenarioErrors, print_nothing_that_a_terminal_obeys) {
  EXPECT_EQ(rendered("\x1b[2J.scn", "# \t\x1b]0;\xff\xC3\xA9\r\n"),
            "?[2J.scn:1:4: error: the control byte 0x1b has no place in a scenario; save it as "
            "plain UTF-8 text\n"
            "    1 | #  ?]0;?\xC3\xA9\n"
            "      |    ^\n");
}

TEST(ScenarioErrors, cut_long_lines) {
  const std::string line = "always " + std::string(500, ' ') + "@@" + std::string(500, '@');
  EXPECT_EQ(rendered("x.scn", kBody + line),
            "x.scn:5:508: error: unexpected `@`\n"
            "    5 | ..." +
                std::string(40, ' ') + std::string(60, '@') +
                "...\n"
                "      |    " +
                std::string(40, ' ') + "^\n");
}

TEST(ScenarioErrors, suggest_near_words_only) {
  const std::vector<std::string> calls = {"fork", "wait4", "exit", "exit_group"};
  EXPECT_EQ(did_you_mean("foork", calls), "; did you mean `fork`?");
  EXPECT_EQ(did_you_mean("FORK", calls), "; did you mean `fork`?");
  EXPECT_EQ(did_you_mean("wait", calls), "; did you mean `wait4`?");
  EXPECT_EQ(did_you_mean("exti", calls), "; did you mean `exit`?");
  EXPECT_EQ(did_you_mean("clone", calls), "");
  EXPECT_EQ(did_you_mean("N", {"I"}), "");  // of one letter, every other is a near word
  EXPECT_EQ(did_you_mean("I27", {"I17", "I20"}), "; did you mean `I17`?");
  EXPECT_EQ(did_you_mean("", calls), "");
  EXPECT_EQ(did_you_mean("fork", {}), "");
  EXPECT_EQ(did_you_mean(std::string(1 << 20, 'f'), calls), "");
}

}  // namespace
}  // namespace nsmc::traces
