// Each seeded defect that the proof speaks of makes the claim fail that its row names.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checker/cli/prove.hpp"
#include "checker/cli/theory.hpp"
#include "model/kernel/defects.hpp"

namespace nsmc::kernel {

// By GoogleTest, of the row that fails.
static void PrintTo(const DefectRow& row, std::ostream* out) { *out << row.name; }

}  // namespace nsmc::kernel

namespace nsmc::cli {
namespace {

using kernel::DefectRow;

std::vector<DefectRow> refuted() {
  std::vector<DefectRow> rows;
  for (const DefectRow& row : kernel::kDefects)
    if (!row.proof.empty()) rows.push_back(row);
  return rows;
}

std::string test_name(const testing::TestParamInfo<DefectRow>& test) {
  std::string name(test.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class Proof : public testing::TestWithParam<DefectRow> {};
INSTANTIATE_TEST_SUITE_P(, Proof, testing::ValuesIn(refuted()), test_name);

TEST_P(Proof, Fails) {
  // That these steps are proved without the defect is what prove_test.py sees.
  ProveOptions options;
  options.defect = GetParam().name;
  options.only = GetParam().steps;
  options.use_cache = false;
  options.jobs = 1;
  const ProofResult result = run_proof(options);
  EXPECT_FALSE(result.as_expected());
  const auto failure =
      std::find_if(result.failures.begin(), result.failures.end(), [](const Failure& f) {
        // What fails of a contract is one of its sentences.
        const bool named = f.claim == GetParam().proof || f.step == GetParam().proof;
        return named && f.bug.empty() && !f.unknown;
      });
  ASSERT_NE(failure, result.failures.end()) << GetParam().proof << " holds";
  EXPECT_FALSE(failure->before.empty());
  EXPECT_FALSE(failure->step.empty());
}

// Nothing is called proved that no mistake in the kernel could refute.
TEST(Proofs, AreSensitiveInEachProperty) {
  const ProofUnits units({}, 0);
  for (const Claimed& property : units.claimed()) {
    if (property.property.empty()) continue;
    bool sensitive = false;
    for (const Claimed& claim : units.claimed())
      for (const DefectRow& row : refuted())
        sensitive = sensitive || (claim.property == property.property && claim.id == row.proof);
    EXPECT_TRUE(sensitive) << property.property;
  }
}

TEST(Proofs, AreRefutedByAtLeast30Defects) { EXPECT_GE(refuted().size(), 30U); }

}  // namespace
}  // namespace nsmc::cli
