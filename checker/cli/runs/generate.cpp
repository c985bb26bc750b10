// Programs by weight, with a subset of the calls each time.
// SPDX-License-Identifier: MIT
//
// Leaving calls out of a test on purpose reaches more than having all of them in each (Groce,
// Zhang, Eide, Chen, Regehr: Swarm Testing, ISSTA 2012).
#include "checker/cli/runs/generate.hpp"

#include <algorithm>

#include "checker/cli/runs/dice.hpp"
#include "model/kernel/calls.hpp"
#include "model/kernel/kernel_stack.hpp"

namespace nsmc::cli {
namespace {

using traces::Arg;
using traces::Call;
using traces::Name;
using traces::Program;

constexpr int kTurnsPerCall = 14;  // moves of one call, roughly

struct CallKind {
  const char* name;
  int weight;
};
constexpr CallKind kKinds[] = {
    {"fork", 16},
    {"clone", 26},
    {"exit", 10},
    {"exit_group", 3},
    {"wait4", 14},
    {"kill", 8},
    {"signal", 4},
    {"fcntl_setown", 4},
    {"drop_capabilities", 1},
    {"readdir_proc", 2},
    {"setsid", 3},
    {"prctl", 5},
    {"unshare", 7},
    {"setns", 6},
    {"open_pid_ns", 4},
    {"open_proc", 4},
    {"waitid", 3},
    {"wait_pgrp", 3},
    {"tiocspgrp", 3},
    {"clone3", 4},
    {"set_pid_max", 2},
    {"ptrace_attach", 4},
    {"stop", 3},
    {"task_work_add", 3},
    {"synchronize_rcu_tasks", 3},
};

struct FlagsKind {
  const char* flags;  // between bars
  int weight;
};
constexpr FlagsKind kCloneFlags[] = {
    {"CLONE_NEWPID", 40},
    {"CLONE_THREAD|CLONE_SIGHAND|CLONE_VM", 16},
    {"CLONE_PARENT", 8},
    {"CLONE_SIGHAND|CLONE_VM", 5},
    {"CLONE_NEWPID|CLONE_SIGHAND|CLONE_VM", 5},
    {"CLONE_NEWPID|CLONE_PARENT", 3},
    {"CLONE_NEWNET", 4},
    {"CLONE_NEWPID|CLONE_NEWNET", 4},
    {"CLONE_NEWPID|CLONE_THREAD|CLONE_SIGHAND|CLONE_VM", 2},
    {"CLONE_NEWPID|CLONE_VM", 2},
    {"CLONE_THREAD", 1},
    {"CLONE_SIGHAND", 1},
};
constexpr FlagsKind kUnshareFlags[] = {
    {"CLONE_NEWPID", 14}, {"CLONE_NEWNET", 2},
    {"CLONE_NEWUSER", 2}, {"CLONE_NEWPID|CLONE_NEWNET", 2},
    {"CLONE_THREAD", 1},  {"CLONE_VM", 1},
};

Name name(std::string text) { return {std::move(text), {}}; }
Arg word(std::string text) { return {{name(std::move(text))}, 0, {}}; }
Arg number(int value) { return {{}, value, {}}; }
Arg flags(const std::string& between_bars) {
  Arg arg;
  for (std::size_t from = 0; from <= between_bars.size();) {
    const std::size_t bar = std::min(between_bars.find('|', from), between_bars.size());
    arg.names.push_back(name(between_bars.substr(from, bar - from)));
    from = bar + 1;
  }
  return arg;
}
bool has_flag(const Call& call, const char* flag) {
  return std::any_of(call.args.begin(), call.args.end(), [&](const Arg& arg) {
    return std::find(arg.names.begin(), arg.names.end(), name(flag)) != arg.names.end();
  });
}

// Writes the programs of one scenario.
class Writer {
 public:
  Writer(traces::Scenario& s, Dice& dice) : s_(s), dice_(dice) {
    for (const CallKind& kind : kKinds)
      if (kind.name == std::string("clone") || dice.chance(55)) kinds_.push_back(kind);
    // Names that are taken already, of a scenario that is being changed.
    for (const Program& program : s_.programs) {
      know(tasks_, program.label.text);
      for (const Call& call : program.calls)
        for (std::size_t i = 0; i < call.binds.size(); ++i)
          know(i == 1                            ? namespaces_
               : call.function.text == "unshare" ? results_
                                                 : tasks_,
               call.binds[i].text);
    }
  }

