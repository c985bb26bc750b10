// Traces re-executed, shown and stepped through, on a toy of two counters.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "traces/itf.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/replay/viewer.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

// Two actors add 1 or 2 to their own counter, up to 9.
struct Counters {
  struct State {
    std::uint8_t left, right;
  };
  struct Action {
    std::uint8_t right, by;
  };
  struct Events {};

  std::vector<State> initial() const { return {{0, 0}, {1, 0}}; }
  template <class Emit>
  void successors(const State& s, Emit emit) const {
    for (const Action a : {Action{0, 1}, Action{0, 2}, Action{1, 1}, Action{1, 2}}) {
      State after{};
      Events events{};
      if (execute(s, a, after, events)) emit(a, after, events);
    }
  }
  bool execute(const State& s, const Action& a, State& after, Events&) const {
    if (a.right > 1 || a.by < 1 || a.by > 2) return false;
    after = s;
    std::uint8_t& counter = a.right == 1 ? after.right : after.left;
    counter = static_cast<std::uint8_t>(counter + a.by);
    return counter <= 9;
  }
  std::vector<std::uint8_t> significant_bits() const { return {15, 15}; }
  int step_count() const { return 1; }
  std::string step_name(int) const { return "add"; }
  template <class OnStep>
  void each_step(const Events&, OnStep on_step) const {
    on_step(0);
  }
  std::string terminal(const State&) const { return "full"; }
  std::vector<lang::Field> fields(const State& s) const {
    return {{"left", std::to_string(s.left)},
            {"right.counter", std::to_string(s.right)},
            {"equal", s.left == s.right ? "true" : "false"},
            {"larger", s.left > s.right   ? "left"
                       : s.left < s.right ? "right"
                                          : "0"}};
  }
  std::string actor(const Action& a) const { return a.right == 1 ? "R" : "L"; }
  std::string label(const State&, const Action& a) const {
    return a.by == 1 ? "add_one" : "add_two/twice";
  }
};
static_assert(lang::System<Counters>);

const Counters kSystem;
const lang::Run<Counters> kRun{1, {{0, 1}, {1, 2}, {0, 2}, {1, 1}, {1, 1}}};

Trace recorded() {
  return record(kSystem, kRun,
                {{"property", "C1"},
                 {"says", "The counters never meet."},
                 {"kernel", "2.6.24-seed"},
                 {"config", "scenario two-counters"},
                 {"shortest", "true"},
                 {"because", "left is 4 since step 3;\nand right since step 5: a contradiction."},
                 {"replay", "./nsmc replay out/C1.itf.json"}});
}

std::string divergence(const Trace& trace) {
  const std::optional<Divergence> found = verify(kSystem, trace);
  return found ? found->what : "none";
}

TEST(Stepper, RecordsWhatTheSystemDoes) {
  const Trace trace = recorded();
  ASSERT_EQ(trace.steps.size(), 6U);
  EXPECT_EQ(trace.steps[0].action, "initial");
  EXPECT_EQ(trace.steps[2].actor + trace.steps[2].code, "R0102");
  EXPECT_EQ(trace.steps[2].fields[3].value, "0");
  EXPECT_EQ(divergence(trace), "none");
  EXPECT_THROW(record(kSystem, {2, {}}), std::logic_error);
  EXPECT_THROW(record(kSystem, {0, {{0, 3}}}), std::logic_error);
}

TEST(Stepper, CodesHaveOneSpelling) {
  for (int right = 0; right < 256; ++right) {
    const Counters::Action action{static_cast<std::uint8_t>(right), 171};
    EXPECT_EQ(from_code<Counters::Action>(to_code(action))->right, right);
  }
  for (const char* wrong : {"", "01", "010", "01020", "01AB", "01 2", "0x12", "-102"})
    EXPECT_FALSE(from_code<Counters::Action>(wrong)) << wrong;
}

TEST(Stepper, SaysWhereATraceDiverges) {
  const auto says = [](const std::function<void(Trace&)>& change) {
    Trace trace = recorded();
    change(trace);
    return divergence(trace);
  };
  EXPECT_EQ(says([](Trace& t) { t.steps[3].fields[0].value = "3"; }),
            "step 3: field left is 3 in the trace and 4 in the model");
  EXPECT_EQ(says([](Trace& t) { t.steps[3].fields[0].name = "\x1b[2J"; }),
            "step 3: the name of field 1 is \\x1b[2J in the trace and left in the model");
  EXPECT_EQ(says([](Trace& t) { t.steps[3].fields.pop_back(); }),
            "step 3: the number of fields is 3 in the trace and 4 in the model");
  EXPECT_EQ(says([](Trace& t) { t.steps[3].action.clear(); }),
            "step 3: the action is empty in the trace and add_two/twice in the model");
  EXPECT_EQ(says([](Trace& t) { t.steps[3].code = "0A"; }),
            "step 3: the code 0A is not that of an action");
  EXPECT_EQ(says([](Trace& t) { t.steps[3].code = "0003"; }),
            "step 3: the model cannot do add_two/twice (code 0003) here");
  EXPECT_EQ(says([](Trace& t) { t.steps[0].fields[0].value = "2"; }),
            "step 0: this is none of the 2 initial states of the model");
  EXPECT_EQ(says([](Trace& t) { t.steps.clear(); }), "step 0: the trace has no initial state");
}

