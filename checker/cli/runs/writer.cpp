// Programs by weight, with a subset of the calls each time.
// SPDX-License-Identifier: MIT
//
// Leaving calls out of a test on purpose reaches more than having all of them in each (Groce,
// Zhang, Eide, Chen, Regehr: Swarm Testing, ISSTA 2012).
#include "checker/cli/runs/writer.hpp"

#include <algorithm>

#include "checker/cli/runs/phrases.hpp"
#include "model/kernel/config.hpp"

namespace nsmc::cli {
namespace {

using traces::Call;
using traces::Program;

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
    {"CLONE_NEWUSER", 8}, {"CLONE_NEWPID|CLONE_NEWNET", 2},
    {"CLONE_THREAD", 1},  {"CLONE_VM", 1},
};

void know(std::vector<std::string>& names, const std::string& text) {
  if (std::find(names.begin(), names.end(), text) == names.end()) names.push_back(text);
}

constexpr std::size_t kNoProgram = static_cast<std::size_t>(-1);

}  // namespace

Writer::Writer(traces::Scenario& s, Dice& dice) : s_(s), dice_(dice) {
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

void Writer::begin() {
  s_.programs.push_back({name(new_name(tasks_, "t")), {}});
  if (dice_.chance(20)) s_.programs.push_back({name("init"), {}});
}

void Writer::start(int calls) {
  begin();
  // Sometimes the youngest goes on, which makes chains of processes and namespaces.
  if (dice_.chance(20)) youngest_ = 75;
  while (calls-- > 0) add_call();
}

void Writer::start_chain(int depth, int calls) {
  begin();
  std::size_t last = dice_.below(static_cast<int>(s_.programs.size())) == 0 ? 0 : 1;
  std::vector<std::size_t> links = {last};
  while (depth-- > 0 && (last = spawn(last, "CLONE_NEWPID")) != kNoProgram) links.push_back(last);
  if (last != kNoProgram && dice_.chance(50)) spawn(last, "");
  if (dice_.chance(50)) youngest_ = 40;
  // Signals across several levels are rare otherwise.
  const auto link = [&](std::size_t often) {
    if (dice_.chance(60)) return often;
    return links[static_cast<std::size_t>(dice_.below(static_cast<int>(links.size())))];
  };
  const std::size_t from = link(links.front()), to = link(links.back());
  if (dice_.chance(50) && has_room(from))
    s_.programs[from].calls.push_back(
        {{}, name("kill"), {word(s_.programs[to].label.text), word("SIGKILL")}, {}});
  while (calls-- > 0) add_call();
}

void Writer::start_crowd(int tasks, int calls) {
  begin();
  const bool threads = dice_.chance(25);
  for (std::size_t father = 0; father < s_.programs.size() && tasks > 0; ++father)
    for (int children = dice_.from_to(1, kernel::kCalls / 2); children > 0 && tasks > 0; --children)
      --tasks, spawn(father, threads ? "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM" : "");
  while (calls-- > 0) add_call();
}

void Writer::start_generations(int generations) {
  begin();
  std::size_t father = dice_.chance(50) ? spawn(0, "CLONE_NEWPID") : 0;
  const Call ignore{{}, name("signal"), {word("SIGCHLD"), word("SIG_IGN")}, {}};
  const Call kill{{}, name("kill"), {number(-1), word("SIGKILL")}, {}};
  while (generations-- > 0 && father != kNoProgram) {
    // Whoever is killed has gone when wait4() says that there is nobody left.
    auto& calls = s_.programs[father].calls;
    const int children = dice_.from_to(2, kernel::kCalls - 5);
    calls.push_back(ignore);
    while (static_cast<int>(calls.size()) + children + 3 <= kernel::kCalls) {
      for (int i = 0; i < children; ++i) calls.push_back({{}, name("fork"), {}, {}});
      calls.push_back(kill);
      calls.push_back({{}, name("wait4"), {}, {}});
    }
    father = spawn(father, "");
  }
}

bool Writer::has_room(std::size_t program) const {
  return static_cast<int>(s_.programs[program].calls.size()) < kernel::kCalls;
}

std::size_t Writer::spawn(std::size_t program, const char* flag_names) {
  if (!has_room(program)) return kNoProgram;
  Call call;
  call.function = name(*flag_names == 0 ? "fork" : "clone");
  if (*flag_names != 0) call.args.push_back(flags(flag_names));
  bind(call);
  s_.programs[program].calls.push_back(call);
  if (call.binds.empty()) return kNoProgram;
  s_.programs.push_back({call.binds[0], {}});
  return s_.programs.size() - 1;
}

void Writer::add_call() {
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
std::string Writer::new_name(std::vector<std::string>& names, const char* letter) {
  for (std::size_t n = names.size() + 1;; ++n) {
    const std::string text = letter + std::to_string(n);
    if (std::find(names.begin(), names.end(), text) != names.end()) continue;
    names.push_back(text);
    return text;
  }
}
const std::string& Writer::any(const std::vector<std::string>& names) {
  return names[static_cast<std::size_t>(dice_.below(static_cast<int>(names.size())))];
}
Call Writer::random_call() {
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
void Writer::create(Call& call) {
  const std::string& f = call.function.text;
  if (f == "clone") call.args.push_back(flags(dice_.weighted(kCloneFlags).flags));
  if (f == "unshare") call.args.push_back(flags(dice_.weighted(kUnshareFlags).flags));
  if (f == "clone3") call.args.push_back(number(dice_.from_to(1, 9)));
  bind(call);
}

// Names what a call creates, as long as there are names.
void Writer::bind(Call& call) {
  const std::string& f = call.function.text;
  // Without namespace there is no use for the name of unshare()'s result.
  const bool makes = has_flag(call, "CLONE_NEWPID");
  if (f == "unshare" && !makes) return;
  const auto names = tasks_.size() + results_.size();
  if (names + 1 >= static_cast<std::size_t>(std::min(kernel::kLabels, kernel::kVariables))) return;
  call.binds.push_back(name(f == "unshare" ? new_name(results_, "r") : new_name(tasks_, "t")));
  if (makes && namespaces_.size() < static_cast<std::size_t>(kernel::kLabels))
    call.binds.push_back(name(new_name(namespaces_, "n")));
}
void Writer::take(Call& call, const kernel::SyscallRow& row) {
  using kernel::Takes;
  if (row.takes == Takes::task) call.args.push_back(word(any(tasks_)));
  if (row.takes == Takes::a_namespace) call.args.push_back(word(any(namespaces_)));
  if (row.takes == Takes::number) call.args.push_back(number(dice_.from_to(1, 9)));
  if (row.takes == Takes::word) {
    const bool second = !row.words[1].empty() && dice_.chance(50);
    call.args.push_back(word(std::string(row.words[second ? 1 : 0])));
  }
}

}  // namespace nsmc::cli
