// Reports of runs that no model makes: long ones, and names that mean harm.
// SPDX-License-Identifier: MIT
//
// report_synthetic STEPS html|mermaid|perfetto|itf
#include <cstdio>
#include <cstdlib>
#include <string>

#include "traces/itf.hpp"
#include "traces/report/report.hpp"

namespace {

using nsmc::traces::Report;
using nsmc::traces::Truth;

// What ends a script, an element or a string; steers a terminal; reorders or hides text; reads as
// syntax of the formats, or as a part of the page.
const std::string kHostile[] = {"</script><script>alert(1)</script>",
                                "<!--<script>",
                                "\x1b]0;title\x07\x1b[31m",
                                "\u202egnp.exe\u202c",
                                "zero\u200bwidth\u2028line",
                                "{{script}}",
                                "\"'&amp;<b onclick=alert(1)>",
                                "end; #35; %%{init}%%\nloop",
                                "tag\U000e0041 character"};

std::string hostile(std::size_t i) { return kHostile[i % std::size(kHostile)]; }

// As many fields as a run with 16 tasks and 6 namespaces has that a person looks at.
std::vector<nsmc::lang::Field> fields() {
  std::vector<nsmc::lang::Field> all;
  for (int t = 0; t < 16; ++t)
    for (const char* name : {"allocated", "exit_state", "PF_EXITING", "sigkill", "pid", "nsproxy"})
      all.push_back({"t" + std::to_string(t) + "." + name, name[0] == 'a' ? "1" : "0"});
  for (int n = 0; n < 6; ++n) {
    const std::string ns = "ns" + std::to_string(n);
    all.push_back({ns + ".allocated", "1"});
    all.push_back({ns + ".kref", "1"});
    all.push_back({ns + ".level", std::to_string(n)});
    all.push_back({ns + ".parent", n == 0 ? "NULL" : "ns" + std::to_string(n - 1)});
    all.push_back({ns + ".child_reaper", "t" + std::to_string(n)});
    for (int page = 0; page < 8; ++page) all.push_back({ns + ".bits" + std::to_string(page), "{}"});
    all.push_back({ns + ".last_pid", "0"});
  }
  for (std::size_t i = 0; i < std::size(kHostile); ++i)
    all.push_back({hostile(i) + std::to_string(i), hostile(i)});
  return all;
}

Report synthetic(std::size_t steps) {
  Report report;
  report.trace.meta = {{"property", hostile(0)}, {"says", hostile(1)},   {"kernel", hostile(2)},
                       {"because", hostile(3)},  {"replay", hostile(6)}, {"config", hostile(5)},
                       {"verdict", "violated"}};
  report.trace.steps.push_back({"", "initial", "", fields()});
  report.files.emplace_back();
  unsigned random = 1;
  const auto draw = [&random](std::size_t below) {
    random = random * 1103515245U + 12345U;
    return (random >> 16U) % below;
  };
  for (std::size_t k = 1; k <= steps; ++k) {
    nsmc::traces::TraceStep step = report.trace.steps.back();
    step.actor = k % 50 == 0 ? hostile(k / 50) : "t" + std::to_string(draw(16));
    step.action = k % 20 == 0 ? hostile(k / 20) : "function" + std::to_string(draw(40)) + "/step";
    step.code = std::to_string(k);
    for (std::size_t change = 0; change < 4; ++change) {
      auto& field = step.fields[draw(step.fields.size())];
      field.value = std::to_string(draw(30));
    }
    report.trace.steps.push_back(std::move(step));
    report.files.push_back(k % 7 == 0 ? hostile(k) : "kernel/exit.c");
  }
  for (int t = 0; t < 16; ++t)
    report.lanes.push_back({"t" + std::to_string(t), t == 0 ? hostile(0) : "", "ns0"});
  for (const std::string& text : kHostile) report.lanes.push_back({text, text, text});
  report.truths.push_back({hostile(0), hostile(1), {{0, Truth::kept}, {steps, Truth::broken}}});
  report.counted = {"t0.nsproxy"};
  report.violation = steps;
  report.trace.loop = steps / 2;
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const Report report = synthetic(std::strtoul(argv[1], nullptr, 10));
  const std::string what = argv[2];
  const std::string out = what == "html"      ? nsmc::traces::to_html(report)
                          : what == "mermaid" ? nsmc::traces::to_mermaid(report)
                          : what == "itf"     ? nsmc::traces::to_itf(report.trace)
                                              : nsmc::traces::to_perfetto(report);
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}
