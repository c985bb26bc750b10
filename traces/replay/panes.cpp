// What one state of a run looks like as a tree, as counts, as numbers and as life-lines.
// SPDX-License-Identifier: MIT
#include "traces/replay/panes.hpp"

#include <algorithm>
#include <map>

#include "traces/replay/pane_layout.hpp"
#include "traces/replay/state_view.hpp"
#include "traces/text.hpp"

namespace nsmc::traces {
namespace {

// Whoever a namespace's tasks are, with what has become of them.
std::vector<PaneCell> tasks_of(const StateView& view, const std::string& ns) {
  std::vector<PaneCell> cells;
  for (const ReportLane& lane : view.report().lanes) {
    if (!view.is_set(lane.actor + ".allocated")) continue;
    if (view.value(view.value(lane.actor + ".pid") + ".ns") != ns) continue;
    const Life life = view.life(lane.actor);
    const std::string title = view.title(lane.actor);
    cells.push_back({title, title + (life == Life::running ? "" : " " + life_text(life)), true});
  }
  return cells;
}

void add_namespace(std::vector<PaneRow>& rows, const StateView& view, const std::string& ns,
                   std::size_t depth) {
  const bool is_known =
      std::any_of(rows.begin(), rows.end(), [&](const PaneRow& row) { return row.subject == ns; });
  if (is_known) return;
  const std::string reaper = view.title(view.value(ns + ".child_reaper"));
  PaneRow row{ns, 2 * depth, {}};
  row.cells.push_back({"title", view.title(ns)});
  row.cells.push_back({"level", "level " + view.value(ns + ".level")});
  row.cells.push_back({"kref", "kref " + view.value(ns + ".kref")});
  row.cells.push_back({"reaper", "reaper " + reaper, false, reaper == "NULL"});
  rows.push_back(std::move(row));
  rows.push_back({ns + " tasks", 2 * depth + 2, tasks_of(view, ns)});
  for (const std::string& child : view.objects("ns"))
    if (view.is_set(child + ".allocated") && view.value(child + ".parent") == ns)
      add_namespace(rows, view, child, depth + 1);
}

// Those that exist or are still held, parents before their children.
std::vector<PaneRow> tree_rows(const StateView& view) {
  std::vector<PaneRow> rows;
  for (const bool with_orphans : {false, true})
    for (const std::string& ns : view.objects("ns"))
      if (view.is_set(ns + ".allocated") &&
          (with_orphans || !view.has(view.value(ns + ".parent") + ".allocated")))
        add_namespace(rows, view, ns, 0);
  return rows;
}

// A count, and the fields that hold a reference.  `extra` is what counts too; unless `judged`,
// something counts that no field tells.
void add_count(std::vector<PaneRow>& rows, const StateView& view, const std::string& object,
               const std::string& field, const std::vector<std::string>& extra, bool judged) {
  if (!view.is_set(object + ".allocated")) return;
  std::vector<PaneCell> holders;
  for (const std::string& name : view.report().counted)
    if (view.value(name) == object) holders.push_back({printable(name), printable(name), true});
  for (const std::string& other : extra) holders.push_back({other, other, true});
  const std::string count = view.value(object + "." + field);
  // A count that nobody has set yet is not wrong.
  if (count == "uninitialised") judged = false;
  const bool is_wrong = judged && count != std::to_string(holders.size());
  const std::string relation = !judged    ? " :"
                               : is_wrong ? " but " + std::to_string(holders.size()) + " held:"
                                          : " =";
  PaneRow row{object, 0, {}};
  row.cells.push_back({"title", view.title(object)});
  row.cells.push_back({"count", field + " " + count + relation, false, is_wrong});
  if (holders.empty()) row.cells.push_back({"nobody", judged ? "nobody" : "whoever makes it"});
  for (std::size_t i = 1; i < holders.size(); ++i) holders[i].text.insert(0, "+ ");
  row.cells.insert(row.cells.end(), holders.begin(), holders.end());
  rows.push_back(std::move(row));
}

std::vector<PaneRow> holder_rows(const StateView& view) {
  std::vector<PaneRow> rows;
  for (const std::string& ns : view.objects("ns"))
    add_count(rows, view, ns, "kref", {}, ns != "ns0");
  for (const std::string& proxy : view.objects("nsproxy")) {
    std::vector<std::string> extra;
    if (proxy == "nsproxy0") extra.emplace_back("the swapper");
    add_count(rows, view, proxy, "count", extra, true);
  }
  for (const std::string& pid : view.objects("pid")) {
    const bool lives = view.is_set(pid + ".hashed") || view.is_set(pid + ".rcu");
    std::vector<std::string> extra;
    if (lives) extra.emplace_back("its life");
    add_count(rows, view, pid, "count", extra, lives);
  }
  return rows;
}

// Whose a number is: "t3 C", "pid3" if no task has it, or empty.
using Owners = std::map<std::pair<std::string, std::string>, std::string>;

Owners owners_of(const StateView& view) {
  std::map<std::string, std::string> task_of;
  for (const ReportLane& lane : view.report().lanes)
    if (view.is_set(lane.actor + ".allocated"))
      task_of.emplace(view.value(lane.actor + ".pid"), view.title(lane.actor));
  Owners owners;
  for (const std::string& pid : view.objects("pid")) {
    if (!view.is_set(pid + ".allocated")) continue;
    const auto task = task_of.find(pid);
    for (std::size_t level = 0; view.has(pid + ".ns" + std::to_string(level)); ++level) {
      const std::string at = std::to_string(level);
      owners[{view.value(pid + ".ns" + at), view.value(pid + ".nr" + at)}] =
          task == task_of.end() ? pid : task->second;
    }
  }
  return owners;
}

// The numbers in a set such as "{0,1,3}".
std::vector<std::size_t> numbers_in(std::string_view set) {
  std::vector<std::size_t> numbers;
  bool is_inside = false;
  for (const char c : set) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit && !is_inside) numbers.push_back(0);
    if (is_digit) numbers.back() = 10 * numbers.back() + static_cast<std::size_t>(c - '0');
    is_inside = is_digit;
  }
  return numbers;
}

