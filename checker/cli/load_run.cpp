// A run to be looked at: read from a file and re-executed, or found anew.
// SPDX-License-Identifier: MIT
#include "checker/cli/load_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/lasso.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/graph/fewest_switches.hpp"
#include "props/liveness.hpp"
#include "traces/files.hpp"
#include "traces/itf.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/text.hpp"

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

void require_word(const traces::Trace& trace, const std::string& key, const std::string& is,
                  const std::string& path) {
  const auto said = trace.meta.find(key);
  if (said != trace.meta.end() && said->second != is)
    throw NotARun(fmt::format(
        "{}: error: a run of the model, but not what it says: its `{}` is "
        "\"{}\" and not \"{}\"",
        path, key, traces::printable(is), traces::shortened(traces::printable(said->second), 60)));
}

bool is_of_this_version(const traces::Trace& trace) {
  const auto version = trace.meta.find("version");
  return version != trace.meta.end() && version->second == NSMC_VERSION;
}

// Also what a search has found out about the run.
void require_words_of_answer(const Answer& a, const ClaimAnswer& claim, const traces::Trace& trace,
                             const std::string& path) {
  if (!is_of_this_version(trace)) return;
  const auto now = trace_of(a, claim).meta;
  require_words(trace, now, {"verdict", "kernel", "config", "scenario"}, path);
  // Told by another judge, which is not asked again.
  if (trace.meta.count("judge") == 0) require_words(trace, now, {"says", "because"}, path);
  const lang::Run<System>& run = *a.result.findings[claim.claim].run;
  std::set<std::string> actors;
  for (const System::Action& action : run.actions) actors.insert(a.bound.system->actor(action));
  require_word(trace, "actors", std::to_string(actors.size()), path);
  require_word(trace, "switches",
               std::to_string(checker::switches_of<System>(*a.bound.system, run.actions)), path);
  if (const auto shortest = trace.meta.find("shortest");
      shortest != trace.meta.end() && shortest->second != "true" && shortest->second != "false")
    require_word(trace, "shortest", "true", path);
}

// The run as an answer to the claim that the trace names, as if an engine had just found it.
Answer answer_by(const traces::Trace& trace, Bound bound, const std::string& path) {
  const auto property = trace.meta.find("property");
  const auto claim = std::find_if(bound.claims.begin(), bound.claims.end(), [&](const Claim& c) {
    return property != trace.meta.end() && c.id == property->second;
  });
  if (claim == bound.claims.end())
    throw NotARun(path + ": error: the trace does not name a property of its scenario");
  const auto at = static_cast<std::size_t>(claim - bound.claims.begin());
  const bool reached = claim->expect == lang::Expect::sometimes;
  Answer a = answer(std::move(bound), [&](const Bound& b) {
    checker::Result<System> result;
    result.incomplete = "a single run";
    result.findings.resize(b.claims.size());
    result.findings[at].verdict = reached ? checker::Verdict::holds : checker::Verdict::violated;
    result.findings[at].run = run_of(trace);
    return result;
  });
  a.shortest = false;  // nobody has looked
  return a;
}

// The last state, or the last move, must break (or reach) the property that the trace names.
void require_claim(const Answer& a, const traces::Trace& trace, const std::string& path) {
  for (const ClaimAnswer& one : a.claims) {
    if (!has_run(a, one)) continue;
    const lang::Run<System>& run = *a.result.findings[one.claim].run;
    try {
      checker::confirm<System>(*a.bound.system, &a.bound.claims[one.claim], run,
                               checker::perform(*a.bound.system, run));
    } catch (const checker::EngineDisagreement& disagreement) {
      throw NotARun(path +
                    ": error: a run of the model, but not what it says: " + disagreement.what());
    }
    require_words_of_answer(a, one, trace, path);
  }
}

// A run on which somebody went on by hand (see onward.hpp) need not show anything.
bool is_by_hand(const traces::Trace& trace) {
  const auto verdict = trace.meta.find("verdict");
  return trace.meta.contains("by_hand") && verdict != trace.meta.end() &&
         verdict->second != "violated" && verdict->second != "reached";
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
  if (is_about_liveness(trace)) {
    if (!is_by_hand(trace)) require_lasso(bound, trace, path);
    return {std::move(bound), std::move(trace)};
  }
  Answer a = answer_by(trace, std::move(bound), path);
  if (!is_by_hand(trace)) require_claim(a, trace, path);
  return {std::move(a.bound), std::move(trace)};
}

}  // namespace

void require_words(const traces::Trace& trace, const std::map<std::string, std::string>& now,
                   std::initializer_list<const char*> keys, const std::string& path) {
  if (!is_of_this_version(trace)) return;
  for (const char* key : keys)
    if (const auto is = now.find(key); is != now.end()) require_word(trace, key, is->second, path);
}

lang::Run<System> run_of(const traces::Trace& trace) {
  lang::Run<System> run;
  for (std::size_t k = 1; k < trace.steps.size(); ++k)
    run.actions.push_back(*traces::from_code<System::Action>(trace.steps[k].code));
  return run;
}

LoadedRun load_run(const std::string& path, const std::string& property) {
  if (!path.ends_with(".scn")) return from_file(path);
  return props::find_live(property) != nullptr ? lasso_anew(path, property)
                                               : found_anew(path, property);
}

}  // namespace nsmc::cli
