// nsmc graph --from --to: a shortest way from one condition to another.
// SPDX-License-Identifier: MIT
#include "checker/cli/binding.hpp"
#include "checker/cli/graph.hpp"
#include "checker/graph/way.hpp"

namespace nsmc::cli {
namespace {

// The condition of a question in the words of the scenario.  Throws traces::ScenarioError at the
// word that is wrong.
Claim condition(const traces::Scenario& s, const std::string& option, const std::string& text) {
  if (text.find_first_of("\n#") != std::string::npos)
    throw std::invalid_argument(option + " takes one condition, in one line");
  traces::Scenario one = traces::parse_scenario(
      option, "scenario x\n\"x\"\nfree fork()\nsometimes " + text + "\nexpect yes\n");
  if (one.question.finally)
    throw std::invalid_argument(option + " takes a condition, without `finally`");
  return bind_question(one, bind(s).names);
}

}  // namespace

traces::WayRecord find_way(const Graph& graph, const traces::Scenario& s, const std::string& from,
                           const std::string& to) {
  const Claim is_from = condition(s, "--from", from), is_to = condition(s, "--to", to);
  const FairSystem& system = graph.system();
  std::vector<bool> starts(graph.size()), ends(graph.size());
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const FairSystem::State state = graph.state(i);
    starts[i] = is_from.holds(system, state);
    ends[i] = is_to.holds(system, state);
  }
  const auto way = checker::shortest_way(graph, starts, ends);
  traces::WayRecord record{.from = from, .to = to, .found = {}, .before = {}, .after = {}};
  record.found = way.run             ? "found"
                 : !graph.complete() ? "unknown"
                 : way.from_reached  ? "no way"
                                     : "no start";
  if (!way.run) return record;
  // Performed with execute() alone, and both conditions asked again.
  FairSystem::State state = system.initial().at(way.run->initial);
  const auto split = way.run->actions.begin() + static_cast<std::ptrdiff_t>(way.before);
  record.before = move_texts(system, state, {way.run->actions.begin(), split});
  const bool begins = is_from.holds(system, state);
  record.after = move_texts(system, state, {split, way.run->actions.end()});
  if (!begins || !is_to.holds(system, state))
    throw checker::EngineDisagreement("a way that does not lead there when it is executed");
  return record;
}

}  // namespace nsmc::cli
