// A person at the viewer, on runs of the kernel: panes, searches, and moves taken by hand.
// SPDX-License-Identifier: MIT
#include "traces/replay/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "checker/cli/load_run.hpp"
#include "checker/cli/onward.hpp"
#include "checker/cli/report_input.hpp"
#include "traces/replay/panes.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc {
namespace {

using traces::Session;

struct Opened {
  cli::Bound bound;
  Session session;
};

Opened open(const std::string& scenario) {
  cli::LoadedRun run = cli::load_run(NSMC_SOURCE_DIR "/traces/scenarios/" + scenario + ".scn", "");
  traces::Report report = cli::report_of(run.bound, std::move(run.trace));
  traces::Onward onward = cli::onward_of(run.bound);
  return {std::move(run.bound), Session(std::move(report), std::move(onward))};
}

void type(Session& session, std::string_view bytes) {
  while (!bytes.empty()) session.press(traces::take_key(bytes));
}

std::string pane(const traces::Report& report, std::size_t k, traces::Pane which) {
  std::string text;
  for (const std::string& line : traces::pane_text(report, k, which, 200, false, 1000))
    text += line + "\n";
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Panes, TellTheStoryOfAChildThatNobodySees) {
  const Opened opened = open("bz-07-stealth-child");
  const traces::Report& report = opened.session.report();
  const std::string tree = pane(report, 28, traces::Pane::tree);
  EXPECT_TRUE(has(tree, "ns1 N  level 1  kref 3  reaper NULL!*")) << tree;
  EXPECT_TRUE(has(tree, "t2 I exiting  t3 C dead")) << tree;
  const std::string pids = pane(report, 28, traces::Pane::pids);
  EXPECT_TRUE(has(pids, "4 t3 C")) << pids;
  const std::string lives = pane(report, 28, traces::Pane::lives);
  EXPECT_TRUE(has(lives, ">  28  R   R     X<    D")) << lives;
}

// Right counts have as many holders as they say; the one that is wrong is marked, and in its step.
TEST(Panes, AWrongCountIsMarked) {
  const Opened opened = open("bz-49-leak-while-init-dies");
  const traces::Report& report = opened.session.report();
  const std::size_t last = report.trace.steps.size() - 1;
  EXPECT_TRUE(has(pane(report, last, traces::Pane::holders), "ns1 N  kref 4 but 3 held:!*"));
  for (std::size_t k = 0; k < last; ++k)
    for (const traces::PaneRow& row : traces::pane_rows(report, k, traces::Pane::holders))
      for (const traces::PaneCell& cell : row.cells) EXPECT_FALSE(cell.is_wrong) << k << cell.text;
}

TEST(Session, FitsEveryScreenInEveryPane) {
  for (const char* scenario : {"bz-07-stealth-child", "bz-49-leak-while-init-dies"})
    for (const char* keys : {"f", "t12g", "cv", "m20g", "iv", "o", "/exit", "?"}) {
      Opened opened = open(scenario);
      type(opened.session, keys);
      for (std::size_t width = 20; width < 121; width += 20)
        for (std::size_t height = 6; height < 40; height += 9) {
          std::string screen = opened.session.screen(width, height, false);
          EXPECT_EQ(screen.find('\x1b'), std::string::npos);
          std::size_t lines = 0;
          for (screen += '\n'; !screen.empty(); ++lines) {
            ASSERT_LE(traces::columns(screen.substr(0, screen.find('\n'))), width) << screen;
            screen.erase(0, screen.find('\n') + 1);
          }
          ASSERT_EQ(lines, height) << keys;
        }
    }
}

TEST(Session, AKeyGoesToWhereTheLoopBegins) {
  Opened finite = open("bz-07-stealth-child");
  type(finite.session, "b");
  EXPECT_TRUE(has(finite.session.screen(80, 24, false), "this run has no loop"));
  traces::Report report = finite.session.report();
  report.trace.loop = 12;
  Session endless(std::move(report));
  type(endless, "vb");
  EXPECT_EQ(endless.state().step, 12U);
  EXPECT_TRUE(has(endless.screen(80, 24, false), "(here the loop begins)"));
}

TEST(Session, KeysShowPanesAndFindSteps) {
  Opened opened = open("bz-07-stealth-child");
  const auto shows = [&](const std::string& part) {
    return has(opened.session.screen(80, 24, false), part);
  };
  type(opened.session, "28gt");
  EXPECT_TRUE(shows("reaper NULL")) << opened.session.screen(80, 24, false);
  type(opened.session, "c");
  EXPECT_TRUE(shows("the swapper")) << opened.session.screen(80, 24, false);
  type(opened.session, "m");
  EXPECT_TRUE(shows("last_pid")) << opened.session.screen(80, 24, false);
  type(opened.session, "g/kill_all\r");
  EXPECT_EQ(opened.session.state().step, 21U);
  type(opened.session, "/no such step\r");
  EXPECT_EQ(opened.session.state().step, 21U);
  EXPECT_FALSE(opened.session.state().notice.empty());
}

TEST(Session, AnotherMoveIsTakenAndUndone) {
  Opened opened = open("bz-07-stealth-child");
  Session& session = opened.session;
  const traces::Trace trace = session.report().trace;
  type(session, "20go");
  EXPECT_TRUE(has(session.screen(80, 24, false), "C: exit()")) << session.screen(80, 24, false);
  type(session, "7\r");
  EXPECT_EQ(session.state().notice, "there is no move 7");
  type(session, "2\r");
  const traces::Trace& other = session.report().trace;
  ASSERT_EQ(other.steps.size(), 22U);
  EXPECT_EQ(other.steps[21].actor, "t3");
  EXPECT_EQ(session.state().step, 21U);
  EXPECT_FALSE(traces::verify(*opened.bound.system, other).has_value());
  EXPECT_EQ(other.meta.at("verdict"), "not violated");
  EXPECT_EQ(other.meta.count("shortest") + other.meta.count("because"), 0U);
  type(session, "u");
  EXPECT_EQ(session.report().trace.steps.size(), trace.steps.size());
  EXPECT_EQ(session.state().step, 20U);
  type(session, "u");
  EXPECT_EQ(session.state().notice, "this is the trace itself");
}

// By hand along the run itself: the same states, and the same end.
TEST(Session, TheRunsOwnMovesLeadToItsEnd) {
  Opened opened = open("bz-12-failed-fork-keeps-proc");
  const traces::Trace trace = opened.session.report().trace;
  for (std::size_t k = 0; k + 1 < trace.steps.size(); ++k) {
    type(opened.session, "o");
    const auto& moves = opened.session.state().moves;
    const auto own = std::find_if(moves.begin(), moves.end(), [&](const traces::OtherMove& move) {
      return move.code == trace.steps[k + 1].code;
    });
    ASSERT_NE(own, moves.end()) << k;
    type(opened.session, std::to_string(own - moves.begin() + 1) + "\r");
  }
  const traces::Trace& by_hand = opened.session.report().trace;
  ASSERT_EQ(by_hand.steps.size(), trace.steps.size());
  for (std::size_t i = 0; i < trace.steps.back().fields.size(); ++i)
    EXPECT_EQ(by_hand.steps.back().fields[i].value, trace.steps.back().fields[i].value);
  EXPECT_EQ(by_hand.meta.at("verdict"), "violated");
}

}  // namespace
}  // namespace nsmc