// Numbers of nobody stand together, as a range.
void add_numbers(PaneRow& row, const std::vector<std::size_t>& numbers, const std::string& ns,
                 const Owners& owners) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string number = std::to_string(numbers[i]);
    const auto owner = owners.find({ns, number});
    if (owner != owners.end()) {
      row.cells.push_back({number, number + " " + owner->second, true});
      continue;
    }
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1 &&
           !owners.contains({ns, std::to_string(numbers[last + 1])}))
      ++last;
    const std::string range = number + (last == i ? "" : "-" + std::to_string(numbers[last]));
    row.cells.push_back({range, range, true});
    i = last;
  }
}

std::vector<PaneRow> pid_rows(const StateView& view) {
  std::vector<PaneRow> rows;
  const Owners owners = owners_of(view);
  for (const std::string& ns : view.objects("ns")) {
    if (!view.is_set(ns + ".allocated")) continue;
    PaneRow row{ns, 0, {}};
    row.cells.push_back({"title", view.title(ns)});
    row.cells.push_back({"last_pid", "last_pid " + view.value(ns + ".last_pid")});
    rows.push_back(std::move(row));
    std::vector<std::size_t> numbers;
    for (std::size_t page = 0; view.has(ns + ".bits" + std::to_string(page)); ++page)
      for (const std::size_t number : numbers_in(view.value(ns + ".bits" + std::to_string(page))))
        numbers.push_back(number);
    PaneRow used{ns + " numbers", 2, {}};
    add_numbers(used, numbers, ns, owners);
    rows.push_back(std::move(used));
  }
  return rows;
}

std::vector<PaneRow> rows_of(const StateView& view, Pane pane) {
  if (pane == Pane::tree) return tree_rows(view);
  return pane == Pane::holders ? holder_rows(view) : pid_rows(view);
}

void mark_changes(PaneRow& row, const PaneRow* before) {
  for (PaneCell& cell : row.cells)
    cell.is_changed =
        before == nullptr ||
        std::none_of(before->cells.begin(), before->cells.end(), [&](const PaneCell& b) {
          return b.subject == cell.subject && b.text == cell.text;
        });
  if (before == nullptr) return;
  const std::vector<PaneCell> now = row.cells;
  for (const PaneCell& was : before->cells)
    if (was.is_member && std::none_of(now.begin(), now.end(), [&](const PaneCell& cell) {
          return cell.subject == was.subject;
        }))
      row.cells.push_back({was.subject, was.subject + " gone", false, false, true});
}

}  // namespace

std::optional<Pane> find_pane(std::string_view name) {
  const auto* const found = std::find(kPaneNames.begin(), kPaneNames.end(), name);
  if (found == kPaneNames.end()) return std::nullopt;
  return static_cast<Pane>(found - kPaneNames.begin());
}

std::vector<PaneRow> pane_rows(const Report& report, std::size_t k, Pane pane) {
  std::vector<PaneRow> rows = rows_of(StateView(report, k), pane);
  if (k == 0) return rows;
  const std::vector<PaneRow> before = rows_of(StateView(report, k - 1), pane);
  const auto in = [](const std::vector<PaneRow>& all, const std::string& subject) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const PaneRow& row) { return row.subject == subject; });
    return found == all.end() ? nullptr : &*found;
  };
  for (PaneRow& row : rows) mark_changes(row, in(before, row.subject));
  for (const PaneRow& was : before)
    if (!was.cells.empty() && was.cells[0].subject == "title" && in(rows, was.subject) == nullptr)
      rows.push_back(
          {was.subject, 0, {{"title", was.cells[0].text + " gone", false, false, true}}});
  return rows;
}

std::string truth_text(const Report& report, std::size_t k) {
  if (report.truths.empty()) return {};
  Truth truth = Truth::unasked;
  for (const auto& [step, value] : report.truths[0].changes)
    if (step <= k) truth = value;
  const std::string id = printable(report.truths[0].id);
  switch (truth) {
    case Truth::broken:
      return id + " is broken here";
    case Truth::kept:
      return id + " holds here";
    case Truth::silent:
      return id + " has nothing to say here";
    case Truth::unasked:
      return id + " is not asked here";
    case Truth::awaited:
      return id + " is not reached yet";
  }
  return {};
}

std::vector<std::string> pane_text(const Report& report, std::size_t k, Pane pane,
                                   std::size_t width, bool colour, std::size_t height) {
  if (pane == Pane::lives) return lives_text(report, k, width, colour, height);
  if (pane != Pane::fields) return rows_text(pane_rows(report, k, pane), width, colour);
  std::vector<std::string> lines = field_text(field_lines(report.trace, k, k == 0), width, colour);
  if (lines.empty()) lines.emplace_back("(no field changes)");
  return lines;
}

}  // namespace nsmc::traces
