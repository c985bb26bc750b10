// nsmc report: a run as a page to be mailed, or as a diagram for the viewers of others.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "checker/cli/commands.hpp"
#include "checker/cli/load_run.hpp"
#include "checker/cli/report_input.hpp"
#include "traces/files.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

void deliver(const std::string& path, const std::string& content) {
  if (path == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return;
  }
  traces::write_atomically(path, content);
  fmt::print("wrote {} ({} bytes)\n", traces::printable(path), traces::thousands(content.size()));
}

}  // namespace

int report(const ReportFiles& o) {
  if (o.html.empty() && o.mermaid.empty() && o.perfetto.empty())
    throw std::invalid_argument("report: say what to write: --html, --mermaid or --perfetto");
  LoadedRun run = load_run(o.path, o.property);
  const traces::Report told = report_of(run.bound, std::move(run.trace));
  if (!o.html.empty()) deliver(o.html, traces::to_html(told));
  if (!o.mermaid.empty()) deliver(o.mermaid, traces::to_mermaid(told));
  if (!o.perfetto.empty()) deliver(o.perfetto, traces::to_perfetto(told));
  return kOk;
}

}  // namespace nsmc::cli
