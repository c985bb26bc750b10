// Fuzzing the scenario language: what is accepted round-trips, binds, and can be run.
// SPDX-License-Identifier: MIT
#include "traces/scenario.hpp"

#include "checker/cli/binding.hpp"
#include "checker/random/walk.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using nsmc::fuzz::require;
using nsmc::traces::Scenario;
using nsmc::traces::ScenarioError;

void require_helpful(const ScenarioError& error) {
  nsmc::fuzz::require_printable(error.render(false));
  require(!error.message().empty(), "a refusal without a reason");
  require(error.kind() == ScenarioError::Kind::malformed, "a text is there, and called unreadable");
}

void run(const Scenario& scenario) {
  try {
    const nsmc::cli::Bound bound = nsmc::cli::bind(scenario);
    for (const auto& state : bound.system->initial())
      require(!bound.system->fields(state).empty(), "a state without fields");
    nsmc::checker::walk<nsmc::cli::System>(*bound.system, bound.claims,
                                           {.seed = 1, .walks = 1, .moves_max = 30});
  } catch (const ScenarioError& error) {
    require_helpful(error);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Scenario scenario;
  try {
    scenario = nsmc::traces::parse_scenario("fuzz", nsmc::fuzz::text_of(data, size));
  } catch (const ScenarioError& error) {
    require_helpful(error);
    return 0;
  }
  const std::string canonical = to_text(scenario);
  const Scenario again = nsmc::traces::parse_scenario("", canonical);
  require(again == scenario, "a scenario that is written down is another one");
  require(to_text(again) == canonical, "two canonical texts of one scenario");
  run(scenario);
  return 0;
}
