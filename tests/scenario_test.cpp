// Scenarios: every construct is read, prints as itself, and no mutation of one crashes.
// SPDX-License-Identifier: MIT
#include "traces/scenario.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace nsmc::traces {
namespace {

const std::string kFlagship = R"(# The flagship bug of the 2007 code.
scenario bz-07-stealth-child
"Is every orphan given to a living reaper when an init that ignores SIGCHLD exits?"

kernel 2.6.24-seed with S1 without BZ-07
config tasks=4 namespaces=2 pid_max=5
config failures=0 steps=kernel PID_NS=y

P:
  I, N = clone(CLONE_NEWPID|CLONE_PARENT)   # I: the new task, N: its new namespace
  r = wait4()
I:
  signal(SIGCHLD, SIG_IGN)
  C = fork()
  readdir_proc(-1)
C:

always I20
expect no: BZ-07
)";

// What stands in front of the interesting line of a short scenario.
const std::string kHead = "scenario x\n\"Does it?\"\n";
const std::string kBody = kHead + "P:\n  r = fork()\n";

Scenario parse(const std::string& text) { return parse_scenario("x.scn", text); }

Scenario ask(const std::string& expression) {
  return parse(kBody + "always " + expression + "\nexpect yes\n");
}

std::string shown(const Expr& expr) {  // fully bracketed, so that precedence shows
  if (expr.kind == Expr::Kind::integer) return std::to_string(expr.value);
  if (expr.kind == Expr::Kind::name) return expr.text;
  std::string out = "(" + expr.text;
  for (const Expr& kid : expr.kids) out += " " + shown(kid);
  return out + ")";
}

std::string read_as(const std::string& expression) {
  return shown(ask(expression).question.condition);
}

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ScenarioError& error) {
    EXPECT_EQ(error.kind(), ScenarioError::Kind::malformed);
    return error.what();
  }
  return "no error";
}

std::string place(Position at) { return fmt::format("{}:{}", at.line, at.column); }

TEST(Scenario, the_flagship_is_read) {
  const Scenario s = parse(kFlagship);
  EXPECT_EQ(s.path, "x.scn");
  EXPECT_EQ(s.text, kFlagship);
  EXPECT_EQ(s.name.text, "bz-07-stealth-child");
  EXPECT_TRUE(s.title.text.starts_with("Is every orphan"));
  EXPECT_EQ(s.kernel->text, "2.6.24-seed");
  ASSERT_EQ(s.changes.size(), 2U);
  EXPECT_TRUE(s.changes[0].with);
  EXPECT_EQ(s.changes[0].id.text, "S1");
  EXPECT_FALSE(s.changes[1].with);
  EXPECT_EQ(s.changes[1].id.text, "BZ-07");
  ASSERT_EQ(s.config.size(), 6U);
  EXPECT_EQ(s.config[2].key.text, "pid_max");
  EXPECT_TRUE(s.config[2].value.is_integer());
  EXPECT_EQ(s.config[2].value.integer, 5);
  EXPECT_EQ(s.config[4].value.names.at(0).text, "kernel");  // a keyword elsewhere
  EXPECT_TRUE(s.free_calls.empty());
  ASSERT_EQ(s.programs.size(), 3U);
  EXPECT_EQ(s.programs[2].label.text, "C");
  EXPECT_TRUE(s.programs[2].calls.empty());
}

TEST(Scenario, calls_keep_their_parts_and_places) {
  const Scenario s = parse(kFlagship);
  const Call& clone = s.programs[0].calls.at(0);
  EXPECT_EQ(place(s.programs[0].label.at), "9:1");
  EXPECT_EQ(place(clone.at), "10:3");
  ASSERT_EQ(clone.binds.size(), 2U);
  EXPECT_EQ(clone.binds[1].text, "N");
  EXPECT_EQ(place(clone.binds[1].at), "10:6");
  EXPECT_EQ(clone.function.text, "clone");
  EXPECT_EQ(place(clone.function.at), "10:10");
  ASSERT_EQ(clone.args.size(), 1U);
  EXPECT_EQ(clone.args[0].names.at(1).text, "CLONE_PARENT");
  EXPECT_EQ(place(clone.args[0].at), "10:16");
  const Call& readdir = s.programs[1].calls.at(2);
  EXPECT_TRUE(readdir.binds.empty());
  EXPECT_EQ(readdir.args.at(0).integer, -1);
  EXPECT_EQ(s.programs[1].calls[0].args.size(), 2U);
}

