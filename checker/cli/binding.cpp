// Programs and claims of a scenario, bound to the model.
// SPDX-License-Identifier: MIT
#include "checker/cli/binding.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "checker/cli/settings.hpp"
#include "checker/cli/words.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"
#include "traces/scenario_error.hpp"

namespace nsmc::cli {
namespace {

using kernel::Call;
using kernel::Config;
using kernel::Syscall;
using kernel::Userland;
using traces::Arg;
using traces::Name;
using traces::Scenario;

const std::map<std::string, int>& clone_flags() {
  static const std::map<std::string, int> kFlags = {
      {"CLONE_NEWPID", kernel::CL_NEWPID},   {"CLONE_THREAD", kernel::CL_THREAD},
      {"CLONE_SIGHAND", kernel::CL_SIGHAND}, {"CLONE_VM", kernel::CL_VM},
      {"CLONE_PARENT", kernel::CL_PARENT},   {"CLONE_NEWNET", kernel::CL_NEWNET},
      {"CLONE_NEWUSER", kernel::CL_NEWUSER}};
  return kFlags;
}

// Binds the calls of one scenario, collecting the names they define.
class Calls {
 public:
  Calls(const Scenario& s, Names& names) : s_(s), names_(names) {}

  // The names come first, so that a program may speak of a task that another one creates.
  void define(const traces::Call& call) {
    const bool creates = kernel::creates(call.function.text);
    const bool unshares = call.function.text == "unshare";
    for (std::size_t i = 0; i < call.binds.size(); ++i) {
      const Name& name = call.binds[i];
      if (i > 0 && !creates && !unshares)
        throw scenario_error(s_, name, "only clone() and unshare() give a second name");
      if (i > 1) throw scenario_error(s_, name, call.function.text + "() gives at most two names");
      if (i == 1 && !has_flag(call, "CLONE_NEWPID"))
        throw scenario_error(s_, name, "without CLONE_NEWPID there is no new namespace to name");
      if (creates && name.text == "init")
        throw scenario_error(s_, name, "`init` is the global init, which nobody creates");
      if (i == 1) {
        add(names_.namespaces, name, kernel::kLabels + 1, "namespaces");
        continue;
      }
      add(names_.variables, name, kernel::kVariables, "results");
      if (!creates) continue;
      if (!created_.insert(name.text).second)
        throw scenario_error(s_, name, "`" + name.text + "` is created twice");
      label(name);
    }
  }

  // The number of a task label, new or known.
  int label(const Name& name) {
    if (const int known = index_of(names_.tasks, name.text); known > 0) return known;
    add(names_.tasks, name, kernel::kLabels + 1, "tasks");
    return static_cast<int>(names_.tasks.size()) - 1;
  }
  bool is_created(const std::string& name) const { return created_.count(name) != 0; }

  Call bind(const traces::Call& call) const {
    Call bound;
    const auto& table = rows();
    const auto row = table.find(call.function.text);
    if (row != table.end())
      row->second(*this, call, bound);
    else if (const kernel::SyscallRow* simple = kernel::find_syscall(call.function.text))
      bind_simple(*simple, call, bound);
    else
      unknown(s_, call.function, "call", all_calls());
    if (!call.binds.empty()) {
      bound.variable = index_of(names_.variables, call.binds[0].text);
      if (kernel::creates(bound.syscall)) bound.task = index_of(names_.tasks, call.binds[0].text);
      if (call.binds.size() > 1)
        bound.namespace_label = index_of(names_.namespaces, call.binds[1].text);
    }
    return bound;
  }

  using Binder = void (*)(const Calls&, const traces::Call&, Call&);
  static const std::map<std::string, Binder>& rows() {
    static const std::map<std::string, Binder> kRows = {
        {"fork", [](const Calls& c, const traces::Call& call, Call&) { c.count(call, 0, 0); }},
        {"clone",
         [](const Calls& c, const traces::Call& call, Call& b) {
           c.count(call, 1, 1);
           b.argument = c.flags(call.args[0]);
         }},
        {"exit",
         [](const Calls& c, const traces::Call& call, Call& b) {
           c.count(call, 0, 1);  // the exit code is not modelled
           b.syscall = Syscall::exit;
         }},
        {"exit_group",
         [](const Calls& c, const traces::Call& call, Call& b) {
           c.count(call, 0, 1);
           b.syscall = Syscall::exit_group;
         }},
        {"wait4",
         [](const Calls& c, const traces::Call& call, Call& b) {
           c.count(call, 0, 1);
           b.syscall = Syscall::wait4;
           if (call.args.empty()) return;
           c.word(call.args[0], {"WNOHANG"});
           b.argument = 1;
         }},
        {"kill",
         [](const Calls& c, const traces::Call& call, Call& b) {
           b.syscall = Syscall::kill;
           if (!c.s_.free_calls.empty()) {
             c.count(call, 1, 1);  // any target
             c.word(call.args[0], {"SIGKILL"});
             return;
           }
           c.count(call, 2, 2);
           if (call.args[0].is_integer() && call.args[0].integer == -1)
             b.argument = -1;
           else
             b.task = c.task(call.args[0]);
           c.word(call.args[1], {"SIGKILL"});
         }},
        {"signal",
         [](const Calls& c, const traces::Call& call, Call& b) {
           c.count(call, 2, 2);
           b.syscall = Syscall::signal;
           c.word(call.args[0], {"SIGCHLD"});
           b.argument = c.word(call.args[1], {"SIG_DFL", "SIG_IGN"});
         }},
    };
    return kRows;
  }

