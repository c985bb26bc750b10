// The paths of code that branches on terms.
// SPDX-License-Identifier: MIT
//
// Code is run again from its start for each feasible path, depth first: `if`, `&&`, loops, `goto`
// and early returns stay C++'s own.  (Re-execution as in stateless search; overloading the
// conversion to bool as in BuildIt and in Python's concolic testers.)
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "checker/symbolic/solver.hpp"
#include "checker/symbolic/term.hpp"

namespace nsmc::symbolic {

struct PathEnd {};  // what was required cannot be: there is no such path

class Paths {
 public:
  explicit Paths(Solver& solver) : solver_(solver), previous_(on_) { on_ = this; }
  ~Paths() { on_ = previous_; }
  Paths(const Paths&) = delete;
  Paths& operator=(const Paths&) = delete;
  static Paths& on() { return *on_; }

  // Calls run() once per feasible path, until one of them calls stop().  During the call the solver
  // holds the path's guard; it may be asked more, under a push of its own.
  template <class F>
  void explore(F run) {
    solver_.push();
    do {
      at_ = 0;
      fresh_ = 0;
      guard_.clear();
      known_.clear();
      try {
        run();
        if (!stopped_) ++paths_;
      } catch (const PathEnd&) {
      }
    } while (!stopped_ && backtrack());
    solver_.pop(1 + scopes());
  }
  // This path does not count, and no other is begun.
  void stop() { stopped_ = true; }

  // Which side of a branch to follow now.  What the solver does not know counts as feasible.
  bool decide(Term condition);
  // A fact, such as an instance of an invariant: it prunes, and is no branch.
  void assume(Term fact);
  // A fact that this path is about, and that is known to be possible.
  void given(Term fact);
  // A fact that this path is about: the path ends if it cannot be.
  void require(Term fact);
  // 0..alternatives-1, each on a path of its own; `name` is that of the choice's variable.
  int pick(int alternatives, const std::string& name);
  // A constant of which nothing is known but its interval; its name tells its place on the path.
  Term fresh(const std::string& name, Sort sort = Sort::integer, std::int64_t lo = kNoLo,
             std::int64_t hi = kNoHi);

  // Called before each branch, also when it is only replayed: to assume what the path has made
  // worth assuming.
  std::function<void()> before_asking;
  // Called with the side of a branch that cannot be taken, or a requirement that cannot be met.
  std::function<void(Term)> on_pruned;

  // Decisions and requirements of this path, in order; without what was only assumed.
  const std::vector<Term>& guard() const { return guard_; }
  Solver& solver() { return solver_; }
  int paths() const { return paths_; }

  // While this is set, a branch on a term is an error: predicates have no paths.
  class NoBranching {
   public:
    NoBranching() : before_(on().branching_) { on().branching_ = false; }
    ~NoBranching() { on().branching_ = before_; }
    NoBranching(const NoBranching&) = delete;
    NoBranching& operator=(const NoBranching&) = delete;

   private:
    bool before_;
  };

 private:
  struct Decision {
    bool taken = false, other_too = false;
  };
  bool replaying() const { return at_ < trace_.size(); }
  // Of the trace, those that the solver has.
  unsigned scopes() const { return static_cast<unsigned>(trace_.size()) - (flipped_ ? 1U : 0U); }
  void learn(Term fact);
  bool backtrack();

  Solver& solver_;
  std::vector<Decision> trace_;
  std::size_t at_ = 0;    // decisions made on this run
  bool flipped_ = false;  // the last decision of the trace is not in the solver yet
  bool branching_ = true;
  bool stopped_ = false;
  int fresh_ = 0, paths_ = 0;
  std::vector<Term> guard_;
  std::unordered_map<Term, bool> known_;
  Paths* previous_;
  static inline thread_local Paths* on_ = nullptr;
};

}  // namespace nsmc::symbolic