TEST(Scenario, the_question_and_its_answer_are_read) {
  const Question& q = parse(kFlagship).question;
  EXPECT_EQ(q.kind, Question::Kind::always);
  EXPECT_FALSE(q.finally);
  EXPECT_EQ(q.condition.text, "I20");
  EXPECT_EQ(place(q.condition.at), "18:8");
  ASSERT_EQ(q.expectations.size(), 1U);
  EXPECT_EQ(q.expectations[0].answer, Expectation::Answer::no);
  EXPECT_EQ(q.expectations[0].bug->text, "BZ-07");
  EXPECT_FALSE(q.expectations[0].property);
  EXPECT_EQ(place(q.expectations[0].at), "19:1");

  const Question sometimes =
      parse(kBody + "sometimes finally alive(I) && ret == -EINVAL\nexpect yes").question;
  EXPECT_EQ(sometimes.kind, Question::Kind::sometimes);
  EXPECT_TRUE(sometimes.finally);
  EXPECT_EQ(shown(sometimes.condition), "(&& (alive I) (== ret (- EINVAL)))");
  const Question never = parse(kBody + "never oops\nexpect yes").question;
  EXPECT_EQ(never.kind, Question::Kind::never);
}

TEST(Scenario, free_tasks_may_make_any_listed_call) {
  const Scenario s = parse(kHead +
                           "free fork(), clone(CLONE_NEWPID),\n"
                           "  exit()\n"
                           "  , kill(SIGKILL)\n"
                           "never oops\nexpect yes\n");
  EXPECT_TRUE(s.programs.empty());
  ASSERT_EQ(s.free_calls.size(), 4U);
  EXPECT_EQ(to_text(s.free_calls[1]), "clone(CLONE_NEWPID)");
  EXPECT_EQ(place(s.free_calls[3].at), "5:5");
}

TEST(Scenario, a_survey_names_its_exceptions) {
  const Question q =
      parse(kBody + "survey I7 I17\n  L1\nexpect no I17: BZ-07\nexpect vacuous I7\nexpect no L1")
          .question;
  EXPECT_EQ(q.kind, Question::Kind::survey);
  ASSERT_EQ(q.properties.size(), 3U);
  EXPECT_EQ(place(q.properties[2].at), "6:3");
  ASSERT_EQ(q.expectations.size(), 3U);
  EXPECT_EQ(q.expectations[0].property->text, "I17");
  EXPECT_EQ(q.expectations[0].bug->text, "BZ-07");
  EXPECT_EQ(q.expectations[1].answer, Expectation::Answer::vacuous);
  EXPECT_FALSE(q.expectations[2].bug);
  EXPECT_TRUE(parse(kBody + "survey").question.expectations.empty());
}

TEST(Scenario, layout_is_forgiving_where_it_can_be) {
  std::string crlf;
  for (const char c : kFlagship) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(parse(crlf), parse(kFlagship));
  const Scenario loose = parse(
      "\n# \xC3\xA9\nscenario x\n\n  \"Does # \xE2\x82\xAC it?\"\nP: #\n\tfork ( )\n\n# between\n"
      "   exit(0)\nalways a &&\n  b\n\nexpect yes  # no newline");
  EXPECT_EQ(to_text(loose),
            "scenario x\n\"Does # \xE2\x82\xAC it?\"\n\nP:\n  fork()\n  exit(0)\n\n"
            "always a && b\nexpect yes\n");
  EXPECT_EQ(parse("scenario x\n  \"Does it?\"\nP:\nsurvey"), parse(kHead + "P:\nsurvey"));
  EXPECT_EQ(place(loose.programs[0].calls[0].at), "7:2");  // a tab is one column
}

