// Facts of props/ and of a second kernel, put together.
// SPDX-License-Identifier: MIT
#include "checker/cli/reasons.hpp"

#include <fmt/format.h>

#include "checker/cli/asked.hpp"
#include "checker/cli/deviation.hpp"
#include "model/kernel/changes.hpp"
#include "props/decisive.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

constexpr std::size_t kValuesShown = 4;

std::string decided_by(const Bound& bound, const ClaimAnswer& claim, const lang::Run<System>& run,
                       const traces::Trace& trace) {
  const auto values = props::decisive_values(*bound.system, bound.claims[claim.claim], run.actions);
  if (values.empty())
    return fmt::format("Decisive step: {}, the last; no single value decides it.",
                       run.actions.size());
  const std::size_t step = values.front().step;
  std::string text = fmt::format("Decisive step: {}, {} in {}.\nIt would not be so", step,
                                 trace.steps[step].actor, trace.steps[step].action);
  for (std::size_t i = 0; i < std::min(kValuesShown, values.size()); ++i)
    text += fmt::format("{} if {} were still {} and not {} (step {})", i == 0 ? "" : ", or",
                        values[i].field, values[i].was, values[i].is, values[i].step);
  if (values.size() > kValuesShown)
    text += fmt::format("; {} more values decide it", values.size() - kValuesShown);
  return text + ".";
}

std::string fixed_by(const Bound& bound, const ClaimAnswer& claim, const lang::Run<System>& run,
                     const traces::Trace& trace) {
  const kernel::ChangeRow* row = kernel::find_change(claim.bug);
  if (row == nullptr || !row->change || row->kind != kernel::ChangeKind::fix) return {};
  CheckOptions fixed;
  fixed.with = {claim.bug};
  traces::Scenario scenario = bound.scenario;
  apply(fixed, scenario);
  const Bound other = bind(scenario);
  return "\n" + deviation_text(deviation(bound, other, run, claim.claim), trace,
                               "With " + claim.bug + " fixed");
}

}  // namespace

std::string reasons(const Bound& bound, const ClaimAnswer& claim, const lang::Run<System>& run,
                    const traces::Trace& trace) {
  return props::because(*bound.system, props::find(claim.id), run.actions) + "\n" +
         decided_by(bound, claim, run, trace) + fixed_by(bound, claim, run, trace);
}

}  // namespace nsmc::cli
