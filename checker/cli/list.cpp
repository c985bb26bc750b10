// nsmc list and nsmc explain: what there is, and what it means.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "checker/cli/binding.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "props/props.hpp"
#include "traces/scenario.hpp"
#include "traces/scenario_error.hpp"

namespace nsmc::cli {
namespace {

std::vector<traces::Scenario> all_shipped() {
  std::vector<traces::Scenario> all = shipped_runs();
  std::vector<traces::Scenario> scenarios = shipped_scenarios();
  for (traces::Scenario& s : scenarios) all.push_back(std::move(s));
  return all;
}

std::string defects_breaking(std::string_view property) {
  std::string list;
  for (const kernel::DefectRow& row : kernel::kDefects)
    if ((" " + std::string(row.breaks) + " ").find(" " + std::string(property) + " ") !=
        std::string::npos)
      list += (list.empty() ? "" : ", ") + std::string(row.name);
  return list;
}

std::string bugs_breaking(std::string_view property) {
  std::string list;
  for (const kernel::ChangeRow& bug : kernel::kChanges)
    if ((" " + std::string(bug.breaks) + " ").find(" " + std::string(property) + " ") !=
        std::string::npos)
      list += (list.empty() ? "" : ", ") + std::string(bug.id);
  return list;
}

void list_properties(bool markdown) {
  if (markdown) {
    fmt::print(
        "# Properties\n\nPrinted by `./nsmc list properties --markdown`.\n\n"
        "| id | property | known to break it in the 2007 code | seeded defects that break it |\n"
        "| --- | --- | --- | --- |\n");
    for (const props::Row& row : props::catalogue())
      fmt::print("| {} | {} | {} | {} |\n", row.id, row.says, bugs_breaking(row.id),
                 defects_breaking(row.id));
    return;
  }
  for (const props::Row& row : props::catalogue()) fmt::print("{:<4} {}\n", row.id, row.says);
}

const char* kind_word(kernel::ChangeKind kind) {
  static constexpr const char* kWords[] = {"fix", "feature", "semantics"};
  return kWords[static_cast<int>(kind)];
}

bool explain_property(const std::string& id) {
  const props::Row* row = props::find(id);
  if (row == nullptr) return false;
  fmt::print("{}  {}\n\nsource     {}\njudged     {}\n", row->id, row->says, row->source,
             row->holds_move != nullptr ? "of every move" : "in every state");
  if (!row->transient.empty()) fmt::print("transient  {}\n", row->transient);
  if (const auto bugs = bugs_breaking(id); !bugs.empty()) fmt::print("known bugs {}\n", bugs);
  if (const auto defects = defects_breaking(id); !defects.empty())
    fmt::print("seeded     {}\n", defects);
  fmt::print("ask        ./nsmc check --property {}\n", id);
  return true;
}

bool explain_bug(const std::string& id) {
  const kernel::ChangeRow* bug = kernel::find_change(id);
  if (bug == nullptr) return false;
  fmt::print("{}  {}\n\n", bug->id, bug->what);
  if (!bug->breaks.empty()) fmt::print("breaks     {}\n", bug->breaks);
  if (!bug->subject.empty())
    fmt::print("fixed in   {} by {}\"{}\"\n", bug->since,
               bug->commit.empty() ? "" : std::string(bug->commit) + " ", bug->subject);
  for (const traces::Scenario& s : all_shipped())
    for (const auto& e : s.question.expectations)
      if (e.bug && e.bug->text == id && !e.property)
        fmt::print("see        ./nsmc replay {}\n", s.path);
  return true;
}

bool explain_kernel(const std::string& name) {
  const kernel::Kernel* found = kernel::find_kernel(name);
  if (found == nullptr) return false;
  fmt::print("{}  {}\n\n", found->name, found->what);
  for (const kernel::ChangeRow& bug : kernel::kChanges) {
    const bool fixed = bug.change && (found->changes >> static_cast<int>(*bug.change) & 1U) != 0;
    fmt::print("{:<6} {}  {}\n", bug.id, fixed ? "fixed  " : "present", bug.what);
  }
  return true;
}

bool explain_scenario(const std::string& name) {
  for (const traces::Scenario& s : all_shipped()) {
    if (s.name.text != name) continue;
    fmt::print("{}", s.text);
    return true;
  }
  return false;
}

}  // namespace

int list(const std::string& what, bool markdown) {
  if (what == "properties") list_properties(markdown);
  if (what == "scenarios")
    for (const traces::Scenario& s : all_shipped())
      fmt::print("{:<34} {}\n", s.name.text, s.title.text);
  if (what == "kernels")
    for (const kernel::Kernel& k : kernel::kernels()) fmt::print("{:<12} {}\n", k.name, k.what);
  if (what == "bugs")
    for (const kernel::ChangeRow& row : kernel::kChanges)
      if (row.kind == kernel::ChangeKind::fix) fmt::print("{:<6} {}\n", row.id, row.what);
  if (what == "changes")
    for (const kernel::ChangeRow& row : kernel::kChanges)
      fmt::print("{:<8} {:<10} {:<9} {:<7} {:<13} {}\n", row.since.empty() ? "-" : row.since,
                 row.id, kind_word(row.kind), row.change ? "" : "no flag", row.commit, row.subject);
  if (what == "defects")
    for (const kernel::DefectRow& row : kernel::kDefects)
      fmt::print("{:<40} {:<14} {}\n", row.name, row.breaks, row.what);
  return kOk;
}

int explain(const std::string& id) {
  if (explain_property(id) || explain_bug(id) || explain_kernel(id) || explain_scenario(id))
    return kOk;
  std::vector<std::string> known;
  for (const auto& row : props::catalogue()) known.emplace_back(row.id);
  for (const auto& bug : kernel::kChanges) known.emplace_back(bug.id);
  for (const auto& k : kernel::kernels()) known.emplace_back(k.name);
  for (const auto& s : all_shipped()) known.push_back(s.name.text);
  const std::string hint = traces::did_you_mean(id, known);
  throw std::invalid_argument(
      "nothing is called `" + id + "`" +
      (hint.empty() ? "; see `nsmc list properties|scenarios|kernels|bugs`" : hint));
}

}  // namespace nsmc::cli
