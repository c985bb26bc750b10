// Claims about code that runs without interruption, from any state that meets a precondition.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/symbolic/domain_fields.hpp"
#include "checker/symbolic/theory.hpp"

namespace nsmc::symbolic {

// How a piece of code ended.
struct Outcome {
  lang::Fault fault = lang::Fault::none;
  lang::Next next = lang::halt();
};

template <class K>
class Claims {
 public:
  Claims(K& machine, Solver& solver) : k_(machine), paths_(solver) {}

  // Follows every path of code(claims), which makes assumptions, runs steps and claims things.
  // Throws std::logic_error if there is no path: then nothing would be shown.
  template <class Code>
  StepResult about(const std::string& what, Code code) {
    result_ = {};
    result_.step = what;
    paths_.on_pruned = [this](Term side) {
      record(Obligation::What::covers, "every path is followed", side).status = Status::proved;
    };
    paths_.explore([&] {
      k_.begin_path();
      // Slots count from 1; a context of the middle stands for all.
      k_.context = Int(variable("me", Sort::integer, 0));
      code(*this);
    });
    result_.paths = paths_.paths();
    if (result_.paths == 0) throw std::logic_error(what + ": there is no such state");
    return std::move(result_);
  }

  static Int any(const std::string& name, std::int64_t lo = kNoLo, std::int64_t hi = kNoHi) {
    return Int(variable(name, Sort::integer, lo, hi));
  }
  void assume(const Bool& condition) { paths_.require(condition.term()); }
  void claim(const std::string& sentence, const Bool& goal) {
    if (is_true(goal.term())) return;
    Obligation& o = record(Obligation::What::claims, sentence, negate(goal.term()));
    const Term negated[] = {negate(goal.term())};
    Solver& solver = paths_.solver();
    solver.push();
    solver.add(negated[0]);
    const Answer answer = solver.check();
    o.status = answer == Answer::unsat ? Status::proved
               : answer == Answer::sat ? Status::refuted
                                       : Status::unknown;
    if (answer == Answer::sat) o.counterexample = values_in(solver, o.facts);
    solver.pop();
  }
  // The claim that code never comes here.
  void never(const std::string& sentence) { claim(sentence, false); }

  // Runs a step, or a whole function with the functions it calls.
  template <class Code>
  static Outcome attempt(Code code) {
    try {
      return {lang::Fault::none, code()};
    } catch (const lang::Oops& oops) {
      return {oops.fault, lang::halt()};
    }
  }
  static Outcome call(lang::StepFunction step) {
    return attempt([step] { return to_return(step); });
  }
  static lang::Next to_return(lang::StepFunction step) {
    using Way = lang::Next::Kind;
    std::vector<lang::StepFunction> callers;
    for (;;) {
      const lang::Next next = step();
      if (next.kind == Way::call) callers.push_back(next.then);
      if (next.kind == Way::go || next.kind == Way::call) {
        step = next.to;
      } else if (next.kind == Way::ret && !callers.empty()) {
        step = callers.back();
        callers.pop_back();
      } else {
        return next;
      }
    }
  }
  K& machine() { return k_; }

 private:
  Obligation& record(Obligation::What what, const std::string& claim, Term negated) {
    Obligation o;
    o.what = what;
    o.claim = claim;
    o.step = result_.step;
    o.path = paths_.paths() + 1;
    o.facts = paths_.guard();
    o.facts.push_back(negated);
    result_.obligations.push_back(std::move(o));
    return result_.obligations.back();
  }

  K& k_;
  Paths paths_;
  StepResult result_;
};

}  // namespace nsmc::symbolic
