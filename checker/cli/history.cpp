// nsmc history and nsmc bisect: one question asked of every kernel.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/settings.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;

// The scenario on a kernel of these changes, whatever its own is.
Bound bound_on(const traces::Scenario& scenario, const kernel::Changes& changes) {
  Bound bound = bind(scenario);
  kernel::Config config = bound.system->config();
  config.changes = changes;
  bound.system = std::make_shared<System>(config, bound.system->userland());
  return bound;
}

// --- the matrix ----------------------------------------------------------------------------------

// What all runs together say of one property on one kernel; the worst wins.
enum class Cell : std::uint8_t { nothing, holds, unknown, violated };
const char* word(Cell cell) {
  static constexpr const char* kWords[] = {"·", "holds", "unknown", "**violated**"};
  return kWords[static_cast<int>(cell)];
}
Cell cell_of(const ClaimAnswer& claim) {
  if (claim.verdict == Verdict::violated) return Cell::violated;
  if (claim.verdict == Verdict::unknown) return Cell::unknown;
  return claim.vacuous ? Cell::nothing : Cell::holds;
}

void print_matrix(const std::vector<traces::Scenario>& runs,
                  const std::map<std::string, std::map<std::string_view, Cell>>& cells) {
  std::string head = "| |", rule = "| --- |";
  for (const kernel::Kernel& k : kernel::kernels()) {
    head += fmt::format(" {} |", k.name);
    rule += " --- |";
  }
  fmt::print(
      "# History\n\nPrinted by `./nsmc history`: which properties hold on which kernel, as far as "
      "the model\nknows it ([changes](../model/kernel/changes.hpp)). `·`: what the property speaks "
      "of never happens.\n\n{}\n{}\n",
      head, rule);
  for (const props::Row& row : props::catalogue()) {
    std::string line = fmt::format("| {} {} |", row.id, row.says);
    for (const kernel::Kernel& k : kernel::kernels())
      line += fmt::format(" {} |", word(cells.at(std::string(row.id)).at(k.name)));
    fmt::print("{}\n", line);
  }
  fmt::print(
      "\nAs complete searches show it, with the programs of the shipped\n[scenarios]"
      "(../traces/scenarios) after boot, and with any calls that these allow:\n\n");
  for (const traces::Scenario& run : runs)
    fmt::print("- [{0}](../traces/runs/{0}.scn): {1}\n", run.name.text, run.title.text);
}

// --- the walk ------------------------------------------------------------------------------------

// The answer to a question; of a survey, whatever does not hold.
std::string answers_of(const Answer& a) {
  if (a.claims.size() == 1) return answer_word(a.claims.front());
  std::string violated, unknown;
  for (const ClaimAnswer& c : a.claims) {
    if (c.verdict == Verdict::violated) violated += " " + c.id;
    if (c.verdict == Verdict::unknown) unknown += " " + c.id;
  }
  if (violated.empty() && unknown.empty()) return "all hold";
  return (violated.empty() ? "" : "violated:" + violated) +
         (unknown.empty() ? "" : (violated.empty() ? "unknown:" : "; unknown:") + unknown);
}

}  // namespace

int history() {
  const std::vector<traces::Scenario> runs = shipped_runs();
  std::vector<traces::Scenario> asked = runs;
  // Programs are small enough to be asked about everything.  User space before the initcalls is
  // another matter (S17): no later kernel that the model knows makes a difference.
  std::vector<traces::Scenario> scenarios = shipped_scenarios();
  for (traces::Scenario& s : scenarios) {
    const auto boots = [](const traces::Setting& setting) { return setting.key.text == "boot"; };
    if (std::any_of(s.config.begin(), s.config.end(), boots)) continue;
    s.question = {};
    s.question.kind = traces::Question::Kind::survey;
    asked.push_back(std::move(s));
  }
  std::vector<Bound> bound;
  for (const kernel::Kernel& k : kernel::kernels())
    for (const traces::Scenario& s : asked) bound.push_back(bound_on(s, k.changes));
  std::map<std::string, std::map<std::string_view, Cell>> cells;
  for (const props::Row& row : props::catalogue())
    for (const kernel::Kernel& k : kernel::kernels())
      cells[std::string(row.id)][k.name] = Cell::nothing;
  std::size_t done = 0;
  const auto ask = [](Bound&& b) {
    return explore(std::move(b), memory_bytes_default() / jobs_of(0));
  };
  answer_all(std::move(bound), 0, ask, [&](Answer&& a) {
    const kernel::Kernel& k = kernel::kernels()[done++ / asked.size()];
    for (const ClaimAnswer& c : a.claims) {
      Cell& cell = cells[c.property][k.name];
      cell = std::max(cell, cell_of(c));
    }
  });
  if (stop_signal() != 0) return 128 + stop_signal();
  print_matrix(runs, cells);
  return kOk;
}

int bisect(const std::string& path) {
  for (const traces::Scenario& scenario : scenarios_at(path)) {
    // What it asks for by `with` is no kernel's, and stays.
    kernel::Changes changes = kernel::kernels().front().changes.with(changes_given(scenario));
    std::string before = answers_of(explore(bound_on(scenario, changes)));
    fmt::print("{}\n  {:<12} {}\n", scenario.name.text, kernel::kernels().front().name, before);
    bool flipped = false;
    for (const kernel::ChangeRow& row : kernel::kChanges) {
      if (!row.change) continue;
      changes = changes.with(*row.change);
      const Answer a = explore(bound_on(scenario, changes));
      if (stop_signal() != 0) return 128 + stop_signal();
      const std::string after = answers_of(a);
      if (after == before) continue;
      fmt::print("  {:<12} {}, because of {}: {}\"{}\"\n", row.since, after, row.id,
                 row.commit.empty() ? "" : std::string(row.commit) + " ", row.subject);
      before = after;
      flipped = true;
    }
    if (!flipped) fmt::print("  no change that the model knows makes a difference\n");
  }
  return kOk;
}

}  // namespace nsmc::cli