TEST(Scenario, expressions_bind_as_in_c) {
  EXPECT_EQ(read_as("a || b && c || d"), "(|| a (&& b c) d)");
  EXPECT_EQ(read_as("a && b && c"), "(&& a b c)");
  EXPECT_EQ(read_as("(a && b) && c"), "(&& (&& a b) c)");
  EXPECT_EQ(read_as("!a == b"), "(== (! a) b)");
  EXPECT_EQ(read_as("!(a == b)"), "(! (== a b))");
  EXPECT_EQ(read_as("a - b - c + 1"), "(+ (- (- a b) c) 1)");
  EXPECT_EQ(read_as("a - (b - c)"), "(- a (- b c))");
  EXPECT_EQ(read_as("a + 1 <= b == (c != d)"), "(== (<= (+ a 1) b) (!= c d))");
}

TEST(Scenario, minus_is_folded_into_integers_only) {
  EXPECT_EQ(read_as("r == -1"), "(== r -1)");
  EXPECT_EQ(read_as("r == --1"), "(== r 1)");
  EXPECT_EQ(read_as("r == -(1)"), "(== r -1)");
  EXPECT_EQ(read_as("r-1 < -EINVAL"), "(< (- r 1) (- EINVAL))");
  EXPECT_EQ(read_as("reaper(N) == T"), "(== (reaper N) T)");
  EXPECT_EQ(read_as("number(T, N) > count(tasks) + f()"), "(> (number T N) (+ (count tasks) (f)))");
  EXPECT_EQ(read_as("a < b == c > d"), "(== (< a b) (> c d))");
}

TEST(Scenario, operators_stand_where_they_are_spelt) {
  const Expr e = ask("a && b ==\n  -EINVAL").question.condition;
  EXPECT_EQ(place(e.at), "5:10");
  EXPECT_EQ(place(e.kids[1].at), "5:15");
  EXPECT_EQ(place(e.kids[1].kids[1].at), "6:3");
  EXPECT_EQ(place(e.kids[1].kids[1].kids[0].at), "6:4");
}

// The message and the exit code that a command line would use.
std::string failure(const std::string& path) {
  try {
    read_scenario(path);
  } catch (const ScenarioError& error) {
    const bool unreadable = error.kind() == ScenarioError::Kind::unreadable;
    return error.render(false) + (unreadable ? "66" : "65");
  }
  return "no error";
}

TEST(ScenarioFiles, are_read_or_refused_by_kind) {
  const std::string path = testing::TempDir() + "scenario_test.scn";
  std::ofstream(path, std::ios::binary) << kFlagship;
  const Scenario s = read_scenario(path);
  EXPECT_EQ(s, parse(kFlagship));
  EXPECT_EQ(s.path, path);

  EXPECT_EQ(failure("no/such.scn"), "no/such.scn: error: No such file or directory\n66");
  EXPECT_EQ(failure("/"), "/: error: is a directory\n66");
  EXPECT_EQ(failure("/dev/zero"),
            "/dev/zero: error: longer than 1048576 bytes, this is no scenario\n65");
  std::ofstream(path, std::ios::binary) << std::string((1 << 20) - 1, '#') << '\n';
  EXPECT_EQ(failure(path).substr(path.size(), 25), ":1:1: error: an empty sce");  // just fits
  std::filesystem::remove(path);
}

