// The documents quote what is compiled: docs/toy.md its program, docs/modelling.md the boundaries.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <compare>
#include <fstream>
#include <set>
#include <sstream>

#include "checker/explicit/explicit.hpp"
#include "model/kernel/program.hpp"
#include "tests/toys.hpp"

// The toy's main() is not this program's.
#define main toy_main
int main();

// NOLINTBEGIN(modernize-use-nullptr, readability-implicit-bool-conversion): sees them in a <=>
// docs/toy.md begins here.
// Two tasks hold a reference each and put it.  Is the object freed exactly when both have?
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

using Run = std::vector<std::string>;  // what was done, in order

struct State {         // all that the future depends on
  int count = 2;       // references to the object
  bool freed = false;  // whether it is gone
  int pc[2] = {};      // of each task: 0 holds a reference, 1 has looked, 2 has put it
  int saw[2] = {};     // the count when it looked
  auto operator<=>(const State&) const = default;
};

static std::map<std::string, State> moves(const State& before, bool atomic) {
  std::map<std::string, State> all;
  for (int me = 0; me < 2; ++me) {
    State s = before;
    std::string step = "task " + std::to_string(me) + ": ";
    if (s.pc[me] == 2) continue;
    if (atomic) {
      step += "atomic_dec_and_test()";
      s.freed = --s.count == 0;
    } else if (s.pc[me] == 0) {
      step += "look at the count";
      s.saw[me] = s.count;
    } else if (s.saw[me] == 1) {
      step += "it was 1: free";
      s.freed = true;
    } else {
      step += "it was 2: decrement";
      --s.count;
    }
    s.pc[me] = atomic ? 2 : s.pc[me] + 1;
    all[step] = s;
  }
  return all;
}

static bool holds(const State& s) { return s.freed == (s.pc[0] == 2 && s.pc[1] == 2); }

// How many states there are, and a shortest run to one in which the claim is false.
static std::pair<std::size_t, std::optional<Run>> explore(bool atomic) {
  std::map<State, Run> known = {{State{}, {}}};  // each state with a shortest run to it
  std::vector<State> found = {State{}};          // in the order of their depth
  std::optional<Run> bad;
  for (std::size_t next = 0; next < found.size(); ++next) {
    const State s = found[next];
    if (!bad && !holds(s)) bad = known[s];
    for (const auto& [step, after] : moves(s, atomic)) {
      Run run = known[s];
      run.push_back(step);
      if (known.insert({after, run}).second) found.push_back(after);
    }
  }
  return {found.size(), bad};
}

int main() {
  for (const bool atomic : {false, true}) {
    const auto [states, bad] = explore(atomic);
    std::cout << states << " states: " << (bad ? "violated by\n" : "the claim holds\n");
    for (const std::string& step : bad.value_or(Run{})) std::cout << "  " << step << "\n";
  }
  return 0;
}
// docs/toy.md ends here.
// NOLINTEND(modernize-use-nullptr, readability-implicit-bool-conversion)
#undef main

namespace nsmc {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(NSMC_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands between the two, each of which is there.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin) + begin.size();
  EXPECT_GE(from, begin.size()) << begin << " is missing";
  EXPECT_NE(text.find(end, from), std::string::npos) << end << " is missing";
  return text.substr(from, text.find(end, from) - from);
}

TEST(Toy, TheDocumentQuotesTheProgramThatIsCompiledHere) {
  EXPECT_EQ(between(text_of("docs/toy.md"), "\n```cpp\n", "```\n"),
            between(text_of("tests/toy_test.cpp"), "\n// docs/toy.md begins here.\n",
                    "// docs/toy.md ends here.\n"));
}

TEST(Toy, TheDocumentShowsWhatTheProgramPrints) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(toy_main(), 0);
  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_NE(printed, "");
  EXPECT_NE(text_of("docs/toy.md").find("\n" + printed + "```\n"), std::string::npos) << printed;
}

TEST(Toy, AnObjectPutInTwoStepsIsLostAfterFour) {
  const auto [states, bad] = explore(false);
  EXPECT_EQ(states, 13U);
  EXPECT_EQ(bad, (::Run{"task 0: look at the count", "task 1: look at the count",
                        "task 0: it was 2: decrement", "task 1: it was 2: decrement"}));
}

TEST(Toy, AnObjectPutAtomicallyIsFreedInTime) {
  const auto [states, bad] = explore(true);
  EXPECT_EQ(states, 4U);
  EXPECT_FALSE(bad);
}

// The same toy as a system for the real engine.
struct PutState {
  std::uint8_t count = 2, freed = 0;
  std::array<std::uint8_t, 2> pc{}, saw{};
};
struct Put : toys::Numbered<Put, PutState> {
  bool atomic = false;

  static int moves() { return 2; }
  static State widest() { return {3, 1, {3, 3}, {3, 3}}; }
  bool move(State& s, int number) const {
    const auto me = static_cast<std::size_t>(number);
    if (s.pc[me] == 2) return false;
    const bool look = !atomic && s.pc[me] == 0;
    const std::uint8_t known = atomic ? s.count : s.saw[me];
    if (look) s.saw[me] = s.count;
    if (!look && known == 1) s.freed = 1;
    if (!look && (atomic || known != 1)) --s.count;
    s.pc[me] = look ? 1 : 2;
    return true;
  }
};

TEST(Toy, TheRealEngineFindsTheSame) {
  for (const bool atomic : {false, true}) {
    Put put;
    put.atomic = atomic;
    lang::Property<Put> claim;
    claim.id = "T1";
    claim.holds = [](const Put&, const PutState& s) {
      return (s.freed == 1) == (s.pc[0] == 2 && s.pc[1] == 2);
    };
    const auto result = checker::search<Put>(put, {&claim, 1}, {});
    const auto [states, bad] = explore(atomic);
    EXPECT_EQ(result.states, states);
    ASSERT_EQ(result.findings[0].run.has_value(), bad.has_value());
    if (bad) {
      EXPECT_EQ(result.findings[0].run->actions.size(), bad->size());
    }
  }
}

// "function/step: why" for each row of the table; a row in bold names the function.
std::set<std::string> documented_boundaries() {
  std::istringstream table(
      between(text_of("docs/modelling.md"), "\n## Step boundaries\n", "\n## "));
  std::set<std::string> boundaries;
  std::string function;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with("| **")) function = between(line, "**", "**");
    if (!line.starts_with("| `")) continue;
    const std::string step = between(line, "| `", "` | ");
    const std::string why = between(line, step + "` | ", " | ");
    boundaries.insert(std::string(function).append("/").append(step).append(": ").append(why));
  }
  return boundaries;
}

TEST(Modelling, TheDocumentListsEveryStepBoundaryWithItsReason) {
  std::set<std::string> boundaries;
  for (const kernel::NumberedStep& step : kernel::all_steps())
    if (!step.row.why.empty())
      boundaries.insert(std::string(step.function) + "/" + std::string(step.row.name) + ": " +
                        std::string(step.row.why));
  EXPECT_EQ(documented_boundaries(), boundaries);
}

}  // namespace
}  // namespace nsmc
