// What a report has beyond its trace, found by executing the run once more.
// SPDX-License-Identifier: MIT
#include "checker/cli/report_input.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "checker/cli/gate.hpp"
#include "checker/cli/lasso.hpp"
#include "model/kernel/holders.hpp"
#include "props/props.hpp"
#include "traces/replay/stepper.hpp"

namespace nsmc::cli {
namespace {

using lang::Scope;
using traces::Truth;

// A move of the run, or for the initial state only what is after it.
struct Moment {
  const System::State* before;
  const System::Action* action;
  const System::State& after;
  const System::Events& events;
  bool is_end;  // nobody can move any more
};

Truth truth_of(const System& system, const Claim& claim, const Moment& m) {
  bool holds = false;
  bool says_something = true;
  if (claim.scope == Scope::move) {
    if (m.before == nullptr) return Truth::unasked;
    const lang::Move<System> move{*m.before, *m.action, m.after, m.events};
    holds = claim.holds_move(system, move);
    if (claim.premise_move) says_something = claim.premise_move(system, move);
  } else {
    if (claim.scope == Scope::end && !m.is_end) return Truth::unasked;
    holds = claim.holds(system, m.after);
  }
  if (claim.premise) says_something = says_something && claim.premise(system, m.after);
  if (!holds && claim.expect == lang::Expect::sometimes) return Truth::awaited;
  return !holds ? Truth::broken : says_something ? Truth::kept : Truth::silent;
}

// The trace's own claim first, then the whole catalogue.
std::vector<Claim> claims_of(const Bound& bound, const std::string& asked) {
  std::vector<Claim> claims;
  for (const Claim& claim : bound.claims)
    if (claim.id == asked) claims.push_back(claim);
  for (const props::Row& row : props::catalogue())
    if (row.id != asked) claims.push_back(props::property(row));
  return claims;
}

void judge_all(const Bound& bound, const std::vector<Claim>& claims, traces::Report& report) {
  const System& system = *bound.system;
  const std::size_t first = report.truths.size();
  for (const Claim& claim : claims) report.truths.push_back({claim.id, claim.says, {}});
  System::State before{};
  System::State after = system.initial().front();
  System::Action action{};
  System::Events events{};
  const auto& steps = report.trace.steps;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (k > 0) {
      before = after;
      events = {};
      action = *traces::from_code<System::Action>(steps[k].code);
      if (!system.execute(before, action, after, events))
        throw std::logic_error("report_of: this is no run of the model");
    }
    bool can_move = k + 1 < steps.size();
    if (!can_move)
      system.successors(after, [&](const auto&, const auto&, const auto&) { can_move = true; });
    const Moment moment{k == 0 ? nullptr : &before, &action, after, events, !can_move};
    for (std::size_t i = 0; i < claims.size(); ++i) {
      auto& changes = report.truths[first + i].changes;
      const Truth truth = truth_of(system, claims[i], moment);
      if (changes.empty() || changes.back().second != truth) changes.emplace_back(k, truth);
    }
  }
}

// Of liveness there is no step that breaks it: it is awaited, from some step on for ever.
traces::ReportTruth waiting(const Bound& bound, const traces::Trace& trace) {
  traces::ReportTruth row{trace.meta.at("property"), trace.meta.at("says"), {}};
  const std::vector<bool> waits = waits_of(bound, trace);
  for (std::size_t k = 0; k < waits.size(); ++k)
    if (k == 0 || waits[k] != waits[k - 1])
      row.changes.emplace_back(k, waits[k] ? Truth::awaited : Truth::silent);
  return row;
}

// The fields of a state by name; where several steps are looked at, by index.
std::map<std::string, std::size_t> index_of(const traces::Trace& trace) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < trace.steps[0].fields.size(); ++i)
    index.emplace(trace.steps[0].fields[i].name, i);
  return index;
}

// A task belongs to the namespace of the first pid that it has: that never changes.
traces::ReportLane lane_of(const traces::Trace& trace, const std::string& actor,
                           const std::map<std::string, std::size_t>& index) {
  traces::ReportLane lane{actor, "", ""};
  const auto pid = index.find(actor + ".pid");
  const auto label = index.find(actor + ".label");
  if (pid == index.end() || label == index.end()) return lane;
  for (const traces::TraceStep& step : trace.steps) {
    if (lane.label.empty()) lane.label = step.fields[label->second].value;
    const auto ns = index.find(step.fields[pid->second].value + ".ns");
    if (lane.group.empty() && ns != index.end() && step.fields[ns->second].value.starts_with("ns"))
      lane.group = step.fields[ns->second].value;
    if (!lane.label.empty() && !lane.group.empty()) break;
  }
  return lane;
}

// Whoever moves, and every task that ever is; tasks of a namespace stand together.
std::vector<traces::ReportLane> lanes_of(const traces::Trace& trace) {
  const auto index = index_of(trace);
  std::set<std::string> moved;
  for (const traces::TraceStep& step : trace.steps) moved.insert(step.actor);
  moved.erase("");
  std::vector<traces::ReportLane> lanes;
  for (std::size_t t = 0; index.contains("t" + std::to_string(t) + ".allocated"); ++t) {
    const std::string actor = "t" + std::to_string(t);
    const std::size_t allocated = index.at(actor + ".allocated");
    if (moved.erase(actor) == 0 &&
        std::none_of(trace.steps.begin(), trace.steps.end(),
                     [&](const traces::TraceStep& s) { return s.fields[allocated].value == "1"; }))
      continue;
    lanes.push_back(lane_of(trace, actor, index));
  }
  std::stable_sort(lanes.begin(), lanes.end(), [](const auto& a, const auto& b) {
    return !a.group.empty() && (b.group.empty() || a.group < b.group);
  });
  for (const std::string& other : moved) lanes.push_back({other, "", ""});
  return lanes;
}

}  // namespace

traces::Report report_of(const Bound& bound, traces::Trace trace) {
  traces::Report report{std::move(trace), {}, {}, {}, {}, {}};
  for (const traces::TraceStep& step : report.trace.steps)
    report.files.push_back(Places::kernel_file(step.action));
  report.lanes = lanes_of(report.trace);
  const std::string asked = report.trace.meta["property"];
  if (is_about_liveness(report.trace)) report.truths.push_back(waiting(bound, report.trace));
  judge_all(bound, claims_of(bound, asked), report);
  report.counted = kernel::counted_fields(*bound.system);
  // A run ends where its claim breaks, or where it is reached, which is no violation.
  if (report.trace.meta["verdict"] == "violated" && !report.trace.loop)
    report.violation = report.trace.steps.size() - 1;
  return report;
}

}  // namespace nsmc::cli