// Random scenarios, most of them nonsense to a kernel, all of them well formed.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  Scenario scenario() {
    Scenario s;
    s.name = {"s-" + std::to_string(below(100)), {}};
    s.title = {below(2) == 0 ? "Does # it?" : "\xE2\x82\xAC\t?", {}};
    if (below(2) == 0) {
      s.kernel = Name{below(2) == 0 ? "2.6.24-seed" : "v6", {}};
      for (int i = below(3); i > 0; --i)
        s.changes.push_back({below(2) == 0, {"BZ-0" + std::to_string(i), {}}});
    }
    for (int i = below(4); i > 0; --i)
      s.config.push_back({unique("key"), below(2) == 0 ? Arg{{}, below(9) - 4, {}}
                                                       : Arg{{{"kernel", {}}}, 0, {}}});
    if (below(4) == 0) {
      for (int i = 1 + below(3); i > 0; --i) s.free_calls.push_back(call(false));
    } else {
      for (int i = 1 + below(3); i > 0; --i) s.programs.push_back(program());
    }
    s.question = question();
    return s;
  }

  Expr expr(int depth) {
    using Kind = Expr::Kind;
    static const std::vector<std::pair<Kind, std::string>> operators = {
        {Kind::add, "+"},         {Kind::subtract, "-"},   {Kind::less, "<"},
        {Kind::less_equal, "<="}, {Kind::greater, ">"},    {Kind::greater_equal, ">="},
        {Kind::equal, "=="},      {Kind::not_equal, "!="}, {Kind::all_of, "&&"},
        {Kind::any_of, "||"},     {Kind::not_, "!"},       {Kind::negate, "-"},
        {Kind::call, "f"}};
    if (depth == 0 || below(4) == 0) {
      const int value = below(9) - 4;
      if (below(2) == 0) return {Kind::integer, std::to_string(value), value, {}, {}};
      return {Kind::name, "n" + std::to_string(below(5)), 0, {}, {}};
    }
    const auto& [kind, text] = operators[static_cast<std::size_t>(below(13))];
    Expr node{kind, text, 0, {}, {}};
    int kids = 2;
    if (kind == Kind::not_ || kind == Kind::negate) kids = 1;
    if (kind == Kind::call) kids = below(4);
    if (kind == Kind::all_of || kind == Kind::any_of) kids = 2 + below(3);
    for (; kids > 0; --kids) node.kids.push_back(expr(depth - 1));
    if (kind == Kind::negate && node.kids[0].kind == Kind::integer) return node.kids[0];
    return node;
  }

  void mutate(std::string& text) {
    static const std::string bytes = "()=,:|&!<>-+ \n\t\"#.0a_\x1b\xff\r;";
    const auto at = static_cast<std::size_t>(below(static_cast<int>(text.size()) + 1));
    const auto length = static_cast<std::size_t>(below(8));
    const char byte = bytes[static_cast<std::size_t>(below(static_cast<int>(bytes.size())))];
    switch (below(5)) {
      case 0:
        text.insert(at, 1, byte);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        if (at < text.size()) text[at] = byte;
        break;
      case 3:
        text.insert(at, text.substr(text.size() / 2, 10 * length));
        break;
      default:
        text.resize(at);
        break;
    }
  }

 private:
  Name unique(const std::string& stem) { return {stem + std::to_string(next_++), {}}; }

  Call call(bool binds) {
    Call call;
    if (binds)
      for (int i = below(3); i > 0; --i) call.binds.push_back(unique("b"));
    call.function = unique("call");
    for (int i = below(3); i > 0; --i)
      call.args.push_back(below(2) == 0 ? Arg{{}, below(9) - 4, {}}
                                        : Arg{{{"A", {}}, {"B", {}}}, 0, {}});
    return call;
  }

  Program program() {
    Program program{unique("T"), {}};
    for (int i = below(4); i > 0; --i) program.calls.push_back(call(true));
    return program;
  }

  Question question() {
    Question q;
    q.kind = static_cast<Question::Kind>(below(4));
    if (q.kind != Question::Kind::survey) {
      q.finally = below(2) == 0;
      q.condition = expr(5);
      q.expectations.push_back({Expectation::Answer::no, {}, {}, {}});
      if (below(2) == 0) q.expectations[0].bug = Name{"S-1", {}};
      return q;
    }
    for (int i = below(4); i > 0; --i) q.properties.push_back(unique("I"));
    for (const Name& property : q.properties) {
      if (below(2) == 0) continue;
      q.expectations.push_back({Expectation::Answer::no, property, Name{"BZ-07", {}}, {}});
      if (below(2) == 0) q.expectations.back() = {Expectation::Answer::vacuous, property, {}, {}};
    }
    return q;
  }

  std::mt19937 random_;
  int next_ = 0;
};

