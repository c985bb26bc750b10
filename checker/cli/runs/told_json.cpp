// The result for programs.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/told.hpp"
#include "traces/props_json.hpp"

namespace nsmc::cli {
namespace {

traces::ReachRecord record_of(const Reach& reach) {
  traces::ReachRecord record{reach.known, reach.reached.size(), {}, reach.never};
  for (const Reach::Exception& one : reach.cannot)
    record.cannot.emplace_back(one.name, one.row->why);
  return record;
}

traces::PlanRecord record_of(const Plan& plan) {
  const auto [calls, switches, choices, programs] = size_of(plan);
  return {calls, switches, choices, programs};
}

traces::PropsFailureRecord record_of(const ToldFailure& told) {
  const Failure& failure = told.failure;
  return {failure.property,         told.says,      failure.run, record_of(failure.found),
          record_of(failure.least), failure.tried,  told.why,    told.scenario,
          told.scenario_path,       told.trace_path};
}

}  // namespace

std::string to_json(const Told& told) {
  const PropsOptions& o = told.options;
  const Hunted& h = told.hunted;
  traces::PropsRecord r;
  r.version = NSMC_VERSION;
  r.kernel = o.kernel;
  r.with = o.with;
  r.without = o.without;
  r.defect = o.defect;
  r.properties = o.properties;
  r.machine = kernel::kTasks > 8 ? "large" : "small";
  r.seed = told.hunted_for.seed;
  r.runs = h.runs;
  r.calls = h.calls;
  r.moves = h.moves;
  r.cut = h.cut;
  if (!o.no_times) r.seconds = h.seconds;
  r.calls_a_minute = calls_a_minute(h);
  r.steps = record_of(told.steps);
  r.premises = record_of(told.premises);
  r.switches = h.reached.switches.count();
  r.changes_asked_in_steps = h.reached.step_asked_change.count();
  r.deepest_level = h.extremes.deepest;
  r.most_tasks = h.extremes.most_tasks;
  r.most_namespaces = h.extremes.most_namespaces;
  r.highest_number = h.extremes.highest_number;
  r.wraps = h.extremes.wraps;
  r.clone_refusals = refusals_of(h.extremes);
  for (const ToldFailure& failure : told.failures) r.failures.push_back(record_of(failure));
  r.reproduce = told.reproduce;
  r.exit_code = told.exit_code;
  return traces::to_json(r);
}

}  // namespace nsmc::cli
