// From lassos to traces and back.
// SPDX-License-Identifier: MIT
#include "checker/cli/lasso.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "checker/cli/commands.hpp"
#include "checker/cli/settings.hpp"
#include "checker/cli/shipped.hpp"
#include "props/liveness.hpp"
#include "traces/files.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

using Lasso = checker::Lasso<FairSystem>;
using State = FairSystem::State;
constexpr const char* kUnfair = "a lock may pass over somebody for ever";
constexpr const char* kQueued = "locks serve in turn";

std::string joined(const std::set<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string thing(const props::LiveRow& row, int instance) {
  return (row.of == props::LiveRow::Of::task ? "t" : "ns") + std::to_string(instance);
}

// The states of a run; the first is initial.
std::vector<State> states_of(const FairSystem& system, const Lasso& lasso) {
  std::vector<State> states{system.initial().at(lasso.stem.initial)};
  FairSystem::Events events{};
  for (const auto* actions : {&lasso.stem.actions, &lasso.loop})
    for (const auto& action : *actions) {
      State after{};
      if (!system.execute(states.back(), action, after, events))
        throw std::logic_error("lasso: this is no run of the model");
      states.push_back(after);
    }
  return states;
}

// Whether a row's wait is going on in each of these states.
std::vector<bool> waits(const FairSystem& system, const props::LiveRow& row, int instance,
                        const std::vector<State>& states) {
  const auto property = props::property(row, system.config());
  std::vector<bool> result;
  bool now = false;
  for (const State& s : states) {
    now = (now || property.from(system, s, instance)) && !property.to(system, s, instance);
    result.push_back(now);
  }
  return result;
}

// Who is owed a move and makes it, or where nobody has to move: who could.
std::string fairness_text(const FairSystem& system, const Lasso& lasso,
                          const std::vector<State>& states) {
  const std::size_t start = lasso.stem.actions.size();
  std::set<std::string> names;
  if (lasso.loop.empty()) {
    system.successors(states[start], [&](const auto& action, const auto&, const auto&) {
      names.insert(lang::party_of(system, states[start], action));
    });
    return names.empty() ? "Nobody can move any more."
                         : fmt::format("Nobody has to move any more; could, and need not: {}.",
                                       joined(names));
  }
  for (std::size_t i = 0; i < lasso.loop.size(); ++i)
    if (system.fairness(states[start + i], lasso.loop[i]) != lang::Fairness::none)
      names.insert(lang::party_of(system, states[start + i], lasso.loop[i]));
  return fmt::format("Steps {} to {} are gone through for ever{}.", start + 1,
                     start + lasso.loop.size(),
                     names.empty() ? "" : "; owed a move, and making it: " + joined(names));
}

std::string because(const FairSystem& system, const props::LiveRow& row, int instance,
                    const Lasso& lasso) {
  const std::vector<State> states = states_of(system, lasso);
  const std::vector<bool> wait = waits(system, row, instance, states);
  std::size_t since = wait.size();
  while (since > 0 && wait[since - 1]) --since;
  return fmt::format("{} waits since step {}, and for ever.\n{}", thing(row, instance), since,
                     fairness_text(system, lasso, states));
}

bool has_unfair_locks(const traces::Trace& trace) {
  const auto said = trace.meta.find("fairness");
  return said != trace.meta.end() && said->second == kUnfair;
}

FairSystem system_of(const Bound& bound, const traces::Trace& trace) {
  return FairSystem(*bound.system, !has_unfair_locks(trace));
}

Lasso lasso_of(const traces::Trace& trace) {
  Lasso lasso;
  lasso.stem = {0, run_of(trace).actions};
  const auto start = lasso.stem.actions.begin() +
                     static_cast<std::ptrdiff_t>(trace.loop.value_or(trace.steps.size() - 1));
  lasso.loop.assign(start, lasso.stem.actions.end());
  lasso.stem.actions.erase(start, lasso.stem.actions.end());
  return lasso;
}

// The number in "t2" or "ns1", if there is such a thing.
int instance_of(const props::LiveRow& row, const traces::Trace& trace, int instances) {
  const auto said = trace.meta.find("waits");
  for (int i = 0; i < instances; ++i)
    if (said != trace.meta.end() && said->second == thing(row, i)) return i;
  return -1;
}

}  // namespace

