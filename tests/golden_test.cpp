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
#include <map>
#include <set>
#include <utility>

#include "checker/cli/answer.hpp"
#include "checker/cli/binding.hpp"
#include "checker/cli/reduced.hpp"
#include "checker/cli/report_input.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/graph/fewest_switches.hpp"
#include "model/kernel/changes.hpp"
#include "tests/naive_explorer.hpp"
#include "traces/files.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/report/report.hpp"

namespace nsmc::cli {
namespace {

using Kind = traces::Question::Kind;
using State = System::State;

const std::string kTop = NSMC_SOURCE_DIR "/";
const std::string kGolden = "traces/golden/";
constexpr std::uint64_t kStatesMax = 1'000'000;

std::vector<std::string> bugs() {
  std::vector<std::string> names;
  for (const traces::Scenario& s : shipped_scenarios()) {
    const traces::Question& q = s.question;
    const bool has_run = q.kind == Kind::always || q.kind == Kind::never;
    if (has_run && q.expectations.front().answer == traces::Expectation::Answer::no &&
        q.expectations.front().bug)
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

// Context switches in a golden file.
std::size_t switches_in(const std::vector<std::string>& actors) {
  std::size_t switches = 0;
  for (std::size_t k = 1; k < actors.size(); ++k) switches += actors[k] != actors[k - 1] ? 1 : 0;
  return switches;
}

// The least number of context switches of all runs of so many moves that violate the claim, by a
// map from whole states and actors, layer by layer: nothing here is the engine's.
std::size_t least_switches(const System& system, const Claim& claim, std::size_t moves) {
  using Layer = std::map<std::pair<std::string, std::string>, std::size_t>;
  constexpr auto kNone = static_cast<std::size_t>(-1);
  Layer layer;
  for (const State& state : system.initial()) layer[{naive::bytes_of(state), ""}] = 0;
  std::size_t least = kNone;
  std::set<std::string> seen;
  for (std::size_t k = 1; k <= moves; ++k) {
    Layer next;
    for (const auto& [key, switches] : layer) seen.insert(key.first);
    for (const auto& [key, before] : layer) {
      const State from = naive::from_bytes<State>(key.first);
      system.successors(from, [&, &key = key, &before = before](const auto& action, const State& to,
                                                                const auto& events) {
        const std::string actor = system.actor(action);
        const std::size_t switches = before + (key.second.empty() || key.second == actor ? 0 : 1);
        const bool by_move = claim.scope == lang::Scope::move &&
                             !claim.holds_move(system, {from, action, to, events});
        if (k == moves && (by_move || violated_in(to, system, claim)))
          least = std::min(least, switches);
        const std::string bytes = naive::bytes_of(to);
        if (seen.count(bytes) != 0) return;  // on the way to it a move was wasted
        const auto [known, is_new] = next.try_emplace({bytes, actor}, switches);
        if (!is_new) known->second = std::min(known->second, switches);
      });
    }
    layer = std::move(next);
  }
  return least;
}

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
  const auto found = cli::search_whole(*bound.system, bound.claims, {}).findings.at(0);
  ASSERT_TRUE(found.run.has_value()) << "the search finds no run into " << GetParam();
  const std::size_t shortest = found.run->actions.size();
  const Claim& claim = bound.claims.front();
  const auto easiest = checker::fewest_switches(*bound.system, claim, *found.run, kStatesMax);
  ASSERT_TRUE(easiest.has_value());
  std::string text = heading(bound, shortest) + "\n";
  const auto steps = traces::record(*bound.system, easiest->run).steps;
  for (std::size_t k = 1; k <= shortest; ++k)
    text += move_text(steps[k].actor, steps[k].action) + "\n";
  const std::string path = kTop + kGolden + GetParam() + ".txt";
  if (std::getenv("NSMC_UPDATE_GOLDEN") != nullptr) traces::write_atomically(path, text);
  EXPECT_EQ(mistake(bound, shortest), "") << "if it is meant: NSMC_UPDATE_GOLDEN=1 golden_test";
  // Another run as short is no mistake; that with the fewest context switches is what is kept.
  EXPECT_EQ(traces::read_file(path), text);
}

// What is shown of a bug, against searches that share nothing with the engine.
TEST_P(Golden, RunIsMinimalAndExplained) {
  Answer a = explore(bind(traces::read_scenario(kTop + "traces/scenarios/" + GetParam() + ".scn")));
  const ClaimAnswer& answer = a.claims.front();
  const traces::Trace trace = trace_of(a, answer);
  const std::size_t moves = trace.steps.size() - 1;

  const naive::Explored all = naive::explore(*a.bound.system, a.bound.claims);
  EXPECT_EQ(all.states.size(), a.result.states);
  EXPECT_EQ(all.claims.at(0).settled_after, std::optional<std::uint32_t>(moves));

  std::vector<std::string> actors;
  for (std::size_t k = 1; k <= moves; ++k) actors.push_back(trace.steps[k].actor);
  const std::size_t least = least_switches(*a.bound.system, a.bound.claims.front(), moves);
  EXPECT_EQ(switches_in(actors), least);
  EXPECT_EQ(trace.meta.at("switches"), std::to_string(least));

  const std::string& because = trace.meta.at("because");
  EXPECT_NE(because.find("\nDecisive step: "), std::string::npos) << because;
  const kernel::ChangeRow* row = kernel::find_change(answer.bug);
  ASSERT_NE(row, nullptr);
  const std::string fixed = row->kind == kernel::ChangeKind::fix ? "\nWith " + answer.bug : "";
  EXPECT_NE(because.find(fixed), std::string::npos) << because;

  const std::string page = traces::to_html(report_of(a.bound, trace));
  EXPECT_NE(page.find("<br>Decisive step: "), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

TEST(GoldenFiles, AreOfBugs) {
  for (const auto& entry : std::filesystem::directory_iterator(kTop + kGolden))
    EXPECT_EQ(std::ranges::count(bugs(), entry.path().stem().string()), 1)
        << kGolden << entry.path().filename().string()
        << ":1: error: found no bug of this name; expected a scenario that shows one";
}

}  // namespace
}  // namespace nsmc::cli
