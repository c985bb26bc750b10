// nsmc replay: a trace re-executed on the model and shown, from a file or found anew.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "checker/explicit/reexecute.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/replay/terminal.hpp"
#include "traces/replay/viewer.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

// A run that answers the scenario's question, or the named property of a survey.
traces::Trace found_anew(const ReplayOptions& o) {
  const Answer a = explore(bind(traces::read_scenario(o.path)));
  std::string having;
  for (const ClaimAnswer& claim : a.claims) {
    if (!has_run(a, claim)) continue;
    if (o.property.empty() || o.property == claim.id) return trace_of(a, claim);
    having += (having.empty() ? "" : ", ") + claim.id;
  }
  throw std::invalid_argument(
      o.path + ": " +
      (having.empty() ? "there is no run to replay: the answer was found by looking everywhere"
                      : "there is no run for " + o.property + "; there are runs for " + having));
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

// Read strictly, then re-executed: nothing is shown that is not a run of this model.
traces::Trace from_file(const ReplayOptions& o) {
  traces::Trace trace = traces::from_itf(traces::read_file(o.path), o.path);
  const auto scenario = trace.meta.find("scenario");
  if (scenario == trace.meta.end())
    throw NotARun(o.path +
                  ": error: the trace has no `scenario` in its #meta, so it is not known on which "
                  "model it ran");
  const Bound bound = bind(traces::parse_scenario(o.path + " (scenario)", scenario->second));
  if (const auto divergence = traces::verify(*bound.system, trace))
    throw NotARun(o.path + ": error: this is no run of the model: " + divergence->what);
  require_claim(bound, trace, o.path);
  return trace;
}

}  // namespace

int replay(const ReplayOptions& o) {
  const bool is_scenario = o.path.ends_with(".scn");
  const traces::Trace trace = is_scenario ? found_anew(o) : from_file(o);
  if (o.itf) {
    const std::string text = traces::to_itf(trace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  if (!o.straight && traces::on_terminal()) return traces::replay_on_terminal(trace);
  const std::string text = traces::replay_straight(
      trace, {.colour = use_colour(), .width = 100, .all_fields = o.all_fields});
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!is_scenario)
    fmt::print("\nre-executed: all {} steps agree with the model\n", trace.steps.size() - 1);
  return kOk;
}

}  // namespace nsmc::cli
