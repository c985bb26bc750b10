// The bounded search on terms finds what the explorer finds, and runs of the same length.
// SPDX-License-Identifier: MIT
//
// The two engines share the model and the predicates, and nothing of how they search.
#include "checker/cli/bounded.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdio>
#include <cstdlib>

#include "checker/cli/answer.hpp"
#include "checker/explicit/explicit.hpp"
#include "model/kernel/defects.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;

// RC_PARAMS from outside wins: it is how RapidCheck says to repeat what has failed.
[[maybe_unused]] const int kParameters = setenv("RC_PARAMS", "seed=2007 max_success=100", 0);

checker::Result<System> explored(const Bound& bound) {
  return checker::search<System>(*bound.system, bound.claims, {.states_max = 300'000});
}
checker::Result<System> bounded(const Bound& bound, std::uint32_t depth,
                                const BoundedSettings& settings = {}) {
  checker::Limits limits;
  limits.depth_max = depth;
  return search_bounded(bound, limits, settings, [](const checker::Progress&) {});
}
Bound bound_of(const std::string& text) { return bind(traces::parse_scenario("test", text)); }

// A parent namespace, a child namespace in it, and everybody ends.
std::string nested(const std::string& kernel, const std::string& question, int pid_max = 4) {
  return "scenario nested\n\"x\"\nkernel " + kernel +
         "\nconfig tasks=4 namespaces=3 nsproxies=3 pid_max=" + std::to_string(pid_max) +
         "\ninit:\n  a, na = clone(CLONE_NEWPID)\n  wait4()\n"
         "a:\n  b, nb = clone(CLONE_NEWPID)\n  wait4()\nb:\n  exit()\n" +
         question + "\n";
}

struct Case {
  std::string name, text;
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }  // for GoogleTest
};
std::vector<Case> cases() {
  return {{"MissingParentPut",
           nested("2.6.24-seed with free-pid-ns-keeps-parent", "always I1\nexpect no")},
          {"MissingUnwind",
           nested("2.6.24-seed with alloc-pid-unwinds-one-less", "always I8\nexpect no", 3)},
          {"MissingPutOnEinval",
           "scenario einval\n\"x\"\n"
           "kernel 2.6.24-seed with copy-pid-ns-einval-keeps-reference\n"
           "config tasks=3 namespaces=3 nsproxies=3\n"
           "init:\n  a, na = clone(CLONE_NEWPID)\n"
           "a:\n  clone(CLONE_NEWPID|CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)\n"
           "always I1\nexpect no\n"},
          {"Bz11",
           "scenario bz11\n\"x\"\nkernel 2.6.24-seed\n"
           "config tasks=4 namespaces=1 pid_max=6\n"
           "init:\n  a = fork()\n  c = fork()\na:\n  b = fork()\n"
           "always I15\nexpect no: BZ-11\n"}};
}

class Found : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(, Found, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Found, ByARunOfTheExplorersLength) {
  const Bound bound = bound_of(GetParam().text);
  const auto expected = explored(bound).findings.at(0);
  ASSERT_EQ(expected.verdict, Verdict::violated);
  const auto length = static_cast<std::uint32_t>(expected.run->actions.size());
  const auto found = bounded(bound, 100).findings.at(0);
  ASSERT_EQ(found.verdict, Verdict::violated);
  EXPECT_EQ(found.run->actions.size(), length);
  // One move less, and nothing is said.
  const auto shorter = bounded(bound, length - 1);
  EXPECT_EQ(shorter.findings.at(0).verdict, Verdict::unknown);
  EXPECT_FALSE(shorter.complete());
}

TEST(Bounded, HoldsOnlyWhenNoRunIsLonger) {
  const Bound bound = bound_of(nested("2.6.24-seed", "always I5\nexpect yes"));
  const auto all = bounded(bound, 500);
  EXPECT_TRUE(all.complete()) << all.incomplete;
  EXPECT_EQ(all.findings.at(0).verdict, Verdict::holds);
  EXPECT_TRUE(all.findings.at(0).premise_reached);
  const auto some = bounded(bound, 10);
  EXPECT_FALSE(some.complete());
  EXPECT_EQ(some.findings.at(0).verdict, Verdict::unknown);
}

TEST(Bounded, KnowsNothingWithoutResources) {
  const Bound bound = bound_of(cases()[3].text);
  EXPECT_EQ(bounded(bound, 100, {.rlimit = 1, .apart = 0}).findings.at(0).verdict,
            Verdict::unknown);
}

TEST(Bounded, SaysWhatItCannotBeAsked) {
  const Bound bound = bound_of(nested("2.6.24-seed", "always I17\nexpect yes"));
  EXPECT_THROW(bounded(bound, 1), std::invalid_argument);
}

// Programs of a few calls for the global init and two descendants.
std::string random_text() {
  const auto call = [](const char* name) {
    const std::string clone = *rc::gen::element<std::string>(
        "fork()", "clone(CLONE_NEWPID)", "clone(CLONE_NEWPID)", "clone(CLONE_PARENT)",
        "clone(CLONE_NEWPID|CLONE_NEWNET)", "clone(CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)");
    return "  " + std::string(name) + " = " + clone + "\n";
  };
  const auto rest = [] {
    std::string text;
    for (int i = *rc::gen::inRange(0, 2); i >= 0; --i)
      text += "  " +
              *rc::gen::element<std::string>(
                  "exit()", "wait4()", "clone(CLONE_NEWPID)", "fork()",
                  "clone(CLONE_NEWPID|CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)") +
              "\n";
    return text;
  };
  std::string kernel = "2.6.24-seed";
  if (*rc::gen::inRange(0, 9) != 0) {
    const auto& row =
        kernel::kDefects[*rc::gen::inRange<std::size_t>(0, std::size(kernel::kDefects))];
    kernel += " with " + std::string(row.name);
  }
  std::string text = "scenario random\n\"x\"\nkernel " + kernel +
                     "\nconfig tasks=4 namespaces=3 nsproxies=3 pid_max=" +
                     std::to_string(*rc::gen::inRange(3, 6)) +
                     " failures=" + std::to_string(*rc::gen::inRange(0, 2)) + "\n";
  text += "init:\n" + call("a") + rest() + "a:\n" + call("b") + rest() + "b:\n" + rest() + "survey";
  for (const std::string& id : bounded_properties()) text += " " + id;
  return text + "\n";
}

// Of how many claims both engines say what.
struct Agreed {
  int violated = 0, held = 0;
};
void compare(const Bound& bound, const checker::Result<System>& expected, std::size_t apart,
             Agreed& agreed) {
  const auto found = bounded(bound, 200, {.apart = apart});
  for (std::size_t i = 0; i < bound.claims.size(); ++i) {
    RC_LOG() << bound.claims[i].id << ", " << apart << " apart\n";
    const auto& one = expected.findings[i];
    const auto& other = found.findings[i];
    RC_ASSERT(one.run.has_value() == other.run.has_value());
    if (one.run) RC_ASSERT(one.run->actions.size() == other.run->actions.size());
    (one.run ? agreed.violated : agreed.held) += 1;
  }
}

TEST(Bounded, AgreesWithTheExplorerOnRandomPrograms) {
  constexpr std::size_t kNone = 0, kMany = 64;
  Agreed merged, apart;
  EXPECT_TRUE(rc::check("both engines give one answer", [&] {
    const std::string text = random_text();
    RC_LOG() << text;
    const Bound bound = bound_of(text);
    const auto expected = explored(bound);
    RC_PRE(expected.complete() && expected.states < 300);
    compare(bound, expected, kMany, apart);
    // Merging all that stands at the same steps makes terms that are hard for the solver.
    if (expected.states < 50) compare(bound, expected, kNone, merged);
  }));
  EXPECT_GT(apart.violated, 20);
  EXPECT_GT(apart.held, 500);
  EXPECT_GT(merged.violated, 5);
  EXPECT_GT(merged.held, 200);
  std::printf("violated, held: %d, %d apart; %d, %d merged\n", apart.violated, apart.held,
              merged.violated, merged.held);
}

}  // namespace
}  // namespace nsmc::cli
