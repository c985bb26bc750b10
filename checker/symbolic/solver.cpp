// Terms handed to Z3, and its answers.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/solver.hpp"

#include <z3++.h>

#include <stdexcept>
#include <unordered_map>

namespace nsmc::symbolic {

struct Solver::Z3 {
  explicit Z3(std::uint32_t limit) : solver(fresh()), rlimit(limit) {}

  // The incremental core: what `z3::solver(context)` would try first costs more than it saves on
  // thousands of small questions.
  z3::solver fresh() {
    z3::solver s(context, Z3_mk_simple_solver(context));
    z3::params p(context);
    keep_signals(p);
    s.set(p);
    return s;
  }

  // While Z3 checks it takes SIGINT for itself, in a way that two threads must not.
  static void keep_signals(z3::params& p) { p.set("ctrl_c", false); }

  z3::sort sort(Sort s) { return s == Sort::integer ? context.int_sort() : context.bool_sort(); }

  z3::expr expression(Term term) {
    std::vector<Term> todo = {term};
    while (!todo.empty()) {
      const Term t = todo.back();
      if (known.count(t) != 0) {
        todo.pop_back();
        continue;
      }
      bool ready = true;
      for (const Term a : t->arguments)
        if (known.count(a) == 0) {
          todo.push_back(a);
          ready = false;
        }
      if (!ready) continue;
      todo.pop_back();
      known.emplace(t, translated(t));
    }
    return known.at(term);
  }

  z3::expr translated(Term t) {
    const auto arg = [&](std::size_t i) { return known.at(t->arguments[i]); };
    switch (t->op) {
      case Op::constant:
        return t->sort == Sort::truth ? context.bool_val(t->value != 0)
                                      : context.int_val(static_cast<std::int64_t>(t->value));
      case Op::variable:
        return context.constant(std::string(symbol_name(t->symbol)).c_str(), sort(t->sort));
      case Op::apply: {
        z3::sort_vector domain(context);
        z3::expr_vector arguments(context);
        for (std::size_t i = 0; i < t->arguments.size(); ++i) {
          domain.push_back(sort(t->arguments[i]->sort));
          arguments.push_back(arg(i));
        }
        return context.function(std::string(symbol_name(t->symbol)).c_str(), domain,
                                sort(t->sort))(arguments);
      }
      case Op::add:
        return arg(0) + arg(1);
      case Op::multiply:
        return arg(0) * arg(1);
      case Op::divide:
        return arg(0) / arg(1);
      case Op::modulo:
        return z3::mod(arg(0), arg(1));
      case Op::if_else:
        return z3::ite(arg(0), arg(1), arg(2));
      case Op::equal:
        return arg(0) == arg(1);
      case Op::less:
        return arg(0) < arg(1);
      case Op::negation:
        return !arg(0);
      case Op::conjunction:
        return arg(0) && arg(1);
    }
    throw std::logic_error("no such operation");
  }

  // What the constructors know of a leaf and the solver does not: its interval.
  void add_interval(Term t, z3::solver& to) {
    if ((t->op != Op::variable && t->op != Op::apply) || t->sort != Sort::integer) return;
    if (t->lo > kNoLo) to.add(expression(t) >= context.int_val(t->lo));
    if (t->hi < kNoHi) to.add(expression(t) <= context.int_val(t->hi));
  }

  void limit(z3::solver& s) {
    if (rlimit == 0) return;
    z3::params p(context);
    p.set("rlimit", rlimit);
    keep_signals(p);
    s.set(p);
  }

  z3::context context;
  z3::solver solver;
  std::uint32_t rlimit;
  std::unordered_map<Term, z3::expr> known;
  std::optional<z3::model> model;
};

namespace {

Answer answer_of(z3::check_result result) {
  if (result == z3::sat) return Answer::sat;
  return result == z3::unsat ? Answer::unsat : Answer::unknown;
}

}  // namespace

Solver::Solver(std::uint32_t rlimit) : z3_(std::make_unique<Z3>(rlimit)) {
  z3_->limit(z3_->solver);
}
Solver::~Solver() = default;

void Solver::push() { z3_->solver.push(); }
void Solver::pop(unsigned levels) { z3_->solver.pop(levels); }
void Solver::add(Term fact) {
  each_node({&fact, 1}, [this](Term t) { z3_->add_interval(t, z3_->solver); });
  z3_->solver.add(z3_->expression(fact));
}

Answer Solver::check() {
  ++checks_;
  const Answer answer = answer_of(z3_->solver.check());
  if (answer == Answer::sat) z3_->model = z3_->solver.get_model();
  return answer;
}

Answer Solver::check_with(std::span<const Term> more) {
  push();
  for (const Term t : more) add(t);
  const Answer answer = check();
  pop();
  return answer;
}

std::int64_t Solver::value(Term term) {
  const z3::expr found = z3_->model->eval(z3_->expression(term), true);
  if (found.is_bool()) return found.is_true() ? 1 : 0;
  std::int64_t number = 0;
  if (!found.is_numeral_i64(number)) throw std::runtime_error("the solver's model has a hole");
  return number;
}

std::optional<std::vector<Term>> Solver::core(std::span<const Term> hypotheses) {
  z3::solver solver = z3_->fresh();
  z3_->limit(solver);
  z3::expr_vector named(z3_->context);
  each_node(hypotheses, [&](Term t) { z3_->add_interval(t, solver); });
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const z3::expr name = z3_->context.bool_const(("hypothesis!" + std::to_string(i)).c_str());
    solver.add(z3::implies(name, z3_->expression(hypotheses[i])));
    named.push_back(name);
  }
  ++checks_;
  if (solver.check(named) != z3::unsat) return {};
  const z3::expr_vector core = solver.unsat_core();
  std::vector<bool> needed(hypotheses.size());
  for (const z3::expr& name : core)
    needed[std::stoul(name.decl().name().str().substr(sizeof("hypothesis!") - 1))] = true;
  std::vector<Term> kept;
  for (std::size_t i = 0; i < hypotheses.size(); ++i)
    if (needed[i]) kept.push_back(hypotheses[i]);
  return kept;
}

std::string Solver::version() {
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build);
}

}  // namespace nsmc::symbolic
