// The shortest run into each bug as a text, one line per move, that a review reads as a diff.
// SPDX-License-Identifier: MIT
//
// traces/golden/NAME.txt is a run of traces/scenarios/NAME.scn.  It has no state: a new field of
// the model touches none of these files, another order of steps just those that it concerns.
// NSMC_UPDATE_GOLDEN=1 build/ci/golden_test writes those that are wrong or missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "checker/cli/binding.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/explicit/explicit.hpp"
#include "traces/files.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

using Answer = traces::Expectation::Answer;
using Kind = traces::Question::Kind;
using State = System::State;

const std::string kTop = NSMC_SOURCE_DIR "/";
const std::string kGolden = "traces/golden/";

std::vector<std::string> bugs() {
  std::vector<std::string> names;
  for (const traces::Scenario& s : shipped_scenarios()) {
    const traces::Question& q = s.question;
    const bool has_run = q.kind == Kind::always || q.kind == Kind::never;
    if (has_run && q.expectations.front().answer == Answer::no && q.expectations.front().bug)
      names.push_back(s.name.text);
  }
  return names;
}

std::string heading(const Bound& bound, std::size_t moves) {
  const traces::Question& q = bound.scenario.question;
  const std::string question = (q.kind == Kind::never ? "never " : "always ") +
                               std::string(q.finally ? "finally " : "") + to_text(q.condition);
  std::string kernel = bound.scenario.kernel.value().text;
  for (const traces::Change& change : bound.scenario.changes)
    kernel += (change.with ? " with " : " without ") + change.id.text;
  return "# " + question + ": violated on kernel " + kernel + " in " + std::to_string(moves) +
         (moves == 1 ? " step" : " steps");
}

// A label has the name of the task, if the scenario gives it one: "P: fork()".
std::string move_text(const std::string& actor, const std::string& label) {
  return label.find(": ") != std::string::npos ? label : actor + ": " + label;
}

// As the search judges it: a claim about ends is silent on states with moves, one about moves on
// all.
bool violated_in(const State& state, const System& system, const Claim& claim) {
  if (claim.scope == lang::Scope::move || claim.holds(system, state)) return false;
  bool can_move = false;
  system.successors(state, [&](const auto&, const auto&, const auto&) { can_move = true; });
  return claim.scope == lang::Scope::state || !can_move;
}

struct ByBytes {
  bool operator()(const State& a, const State& b) const {
    return std::memcmp(&a, &b, sizeof(State)) < 0;
  }
};

// What is wrong with a golden file, as "file:line: error: ..."; empty if nothing is.  A line says
// who does what and not what is chosen on the way, so all choices are followed at once.
std::string mistake(const Bound& bound, std::size_t shortest) {
  const std::string path = kGolden + bound.scenario.name.text + ".txt";
  const auto error = [&](std::size_t line, const std::string& found, const std::string& expected) {
    return path + ":" + std::to_string(line) + ": error: found " + found + "; expected " + expected;
  };
  std::ifstream text(kTop + path);
  if (!text) return error(1, "no file", "the run of a bug");
  std::string first;
  std::getline(text, first);

  const System& system = *bound.system;
  const Claim& claim = bound.claims.front();
  bool is_violated = false;
  std::set<State, ByBytes> states;
  const auto reach = [&](const State& state) {
    states.insert(state);
    is_violated |= violated_in(state, system, claim);
  };
  for (const State& state : system.initial()) reach(state);
  std::size_t moves = 0;
  for (std::string line; std::getline(text, line); ++moves) {
    if (is_violated) return error(moves + 1, "the claim violated", "this of the last line only");
    std::set<std::string> possible;
    for (const State& from : std::exchange(states, {}))
      system.successors(from, [&](const auto& action, const State& to, const auto& events) {
        const std::string move = move_text(system.actor(action), system.label(from, action));
        possible.insert("`" + move + "`");
        if (move != line) return;
        reach(to);
        is_violated |= claim.scope == lang::Scope::move &&
                       !claim.holds_move(system, {from, action, to, events});
      });
    std::string expected = possible.empty() ? "the end of the file" : "";
    for (const std::string& move : possible) expected += (expected.empty() ? "" : " or ") + move;
    if (states.empty()) return error(moves + 2, "`" + line + "`", expected);
  }
  if (!is_violated) return error(moves + 1, "the last line", "the claim violated by it");
  const std::string expected = heading(bound, shortest);
  if (moves != shortest) return error(moves + 1, std::to_string(moves) + " steps", expected);
  return first == expected ? "" : error(1, first, expected);
}

class Golden : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(, Golden, testing::ValuesIn(bugs()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_P(Golden, RunEndsInTheBugAndNoneIsShorter) {
  const Bound bound = bind(traces::read_scenario(kTop + "traces/scenarios/" + GetParam() + ".scn"));
  const auto found = checker::search<System>(*bound.system, bound.claims, {}).findings.at(0);
  ASSERT_TRUE(found.run.has_value()) << "the search finds no run into " << GetParam();
  const std::size_t shortest = found.run->actions.size();
  if (std::getenv("NSMC_UPDATE_GOLDEN") != nullptr && !mistake(bound, shortest).empty()) {
    std::string text = heading(bound, shortest) + "\n";
    const auto steps = traces::record(*bound.system, *found.run).steps;
    for (std::size_t k = 1; k <= shortest; ++k)
      text += move_text(steps[k].actor, steps[k].action) + "\n";
    traces::write_atomically(kTop + kGolden + GetParam() + ".txt", text);
  }
  EXPECT_EQ(mistake(bound, shortest), "") << "if it is meant: NSMC_UPDATE_GOLDEN=1 golden_test";
}

TEST(GoldenFiles, AreOfBugs) {
  for (const auto& entry : std::filesystem::directory_iterator(kTop + kGolden))
    EXPECT_EQ(std::ranges::count(bugs(), entry.path().stem().string()), 1)
        << kGolden << entry.path().filename().string()
        << ":1: error: found no bug of this name; expected a scenario that shows one";
}

}  // namespace
}  // namespace nsmc::cli
