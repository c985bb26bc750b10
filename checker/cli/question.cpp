// The condition of a question as a claim about states.
// SPDX-License-Identifier: MIT
//
// Terms are compiled once into functions of a machine; what a term means stands in one table.
#include <algorithm>
#include <functional>
#include <map>

#include "checker/cli/binding.hpp"
#include "props/props.hpp"
#include "props/view.hpp"

namespace nsmc::cli {
namespace {

using namespace kernel;
using traces::Expr;
using traces::Scenario;
using K = Concrete;
using Value = std::function<int()>;  // evaluated on the machine K::on()

class Compiler {
 public:
  Compiler(const Scenario& scenario, const Names& names) : s_(scenario), names_(names) {}

  Value compile(const Expr& e) const {
    using Kind = Expr::Kind;
    switch (e.kind) {
      case Kind::integer:
        return [value = e.value] { return value; };
      case Kind::name:
        return name(e);
      case Kind::call:
        return term(e);
      case Kind::negate:
        return [a = compile(e.kids[0])] { return -a(); };
      case Kind::not_:
        return [a = compile(e.kids[0])] { return a() == 0 ? 1 : 0; };
      case Kind::all_of:
        return [all = compile_all(e)] {
          return std::all_of(all.begin(), all.end(), [](const Value& v) { return v() != 0; }) ? 1
                                                                                              : 0;
        };
      case Kind::any_of:
        return [all = compile_all(e)] {
          return std::any_of(all.begin(), all.end(), [](const Value& v) { return v() != 0; }) ? 1
                                                                                              : 0;
        };
      default:
        return binary(e.kind, compile(e.kids[0]), compile(e.kids[1]));
    }
  }

 private:
  std::vector<Value> compile_all(const Expr& e) const {
    std::vector<Value> all;
    for (const Expr& kid : e.kids) all.push_back(compile(kid));
    return all;
  }

  static Value binary(Expr::Kind kind, Value a, Value b) {
    using Kind = Expr::Kind;
    switch (kind) {
      case Kind::add:
        return [a, b] { return a() + b(); };
      case Kind::subtract:
        return [a, b] { return a() - b(); };
      case Kind::less:
        return [a, b] { return a() < b() ? 1 : 0; };
      case Kind::less_equal:
        return [a, b] { return a() <= b() ? 1 : 0; };
      case Kind::greater:
        return [a, b] { return a() > b() ? 1 : 0; };
      case Kind::greater_equal:
        return [a, b] { return a() >= b() ? 1 : 0; };
      case Kind::equal:
        return [a, b] { return a() == b() ? 1 : 0; };
      default:
        return [a, b] { return a() != b() ? 1 : 0; };
    }
  }

  // A property, an error number, a result, or a word that stands for a figure.
  Value name(const Expr& e) const {
    if (const props::Row* row = props::find(e.text)) {
      if (row->holds == nullptr)
        throw scenario_error(
            s_, e,
            "`" + e.text + "` speaks of moves, not of states; ask `always " + e.text + "` alone");
      return [holds = row->holds] { return holds() ? 1 : 0; };
    }
    for (const auto& [value, word] : kernel::kErrors)
      if (e.text == word) return [v = -value] { return v; };
    const auto variable = std::find(names_.variables.begin(), names_.variables.end(), e.text);
    if (variable != names_.variables.end())
      return [at = static_cast<int>(variable - names_.variables.begin())] {
        return K::on().state.variable[at].value();
      };
    if (e.text == "free_depth") return [] { return K::on().state.free_depth.value(); };
    if (e.text == "oops") return [] { return K::on().state.fault.value() != 0 ? 1 : 0; };
    throw scenario_error(s_, e, "unknown name `" + e.text + "`" + hint(e.text));
  }

  std::string hint(const std::string& word) const {
    std::vector<std::string> known = names_.variables;
    known.insert(known.end(), names_.tasks.begin() + 1, names_.tasks.end());
    known.insert(known.end(), names_.namespaces.begin() + 1, names_.namespaces.end());
    for (const auto& row : props::catalogue()) known.emplace_back(row.id);
    for (const auto& row : terms()) known.push_back(row.first);
    known.insert(known.end(), {"free_depth", "oops", "init", "init_pid_ns"});
    const std::string found = traces::did_you_mean(word, known);
    return found.empty() ? "; a result, a property or an error number is expected" : found;
  }

