// nsmc itf-check: is a file a trace in the Informal Trace Format, and if it is ours, a true one?
// SPDX-License-Identifier: MIT
#include "traces/itf_check.hpp"

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/load_run.hpp"
#include "traces/files.hpp"

namespace nsmc::cli {

int itf_check(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const traces::ItfSummary itf = traces::check_itf(traces::read_file(path), path);
    std::string text =
        fmt::format("{}: ITF, {} states of {} variables", path, itf.states, itf.variables);
    if (itf.loop) text += fmt::format(", a loop from state {}", *itf.loop);
    if (itf.is_ours) {
      load_run(path, "");  // throws where it is not what it says
      text += "; re-executed: a run of the model that shows what it says";
    }
    fmt::print("{}\n", text);
  }
  return kOk;
}

}  // namespace nsmc::cli
