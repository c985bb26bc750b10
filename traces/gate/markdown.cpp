// Markdown for the summary of a job.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "traces/gate/reports.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

constexpr std::size_t kFailuresMax = 50;  // a summary may have 1 MiB, and a reader less

// Nothing in a text is markup.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_{}[]<>#|~&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Inside a code span or block nothing can be escaped: the fence is what may not stand in it.
std::string code(std::string_view text) {
  std::string out = printable(text);
  std::replace(out.begin(), out.end(), '`', '\'');
  return out;
}

std::string block(const GateFailure& f) {
  std::string text = fmt::format("#### {}\n\n{}: {}\n", plain(subject_of(f)),
                                 name_of(f.problem->kind), plain(f.problem->what));
  if (f.claim != nullptr) text += fmt::format("\n{}\n", plain(f.claim->says));
  if (!f.problem->hint.empty()) text += fmt::format("\n{}\n", plain(f.problem->hint));
  if (!f.problem->repeat.empty())
    text += fmt::format("\n```sh\n{}\n```\n", code(f.problem->repeat));
  if (f.claim == nullptr || !f.claim->run) return text;
  text += fmt::format("\n<details><summary>the run, {} moves</summary>\n\n```text\n",
                      f.claim->run_length);
  const std::string run = to_text(*f.claim->run, {.moves_only = true});
  std::size_t begin = 0;
  for (std::size_t end = run.find('\n'); end != std::string::npos; end = run.find('\n', begin)) {
    text += code(std::string_view(run).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return text + "```\n\n</details>\n";
}

}  // namespace

std::string gate_markdown(const GateResult& result) {
  const std::vector<GateFailure> failures = worst_first(failures_of(result));
  std::string text = result.exit_code == 0
                         ? "### nsmc gate: open\n\n"
                         : fmt::format("### nsmc gate: closed, {} failure{}\n\n", failures.size(),
                                       failures.size() == 1 ? "" : "s");
  text += fmt::format("{}, exit code {}\n\n", plain(result.path), result.exit_code);
  text += result.times ? "| run | cases | answers | states | failed | seconds |\n"
                         "| --- | ---: | ---: | ---: | ---: | ---: |\n"
                       : "| run | cases | answers | states | failed |\n"
                         "| --- | ---: | ---: | ---: | ---: |\n";
  for (const GateGroup& group : result.groups) {
    std::uint64_t states = 0;
    std::size_t answers = 0;
    double seconds = 0;
    for (const GateCase& one : group.cases) {
      states += one.states;
      answers += one.claims.size();
      seconds += one.seconds;
    }
    const auto failed = std::count_if(failures.begin(), failures.end(),
                                      [&](const GateFailure& f) { return f.group == &group; });
    text += fmt::format("| {} | {} | {} | {} | {} |", plain(group.name), group.cases.size(),
                        answers, thousands(states), failed);
    text += result.times ? fmt::format(" {:.1f} |\n", seconds) : "\n";
  }
  for (std::size_t i = 0; i < std::min(failures.size(), kFailuresMax); ++i)
    text += "\n" + block(failures[i]);
  if (failures.size() > kFailuresMax)
    text += fmt::format("\nand {} more\n", failures.size() - kFailuresMax);
  return text;
}

}  // namespace nsmc::traces