  using TaskTest = int (*)(const Compiler&, int slot, int label);

  // Slots are looked up when the term is evaluated: 0 before the task exists.
  std::function<int()> task_slot(const Expr& e) const {
    if (e.kind == Expr::Kind::name) {
      if (e.text == "init") return [] { return 1; };
      const auto at = std::find(names_.tasks.begin() + 1, names_.tasks.end(), e.text);
      if (at != names_.tasks.end())
        return [label = static_cast<int>(at - names_.tasks.begin())] {
          return K::on().state.task_label[label - 1].slot();
        };
    }
    throw scenario_error(s_, e, "expected the name of a task");
  }
  std::function<int()> ns_slot(const Expr& e) const {
    if (e.kind == Expr::Kind::name) {
      if (e.text == "init_pid_ns") return [] { return 1; };
      const auto at = std::find(names_.namespaces.begin() + 1, names_.namespaces.end(), e.text);
      if (at != names_.namespaces.end())
        return [label = static_cast<int>(at - names_.namespaces.begin())] {
          return K::on().state.ns_label[label - 1].slot();
        };
    }
    throw scenario_error(s_, e, "expected the name of a namespace");
  }

  template <class F>
  Value of_task(const Expr& e, F f) const {
    count(e, 1);
    return [slot = task_slot(e.kids[0]), f] {
      const int at = slot();
      return at == 0 ? 0 : f(K::on().state.tasks[at - 1], at);
    };
  }
  template <class F>
  Value of_namespace(const Expr& e, F f) const {
    count(e, 1);
    return [slot = ns_slot(e.kids[0]), f] {
      const int at = slot();
      return at == 0 ? 0 : f(K::on().state.namespaces[at - 1]);
    };
  }

  void count(const Expr& e, std::size_t arguments) const {
    if (e.kids.size() != arguments)
      throw scenario_error(s_, e,
                           e.text + "() takes " + std::to_string(arguments) + " argument" +
                               (arguments == 1 ? "" : "s"));
  }

  using Term = Value (*)(const Compiler&, const Expr&);
  static const std::map<std::string, Term>& terms() {
    static const std::map<std::string, Term> kTerms = {
        {"alive",
         [](const Compiler& c, const Expr& e) {
           return c.of_task(e, [](const auto& t, int) {
             return t.linked.value() == 1 && t.PF_EXITING.value() == 0 ? 1 : 0;
           });
         }},
        {"zombie",
         [](const Compiler& c, const Expr& e) {
           return c.of_task(e, [](const auto& t, int) {
             return t.linked.value() == 1 && t.exit_state.value() == EXIT_ZOMBIE_ ? 1 : 0;
           });
         }},
        {"gone",
         [](const Compiler& c, const Expr& e) {
           return c.of_task(e, [](const auto& t, int) { return t.allocated.value() == 0 ? 1 : 0; });
         }},
        {"done",
         [](const Compiler& c, const Expr& e) {
           return c.of_task(e, [](const auto& t, int slot) {
             const auto& program =
                 K::on().user->programs[static_cast<std::size_t>(t.label.value())];
             return t.linked.value() == 1 && t.PF_EXITING.value() == 0 &&
                            K::on().state.stacks[slot - 1].pc[0].value() == 0 &&
                            t.next_call.value() == static_cast<int>(program.size())
                        ? 1
                        : 0;
           });
         }},
        {"number", number_of<PIDTYPE_PID>},
        {"group", number_of<PIDTYPE_PGID>},
        {"session", number_of<PIDTYPE_SID>},
        {"kref",
         [](const Compiler& c, const Expr& e) {
           return c.of_namespace(e, [](const auto& ns) { return ns.kref.value(); });
         }},
        {"exists",
         [](const Compiler& c, const Expr& e) {
           return c.of_namespace(e, [](const auto& ns) { return ns.allocated.value(); });
         }},
        {"level",
         [](const Compiler& c, const Expr& e) {
           return c.of_namespace(e, [](const auto& ns) { return ns.level.value(); });
         }},
        {"last_pid",
         [](const Compiler& c, const Expr& e) {
           return c.of_namespace(e, [](const auto& ns) { return ns.last_pid.value(); });
         }},
        {"is_reaper",
         [](const Compiler& c, const Expr& e) -> Value {
           c.count(e, 2);
           return [task = c.task_slot(e.kids[0]), ns = c.ns_slot(e.kids[1])] {
             return ns() != 0 && task() != 0 &&
                            K::on().state.namespaces[ns() - 1].child_reaper.slot() == task()
                        ? 1
                        : 0;
           };
         }},
        {"is_parent",
         [](const Compiler& c, const Expr& e) -> Value {
           c.count(e, 2);
           return [parent = c.task_slot(e.kids[0]), child = c.task_slot(e.kids[1])] {
             return parent() != 0 && child() != 0 &&
                            K::on().state.tasks[child() - 1].real_parent.slot() == parent()
                        ? 1
                        : 0;
           };
         }},
        {"count", count_of},
        {"oops", oops_of},
    };
    return kTerms;
  }

