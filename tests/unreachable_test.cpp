// The list of what a kernel cannot reach has no entry that its searches reach.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/unreachable.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "checker/cli/binding.hpp"
#include "checker/cli/catalogue.hpp"
#include "checker/cli/reduced.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/program.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

std::string step_name(std::size_t i) {
  const kernel::NumberedStep& step = kernel::all_steps()[i];
  return std::string(step.function) + "/" + std::string(step.row.name);
}

TEST(Unreachable, SpeaksOfThingsThatThereAre) {
  std::set<std::string> known;
  for (std::size_t i = 1; i < kernel::all_steps().size(); ++i) known.insert(step_name(i));
  for (const props::Row& row : props::catalogue())
    if (row.premise != nullptr || row.premise_move != nullptr) known.emplace(row.id);
  for (const Unreachable& row : unreachable_rows()) {
    for (const std::string& word : words_of(row.what)) EXPECT_EQ(known.count(word), 1U) << word;
    EXPECT_NE(row.why, "");
    EXPECT_TRUE(row.until != kernel::Changes{} || row.from != kernel::Changes{}) << row.what;
  }
}

// Every shipped scenario, on its own kernel and on those in whose days much has changed.
TEST(Unreachable, IsReachedByNoSearch) {
  const std::string own;
  for (const std::string& name :
       {own, std::string("2.6.18"), std::string("2.6.24-seed"), std::string("3.5"),
        std::string("3.8"), std::string("4.15"), std::string("6.18")})
    for (traces::Scenario s : shipped_scenarios()) {
      if (name != own) s.kernel = traces::Name{name, {}};
      Bound bound;
      try {
        bound = bind(s);
      } catch (const traces::ScenarioError&) {
        continue;  // a question that this kernel has no words for
      }
      const auto result = cli::search_whole(*bound.system, bound.claims, {.states_max = 20'000});
      for (std::size_t i = 0; i < result.step_counts.size(); ++i)
        if (result.step_counts[i] > 0) {
          EXPECT_EQ(unreachable(step_name(i + 1), bound.system->config().changes), nullptr)
              << step_name(i + 1) << " in " << s.name.text << " on " << name;
        }
      for (std::size_t i = 0; i < bound.claims.size(); ++i) {
        const std::string id = property_of(bound, bound.claims[i]);
        if (!id.empty() && result.findings[i].premise_reached) {
          EXPECT_EQ(unreachable(id, bound.system->config().changes), nullptr)
              << id << " in " << s.name.text << " on " << name;
        }
      }
    }
}

}  // namespace
}  // namespace nsmc::cli
