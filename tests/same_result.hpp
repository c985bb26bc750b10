// Two results that have to say the same, but perhaps for which of several shortest runs is shown.
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "checker/checker.hpp"

namespace nsmc::tests {

// `same_run(a, b)`: of two optional runs, whether one may be shown for the other.
template <class S, class SameRun>
void expect_same_result(const checker::Result<S>& one, const checker::Result<S>& other,
                        SameRun same_run) {
  EXPECT_EQ(one.incomplete, other.incomplete);
  EXPECT_EQ(one.states, other.states);
  EXPECT_EQ(one.transitions, other.transitions);
  EXPECT_EQ(one.depth, other.depth);
  EXPECT_EQ(one.levels, other.levels);
  EXPECT_EQ(one.step_counts, other.step_counts);
  EXPECT_EQ(one.ends, other.ends);
  EXPECT_EQ(one.deadlocks, other.deadlocks);
  EXPECT_TRUE(same_run(one.deadlock, other.deadlock));
  ASSERT_EQ(one.findings.size(), other.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].verdict, other.findings[i].verdict) << "claim " << i;
    EXPECT_EQ(one.findings[i].premise_reached, other.findings[i].premise_reached) << "claim " << i;
    EXPECT_TRUE(same_run(one.findings[i].run, other.findings[i].run)) << "claim " << i;
  }
}

}  // namespace nsmc::tests