  // The number in a namespace of one of a task's pids; of its group and session the leader has
  // them.
  template <int type>
  static Value number_of(const Compiler& c, const Expr& e) {
    c.count(e, 2);
    return [task = c.task_slot(e.kids[0]), ns = c.ns_slot(e.kids[1])] {
      if (task() == 0 || ns() == 0) return 0;
      const auto& tasks = K::on().state.tasks;
      const int leader = tasks[task() - 1].group_leader.slot();
      const int who = type == PIDTYPE_PID ? task() : leader;
      const int pid = who == 0 ? 0 : tasks[who - 1].pids[type].slot();
      if (pid == 0) return 0;
      for (const auto& number : K::on().state.pids[pid - 1].numbers)
        if (number.ns.slot() == ns()) return number.nr.value();
      return 0;
    };
  }

  static Value count_of(const Compiler& c, const Expr& e) {
    c.count(e, 1);
    const auto in_use = [](const auto& objects) {
      int count = 0;
      for (const auto& object : objects) count += object.allocated.value();
      return count;
    };
    const std::string& what = e.kids[0].text;
    if (what == "tasks") return [=] { return in_use(K::on().state.tasks); };
    if (what == "namespaces") return [=] { return in_use(K::on().state.namespaces); };
    if (what == "pids") return [=] { return in_use(K::on().state.pids); };
    if (what == "nsproxies") return [=] { return in_use(K::on().state.nsproxies); };
    if (what == "caches") return [=] { return in_use(K::on().state.caches); };
    throw scenario_error(c.s_, e.kids[0], "expected tasks, namespaces, pids, nsproxies or caches");
  }

  static Value oops_of(const Compiler& c, const Expr& e) {
    c.count(e, 1);
    std::vector<std::string> known;
    for (int i = 1; i < lang::kFaults; ++i) {
      known.emplace_back(lang::fault_name(static_cast<Fault>(i)));
      if (known.back() == e.kids[0].text)
        return [i] { return K::on().state.fault.value() == i ? 1 : 0; };
    }
    const std::string found = traces::did_you_mean(e.kids[0].text, known);
    throw scenario_error(c.s_, e.kids[0], "unknown kind of oops `" + e.kids[0].text + "`" + found);
  }

  Value term(const Expr& e) const {
    const auto row = terms().find(e.text);
    if (row == terms().end())
      throw scenario_error(s_, e, "unknown term `" + e.text + "()`" + hint(e.text));
    return row->second(*this, e);
  }

  const Scenario& s_;
  const Names& names_;
};

}  // namespace

Claim bind_question(const Scenario& scenario, const Names& names) {
  using Kind = traces::Question::Kind;
  const traces::Question& question = scenario.question;
  const Expr& condition = question.condition;
  Claim claim;
  // `always I15` about moves is the property itself.
  if (condition.kind == Expr::Kind::name && question.kind == Kind::always && !question.finally)
    if (const props::Row* row = props::find(condition.text)) {
      claim = props::property(*row);
      claim.id = scenario.name.text;
      return claim;  // with its premise: a vacuous answer is told
    }
  claim.id = scenario.name.text;
  claim.says = scenario.title.text;
  claim.source = scenario.path;
  claim.expect = question.kind == Kind::sometimes ? lang::Expect::sometimes : lang::Expect::always;
  claim.scope = question.finally ? lang::Scope::end : lang::Scope::state;
  const Value value = Compiler(scenario, names).compile(condition);
  const bool wanted = question.kind != Kind::never;
  claim.holds = [value, wanted](const System& system, const System::State& state) {
    return system.judge(state, [&] { return (value() != 0) == wanted; });
  };
  return claim;
}

}  // namespace nsmc::cli