TEST(Stepper, DetectsEverySingleCorruption) {
  const Trace trace = recorded();
  const auto detected = [&](const std::function<void(TraceStep&)>& corrupt) {
    for (std::size_t k = 0; k < trace.steps.size(); ++k) {
      Trace bad = trace;
      corrupt(bad.steps[k]);
      const std::optional<Divergence> found = verify(kSystem, bad);
      ASSERT_TRUE(found);
      EXPECT_TRUE(found->step == k || found->step == 0 || k == 0) << found->what;
    }
  };
  detected([](TraceStep& s) { s.actor += 'x'; });
  detected([](TraceStep& s) { s.action += 'x'; });
  detected([](TraceStep& s) { s.code += '0'; });
  detected([](TraceStep& s) { s.code = s.code == "0101" ? "0001" : "0101"; });
  detected([](TraceStep& s) { s.fields.push_back({"more", "0"}); });
  detected([](TraceStep& s) { s.fields.pop_back(); });
  detected([](TraceStep& s) { std::swap(s.fields[0], s.fields[1]); });
  for (std::size_t i = 0; i < trace.steps[0].fields.size(); ++i) {
    detected([i](TraceStep& s) { s.fields[i].value += '0'; });
    detected([i](TraceStep& s) { s.fields[i].name += '0'; });
  }
}

