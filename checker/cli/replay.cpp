// nsmc replay: a trace re-executed on the model and shown, from a file or found anew.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "checker/cli/commands.hpp"
#include "checker/cli/load_run.hpp"
#include "checker/cli/onward.hpp"
#include "checker/cli/replay_step.hpp"
#include "checker/cli/report_input.hpp"
#include "traces/itf.hpp"
#include "traces/replay/terminal.hpp"
#include "traces/replay/viewer.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {

int replay(const ReplayOptions& o) {
  const bool is_scenario = o.path.ends_with(".scn");
  LoadedRun run = load_run(o.path, o.property);
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