bool is_about_liveness(const traces::Trace& trace) {
  const auto property = trace.meta.find("property");
  return property != trace.meta.end() && props::find_live(property->second) != nullptr;
}

traces::Trace lasso_trace(const FairSystem& system, const traces::Scenario& scenario,
                          const std::string& row_id, int instance, const Lasso& lasso) {
  const props::LiveRow& row = *props::find_live(row_id);
  const bool queued = system.queues_locks();
  std::map<std::string, std::string> meta = {
      {"property", row_id},
      {"says", std::string(row.says)},
      {"verdict", "violated"},
      {"waits", thing(row, instance)},
      {"fairness", queued ? kQueued : kUnfair},
      {"because", because(system, row, instance, lasso)},
      {"kernel", scenario.kernel ? scenario.kernel->text : kSeedKernel},
      {"config", config_text(system.config())},
      {"version", NSMC_VERSION},
      {"scenario", traces::to_text(scenario)}};
  const std::string& path = scenario.path;
  if (!path.empty()) meta["replay"] = fmt::format("./nsmc replay {} --property {}", path, row_id);
  lang::Run<System> whole{lasso.stem.initial, lasso.stem.actions};
  whole.actions.insert(whole.actions.end(), lasso.loop.begin(), lasso.loop.end());
  traces::Trace trace = traces::record(static_cast<const System&>(system), whole, std::move(meta));
  trace.loop = lasso.stem.actions.size();
  return trace;
}

LoadedRun lasso_anew(const std::string& path, const std::string& row) {
  Bound bound = bind(traces::read_scenario(path));
  const FairSystem system(*bound.system);
  checker::Limits limits;
  limits.memory_bytes_max = memory_bytes_default();
  limits.stop = &stop_requested();
  const Graph graph(system, limits);
  const auto finding =
      checker::judge(graph, props::property(*props::find_live(row), system.config()));
  if (!finding.lasso)
    throw std::invalid_argument(fmt::format("{}: there is no run to replay: {} {}", path, row,
                                            finding.verdict == checker::Verdict::holds
                                                ? "is not violated"
                                                : "is not decided: " + graph.incomplete()));
  traces::Trace trace = lasso_trace(system, bound.scenario, row, finding.instance, *finding.lasso);
  return {std::move(bound), std::move(trace)};
}

void require_lasso(const Bound& bound, const traces::Trace& trace, const std::string& path) {
  const props::LiveRow& row = *props::find_live(trace.meta.at("property"));
  const FairSystem system = system_of(bound, trace);
  const auto property = props::property(row, system.config());
  const int instance = instance_of(row, trace, property.instances);
  if (instance < 0 || !trace.loop)
    throw NotARun(
        fmt::format("{}: error: a run of the model that is said to violate {}, without {}", path,
                    row.id, instance < 0 ? "who waits" : "its loop"));
  const Lasso lasso = lasso_of(trace);
  try {
    checker::confirm(system, property, instance, lasso);
  } catch (const checker::EngineDisagreement& disagreement) {
    throw NotARun(path +
                  ": error: a run of the model, but not what it says: " + disagreement.what());
  }
  require_words(trace,
                lasso_trace(system, bound.scenario, std::string(row.id), instance, lasso).meta,
                {"verdict", "says", "because", "fairness", "kernel", "config", "scenario"}, path);
}

std::vector<bool> waits_of(const Bound& bound, const traces::Trace& trace) {
  const props::LiveRow& row = *props::find_live(trace.meta.at("property"));
  const FairSystem system = system_of(bound, trace);
  return waits(system, row,
               instance_of(row, trace, props::property(row, system.config()).instances),
               states_of(system, lasso_of(trace)));
}

}  // namespace nsmc::cli