  void start(int calls) {
    s_.programs.push_back({name(new_name(tasks_, "t")), {}});
    if (dice_.chance(20)) s_.programs.push_back({name("init"), {}});
    // Sometimes the youngest goes on, which makes chains of processes and namespaces.
    if (dice_.chance(20)) youngest_ = 75;
    while (calls-- > 0) add_call();
  }
  // To the end of any program, or anywhere in it.
  void add_call() {
    const int count = static_cast<int>(s_.programs.size());
    const int chosen = dice_.chance(youngest_) ? count - 1 : dice_.below(count);
    Program& program = s_.programs[static_cast<std::size_t>(chosen)];
    auto& calls = program.calls;
    if (static_cast<int>(calls.size()) == kernel::kCalls) return;  // there is room elsewhere
    const Call call = random_call();
    const int last = static_cast<int>(calls.size());
    calls.insert(calls.begin() + (dice_.chance(25) ? dice_.below(last + 1) : last), call);
    if (!call.binds.empty() && kernel::creates(call.function.text) && dice_.chance(85))
      s_.programs.push_back({call.binds[0], {}});
  }

 private:
  static void know(std::vector<std::string>& names, const std::string& text) {
    if (std::find(names.begin(), names.end(), text) == names.end()) names.push_back(text);
  }
  std::string new_name(std::vector<std::string>& names, const char* letter) {
    for (std::size_t n = names.size() + 1;; ++n) {
      const std::string text = letter + std::to_string(n);
      if (std::find(names.begin(), names.end(), text) != names.end()) continue;
      names.push_back(text);
      return text;
    }
  }
  const std::string& any(const std::vector<std::string>& names) {
    return names[static_cast<std::size_t>(dice_.below(static_cast<int>(names.size())))];
  }

  Call random_call() {
    Call call;
    call.function = name(dice_.weighted(kinds_).name);
    const std::string& f = call.function.text;
    if (f == "setns" && namespaces_.empty()) call.function = name("fork");
    if (f == "fork" || f == "clone" || f == "clone3" || f == "unshare")
      create(call);
    else if (f == "wait4")
      dice_.chance(30) ? call.args.push_back(word("WNOHANG")) : void();
    else if (f == "kill")
      call.args = {dice_.chance(20) ? number(-1) : word(any(tasks_)), word("SIGKILL")};
    else if (f == "signal")
      call.args = {word("SIGCHLD"), word(dice_.chance(75) ? "SIG_IGN" : "SIG_DFL")};
    else if (const kernel::SyscallRow* row = kernel::find_syscall(f))
      take(call, *row);
    return call;
  }

  void create(Call& call) {
    const std::string& f = call.function.text;
    if (f == "clone") call.args.push_back(flags(dice_.weighted(kCloneFlags).flags));
    if (f == "unshare") call.args.push_back(flags(dice_.weighted(kUnshareFlags).flags));
    if (f == "clone3") call.args.push_back(number(dice_.from_to(1, 9)));
    // Without namespace there is no use for the name of unshare()'s result.
    const bool makes = has_flag(call, "CLONE_NEWPID");
    if (f == "unshare" && !makes) return;
    const auto names = tasks_.size() + results_.size();
    if (names + 1 >= static_cast<std::size_t>(std::min(kernel::kLabels, kernel::kVariables)))
      return;
    call.binds.push_back(name(f == "unshare" ? new_name(results_, "r") : new_name(tasks_, "t")));
    if (makes && namespaces_.size() < static_cast<std::size_t>(kernel::kLabels))
      call.binds.push_back(name(new_name(namespaces_, "n")));
  }

  void take(Call& call, const kernel::SyscallRow& row) {
    using kernel::Takes;
    if (row.takes == Takes::task) call.args.push_back(word(any(tasks_)));
    if (row.takes == Takes::a_namespace) call.args.push_back(word(any(namespaces_)));
    if (row.takes == Takes::number) call.args.push_back(number(dice_.from_to(1, 9)));
    if (row.takes == Takes::word) {
      const bool second = !row.words[1].empty() && dice_.chance(50);
      call.args.push_back(word(std::string(row.words[second ? 1 : 0])));
    }
  }

