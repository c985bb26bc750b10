// nsmc replay: a trace re-executed on the model and shown, from a file or found anew.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "checker/cli/asked.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/deviation.hpp"
#include "checker/cli/load_run.hpp"
#include "checker/cli/onward.hpp"
#include "checker/cli/replay_step.hpp"
#include "checker/cli/report_input.hpp"
#include "traces/itf.hpp"
#include "traces/replay/terminal.hpp"
#include "traces/replay/viewer.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

// The run on a kernel with other changes: a sentence on where it stops.
std::string elsewhere(const ReplayOptions& o, const LoadedRun& loaded) {
  CheckOptions asked;
  asked.with = o.with;
  asked.without = o.without;
  require_known(asked);
  traces::Scenario scenario = loaded.bound.scenario;
  apply(asked, scenario);
  const Bound other = bind(scenario);
  const std::string& id = loaded.trace.meta.at("property");
  const auto claim = std::find_if(loaded.bound.claims.begin(), loaded.bound.claims.end(),
                                  [&](const Claim& c) { return c.id == id; });
  std::string who;
  for (const std::string& change : o.with) who += (who.empty() ? "With " : ", with ") + change;
  for (const std::string& change : o.without)
    who += (who.empty() ? "Without " : ", without ") + change;
  if (claim == loaded.bound.claims.end())
    throw std::invalid_argument("--with and --without: " + id +
                                " is about whole runs, which another kernel does not go through");
  const auto at = static_cast<std::size_t>(claim - loaded.bound.claims.begin());
  return deviation_text(deviation(loaded.bound, other, run_of(loaded.trace), at), loaded.trace,
                        who);
}

}  // namespace

int replay(const ReplayOptions& o) {
  const bool is_scenario = o.path.ends_with(".scn");
  LoadedRun run = load_run(o.path, o.property);
  if (!o.with.empty() || !o.without.empty()) {
    const std::string text = elsewhere(o, run);
    std::string& because = run.trace.meta["because"];
    because += (because.empty() ? "" : "\n") + text;
  }
  if (asks_for_a_step(o)) return replay_step(o, std::move(run));
  const traces::Trace& trace = run.trace;
  if (o.itf) {
    const std::string text = traces::to_itf(trace);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
  }
  if (!o.straight && traces::on_terminal()) {
    const traces::Onward onward = onward_of(run.bound);
    return traces::replay_on_terminal(report_of(run.bound, std::move(run.trace)), onward);
  }
  const std::string text = traces::replay_straight(
      trace, {.colour = use_colour(), .width = 100, .all_fields = o.all_fields});
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!is_scenario)
    fmt::print("\nre-executed: all {} steps agree with the model\n", trace.steps.size() - 1);
  return kOk;
}

}  // namespace nsmc::cli
