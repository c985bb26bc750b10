// A run to be looked at: read from a file and re-executed, or found anew.
// SPDX-License-Identifier: MIT
#include "checker/cli/load_run.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "checker/explicit/reexecute.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

// A run that answers the scenario's question, or the named property of a survey.
LoadedRun found_anew(const std::string& path, const std::string& property) {
  Answer a = explore(bind(traces::read_scenario(path)));
  std::string having;
  for (const ClaimAnswer& claim : a.claims) {
    if (!has_run(a, claim)) continue;
    if (property.empty() || property == claim.id) {
      traces::Trace trace = trace_of(a, claim);
      return {std::move(a.bound), std::move(trace)};
    }
    having += (having.empty() ? "" : ", ") + claim.id;
  }
  throw std::invalid_argument(
      path + ": " +
      (having.empty() ? "there is no run to replay: the answer was found by looking everywhere"
                      : "there is no run for " + property + "; there are runs for " + having));
}

// The last state, or the last move, must break (or reach) the property that the trace names.
void require_claim(const Bound& bound, const traces::Trace& trace, const std::string& path) {
  const auto property = trace.meta.find("property");
  const auto claim = std::find_if(bound.claims.begin(), bound.claims.end(), [&](const Claim& c) {
    return property != trace.meta.end() && c.id == property->second;
  });
  if (claim == bound.claims.end())
    throw NotARun(path + ": error: the trace does not name a property of its scenario");
  checker::Run<System> run;
  System::State state = bound.system->initial().front();
  for (std::size_t i = 1; i < trace.steps.size(); ++i) {
    run.actions.push_back(*traces::from_code<System::Action>(trace.steps[i].code));
    const System::State before = state;
    System::Events events;
    bound.system->execute(before, run.actions.back(), state, events);
  }
  try {
    checker::confirm<System>(*bound.system, &*claim, run, state);
  } catch (const checker::EngineDisagreement& disagreement) {
    throw NotARun(path +
                  ": error: a run of the model, but not what it says: " + disagreement.what());
  }
}

// A run on which somebody went on by hand (see onward.hpp) need not show anything.
bool is_by_hand(const traces::Trace& trace) {
  const auto verdict = trace.meta.find("verdict");
  return trace.meta.contains("by_hand") && verdict != trace.meta.end() &&
         (verdict->second == "not violated" || verdict->second == "not reached");
}

// Read strictly, then re-executed: nothing is shown that is not a run of this model.
LoadedRun from_file(const std::string& path) {
  traces::Trace trace = traces::from_itf(traces::read_file(path), path);
  const auto scenario = trace.meta.find("scenario");
  if (scenario == trace.meta.end())
    throw NotARun(path +
                  ": error: the trace has no `scenario` in its #meta, so it is not known on which "
                  "model it ran");
  Bound bound = bind(traces::parse_scenario(path + " (scenario)", scenario->second));
  if (const auto divergence = traces::verify(*bound.system, trace))
    throw NotARun(path + ": error: this is no run of the model: " + divergence->what);
  if (!is_by_hand(trace)) require_claim(bound, trace, path);
  return {std::move(bound), std::move(trace)};
}

}  // namespace

LoadedRun load_run(const std::string& path, const std::string& property) {
  return path.ends_with(".scn") ? found_anew(path, property) : from_file(path);
}

}  // namespace nsmc::cli
