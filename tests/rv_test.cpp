// The life of a namespace as an automaton, in the dialect that the kernel's tools read.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/cli/binding.hpp"
#include "checker/cli/ns_automaton.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/ns_life.hpp"
#include "tests/naive_explorer.hpp"
#include "traces/rv_dot.hpp"

namespace nsmc {
namespace {

using traces::RvAutomaton;

cli::System shipped(const std::string& name) {
  return *cli::bind(cli::scenarios_at(NSMC_SOURCE_DIR "/traces/scenarios/" + name + ".scn").at(0))
              .system;
}

RvAutomaton life_in(const std::string& scenario) {
  const kernel::FairPidns system(shipped(scenario));
  return cli::ns_automaton(cli::Graph(system));
}

const RvAutomaton kSmall{.states = {"absent", "alive"},
                         .finals = {"absent"},
                         .next = {{{"absent", "create"}, "alive"},
                                  {{"alive", "alloc_pid"}, "alive"},
                                  {{"alive", "free_pid"}, "alive"},
                                  {{"alive", "destroy"}, "absent"}}};

TEST(RvDot, IsWhatTheRulesSay) {
  EXPECT_EQ(traces::to_rv_dot(kSmall), R"(digraph state_automaton {
	center = true;
	size = "7,11";
	{node [shape = plaintext, style=invis, label=""] "__init_absent"};
	{node [shape = doublecircle] "absent"};
	{node [shape = circle] "alive"};
	"__init_absent" -> "absent";
	"absent" [label = "absent", color = green3];
	"absent" -> "alive" [ label = "create" ];
	"alive" [label = "alive"];
	"alive" -> "absent" [ label = "destroy" ];
	"alive" -> "alive" [ label = "alloc_pid\nfree_pid" ];
	{ rank = min ;
		"__init_absent";
		"absent";
	}
}
)");
  EXPECT_EQ(traces::from_rv_dot(traces::to_rv_dot(kSmall), "small"), kSmall);
}

// Each of them harmless to Graphviz, and another automaton to the kernel's tools.
TEST(RvDot, EachRuleThatIsBrokenIsNamed) {
  const std::string text = traces::to_rv_dot(kSmall);
  const auto refusal = [&](const std::string& from, const std::string& to) -> std::string {
    std::string wrong = text;
    const std::size_t at = wrong.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    wrong.replace(at, from.size(), to);
    try {
      traces::from_rv_dot(wrong, "x.dot");
    } catch (const std::invalid_argument& error) {
      return std::string(error.what()).substr(0, std::string("x.dot:0: rule 0").size());
    }
    return "accepted";
  };
  EXPECT_EQ(refusal("digraph state_automaton", "digraph life"), "x.dot:1: rule 1");
  EXPECT_EQ(refusal("\t{node [shape = circle] \"alive\"};", "\t\"alive\" [shape = circle];"),
            "x.dot:6: rule 5");
  EXPECT_EQ(refusal("\"alive\"};", "\"alive\"}"), "x.dot:6: rule 2");
  EXPECT_EQ(refusal("__init_absent\"};", "__init_nowhere\"};"), "x.dot:7: rule 3");
  EXPECT_EQ(refusal("plaintext", "circle"), "x.dot:4: rule 3");
  EXPECT_EQ(refusal("\t\"__init_absent\" -> \"absent\";\n", ""), "x.dot:7: rule 5");
  EXPECT_EQ(refusal("[ label = \"create\" ]", "[label=\"create\"]"), "x.dot:9: rule 6");
  EXPECT_EQ(refusal("\t\"alive\" -> \"absent\"", "\n\t\"alive\" -> \"absent\"").substr(0, 6),
            "x.dot:");
  EXPECT_EQ(refusal("\"create\"", "\"to create\""), "x.dot:9: rule 7");
  EXPECT_EQ(refusal("\"destroy\"", "\"free_pid\""), "x.dot:12: rule ");
  // Rule 4: without final state the initial one is.
  std::string none = text;
  none.replace(none.find("doublecircle"), std::string("doublecircle").size(), "circle");
  EXPECT_EQ(traces::from_rv_dot(none, "x.dot"), kSmall);
}

// Sequences of events of at most so many, by whole states in sets: nothing of the engine.
using Words = std::set<std::vector<std::string>>;
Words words_of_model(const cli::System& system, std::size_t length) {
  using States = std::set<std::string>;
  const auto name = [](unsigned events) {
    std::string text;
    for (std::size_t i = 0; i < kernel::kNsEvents.size(); ++i)
      if ((events >> i & 1U) != 0)
        text += (text.empty() ? "" : "_and_") + std::string(kernel::kNsEvents[i]);
    return text;
  };
  Words words;
  std::map<std::vector<std::string>, States> layer;
  for (const auto& state : system.initial()) layer[{}].insert(naive::bytes_of(state));
  for (std::size_t k = 0; k <= length; ++k) {
    std::map<std::vector<std::string>, States> next;
    for (auto& [word, states] : layer) {
      words.insert(word);
      std::vector<std::string> left(states.begin(), states.end());
      while (!left.empty()) {
        const auto from = naive::from_bytes<cli::System::State>(left.back());
        left.pop_back();
        system.successors(
            from, [&, &word = word, &states = states](const auto&, const auto& to, const auto&) {
              const unsigned events = kernel::ns_events(from, to, 1);
              if (events == 0) {
                if (states.insert(naive::bytes_of(to)).second) left.push_back(naive::bytes_of(to));
                return;
              }
              std::vector<std::string> longer = word;
              longer.push_back(name(events));
              next[longer].insert(naive::bytes_of(to));
            });
      }
    }
    layer = std::move(next);
  }
  return words;
}
Words words_of(const RvAutomaton& automaton, std::size_t length) {
  Words words;
  std::map<std::vector<std::string>, std::string> layer = {{{}, automaton.states.at(0)}};
  for (std::size_t k = 0; k <= length; ++k) {
    std::map<std::vector<std::string>, std::string> next;
    for (const auto& [word, state] : layer) {
      words.insert(word);
      for (const auto& [key, to] : automaton.next) {
        if (key.first != state) continue;
        std::vector<std::string> longer = word;
        longer.push_back(key.second);
        next[longer] = to;
      }
    }
    layer = std::move(next);
  }
  return words;
}

TEST(NsAutomaton, SeesWhatTheModelDoesAndNothingElse) {
  for (const char* scenario :
       {"bz-07-stealth-child", "bz-07-stealth-child-fixed", "bz-12-failed-fork-keeps-proc-fixed",
        "bz-49-leak-while-init-dies"}) {
    const RvAutomaton life = life_in(scenario);
    EXPECT_EQ(traces::from_rv_dot(traces::to_rv_dot(life), scenario), life);
    const Words seen = words_of_model(shipped(scenario), 8);
    EXPECT_EQ(words_of(life, 8), seen) << scenario;
    EXPECT_GT(seen.size(), 2U) << scenario;
  }
}

// The order of a namespace's life, as kernels that have no bug in it keep it.
TEST(NsAutomaton, ANamespaceIsMadeBeforeItHasNumbersAndGoesAfterThem) {
  const RvAutomaton life = life_in("bz-07-stealth-child-fixed");
  EXPECT_EQ(life.next.count({"absent", "create"}), 1U);
  for (const auto& [key, to] : life.next)
    EXPECT_TRUE(key.first != "absent" || key.second == "create") << to;
}

}  // namespace
}  // namespace nsmc
