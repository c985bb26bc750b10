// Liveness of the kernel on shipped scenarios, and its graphs as other programs read them.
// SPDX-License-Identifier: MIT
#include "props/liveness.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "checker/cli/asked.hpp"
#include "checker/cli/binding.hpp"
#include "checker/cli/graph.hpp"
#include "checker/cli/load_run.hpp"
#include "checker/cli/report_input.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/graph/bisimulation.hpp"
#include "model/kernel/observation.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/text.hpp"

namespace nsmc {
namespace {

kernel::FairPidns shipped(const std::string& name, const std::string& defect = "") {
  cli::CheckOptions options;
  options.defect = defect;
  traces::Scenario scenario =
      cli::scenarios_at(NSMC_SOURCE_DIR "/traces/scenarios/" + name + ".scn").at(0);
  cli::apply(options, scenario);
  return kernel::FairPidns(*cli::bind(scenario).system);
}

std::string verdict(const std::string& id, const std::string& scenario,
                    const std::string& defect = "", std::uint64_t states_max = 0) {
  const kernel::FairPidns system = shipped(scenario, defect);
  checker::Limits limits;
  if (states_max > 0) limits.states_max = states_max;
  return cli::judge_row(cli::Graph(system, limits), id).verdict;
}

TEST(Kernel, ABugShowsAndItsFixDoesNot) {
  const std::tuple<const char*, const char*, const char*> kPairs[] = {
      {"L1.live", "bz-20-nested-init-survives", "holds"},
      {"L1.live", "bz-40-waits-for-its-own-leader", "holds"},
      {"L1.live", "bz-56-born-after-death", "holds"},
      {"L1.live", "bz-60-init-waits-for-its-list", "holds"},
      {"L1.live", "bz-65-zap-and-rcu-tasks", "holds"},
      {"L2.live", "bz-10-namespace-leak", "holds"},
      {"L2.live", "bz-12-failed-fork-keeps-proc", "holds"},
      {"L3.live", "bz-65-killed-while-it-waits", "holds"},
      {"L4.live", "bz-10-namespace-leak", "holds"},
      {"L6.live", "bz-43-lost-wakeup", "vacuous"},  // woken in the step that ends the wait
      {"L8.live", "bz-08-dead-leader", "holds"},
      {"L9.live", "bz-65-zap-and-rcu-tasks", "holds"},
      {"L9.live", "bz-65b-traced-zombie-and-rcu-tasks", "holds"},
  };
  for (const auto& [id, scenario, fixed] : kPairs) {
    EXPECT_EQ(verdict(id, scenario), "violated") << id << " " << scenario;
    EXPECT_EQ(verdict(id, std::string(scenario) + "-fixed"), fixed) << id << " " << scenario;
  }
}

// The bounds are those of the run: 104,822 states.
TEST(Kernel, TodayAllIsWell) {
  const traces::Scenario run = cli::scenarios_at(NSMC_SOURCE_DIR "/traces/runs/today.scn").at(0);
  const kernel::FairPidns system(*cli::bind(run).system);
  const cli::Graph graph(system);
  ASSERT_TRUE(graph.complete());
  for (const props::LiveRow& row : props::live_catalogue()) {
    const std::string id(row.id);
    // An init whose wait is over is woken in that step since 3.12: nobody is seen waiting.
    EXPECT_EQ(cli::judge_row(graph, id).verdict, id == "L6.live" ? "vacuous" : "holds") << id;
  }
}

TEST(Kernel, ASleepThatIsDeafToSigkillShows) {
  EXPECT_EQ(verdict("L3.live", "sigkill-from-outside-kills-init", "do-wait-ignores-sigkill"),
            "violated");
  EXPECT_EQ(verdict("L3.live", "sigkill-from-outside-kills-init"), "holds");
}

TEST(Kernel, CompleteOrNothing) {
  for (const props::LiveRow& row : props::live_catalogue()) {
    const std::string id(row.id);
    for (const std::uint64_t limit : {1, 10, 50, 100})
      EXPECT_EQ(verdict(id, "bz-20-nested-init-survives-fixed", "", limit), "unknown") << id;
  }
  EXPECT_EQ(verdict("L1.live", "bz-20-nested-init-survives", "", 104), "violated")
      << "what is found is real, complete or not";
}

// Real runs that go round: t1 tries to take tasklist_lock only while others have it.
TEST(Kernel, AnUnfairLockLetsAnInitStarve) {
  const traces::Scenario run =
      cli::scenarios_at(NSMC_SOURCE_DIR "/traces/runs/clone-parent.scn").at(0);
  const kernel::Pidns system = *cli::bind(run).system;
  for (const char* id : {"L1.live", "L9.live"}) {
    const kernel::FairPidns unfair(system, false), fair(system);
    const traces::LivenessRecord starved = cli::judge_row(cli::Graph(unfair), id);
    EXPECT_EQ(starved.verdict, "violated") << id;
    EXPECT_FALSE(starved.loop.empty()) << id;
    EXPECT_EQ(cli::judge_row(cli::Graph(fair), id).verdict, "holds") << id;
  }
}

std::string refusal(const std::string& itf) {
  const std::string path = testing::TempDir() + "/lasso.itf.json";
  traces::write_atomically(path, itf);
  try {
    cli::load_run(path, "");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// One run for each row: it rests, or goes round.
TEST(LassoTrace, IsExecutedAnewAndAskedAgain) {
  std::vector<traces::Trace> lassos;
  for (const auto& [id, scenario] :
       std::map<std::string, std::string>{{"L1.live", "bz-20-nested-init-survives"},
                                          {"L2.live", "bz-12-failed-fork-keeps-proc"},
                                          {"L3.live", "bz-65-killed-while-it-waits"},
                                          {"L4.live", "bz-10-namespace-leak"},
                                          {"L6.live", "bz-43-lost-wakeup"},
                                          {"L8.live", "bz-08-dead-leader"},
                                          {"L9.live", "bz-65-zap-and-rcu-tasks"}})
    lassos.push_back(
        cli::load_run(NSMC_SOURCE_DIR "/traces/scenarios/" + scenario + ".scn", id).trace);
  const traces::Scenario run =
      cli::scenarios_at(NSMC_SOURCE_DIR "/traces/runs/clone-parent.scn").at(0);
  const kernel::FairPidns unfair(*cli::bind(run).system, false);
  lassos.push_back(*cli::judge_row(cli::Graph(unfair), "L1.live", run).run);
  EXPECT_LT(*lassos.back().loop + 1, lassos.back().steps.size());
  for (const traces::Trace& lasso : lassos) {
    const std::string text = traces::to_itf(lasso), id = lasso.meta.at("property");
    EXPECT_EQ(refusal(text), "accepted") << id;
    const std::string loop = fmt::format("\"loop\":{}", *lasso.loop);
    EXPECT_NE(refusal(replaced(text, loop, "\"loop\":0")), "accepted") << id;
    EXPECT_NE(refusal(replaced(text, "],\n\"loop", "],\n\"noose")), "accepted") << id;
    EXPECT_NE(refusal(replaced(text, ",\n" + loop, "")), "accepted") << id;
    for (const char* key : {"waits", "fairness", "because", "says", "verdict"})
      EXPECT_NE(
          refusal(replaced(text, fmt::format("\"{}\":\"", key), fmt::format("\"{}\":\"t", key))),
          "accepted")
          << id << " " << key;
    EXPECT_NE(traces::to_text(lasso).find("and for ever"), std::string::npos) << id;
  }
}

TEST(LassoTrace, IsAReportWithItsWait) {
  const auto [bound, trace] =
      cli::load_run(NSMC_SOURCE_DIR "/traces/scenarios/bz-43-lost-wakeup.scn", "L6.live");
  const traces::Report report = cli::report_of(bound, trace);
  EXPECT_EQ(report.truths.at(0).id, "L6.live");
  EXPECT_EQ(report.truths[0].changes.back().second, traces::Truth::awaited);
  EXPECT_FALSE(report.violation);
  EXPECT_NE(traces::to_page_json(report).find(fmt::format("\"loop\":{}", *trace.loop)),
            std::string::npos);
}

// A labelled transition system, and whether the initial states of two are bisimilar: Kanellakis and
// Smolka's refinement without any of its cleverness.
struct Lts {
  std::vector<std::vector<std::pair<std::string, std::size_t>>> edges;
  std::size_t count() const {
    std::size_t all = 0;
    for (const auto& out : edges) all += out.size();
    return all;
  }
};
bool bisimilar(const Lts& a, const Lts& b) {
  std::vector<std::vector<std::pair<std::string, std::size_t>>> both = a.edges;
  for (auto out : b.edges) {
    for (auto& edge : out) edge.second += a.edges.size();
    both.push_back(std::move(out));
  }
  std::vector<std::size_t> block(both.size());
  for (std::size_t blocks = 1;;) {
    std::map<std::pair<std::size_t, std::set<std::pair<std::string, std::size_t>>>, std::size_t>
        next;
    std::vector<std::size_t> refined;
    for (std::size_t i = 0; i < both.size(); ++i) {
      std::set<std::pair<std::string, std::size_t>> out;
      for (const auto& [label, to] : both[i]) out.emplace(label, block[to]);
      refined.push_back(next.emplace(std::pair(block[i], out), next.size()).first->second);
    }
    block = refined;
    if (next.size() == blocks) return block[0] == block[a.edges.size()];
    blocks = next.size();
  }
}

std::string aut_of(const cli::Graph& graph) {
  std::string text;
  traces::to_aut(cli::text_of(graph), [&](std::string_view piece) { text += piece; });
  return text;
}
Lts by_label(const traces::Aut& aut) {
  Lts lts;
  lts.edges.resize(aut.states);
  for (const auto& edge : aut.edges)
    lts.edges[edge.from].emplace_back(aut.labels[edge.label], edge.to);
  return lts;
}
checker::Lts numbered(const Lts& lts, std::map<std::string, std::uint32_t>& numbers) {
  std::vector<checker::LtsEdge> edges;
  for (std::size_t from = 0; from < lts.edges.size(); ++from)
    for (const auto& [label, to] : lts.edges[from])
      edges.push_back({static_cast<std::uint32_t>(from),
                       numbers.emplace(label, numbers.size()).first->second,
                       static_cast<std::uint32_t>(to)});
  return checker::Lts::from(static_cast<std::uint32_t>(lts.edges.size()), std::move(edges));
}
// By the refinement above and by that of the checker, which have to agree.
bool both_say_bisimilar(const Lts& a, const Lts& b) {
  std::map<std::string, std::uint32_t> numbers;
  const checker::Lts first = numbered(a, numbers), second = numbered(b, numbers);
  const bool answer = bisimilar(a, b);
  EXPECT_EQ(checker::bisimilar(first, second), answer);
  return answer;
}

// Depth first and by a map: nothing of the store, nothing of the graph.
Lts explored(const kernel::FairPidns& system) {
  const auto bytes = [](const kernel::Pidns::State& s) {
    return std::string(reinterpret_cast<const char*>(&s), sizeof s);
  };
  std::map<std::string, std::size_t> known;
  std::vector<kernel::Pidns::State> states = system.initial();
  known.emplace(bytes(states[0]), 0);
  Lts lts;
  lts.edges.resize(1);
  std::vector<std::size_t> open{0};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    const kernel::Pidns::State from = states[at];
    system.successors(from, [&](const auto& action, const auto& after, const auto&) {
      const auto [to, is_new] = known.emplace(bytes(after), states.size());
      if (is_new) {
        states.push_back(after);
        lts.edges.emplace_back();
        open.push_back(to->second);
      }
      lts.edges[at].emplace_back(system.actor(action) + "  " + system.label(from, action),
                                 to->second);
    });
  }
  return lts;
}

TEST(Aut, ReadAgainIsTheGraph) {
  for (const char* name : {"bz-20-nested-init-survives", "bz-60-init-waits-for-its-list"}) {
    const kernel::FairPidns system = shipped(name);
    const Lts read = by_label(traces::read_aut(aut_of(cli::Graph(system))));
    const Lts naive = explored(system);
    EXPECT_EQ(read.edges.size(), naive.edges.size());
    EXPECT_EQ(read.count(), naive.count());
    EXPECT_TRUE(both_say_bisimilar(read, naive));
    Lts other = naive;
    other.edges.back().emplace_back("a move that there is not", 0);
    EXPECT_FALSE(both_say_bisimilar(read, other));
    other = naive;
    other.edges[0][0].first = "another label";
    EXPECT_FALSE(both_say_bisimilar(read, other));
    other = naive;
    other.edges[0].pop_back();
    EXPECT_FALSE(both_say_bisimilar(read, other));
  }
}

TEST(Aut, IsReadStrictly) {
  const traces::Aut aut = traces::read_aut("des (1, 2, 3)\n(0,\"a \\\" b\",1)\n(1, tau, 2)\n");
  EXPECT_EQ(aut.initial, 1U);
  EXPECT_EQ(aut.labels, (std::vector<std::string>{"a \" b", "tau"}));
  const std::pair<const char*, std::size_t> kWrong[] = {
      {"", 0},
      {"des (0,0,0)\n", 1},
      {"des (0,0,1)", 1},
      {"des (0,0,1) x\n", 1},
      {"dos (0,0,1)\n", 1},
      {"des (0,-1,1)\n", 1},
      {"des (0,0,4294967296)\n", 1},
      {"des (0,1,1)\n", 1},
      {"des (0,0,1)\n(0,a,0)\n", 2},
      {"des (0,2,2)\n(0,a,1)\n(0,a,2)\n", 3},
      {"des (0,1,1)\n(0,\"a,0)\n", 2},
      {"des (0,1,1)\n(0,a b,0)\n", 2},
      {"des (0,1,1)\n(0,,0)\n", 2},
      {"des (0,1,1)\n\n", 2},
  };
  for (const auto& [text, line] : kWrong) try {
      traces::read_aut(text);
      ADD_FAILURE() << text;
    } catch (const traces::GraphError& error) {
      EXPECT_EQ(error.line, line) << text << error.what();
    }
}

TEST(Dot, IsCappedAndSaysSo) {
  const kernel::FairPidns system = shipped("bz-20-nested-init-survives");
  const std::string dot = traces::to_dot(cli::text_of(cli::Graph(system)), "x", 10);
  EXPECT_NE(dot.find("the first 10 of 105 states"), std::string::npos);
  EXPECT_EQ(dot.find("11 ->"), std::string::npos);
}

// Each move keeps the node, or is an edge; and each edge can be taken from every state of its node,
// if not at once, then without leaving it: what makes it more than a picture.
TEST(Quotient, EachStateOfANodeCanDoWhatTheNodeCan) {
  for (const char* name : {"bz-20-nested-init-survives", "bz-60-init-waits-for-its-list"}) {
    const kernel::FairPidns system = shipped(name);
    const cli::Graph graph(system);
    std::map<std::vector<std::string>, std::uint32_t> numbers;
    std::vector<std::uint32_t> colour;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
      colour.push_back(numbers.emplace(kernel::seen_by_user_space(graph.state(i)), numbers.size())
                           .first->second);
    const checker::Blocks blocks = checker::stutter_equivalence(graph.edges(), colour);
    const checker::Csr small = checker::collapsed(graph.edges(), blocks);
    EXPECT_EQ(small.size(), cli::quotient_of(graph).nodes.size());
    EXPECT_LT(small.size(), graph.size() / 2);
    for (std::uint32_t i = 0; i < graph.size(); ++i) {
      std::set<std::uint32_t> inside{i}, left;
      std::vector<std::uint32_t> open{i};
      while (!open.empty()) {
        const std::uint32_t at = open.back();
        open.pop_back();
        ASSERT_EQ(colour[at], colour[i]);
        for (const std::uint32_t to : graph.edges().targets(at)) {
          if (blocks.of[to] != blocks.of[i])
            left.insert(blocks.of[to]);
          else if (inside.insert(to).second)
            open.push_back(to);
        }
      }
      const auto edges = small.targets(blocks.of[i]);
      EXPECT_EQ(std::vector(left.begin(), left.end()), std::vector(edges.begin(), edges.end()));
    }
  }
}

}  // namespace
}  // namespace nsmc
