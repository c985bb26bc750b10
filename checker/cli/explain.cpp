// nsmc explain: what a property, a change, a kernel or a scenario means.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <stdexcept>

#include "checker/cli/answer.hpp"
#include "checker/cli/catalogue.hpp"
#include "checker/cli/commands.hpp"
#include "props/liveness.hpp"
#include "props/props.hpp"
#include "traces/scenario_error.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using traces::Scenario;

bool has(const kernel::Kernel& kernel, const kernel::ChangeRow& row) {
  return row.change && kernel.changes.has(*row.change);
}

bool explain_property(const std::string& id) {
  const props::Row* row = props::find(id);
  if (row == nullptr) return false;
  fmt::print("{}  {}\n\nsource     {}\njudged     {}\n", row->id, row->says, row->source,
             row->holds_move != nullptr ? "of every move"
             : row->at_ends             ? "where nothing can move"
                                        : "in every state");
  if (!row->transient.empty()) fmt::print("transient  {}\n", row->transient);
  if (const auto bugs = bugs_breaking(id); !bugs.empty()) fmt::print("known bugs {}\n", bugs);
  if (const auto defects = defects_breaking(id); !defects.empty())
    fmt::print("seeded     {}\n", defects);
  fmt::print("ask        ./nsmc check --property {}\n", id);
  return true;
}

bool explain_liveness(const std::string& id) {
  const props::LiveRow* row = props::find_live(id);
  if (row == nullptr) return false;
  fmt::print("{}  {}\n\nsource     {}\njudged     of whole runs, by who has to move in the end\n",
             row->id, row->says, row->source);
  fmt::print("ask        ./nsmc graph --property {} SCENARIO\n", id);
  return true;
}

// --- a change ------------------------------------------------------------------------------------

// The kernels that go without: the first so many, for a kernel is a prefix of the list of changes.
std::string kernels_without(const kernel::ChangeRow& row) {
  std::string_view first, last;
  for (const kernel::Kernel& k : kernel::kernels()) {
    if (has(k, row)) continue;
    if (first.empty()) first = k.name;
    last = k.name;
  }
  return first == last ? std::string(first) : fmt::format("{} to {}", first, last);
}

void print_facts(const kernel::ChangeRow& row) {
  const bool is_fix = row.kind == kernel::ChangeKind::fix;
  fmt::print("{}  {}\n\nkind       {}\n", row.id, row.what, kind_word(row.kind));
  const char* head = "breaks";
  for (const std::string& id : words_of(row.breaks)) {
    const props::Row* property = props::find(id);
    fmt::print("{:<10} {:<4} {}\n", head, id, property == nullptr ? "" : property->says);
    head = "";
  }
  if (row.kind == kernel::ChangeKind::open) {
    fmt::print("fixed in   no kernel that the model knows; since when it is so, `bisect` says\n");
    return;
  }
  const std::string commit = row.commit.empty() ? "" : " " + std::string(row.commit);
  const std::string subject = row.subject.empty() ? "" : fmt::format(" \"{}\"", row.subject);
  fmt::print("{:<10} {}{}{}{}\n", is_fix ? "fixed in" : "since", row.since,
             commit.empty() && subject.empty() ? "" : " by", commit, subject);
  fmt::print("{:<10} {}\n", is_fix ? "unfixed in" : "missing in", kernels_without(row));
}

// The questions that are answered `no` because of this change alone.
std::vector<Scenario> showing(std::string_view id, const std::vector<Scenario>& scenarios) {
  std::vector<Scenario> some;
  for (const Scenario& s : scenarios)
    for (const traces::Expectation& e : s.question.expectations)
      if (e.bug && e.bug->text == id && !e.property) some.push_back(s);
  return some;
}

// Pairs are called x and x-fixed, or x-seed and x-fixed.
const Scenario* fixed_one(const Scenario& shows, const std::vector<Scenario>& scenarios) {
  std::string name = shows.name.text;
  if (name.ends_with("-seed")) name.resize(name.size() - std::string_view("-seed").size());
  for (const Scenario& s : scenarios)
    if (s.name.text == name + "-fixed") return &s;
  return nullptr;
}

// Searched now, so it is a run of the model as it is.  Of the first scenario that has one: that
// something is never reached (`sometimes`) is shown by no run.
void print_shortest_run(const std::vector<Scenario>& shown_by) {
  for (const Scenario& s : shown_by) {
    const Answer a = explore(bind(s));
    const ClaimAnswer& claim = a.claims.front();
    if (!has_run(a, claim)) continue;
    fmt::print("\n{}",
               traces::to_text(trace_of(a, claim), {.colour = use_colour(), .moves_only = true}));
    return;
  }
}

bool explain_change(const std::string& id) {
  const kernel::ChangeRow* row = kernel::find_change(id);
  if (row == nullptr) return false;
  print_facts(*row);
  const std::vector<Scenario> scenarios = shipped_scenarios();
  const std::vector<Scenario> shown_by = showing(id, scenarios);
  for (const Scenario& s : shown_by) {
    fmt::print("shown by   {}\n", s.path);
    if (const Scenario* fixed = fixed_one(s, scenarios)) fmt::print("gone in    {}\n", fixed->path);
  }
  print_shortest_run(shown_by);
  return true;
}

// -------------------------------------------------------------------------------------------------

bool explain_kernel(const std::string& name) {
  const kernel::Kernel* found = kernel::find_kernel(name);
  if (found == nullptr) return false;
  fmt::print("{}  {}\n\n", found->name, found->what);
  for (const kernel::ChangeRow& row : kernel::kChanges)
    fmt::print("{:<6} {}  {}\n", row.id, has(*found, row) ? "fixed  " : "present", row.what);
  return true;
}

bool explain_scenario(const std::string& name) {
  for (const Scenario& s : all_shipped()) {
    if (s.name.text != name) continue;
    fmt::print("{}", s.text);
    return true;
  }
  return false;
}

}  // namespace

int explain(const std::string& id) {
  if (explain_property(id) || explain_liveness(id) || explain_change(id) || explain_kernel(id) ||
      explain_scenario(id))
    return stop_signal() != 0 ? 128 + stop_signal() : kOk;
  std::vector<std::string> known;
  for (const auto& row : props::catalogue()) known.emplace_back(row.id);
  for (const auto& row : kernel::kChanges) known.emplace_back(row.id);
  for (const auto& k : kernel::kernels()) known.emplace_back(k.name);
  for (const auto& s : all_shipped()) known.push_back(s.name.text);
  const std::string hint = traces::did_you_mean(id, known);
  throw std::invalid_argument(
      "nothing is called `" + id + "`" +
      (hint.empty() ? "; see `nsmc list properties|scenarios|kernels|bugs`" : hint));
}

}  // namespace nsmc::cli