// Steps are evidence, meta is commentary: a flip that survives both doors changed no step.
TEST(Stepper, NoFlippedByteIsBelieved) {
  const Trace original = recorded();
  const std::string text = to_itf(original);
  const std::string steps = to_itf({{}, original.steps});
  std::mt19937 random(7);
  int refused = 0, diverged = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bad = text;
    char& byte = bad[random() % bad.size()];
    byte = static_cast<char>(byte ^ static_cast<char>(1 + random() % 255));
    try {
      const Trace trace = from_itf(bad, "flipped");
      if (verify(kSystem, trace))
        ++diverged;
      else
        ASSERT_EQ(to_itf({{}, trace.steps}), steps) << bad;
    } catch (const TraceError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10'000);
  EXPECT_GT(diverged, 100);
  EXPECT_LT(refused + diverged, 20'000);
}

TEST(Text, ShowsOnlyWhatChanges) {
  EXPECT_EQ(to_text(recorded()), R"(C1 violated: The counters never meet.
kernel 2.6.24-seed · scenario two-counters · 5 steps, shortest

  1  L  add_one        left  1 -> 2
  2  R  add_two/twice  right.counter  0 -> 2
                       equal          false -> true
                       larger         left -> 0
  3  L  add_two/twice  left    2 -> 4
                       equal   true -> false
                       larger  0 -> left
  4  R  add_one        right.counter  2 -> 3
  5  R  add_one        right.counter  3 -> 4
                       equal          false -> true
                       larger         left -> 0

Why it is false: left is 4 since step 3;
and right since step 5: a contradiction.
replay:  ./nsmc replay out/C1.itf.json
)");
  const Trace one{{}, {recorded().steps[0], recorded().steps[1]}};
  EXPECT_EQ(to_text(one, {.all_fields = true}), R"(1 step

  0     initial  left    1
                 larger  left
  1  L  add_one  left    1 -> 2
                 larger  left
)");
}

TEST(Text, ShowsMovesOnly) {
  Trace two{{}, recorded().steps};
  two.steps.resize(3);
  EXPECT_EQ(to_text(two, {.moves_only = true}), R"(2 steps

  1  L  add_one
  2  R  add_two/twice
)");
}

TEST(Text, WrapsAndNeverLetsBytesThrough) {
  Trace trace{{{"property", "I\x1b[2J"}, {"says", std::string(90, 'x') + " yes"}},
              {{"", "initial", "", {{"f", "0"}}},
               {"P\n", "sys_clone/" + std::string(80, 'a'), "", {{"f", "a b c d e f g h i"}}},
               {"\xff", "free", "", {{"f", "\x9b \xc2\x9b \xe2\x80\xae"}}}}};
  for (const bool colour : {false, true}) {
    std::string text = to_text(trace, {.colour = colour, .width = 40});
    EXPECT_EQ(text.find('\x1b') != std::string::npos, colour);
    EXPECT_NE(text.find("\\xff"), std::string::npos);
    EXPECT_NE(text.find("\\u{9b} \\u{202e}"), std::string::npos) << text;
    if (colour) continue;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      EXPECT_LE(columns(text.substr(0, end)), 40U) << text.substr(0, end);
      text.erase(0, end + 1);
    }
  }
  EXPECT_EQ(printable("a·\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80\xe2\x82"),
            "a·\\xed\\xa0\\x80\\xc0\\x80\\xf4\\x90\\x80\\x80\\xe2\\x82");
  EXPECT_EQ(wrapped("aa bb cccccc", 5), (std::vector<std::string>{"aa bb", "ccccc", "c"}));
}

Report told(const Trace& trace) {
  Report report{trace, {}, {}, {}, {}, {}};
  report.files.resize(trace.steps.size());
  return report;
}

ViewerState after_keys(const Trace& trace, std::string_view bytes) {
  ViewerState state;
  while (!bytes.empty()) state = on_key(trace, state, take_key(bytes));
  return state;
}

TEST(Viewer, KeysMoveAsTheHelpSays) {
  const Trace trace = recorded();
  const auto step = [&](std::string_view bytes) { return after_keys(trace, bytes).step; };
  EXPECT_EQ(step("ljn\r "), 5U);
  EXPECT_EQ(step("\x1b[C\x1bOC\x1b[D"), 1U);
  EXPECT_EQ(step("vhkp"), step("12\x7f\rl"));
  EXPECT_EQ(step("v\x1b[H"), 0U);
  EXPECT_EQ(step("\x1b[4~"), step("G"));
  EXPECT_EQ(step("4gg"), 0U);
  EXPECT_EQ(step("4l"), 1U);
  EXPECT_EQ(step("lJ"), 3U);
  EXPECT_EQ(step("vK\x1b[1;2D"), 2U);
  EXPECT_EQ(step("\x1b[99;5~l\x1b[1;5D"), 1U);
  EXPECT_EQ(after_keys(trace, "99g").notice, "the last step is 5");
  EXPECT_EQ(after_keys(trace, "h").notice, "this is the initial state");
  EXPECT_EQ(after_keys(trace, "3gJ").notice, "no later step of L");
  EXPECT_TRUE(after_keys(trace, "d").all_fields && !after_keys(trace, "dd").all_fields);
  EXPECT_TRUE(after_keys(trace, "?").help && !after_keys(trace, "?\x1b").help);
  EXPECT_EQ(after_keys(trace, "2g\x1b[6~").scroll, 3U);
  EXPECT_EQ(after_keys(trace, "2g\x1b[6~\x1b[A").scroll, 2U);
  EXPECT_TRUE(after_keys(trace, "q").quit && after_keys(trace, "\x03").quit);
}

TEST(Viewer, DrawsTheStepAndItsChanges) {
  EXPECT_EQ(render(told(recorded()), after_keys(recorded(), "2g"), 80, 12, false),
            R"(C1 violated: The counters never meet.

    0     initial
    1  L  add_one
>   2  R  add_two/twice
    3  L  add_two/twice

  right.counter  0 -> 2
  equal          false -> true
  larger         left -> 0

step 2 of 5   left/right step  v violation  d fields  ? keys  q quit)");
}

TEST(Viewer, FitsEveryScreen) {
  Trace trace = recorded();
  for (TraceStep& step : trace.steps)
    for (int i = 0; i < 40; ++i)
      step.fields.push_back({"long.name." + std::string(static_cast<std::size_t>(i), 'n'),
                             "value-\x1b of " + std::to_string(i) + step.actor});
  for (const char* keys : {"", "v", "d2g", "?", "12", "v\x1b[6~\x1b[6~", "h"}) {
    for (std::size_t width = 20; width < 130; width += 7) {
      for (std::size_t height = 6; height < 50; height += 3) {
        std::string screen = render(told(trace), after_keys(trace, keys), width, height, false);
        EXPECT_EQ(screen.find('\x1b'), std::string::npos);
        std::size_t lines = 0;
        for (screen += '\n'; !screen.empty(); ++lines) {
          ASSERT_LE(columns(screen.substr(0, screen.find('\n'))), width) << screen;
          screen.erase(0, screen.find('\n') + 1);
        }
        ASSERT_EQ(lines, height) << keys;
      }
    }
  }
}

}  // namespace
}  // namespace nsmc::traces
