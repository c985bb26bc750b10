// What else the system can do after a step of a run, and the run that does it.
// SPDX-License-Identifier: MIT
#include "checker/cli/onward.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "checker/cli/report_input.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using traces::OtherMove;
using traces::Trace;

System::State state_after(const System& system, const Trace& trace, std::size_t k) {
  System::State state = system.initial().front();
  for (std::size_t i = 1; i <= k; ++i) {
    const auto action = traces::from_code<System::Action>(trace.steps[i].code);
    const System::State before = state;
    System::Events events{};
    if (!action || !system.execute(before, *action, state, events))
      throw std::logic_error("state_after: this is no run of the model");
  }
  return state;
}

// What a move changes, as a step of a trace would tell it.
std::string changes_of(const System& system, const std::vector<lang::Field>& before,
                       const System::State& after) {
  Trace pair;
  pair.steps.resize(2);
  pair.steps[0].fields = before;
  pair.steps[1].fields = system.fields(after);
  std::string changes;
  for (const traces::FieldLine& line : traces::field_lines(pair, 1, false))
    changes += (changes.empty() ? "" : ", ") + line.name + " " + line.was + " -> " + line.is;
  return changes;
}

std::vector<OtherMove> moves_after(const System& system, const Trace& trace, std::size_t k) {
  const System::State state = state_after(system, trace, k);
  const std::vector<lang::Field> fields = system.fields(state);
  std::vector<OtherMove> moves;
  system.successors(
      state, [&](const System::Action& action, const System::State& after, const System::Events&) {
        moves.push_back({system.actor(action), system.label(state, action), traces::to_code(action),
                         changes_of(system, fields, after)});
      });
  return moves;
}

// A run by hand claims nothing but what it shows: no shortest run and no reason.
void tell_of_itself(traces::Report& report, std::size_t left_at) {
  auto& meta = report.trace.meta;
  for (const char* key : {"because", "shortest", "switches", "actors", "replay"}) meta.erase(key);
  if (!meta.contains("by_hand")) meta["by_hand"] = "from step " + std::to_string(left_at);
  const auto last = report.truths.empty() || report.truths[0].changes.empty()
                        ? traces::Truth::unasked
                        : report.truths[0].changes.back().second;
  const bool is_broken = last == traces::Truth::broken;
  report.violation.reset();
  if (!report.truths.empty())
    for (const auto& [step, truth] : report.truths[0].changes)
      if (truth == traces::Truth::broken && !report.violation) report.violation = step;
  meta["verdict"] = is_broken                        ? "violated"
                    : report.violation               ? "violated before its end"
                    : last == traces::Truth::awaited ? "not reached"
                                                     : "not violated";
}

traces::Report taken(const Bound& bound, const Trace& trace, std::size_t k, const OtherMove& move) {
  const System& system = *bound.system;
  Trace next{trace.meta, {trace.steps.begin(), trace.steps.begin() + static_cast<long>(k) + 1}};
  const System::State before = state_after(system, trace, k);
  const auto action = traces::from_code<System::Action>(move.code);
  System::State after{};
  System::Events events{};
  if (!action || !system.execute(before, *action, after, events))
    throw std::logic_error("onward_of: the system cannot do a move that it offered");
  next.steps.push_back({move.actor, move.action, move.code, system.fields(after)});
  traces::Report report = report_of(bound, std::move(next));
  tell_of_itself(report, k);
  return report;
}

}  // namespace

traces::Onward onward_of(const Bound& bound) {
  return {
      [bound](const Trace& trace, std::size_t k) { return moves_after(*bound.system, trace, k); },
      [bound](const Trace& trace, std::size_t k, const OtherMove& move) {
        return taken(bound, trace, k, move);
      }};
}

}  // namespace nsmc::cli
