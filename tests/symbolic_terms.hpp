// Values that are Z3 terms, places that hold them, and the paths of code that branches on them.
// SPDX-License-Identifier: MIT
//
// A branch on a term asks the Run, which follows one side now and the other when the code is run
// again from its start: `if`, `&&`, loops and early returns are C++'s own.  A field learns its
// place in the state while it is constructed, so structs of fields need no second list.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace nsmc::symbolic {

inline z3::context& terms() {
  static thread_local z3::context context;
  return context;
}

// A truth value or a term for one.  There is no && and no ||: C++'s own are right, and they fork;
// & and | make one term of both.
class Bool {
 public:
  Bool(bool value) : value_(value) {}
  explicit Bool(const z3::expr& term) {
    const z3::expr simple = term.simplify();
    value_ = simple.is_true();
    if (!simple.is_true() && !simple.is_false()) term_ = simple;
  }
  explicit operator bool() const;  // the fork
  z3::expr term() const { return term_ ? *term_ : terms().bool_val(value_); }

  friend Bool operator!(const Bool& a) { return a.term_ ? Bool(!*a.term_) : Bool(!a.value_); }
  friend Bool operator&(const Bool& a, const Bool& b) {
    if (!a.term_) return a.value_ ? b : a;
    return Bool(*a.term_ && b.term());
  }
  friend Bool operator|(const Bool& a, const Bool& b) { return !((!a) & (!b)); }

 private:
  bool value_ = false;
  std::optional<z3::expr> term_;
};

// An integer of the mathematician.  That of C is narrower: see Sizes.
class Int {
 public:
  Int(std::int64_t value) : value_(value) {}
  explicit Int(const z3::expr& term) {
    const z3::expr simple = term.simplify();
    if (!simple.is_numeral_i64(value_)) term_ = simple;
  }
  explicit operator bool() const;  // as in C
  z3::expr term() const { return term_ ? *term_ : terms().int_val(value_); }
  bool constant() const { return !term_; }
  std::int64_t value() const { return value_; }  // REQUIRES: constant()

 private:
  std::int64_t value_ = 0;
  std::optional<z3::expr> term_;
};

template <class Result, class Op>
Result apply(Op op, const Int& a, const Int& b) {
  if (a.constant() && b.constant()) return Result(op(a.value(), b.value()));
  return Result(op(a.term(), b.term()));
}
inline Int operator+(const Int& a, const Int& b) { return apply<Int>(std::plus<>{}, a, b); }
inline Int operator-(const Int& a, const Int& b) { return apply<Int>(std::minus<>{}, a, b); }
inline Int operator*(const Int& a, const Int& b) { return apply<Int>(std::multiplies<>{}, a, b); }
inline Bool operator==(const Int& a, const Int& b) { return apply<Bool>(std::equal_to<>{}, a, b); }
inline Bool operator!=(const Int& a, const Int& b) { return !(a == b); }
inline Bool operator<(const Int& a, const Int& b) { return apply<Bool>(std::less<>{}, a, b); }
inline Bool operator>(const Int& a, const Int& b) { return b < a; }
inline Bool operator<=(const Int& a, const Int& b) { return !(b < a); }
inline Bool operator>=(const Int& a, const Int& b) { return !(a < b); }
// C rounds towards zero, SMT-LIB's div rounds down.  REQUIRES: b is a constant above 0.
inline Int operator/(const Int& a, const Int& b) {
  if (a.constant()) return a.value() / b.value();
  return Int(z3::ite(a.term() >= 0, a.term() / b.term(), -(-a.term() / b.term())));
}
inline Int operator%(const Int& a, const Int& b) { return a - a / b * b; }
// Bit by bit of the mask.  REQUIRES: mask is a constant, not negative.
inline Int operator&(const Int& a, const Int& mask) {
  if (a.constant()) return a.value() & mask.value();
  Int sum = 0;
  for (std::int64_t bit = 1; bit <= mask.value(); bit *= 2)
    if ((mask.value() & bit) != 0)
      sum = sum + Int(z3::mod(a.term() / terms().int_val(bit), 2)) * bit;
  return sum;
}

// How large a C int is, and the pidmap: as in the concrete model, or as in the kernel.
enum class Sizes { model, kernel };
inline constexpr std::int64_t kIntMin = std::numeric_limits<std::int32_t>::min(),
                              kIntMax = std::numeric_limits<std::int32_t>::max();

struct PathEnd {};  // what was assumed cannot be: there is no such path

// Fields of the state by number: those that were touched, as they were and as they are.
struct Heap {
  std::map<int, z3::expr> before, now;
};

// One exploration: the path that runs, and what is left to run.
class Run {
 public:
  explicit Run(Sizes of) : sizes(of), solver_(terms()), previous_(on_) { on_ = this; }
  ~Run() { on_ = previous_; }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  static Run& on() { return *on_; }

  const Sizes sizes;
  Heap heap;
  int paths = 0, obligations = 0, checks = 0;