 private:
  void bind_simple(const kernel::SyscallRow& row, const traces::Call& call, Call& b) const {
    using kernel::Takes;
    // Free calls name nothing: any target.
    const bool any = !s_.free_calls.empty() && row.takes == Takes::a_namespace;
    const std::size_t arguments = row.takes == Takes::nothing || any ? 0 : 1;
    count(call, arguments, arguments);
    b.syscall = row.syscall;
    if (arguments == 0) return;
    const Arg& arg = call.args[0];
    switch (row.takes) {
      case Takes::flags:
        b.argument = flags(arg);
        break;
      case Takes::task:
        b.task = task(arg);
        break;
      case Takes::a_namespace:
        b.namespace_label = name_space(arg);
        break;
      case Takes::number:
        if (!arg.is_integer()) throw scenario_error(s_, arg.names[0], "expected a number");
        b.argument = arg.integer;
        break;
      default: {
        std::vector<std::string> known;
        for (const std::string_view word : row.words)
          if (!word.empty()) known.emplace_back(word);
        b.argument = word(arg, known);
      }
    }
  }
  static std::vector<std::string> all_calls() {
    std::vector<std::string> known = keys_of(rows());
    for (const kernel::SyscallRow& row : kernel::kSyscalls) known.emplace_back(row.name);
    return known;
  }
  static bool has_flag(const traces::Call& call, std::string_view flag) {
    for (const Arg& arg : call.args)
      for (const Name& name : arg.names)
        if (name.text == flag) return true;
    return false;
  }
  static int index_of(const std::vector<std::string>& words, const std::string& word) {
    const auto at = std::find(words.begin(), words.end(), word);
    return at == words.end() ? -1 : static_cast<int>(at - words.begin());
  }
  void add(std::vector<std::string>& words, const Name& name, int most, const char* kind) {
    if (index_of(words, name.text) >= 0) return;
    if (static_cast<int>(words.size()) >= most)
      throw scenario_error(s_, name,
                           std::string("too many ") + kind + " have names; " +
                               std::to_string(std::min(most, kernel::kLabels)) + " can");
    words.push_back(name.text);
  }
  void count(const traces::Call& call, std::size_t least, std::size_t most) const {
    if (call.args.size() >= least && call.args.size() <= most) return;
    const std::string wanted = least == most
                                   ? std::to_string(least)
                                   : std::to_string(least) + " to " + std::to_string(most);
    throw scenario_error(s_, call.function,
                         call.function.text + "() takes " + wanted + " arguments and has " +
                             std::to_string(call.args.size()));
  }
  int flags(const Arg& arg) const {
    if (arg.is_integer()) {
      if (arg.integer == 0) return 0;
      throw scenario_error(s_, arg.at, 1, "flags are written as names, such as CLONE_NEWPID");
    }
    int flags = 0;
    for (const Name& name : arg.names) {
      const auto flag = clone_flags().find(name.text);
      if (flag == clone_flags().end()) unknown(s_, name, "flag", keys_of(clone_flags()));
      flags |= flag->second;
    }
    return flags;
  }
  int word(const Arg& arg, const std::vector<std::string>& known) const {
    if (arg.is_integer()) throw scenario_error(s_, arg.at, 1, "expected " + known.front());
    const int at = index_of(known, arg.names[0].text);
    if (at < 0 || arg.names.size() > 1) unknown(s_, arg.names[0], "argument", known);
    return at;
  }
  int task(const Arg& arg) const {
    if (arg.is_integer()) throw scenario_error(s_, arg.at, 1, "expected the name of a task");
    const int label = index_of(names_.tasks, arg.names[0].text);
    if (label <= 0)
      unknown(s_, arg.names[0], "task", {names_.tasks.begin() + 1, names_.tasks.end()});
    return label;
  }

