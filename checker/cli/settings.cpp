// Config keys: one row each.
// SPDX-License-Identifier: MIT
#include "checker/cli/settings.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "checker/cli/binding.hpp"
#include "checker/cli/words.hpp"
#include "model/kernel/calls.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"

namespace nsmc::cli {
namespace {

using kernel::Config;
using traces::Arg;
using traces::Name;
using traces::Scenario;

using Setter = std::function<bool(Config&, const std::string&, int)>;  // false: not a value for it

Setter number(int Config::*field) {
  return [field](Config& c, const std::string& word, int value) {
    if (!word.empty()) return false;
    c.*field = value;
    return true;
  };
}
Setter yes_or_no(bool Config::*field) {
  return [field](Config& c, const std::string& word, int) {
    if (word != "y" && word != "n") return false;
    c.*field = word == "y";
    return true;
  };
}

const std::map<std::string, std::pair<Setter, std::string>>& settings() {
  static const std::map<std::string, std::pair<Setter, std::string>> kSettings = {
      {"tasks", {number(&Config::tasks), "a number"}},
      {"namespaces", {number(&Config::namespaces), "a number"}},
      {"pids", {number(&Config::pids), "a number"}},
      {"nsproxies", {number(&Config::nsproxies), "a number"}},
      {"pid_max", {number(&Config::pid_max), "a number"}},
      {"reserved_pids", {number(&Config::reserved_pids), "a number"}},
      {"bits_per_page", {number(&Config::bits_per_page), "a number"}},
      {"max_level", {number(&Config::max_level), "a number"}},
      {"failures", {number(&Config::failures), "0..3"}},
      {"calls", {number(&Config::calls), "0..31"}},
      {"NAMESPACES", {yes_or_no(&Config::config_namespaces), "y or n"}},
      {"PROC_FS", {yes_or_no(&Config::config_proc_fs), "y or n"}},
      {"ptrace", {yes_or_no(&Config::ptrace), "y or n"}},
      {"trace_exit", {yes_or_no(&Config::trace_exit), "y or n"}},
      {"PID_NS", {yes_or_no(&Config::config_pid_ns), "y or n"}},
      {"steps",
       {[](Config& c, const std::string& word, int) {
          if (word != "kernel" && word != "syscall") return false;
          c.steps = word == "kernel" ? kernel::Granularity::kernel : kernel::Granularity::syscall;
          return true;
        },
        "kernel or syscall"}},
      {"boot",
       {[](Config& c, const std::string& word, int) {
          if (word == "late") c.boot = kernel::Boot::late;
          if (word == "initcalls") c.boot = kernel::Boot::initcalls;
          if (word == "early") c.boot = kernel::Boot::early;
          return word == "late" || word == "initcalls" || word == "early";
        },
        "late, initcalls or early"}},
  };
  return kSettings;
}

void set_kernel(const Scenario& s, Config& c) {
  if (s.kernel) {
    const kernel::Kernel* found = kernel::find_kernel(s.kernel->text);
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const auto& k : kernel::kernels()) known.emplace_back(k.name);
      unknown(s, *s.kernel, "kernel", known);
    }
    c.changes = found->changes;
  }
  for (const traces::Change& change : s.changes) {
    if (const kernel::DefectRow* row = kernel::find_defect(change.id.text)) {
      if (!change.with || c.defect != kernel::Defect::none)
        throw scenario_error(s, change.id, "a kernel is `with` one seeded defect at a time");
      c.defect = row->defect;
      continue;
    }
    const kernel::ChangeRow* bug = kernel::find_change(change.id.text);
    if (bug == nullptr || !bug->change) {
      std::vector<std::string> known;
      for (const auto& b : kernel::kChanges)
        if (b.change) known.emplace_back(b.id);
      for (const auto& row : kernel::kDefects) known.emplace_back(row.name);
      unknown(s, change.id, "change", known);
    }
    c.changes = change.with ? c.changes.with(*bug->change) : c.changes.without(*bug->change);
  }
}

void count_defaults(const Scenario& s, const Names& names, Config& c) {
  int clones = 0, namespaces = 0, moves = 0;
  for (const auto& program : s.programs)
    for (const auto& call : program.calls) {
      const bool unshares = call.function.text == "unshare";
      if (unshares || call.function.text == "setns") ++moves;  // an nsproxy of its own
      if (!kernel::creates(call.function.text) && !unshares) continue;
      if (call.binds.empty() && !unshares) ++clones;
      for (const Arg& arg : call.args)
        for (const Name& flag : arg.names)
          if (flag.text == "CLONE_NEWPID" || flag.text == "CLONE_NEWNET") ++namespaces;
    }
  if (!s.free_calls.empty()) {
    c.tasks = 3;
    c.namespaces = 2;
    c.pid_max = 4;
    return;
  }
  const int labels = static_cast<int>(names.tasks.size()) - 1;
  const bool has_init =
      std::find(names.tasks.begin(), names.tasks.end(), "init") != names.tasks.end();
  c.tasks = std::min(kernel::kTasks, labels + clones + (has_init ? 0 : 1));
  c.namespaces = std::min(kernel::kNamespaces, 1 + namespaces);
  c.pids = std::min(kernel::kPids, c.tasks + 1);
  c.nsproxies = std::min(kernel::kNsproxies, 1 + namespaces + moves);
  c.pid_max = 8;
}

}  // namespace

kernel::Changes changes_given(const Scenario& s) {
  kernel::Changes changes;
  for (const traces::Change& change : s.changes)
    if (const kernel::ChangeRow* row = kernel::find_change(change.id.text);
        row != nullptr && row->change && change.with)
      changes = changes.with(*row->change);
  return changes;
}

Config configure(const Scenario& s, const Names& names) {
  Config c;
  count_defaults(s, names, c);
  set_kernel(s, c);
  bool pids_given = false, nsproxies_given = false;
  for (const traces::Setting& setting : s.config) {
    const auto row = settings().find(setting.key.text);
    if (row == settings().end()) unknown(s, setting.key, "config key", keys_of(settings()));
    const std::string word = setting.value.is_integer() ? "" : setting.value.names[0].text;
    if (setting.key.text == "pids") pids_given = true;
    if (setting.key.text == "nsproxies") nsproxies_given = true;
    if (!row->second.first(c, word, setting.value.integer))
      throw scenario_error(s, setting.value.at, 1,
                           setting.key.text + " must be " + row->second.second);
  }
  // Free processes have no need of more than one each; more room is more states.
  if (!s.free_calls.empty() && !pids_given) c.pids = c.tasks;
  if (!s.free_calls.empty() && !nsproxies_given) c.nsproxies = c.namespaces;
  return c;
}

std::string config_text(const kernel::Config& c) {
  std::string text =
      "tasks=" + std::to_string(c.tasks) + " namespaces=" + std::to_string(c.namespaces) +
      " pids=" + std::to_string(c.pids) + " nsproxies=" + std::to_string(c.nsproxies) +
      " pid_max=" + std::to_string(c.pid_max) +
      " reserved_pids=" + std::to_string(c.reserved_pids) +
      " failures=" + std::to_string(c.failures) + " steps=";
  const std::string calls = c.calls > 0 ? " calls=" + std::to_string(c.calls) : "";
  return text + (c.steps == kernel::Granularity::kernel ? "kernel" : "syscall") + calls;
}

}  // namespace nsmc::cli