  traces::Scenario& s_;
  Dice& dice_;
  std::vector<CallKind> kinds_;
  int youngest_ = 0;  // how often in a hundred a call goes to the youngest process
  std::vector<std::string> tasks_, namespaces_, results_;
};

int calls_of(const traces::Scenario& s) {
  int calls = 0;
  for (const Program& program : s.programs) calls += static_cast<int>(program.calls.size());
  return calls;
}

std::vector<traces::Setting> random_settings(Dice& dice) {
  std::vector<traces::Setting> config;
  const auto set = [&](const char* key, int value) {
    config.push_back({name(key), number(value)});
  };
  const auto choose = [&](const char* key, bool yes) {
    config.push_back({name(key), word(yes ? "y" : "n")});
  };
  // Most machines are small, and full soon.
  const auto up_to = [large = dice.chance(10)](int small, int all) {
    return large ? all : std::min(small, all);
  };
  const int tasks = dice.from_to(3, up_to(8, kernel::kTasks));
  const int bits = dice.from_to(3, up_to(8, kernel::kBitsPerPage));
  const int pid_max = dice.from_to(std::max(4, bits / 2),
                                   std::min(up_to(24, kernel::kPidMax), bits * kernel::kPages - 1));
  set("tasks", tasks);
  set("namespaces", dice.from_to(2, up_to(6, kernel::kNamespaces)));
  set("pids", std::min(kernel::kPids, dice.from_to(tasks, tasks + 3)));
  set("nsproxies", dice.from_to(3, up_to(8, kernel::kNsproxies)));
  set("bits_per_page", bits);
  set("pid_max", pid_max);
  set("reserved_pids", dice.from_to(1, std::min({3, bits - 1, pid_max - 1})));
  set("max_level", dice.chance(80) ? kernel::kLevels : dice.from_to(1, kernel::kLevels));
  set("failures", dice.chance(50) ? 0 : dice.from_to(1, 3));
  choose("PROC_FS", dice.chance(50));
  choose("ptrace", dice.chance(50));
  choose("trace_exit", dice.chance(50));
  return config;
}

std::vector<Detour> random_detours(Dice& dice, int turns, int most, int by_most) {
  std::vector<Detour> detours;
  for (int left = dice.below(most + 1); left > 0; --left)
    detours.push_back({static_cast<std::uint32_t>(dice.below(turns)),
                       static_cast<std::uint8_t>(dice.from_to(1, by_most))});
  std::sort(detours.begin(), detours.end(),
            [](const Detour& a, const Detour& b) { return a.at < b.at; });
  return detours;
}

void leave_the_path(Plan& plan, Dice& dice) {
  const int calls = calls_of(plan.scenario) + 1;
  plan.switches = random_detours(dice, calls * kTurnsPerCall, calls * 2, kernel::kContexts);
  plan.choices = dice.chance(40) ? std::vector<Detour>{} : random_detours(dice, calls * 4, 6, 3);
}

}  // namespace

Plan random_plan(const Subject& subject, int calls, std::uint64_t seed) {
  Dice dice(seed);
  Plan plan;
  plan.scenario.name = name("props");
  plan.scenario.title = name("Does everything hold?");
  plan.scenario.kernel = name(subject.kernel);
  plan.scenario.changes = subject.changes;
  plan.scenario.config = random_settings(dice);
  Writer(plan.scenario, dice).start(calls);
  leave_the_path(plan, dice);
  return plan;
}

Plan variant_of(const Plan& plan, std::uint64_t seed) {
  Dice dice(seed);
  Plan variant = plan;
  auto& programs = variant.scenario.programs;
  if (dice.chance(60)) {
    Writer writer(variant.scenario, dice);
    for (int more = dice.from_to(1, 4); more > 0; --more) writer.add_call();
  }
  if (dice.chance(30)) {
    auto& calls =
        programs[static_cast<std::size_t>(dice.below(static_cast<int>(programs.size())))].calls;
    if (calls.size() > 1)
      std::swap(calls[static_cast<std::size_t>(dice.below(static_cast<int>(calls.size())))],
                calls[static_cast<std::size_t>(dice.below(static_cast<int>(calls.size())))]);
  }
  if (dice.chance(20)) variant.scenario.config = random_settings(dice);
  if (dice.chance(60)) leave_the_path(variant, dice);
  return variant;
}

Plan rescheduled(const Plan& plan, std::uint64_t seed) {
  Dice dice(seed);
  Plan other = plan;
  leave_the_path(other, dice);
  return other;
}

}  // namespace nsmc::cli