  int name_space(const Arg& arg) const {
    if (arg.is_integer()) throw scenario_error(s_, arg.at, 1, "expected the name of a namespace");
    const int label = index_of(names_.namespaces, arg.names[0].text);
    if (label <= 0)
      unknown(s_, arg.names[0], "namespace",
              {names_.namespaces.begin() + 1, names_.namespaces.end()});
    return label;
  }

  const Scenario& s_;
  Names& names_;
  std::set<std::string> created_;
};

Userland bind_programs(const Scenario& s, Names& names) {
  Userland user;
  Calls calls(s, names);
  for (const auto& program : s.programs) {
    if (program.label.text == "init") user.initial_label = calls.label(program.label);
    for (const auto& call : program.calls)
      for (const Arg& arg : call.args)
        for (const Name& name : arg.names)
          if (name.text == "init") user.initial_label = calls.label(name);
  }
  for (const auto& program : s.programs)
    for (const auto& call : program.calls) calls.define(call);
  for (const auto& program : s.programs) {
    const int label = calls.label(program.label);
    if (label != user.initial_label && !calls.is_created(program.label.text))
      user.starting.push_back(label);
  }
  for (const auto& program : s.programs) {
    auto& bound = user.programs[static_cast<std::size_t>(calls.label(program.label))];
    for (const auto& call : program.calls) {
      if (bound.size() == static_cast<std::size_t>(kernel::kCalls))
        throw scenario_error(s, call.function,
                             "a program has at most " + std::to_string(kernel::kCalls) + " calls");
      bound.push_back(calls.bind(call));
    }
  }
  for (const auto& call : s.free_calls) user.free_calls.push_back(calls.bind(call));
  if (user.free_calls.size() > static_cast<std::size_t>(lang::Script::kAlternativesMax))
    throw scenario_error(s, s.free_calls[0].function, "at most 16 kinds of calls can be free");
  std::copy(names.tasks.begin(), names.tasks.end(), user.label_names.begin());
  std::copy(names.namespaces.begin(), names.namespaces.end(), user.namespace_names.begin());
  std::copy(names.variables.begin(), names.variables.end(), user.variable_names.begin());
  return user;
}

void require_bugs(const Scenario& s) {
  for (const auto& expectation : s.question.expectations) {
    if (!expectation.bug || kernel::find_change(expectation.bug->text) != nullptr) continue;
    std::vector<std::string> known;
    for (const auto& bug : kernel::kChanges) known.emplace_back(bug.id);
    unknown(s, *expectation.bug, "bug", known);
  }
}

}  // namespace

std::string property_of(const Bound& bound, const Claim& claim) {
  const traces::Question& question = bound.scenario.question;
  if (question.kind == traces::Question::Kind::survey) return claim.id;
  const bool names_one = question.kind == traces::Question::Kind::always &&
                         props::find(question.condition.text) != nullptr;
  return names_one ? question.condition.text : "";
}

Bound bind(const Scenario& scenario) {
  require_bugs(scenario);
  Bound bound;
  bound.scenario = scenario;
  bound.names.tasks.emplace_back();
  bound.names.namespaces.emplace_back();
  Userland user = bind_programs(scenario, bound.names);
  const Config config = configure(scenario, bound.names);
  try {
    bound.system = std::make_shared<System>(config, std::move(user));
  } catch (const std::invalid_argument& contradiction) {
    throw scenario_error(scenario, scenario.config.empty() ? scenario.name : scenario.config[0].key,
                         contradiction.what());
  }
  const traces::Question& question = scenario.question;
  if (question.kind != traces::Question::Kind::survey) {
    bound.claims.push_back(bind_question(scenario, bound.names));
    return bound;
  }
  const auto require = [&](const Name& name) {
    if (props::find(name.text) != nullptr) return;
    std::vector<std::string> known;
    for (const auto& row : props::catalogue()) known.emplace_back(row.id);
    unknown(scenario, name, "property", known);
  };
  for (const Name& name : question.properties) require(name);
  for (const auto& expectation : question.expectations)
    if (expectation.property) require(*expectation.property);
  for (const auto& row : props::catalogue()) {
    const bool chosen = question.properties.empty() ||
                        std::any_of(question.properties.begin(), question.properties.end(),
                                    [&](const Name& name) { return name.text == row.id; });
    if (chosen) bound.claims.push_back(props::property(row));
  }
  return bound;
}

}  // namespace nsmc::cli
