// nsmc history and nsmc bisect: one question asked of every kernel.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>

#include "checker/cli/answer.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/jobs.hpp"
#include "checker/cli/settings.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

using checker::Verdict;

// Verdicts are all that is told.
constexpr Reductions kReduced{.symmetry = Switch::automatic, .dead_fields = Switch::automatic};

// The scenario on a kernel of these changes, whatever its own is.
Bound bound_on(const traces::Scenario& scenario, const kernel::Changes& changes) {
  Bound bound = bind(scenario);
  kernel::Config config = bound.system->config();
  config.changes = changes;
  bound.system = std::make_shared<System>(config, bound.system->userland());
  return bound;
}

// What a scenario answers on one kernel after the other.  Most changes are of no concern to most
// scenarios: a search that asked for none of those that differ is not repeated.
class Answers {
 public:
  explicit Answers(const traces::Scenario& scenario) : scenario_(scenario) {}

  // May be called by several threads; the answers stay where they are.
  const std::vector<ClaimAnswer>& on(const kernel::Changes& changes) {
    {
      const std::lock_guard lock(mutex_);
      for (const Known& known : known_)
        if (known.changes == changes.within(known.asked)) return known.claims;
    }
    Known known;
    kernel::changes_asked = &known.asked;
    known.claims =
        explore(bound_on(scenario_, changes), memory_bytes_default() / jobs_of(0), kReduced).claims;
    kernel::changes_asked = nullptr;
    known.changes = changes.within(known.asked);
    const std::lock_guard lock(mutex_);
    return known_.emplace_back(std::move(known)).claims;
  }

 private:
  struct Known {
    kernel::Changes asked;    // by the search
    kernel::Changes changes;  // that it was told to be there
    std::vector<ClaimAnswer> claims;
  };
  std::mutex mutex_;
  const traces::Scenario& scenario_;
  std::deque<Known> known_;
};

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
std::string words_of(const std::vector<ClaimAnswer>& claims) {
  if (claims.size() == 1) return answer_word(claims.front());
  std::string violated, unknown;
  for (const ClaimAnswer& c : claims) {
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
  std::map<std::string, std::map<std::string_view, Cell>> cells;
  for (const props::Row& row : props::catalogue())
    for (const kernel::Kernel& k : kernel::kernels())
      cells[std::string(row.id)][k.name] = Cell::nothing;
  std::deque<Answers> answers(asked.begin(), asked.end());
  const std::size_t questions = kernel::kernels().size() * asked.size();
  const auto ask = [&](std::size_t i) {
    const kernel::Kernel& k = kernel::kernels()[i / asked.size()];
    return std::pair(&k, &answers[i % asked.size()].on(k.changes));
  };
  in_order(questions, 0, ask, [&](const auto& answer) {
    for (const ClaimAnswer& c : *answer.second) {
      Cell& cell = cells[c.property][answer.first->name];
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
    Answers answers(scenario);
    std::string before = words_of(answers.on(changes));
    fmt::print("{}\n  {:<12} {}\n", scenario.name.text, kernel::kernels().front().name, before);
    bool flipped = false;
    for (const kernel::ChangeRow& row : kernel::kChanges) {
      if (!row.change) continue;
      changes = changes.with(*row.change);
      const std::string after = words_of(answers.on(changes));
      if (stop_signal() != 0) return 128 + stop_signal();
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