TEST(ScenarioText, reads_back_as_the_same_scenario) {
  EXPECT_EQ(parse(to_text(parse(kFlagship))), parse(kFlagship));
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const Scenario s = Generator(seed).scenario();
    const std::string text = to_text(s);
    ASSERT_EQ(error_of(text), "no error") << text;
    const Scenario again = parse(text);
    ASSERT_TRUE(again == s) << "seed " << seed << "\n" << text << "\n" << to_text(again);
    ASSERT_EQ(to_text(again), text);
  }
}

TEST(ScenarioText, of_a_call_and_an_expression_is_what_one_would_write) {
  EXPECT_EQ(to_text(parse(kFlagship).programs[0].calls[0]),
            "I, N = clone(CLONE_NEWPID|CLONE_PARENT)");
  for (const std::string text :
       {"a && (b || c) && !(d == -1)", "a - (b - c) - d", "reaper(N) == T || -x() < -EINVAL",
        "(a == b) == c", "!!a", "--x", "!-x", "f(a && b, 1 + 2)"})
    EXPECT_EQ(to_text(ask(text).question.condition), text);
}

// No brackets are added: each would be a level, and 64 are allowed.
TEST(ScenarioText, is_nested_as_deep_as_what_was_read) {
  for (const std::string sign : {"!", "-", "!-", "("}) {
    std::string text = sign == "(" ? std::string(63, '(') + "a" + std::string(63, ')') : "a";
    for (std::size_t i = 0; sign != "(" && i < 63 / sign.size(); ++i) text.insert(0, sign);
    const Scenario scenario = ask(text);
    EXPECT_EQ(error_of(to_text(scenario)), "no error") << text;
    EXPECT_TRUE(parse(to_text(scenario)) == scenario) << text;
  }
}

TEST(ScenarioText, equality_sees_what_is_said_and_not_where) {
  EXPECT_EQ(parse("\n\n" + kBody + "always  a\nexpect no"), parse(kBody + "always a\nexpect no"));
  EXPECT_NE(parse(kBody + "always a\nexpect no"), parse(kBody + "always b\nexpect no"));
  EXPECT_NE(parse(kBody + "always a\nexpect no"), parse(kBody + "always finally a\nexpect no"));
  EXPECT_NE(parse(kBody + "always a\nexpect no"), parse(kBody + "always a\nexpect no: S1"));
}

// Whether it could be read; if not, whether the error is fit to be shown.
bool reads(const std::string& text) {
  try {
    const Scenario s = parse(text);
    EXPECT_EQ(parse(to_text(s)), s) << text;
    return true;
  } catch (const ScenarioError& error) {
    const bool placed = error.at().line >= 1 && error.at().column >= 1;
    EXPECT_TRUE(placed && !error.message().empty()) << error.render(true);
    return false;
  }
}

TEST(ScenarioText, any_mutation_is_read_or_refused) {
  Generator random(42);
  int good = 0;
  for (int i = 0; i < 10000; ++i) {
    std::string text = i % 2 == 0 ? kFlagship : to_text(random.scenario());
    for (int n = 1 + random.below(4); n > 0; --n) random.mutate(text);
    good += reads(text) ? 1 : 0;
  }
  EXPECT_GT(good, 100);   // the mutations are not all nonsense,
  EXPECT_LT(good, 9900);  // nor are they all harmless
}

}  // namespace
}  // namespace nsmc::traces