  // Calls path() once per feasible path.
  template <class F>
  void explore(F path) {
    do {
      solver_.reset();
      heap = {};
      at_ = fresh_ = 0;
      try {
        path();
        ++paths;
      } catch (const PathEnd&) {
      }
    } while (backtrack());
  }

  bool decide(const z3::expr& condition) {
    if (at_ == trace_.size()) {
      const bool yes = feasible(condition);
      // A path that got here is feasible, so one side is.
      const bool no = !yes || feasible(!condition);
      trace_.push_back({yes, yes && no});
    }
    const bool taken = trace_[at_++].taken;
    solver_.add(taken ? condition : !condition);
    return taken;
  }
  void assume(const Bool& condition) {
    solver_.add(condition.term());
    if (check() == z3::unsat) throw PathEnd{};
  }
  Int fresh(const char* name) {
    return Int(terms().int_const((name + ("!" + std::to_string(fresh_++))).c_str()));
  }
  // Nothing if the goal follows from the path; else a state in which it fails.
  std::optional<z3::model> refute(const Bool& goal) {
    ++obligations;
    solver_.push();
    solver_.add(!goal.term());
    const z3::check_result answer = check();
    std::optional<z3::model> found;
    if (answer == z3::sat) found = solver_.get_model();
    solver_.pop();
    if (answer == z3::unknown) throw std::runtime_error("the solver does not know");
    return found;
  }
  z3::expr guard() const {
    z3::expr all = terms().bool_val(true);
    for (const z3::expr& part : solver_.assertions()) all = all && part;
    return all;
  }

 private:
  struct Decision {
    bool taken, other_too;
  };

  z3::check_result check() {
    ++checks;
    return solver_.check();
  }
  bool feasible(const z3::expr& condition) {
    solver_.push();
    solver_.add(condition);
    const z3::check_result answer = check();
    solver_.pop();
    return answer != z3::unsat;  // what the solver does not know is looked at
  }
  bool backtrack() {
    while (!trace_.empty() && !trace_.back().other_too) trace_.pop_back();
    if (trace_.empty()) return false;
    trace_.back() = {!trace_.back().taken, false};
    return true;
  }

  z3::solver solver_;
  std::vector<Decision> trace_;
  std::size_t at_ = 0;
  int fresh_ = 0;
  Run* previous_;
  static inline thread_local Run* on_ = nullptr;
};

inline Bool::operator bool() const { return term_ ? Run::on().decide(*term_) : value_; }
inline Int::operator bool() const { return static_cast<bool>(*this != 0); }

// Where the next field to be constructed stands; null for values that stand nowhere.
using Index = std::vector<Int>;
struct Layout {
  explicit Layout(int first, Index at = {})
      : next(first), index(std::make_shared<const Index>(std::move(at))), previous(on) {
    on = this;
  }
  ~Layout() { on = previous; }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  int next;
  std::shared_ptr<const Index> index;
  Layout* previous;
  static inline thread_local Layout* on = nullptr;
};

// Numbers of fields to names such as "ns.kref"; for people.
inline std::map<int, std::string>& field_names() {
  static thread_local std::map<int, std::string> names;
  return names;
}

// A place in the state: field `number`, at the indices of the arrays around it.
class Cell {
 public:
  Cell() {
    if (Layout::on == nullptr) return;
    number = Layout::on->next++;
    index = Layout::on->index;
  }
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  int number = -1;  // -1: a temporary, always 0
  std::shared_ptr<const Index> index;

  Int load() const { return number < 0 ? Int(0) : Int(select(column(Run::on().heap.now))); }
  Int before() const { return Int(select(column(Run::on().heap.before))); }
  void store(const Int& value) {
    z3::expr& now = column(Run::on().heap.now);
    now = stored(now, value).simplify();
  }
  z3::expr select(z3::expr array) const {
    for (const Int& i : *index) array = z3::select(array, i.term());
    return array;
  }
  z3::expr stored(const z3::expr& array, const Int& value) const {
    return stored(array, *index, value.term());
  }

 private:
  z3::expr& column(std::map<int, z3::expr>& of) const {
    const auto found = of.find(number);
    if (found != of.end()) return found->second;
    z3::sort sort = terms().int_sort();
    for (std::size_t i = 0; i < index->size(); ++i)
      sort = terms().array_sort(terms().int_sort(), sort);
    const z3::expr initial = terms().constant(field_names().at(number).c_str(), sort);
    Run::on().heap.before.emplace(number, initial);
    Run::on().heap.now.emplace(number, initial);
    return of.at(number);
  }
  static z3::expr stored(const z3::expr& array, std::span<const Int> at, const z3::expr& value) {
    if (at.empty()) return value;
    const z3::expr i = at[0].term();
    return z3::store(array, i, stored(z3::select(array, i), at.subspan(1), value));
  }
};

}  // namespace nsmc::symbolic
