// nsmc list: what there is.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "checker/cli/catalogue.hpp"
#include "checker/cli/commands.hpp"
#include "props/liveness.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

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

}  // namespace

int list(const std::string& what, bool markdown) {
  if (what == "properties") list_properties(markdown);
  if (what == "liveness")
    for (const props::LiveRow& row : props::live_catalogue())
      fmt::print("{:<8} {}\n", row.id, row.says);
  if (what == "scenarios")
    for (const traces::Scenario& s : all_shipped())
      fmt::print("{:<34} {}\n", s.name.text, s.title.text);
  if (what == "kernels")
    for (const kernel::Kernel& k : kernel::kernels()) fmt::print("{:<12} {}\n", k.name, k.what);
  if (what == "bugs")
    for (const kernel::ChangeRow& row : kernel::kChanges)
      if (row.kind == kernel::ChangeKind::fix || row.kind == kernel::ChangeKind::open)
        fmt::print("{:<6} {}\n", row.id, row.what);
  if (what == "changes")
    for (const kernel::ChangeRow& row : kernel::kChanges)
      fmt::print("{:<8} {:<10} {:<9} {:<7} {:<13} {}\n", row.since.empty() ? "-" : row.since,
                 row.id, kind_word(row.kind), row.change ? "" : "no flag", row.commit, row.subject);
  if (what == "defects")
    for (const kernel::DefectRow& row : kernel::kDefects)
      fmt::print("{:<40} {:<14} {}\n", row.name, row.breaks, row.what);
  return kOk;
}

}  // namespace nsmc::cli
