// The bounded search on terms finds what the explorer finds, and runs of the same length.
// SPDX-License-Identifier: MIT
//
// The two engines share the model and the predicates, and nothing of how they search.  Random
// programs are compared in differential_test.cpp.
#include "checker/cli/bounded.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "checker/cli/answer.hpp"
#include "checker/cli/reduced.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;

checker::Result<System> explored(const Bound& bound) {
  return cli::search_whole(*bound.system, bound.claims, {.states_max = 300'000});
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

// A failure that may come is a branch; each request stops at another path, with other scopes in the
// solver.
TEST(Bounded, GivesWhatThereIsWhenItIsStopped) {
  const Bound bound = bound_of(
      "scenario failures\n\"x\"\nkernel 3.0\nconfig failures=1\n"
      "init:\n  a = clone(CLONE_NEWPID)\nalways I4\nexpect no: BZ-12\n");
  for (int paths = 1; paths < 200; paths += 3) {
    std::atomic<bool> stop = false;
    checker::Limits limits;
    limits.depth_max = 100;
    limits.stop = &stop;
    int seen = 0;
    const auto found = search_bounded(bound, limits, {}, [&](const checker::Progress&) {
      if (++seen >= paths) stop = true;
    });
    if (!stop) {  // it has found all before
      EXPECT_GT(paths, 20);
      break;
    }
    EXPECT_FALSE(found.complete());
  }
}

TEST(Bounded, SaysWhatItCannotBeAsked) {
  const Bound bound = bound_of(nested("2.6.24-seed", "always I17\nexpect yes"));
  EXPECT_THROW(bounded(bound, 1), std::invalid_argument);
}

}  // namespace
}  // namespace nsmc::cli
