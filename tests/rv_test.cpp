// Automata for the kernel's runtime verification, and how they come of a graph.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checker/cli/binding.hpp"
#include "checker/cli/graph_life.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/graph/automaton.hpp"
#include "model/kernel/observation.hpp"
#include "tests/naive_explorer.hpp"
#include "traces/rv_dot.hpp"

namespace nsmc {
namespace {

using traces::RvAutomaton;

RvAutomaton sample() {
  return {.states = {"no_ns", "alive", "dying"},
          .marked = {true, false, false},
          .events = {"alloc_pid", "clone_newpid", "free_pid", "ns_destroy", "reaper_exit"},
          .next = {{{}, 1, {}, {}, {}}, {1, {}, 1, {}, 2}, {{}, {}, 2, 0, {}}}};
}

TEST(RvDot, IsReadAsItWasWritten) {
  EXPECT_EQ(traces::read_rv_dot(traces::to_rv_dot(sample())), sample());
  std::mt19937 random(20);
  for (int i = 0; i < 500; ++i) {
    RvAutomaton a;
    const std::uint32_t states = 1 + random() % 8;
    std::set<std::string> used;
    for (std::uint32_t s = 0; s < states; ++s) {
      a.states.push_back("s" + std::to_string(s));
      a.marked.push_back(s == 0 || random() % 2 == 0);
      auto& row = a.next.emplace_back();
      for (int e = 0; e < 4; ++e) {
        if (s == 0)  // an event that never happens is not in the file
          row.emplace_back(random() % states);
        else
          row.push_back(random() % 2 == 0 ? std::nullopt : std::optional(random() % states));
      }
    }
    for (int e = 0; e < 4; ++e) a.events.push_back("e" + std::to_string(e));
    const std::string text = traces::to_rv_dot(a);
    ASSERT_EQ(traces::read_rv_dot(text), a) << text;
  }
}

TEST(RvDot, NamesAreThoseOfC) {
  for (const char* name : {"", "a b", "1a", "a-b", "a\"", "__init_x"}) {
    RvAutomaton a = sample();
    a.states[1] = name;
    EXPECT_THROW(traces::to_rv_dot(a), std::invalid_argument) << name;
    a = sample();
    a.events[1] = name;
    EXPECT_THROW(traces::to_rv_dot(a), std::invalid_argument) << name;
  }
}

// `from`, as it is written, becomes `to`: which rule that breaks, and in which line.
TEST(RvDot, EachOfTheEightRulesIsKept) {
  const struct {
    const char *from, *to, *rule;
    std::size_t line;
  } kWrong[] = {
      {"digraph state_automaton {", "digraph other {", "rule 1", 1},
      {"digraph", "// ours\ndigraph", "rule 1", 1},
      {"{node [shape = circle] \"alive\"};", "\"alive\" [shape=circle];", "rule 5", 6},
      {"{node [shape = circle] \"alive\"};", "{node [shape=circle] \"alive\"};", "rule 2", 6},
      {"{node [shape = circle] \"alive\"};", "{node [shape = circle] \"alive\"}", "rule 2", 6},
      {"\t{ rank", "\t{node [shape = circle] \"late\"};\n\t{ rank", "rule 2", 17},
      {"__init_no_ns\"};", "__init_other\"};", "rule 3", 8},
      {"style=invis, label=\"\"] \"__init_no_ns\"", "style=invis] \"__init_no_ns\"", "rule", 4},
      {"doublecircle", "circle", "rule 4", 8},
      {"doublecircle", "box", "rule 4", 5},
      {"\t\"__init_no_ns\" -> \"no_ns\";\n", "", "rule 5", 8},
      {"\"__init_no_ns\" -> \"no_ns\";", "\"__init_no_ns\" -> \"alive\";", "rule 5", 8},
      {"[label = \"alive\"]", "[label=\"alive\"]", "rule 6", 11},
      {"[ label = \"clone_newpid\" ]", "[label = \"clone_newpid\"]", "rule 6", 10},
      {"[label = \"alive\"]", "[label = \"living\"]", "rule 6", 11},
      {"\t\"dying\" [label", "\tdying [label", "rule 6", 15},
      {"\"clone_newpid\"", "\"clone newpid\"", "rule 7", 10},
      {"-> \"dying\" [ label = \"reaper_exit", "-> \"dead\" [ label = \"reaper_exit", "rule 7", 13},
      {"\"reaper_exit\"", "\"reaper_exit\\nfree_pid\"", "rule 8", 13},
      {"\"alloc_pid\\nfree_pid\"", "\"alloc_pid\\nalloc_pid\"", "rule 8", 12},
      {"}\n}\n", "}\n", "rule 6", 20},
  };
  for (const auto& w : kWrong) {
    std::string text = traces::to_rv_dot(sample());
    const std::size_t at = text.find(w.from);
    ASSERT_NE(at, std::string::npos) << w.from;
    text.replace(at, std::string(w.from).size(), w.to);
    try {
      traces::read_rv_dot(text);
      ADD_FAILURE() << text;
    } catch (const traces::GraphError& error) {
      EXPECT_NE(std::string(error.what()).find(w.rule), std::string::npos) << w.to << error.what();
      EXPECT_EQ(error.line, w.line) << w.to << error.what();
    }
  }
}

TEST(Automaton, OfAChoiceThatIsMadeTooEarly) {
  // a.b + a.c with a silent move before the second a: the words are those of a.(b + c)
  const auto early = checker::Lts::from(6, {{0, 1, 1}, {0, 0, 5}, {5, 1, 2}, {1, 2, 3}, {2, 3, 4}});
  const auto late = checker::Lts::from(4, {{0, 1, 1}, {1, 2, 2}, {1, 3, 3}});
  const auto one = checker::determinised(early, 3, std::vector<std::uint32_t>(6), 10);
  const auto other = checker::determinised(late, 3, std::vector<std::uint32_t>(4), 10);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(checker::minimised(*one), checker::minimised(*other));
  EXPECT_EQ(checker::minimised(*one).next.size(), 3U);
  EXPECT_FALSE(checker::determinised(early, 3, std::vector<std::uint32_t>(6), 2));
}

traces::Scenario scenario_at(const std::string& path) {
  return cli::scenarios_at(NSMC_SOURCE_DIR "/traces/" + path).at(0);
}
std::string events_in(const RvAutomaton& a, const std::string& state) {
  std::string text;
  for (std::size_t s = 0; s < a.states.size(); ++s)
    for (std::size_t e = 0; e < a.events.size(); ++e)
      if (a.states[s] == state && a.next[s][e]) text += a.events[e] + " ";
  return text;
}

// Every move of the graph is a move of the automaton: it raises no false alarm on these runs.
TEST(Life, TheAutomatonTakesEveryRun) {
  for (const char* path : {"runs/clone-parent.scn", "runs/today.scn", "runs/threads.scn"})
    for (const bool exact : {false, true}) {
      const kernel::FairPidns system(*cli::bind(scenario_at(path)).system);
      const cli::Graph graph(system);
      const RvAutomaton a = cli::life_automaton(graph, exact);
      std::set<std::pair<std::uint32_t, std::uint32_t>> known{{0, 0}};
      std::vector<std::pair<std::uint32_t, std::uint32_t>> open{{0, 0}};
      while (!open.empty()) {
        const auto [state, at] = open.back();
        open.pop_back();
        const kernel::Life before = kernel::life_of(graph.state(state), 1);
        ASSERT_EQ(a.states[at].starts_with("absent"), !before.exists);
        for (const std::uint32_t to : graph.edges().targets(state)) {
          std::uint32_t next = at;
          for (const auto event :
               kernel::life_events(before, kernel::life_of(graph.state(to), 1))) {
            const auto name = kernel::kLifeEvents[static_cast<std::size_t>(event)];
            const auto column = std::find(a.events.begin(), a.events.end(), name);
            ASSERT_NE(column, a.events.end());
            const auto target = a.next[next][static_cast<std::size_t>(column - a.events.begin())];
            ASSERT_TRUE(target) << path << " " << name << " in " << a.states[next];
            next = *target;
          }
          if (known.emplace(to, next).second) open.emplace_back(to, next);
        }
      }
    }
}

// Sequences of events of at most `length`, by whole states in sets: nothing of the graph's engine.
using Words = std::set<std::vector<std::string>>;
Words words_of_model(const cli::System& system, std::size_t length) {
  using States = std::set<std::string>;
  const auto life = [](const auto& state) { return kernel::life_of(state, 1); };
  Words words{{}};
  std::map<std::vector<std::string>, States> open;
  for (const auto& state : system.initial()) open[{}].insert(naive::bytes_of(state));
  while (!open.empty()) {
    const auto [word, begin] = *open.begin();  // a word is done before what is longer
    open.erase(open.begin());
    States states = begin;
    std::vector<std::string> left(states.begin(), states.end());
    while (!left.empty()) {
      const auto from = naive::from_bytes<cli::System::State>(left.back());
      left.pop_back();
      system.successors(from, [&](const auto&, const auto& to, const auto&) {
        std::vector<std::string> longer = word;
        for (const auto event : kernel::life_events(life(from), life(to))) {
          if (longer.size() == length) return;
          longer.emplace_back(kernel::kLifeEvents[static_cast<std::size_t>(event)]);
          words.insert(longer);
        }
        const std::string bytes = naive::bytes_of(to);
        if (longer.size() > word.size())
          open[longer].insert(bytes);
        else if (states.insert(bytes).second)
          left.push_back(bytes);
      });
    }
  }
  return words;
}
Words words_of(const RvAutomaton& a, std::size_t length) {
  Words words{{}};
  std::vector<std::pair<std::vector<std::string>, std::uint32_t>> open{{{}, 0}};
  while (!open.empty()) {
    const auto [word, state] = open.back();
    open.pop_back();
    for (std::size_t e = 0; e < a.events.size() && word.size() < length; ++e) {
      if (!a.next[state][e]) continue;
      std::vector<std::string> longer = word;
      longer.push_back(a.events[e]);
      words.insert(longer);
      open.emplace_back(std::move(longer), *a.next[state][e]);
    }
  }
  return words;
}

TEST(Life, TheExactAutomatonHasTheWordsOfTheModelAndNoOthers) {
  for (const char* path : {"bz-07-stealth-child", "bz-07-stealth-child-fixed",
                           "bz-12-failed-fork-keeps-proc-fixed", "bz-49-leak-while-init-dies"}) {
    const cli::System system =
        *cli::bind(scenario_at("scenarios/" + std::string(path) + ".scn")).system;
    const kernel::FairPidns fair(system);
    const Words seen = words_of_model(system, 8);
    EXPECT_EQ(words_of(cli::life_automaton(cli::Graph(fair), true), 8), seen) << path;
    EXPECT_GT(seen.size(), 2U) << path;
  }
}

// With three tasks there is nobody left to be born once init exits; with more pids, setns() and
// unshare() there is.
TEST(Life, AMonitorKnowsWhatItsScenarioShows) {
  const auto dying = [](const char* path) {
    const kernel::FairPidns system(*cli::bind(scenario_at(path)).system);
    return events_in(cli::life_automaton(cli::Graph(system), false), "dying");
  };
  EXPECT_EQ(dying("runs/clone-parent.scn"), "free_pid ns_destroy ");
  EXPECT_EQ(dying("runs/today.scn"), "alloc_pid free_pid ns_destroy ");
}

TEST(Life, IsRefusedWhereItWouldBeWrong) {
  const kernel::FairPidns system(*cli::bind(scenario_at("runs/today.scn")).system);
  EXPECT_THROW(cli::life_automaton(cli::Graph(system, {.states_max = 100}), false),
               std::invalid_argument);
}

}  // namespace
}  // namespace nsmc
