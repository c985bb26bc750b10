// What has failed, as a question of the scenario language.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "checker/cli/runs/hunt.hpp"
#include "model/kernel/calls.hpp"

namespace nsmc::cli {
namespace {

traces::Question question(const std::string& text) {
  return traces::parse_scenario("", "scenario x\n\"x\"\nfree fork()\n" + text + "\n").question;
}

// The name of the result of a call, given to it if it has none; empty if it cannot have one.
std::string result_of(traces::Scenario& s, const Disagreement& d) {
  const auto program = std::find_if(s.programs.begin(), s.programs.end(),
                                    [&](const auto& p) { return p.label.text == d.task; });
  if (d.call < 0 || program == s.programs.end()) return "";
  const auto at = static_cast<std::size_t>(d.call);
  if (at >= program->calls.size()) return "";
  traces::Call& call = program->calls[at];
  // A child that gets a name keeps its place when it is gone: another run.
  if (call.binds.empty() && kernel::creates(call.function.text) && d.result >= 0) return "";
  if (call.binds.empty()) call.binds.push_back({"odd", {}});
  return call.binds[0].text;
}

}  // namespace

traces::Scenario asking(const Plan& plan, const std::string& property) {
  traces::Scenario s = plan.scenario;
  s.name.text = "props-" + property;
  std::transform(s.name.text.begin(), s.name.text.end(), s.name.text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  s.title.text = "Does " + property + " hold?";
  s.question = question("always " + property + "\nexpect no");
  return s;
}

traces::Scenario asking(const Plan& plan, const Disagreement& d) {
  traces::Scenario s = plan.scenario;
  s.name.text = "props-user-space";
  s.title.text = (d.task.empty() ? "" : d.task + ": ") + d.what;
  const std::string result = result_of(s, d);
  // Of what is seen elsewhere than in a result, the scenario has the calls only.
  if (result.empty()) {
    s.question = question("never oops\nexpect yes");
    return s;
  }
  // A result is 0 before there is one.
  const std::string done = d.result == 0 ? fmt::format(" && done({})", d.task) : "";
  s.question = question(fmt::format("never {} == {}{}\nexpect no", result, d.result, done));
  return s;
}

}  // namespace nsmc::cli
