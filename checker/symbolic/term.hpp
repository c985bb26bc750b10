// Terms over integers and truth values: what code that runs symbolically computes with.
// SPDX-License-Identifier: MIT
//
// Terms are hash-consed: equal terms are one node, so equality is a comparison of pointers, and the
// same fact met twice costs nothing.  Constructors simplify: constants fold, and each integer term
// knows an interval that it lies in.  There are uninterpreted functions and no arrays: a state is
// read through functions of object numbers, and writes are kept apart (store.hpp).  What reaches a
// solver is thus linear arithmetic with functions, QF_UFLIA.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nsmc::symbolic {

enum class Op : std::uint8_t {
  constant,  // value; of sort truth 0 or 1
  variable,  // symbol; bound: stands for the index of a bulk write
  apply,     // symbol(arguments)
  add,
  multiply,  // by a constant on the left
  divide,    // rounds down; by a constant above 0 on the right
  modulo,
  if_else,
  equal,  // of two integers
  less,
  negation,
  conjunction
};

enum class Sort : std::uint8_t { integer, truth };

// An immutable node.  Lives as long as the thread.
struct Node {
  Op op = Op::constant;
  Sort sort = Sort::integer;
  bool has_bound = false;  // a bound variable occurs in it
  std::int64_t value = 0;
  std::int64_t lo = 0, hi = 0;  // of sort integer: lo <= term <= hi
  std::uint32_t id = 0;         // in order of creation: arguments come before what they are in
  std::uint64_t content = 0;    // a hash of what it says: the same in every run
  std::uint32_t symbol = 0;
  std::vector<const Node*> arguments;
};
using Term = const Node*;

inline constexpr std::int64_t kNoLo = std::numeric_limits<std::int64_t>::min() / 4,
                              kNoHi = std::numeric_limits<std::int64_t>::max() / 4;

std::string_view symbol_name(std::uint32_t symbol);

// Constructors; each returns the simplified term.
Term truth(bool value);
Term number(std::int64_t value);
// A constant of which only its interval is known.
Term variable(const std::string& name, Sort sort, std::int64_t lo = kNoLo, std::int64_t hi = kNoHi);
Term bound_variable(const std::string& name, std::int64_t lo, std::int64_t hi);
Term apply(const std::string& function, Sort sort, std::span<const Term> arguments,
           std::int64_t lo = kNoLo, std::int64_t hi = kNoHi);
Term add(Term a, Term b);
Term subtract(Term a, Term b);
Term multiply(Term a, Term b);  // REQUIRES: one of them is a constant
Term divide_down(Term a, std::int64_t by);
Term modulo_down(Term a, std::int64_t by);
Term if_else(Term condition, Term yes, Term no);
Term equal(Term a, Term b);
Term less(Term a, Term b);
Term negate(Term a);
Term both(Term a, Term b);
Term either(Term a, Term b);

inline bool is_constant(Term t) { return t->op == Op::constant; }
inline bool is_true(Term t) { return is_constant(t) && t->value != 0; }
inline bool is_false(Term t) { return is_constant(t) && t->value == 0; }

// The term with each variable or application for which `with` gives a term replaced by it.
using Replacement = std::function<Term(Term)>;
Term substitute(Term term, const Replacement& with, std::unordered_map<Term, Term>& done);

// Calls f on each distinct node below and including the term, arguments first.
void each_node(std::span<const Term> terms, const std::function<void(Term)>& f);

// The value of a term, given those of its variables and applications (with evaluated arguments).
class Evaluator {
 public:
  using Leaf = std::function<std::int64_t(Term leaf, std::span<const std::int64_t> arguments)>;
  explicit Evaluator(Leaf leaf) : leaf_(std::move(leaf)) {}
  std::int64_t operator()(Term term);

 private:
  Leaf leaf_;
  std::unordered_map<Term, std::int64_t> known_;
};

// For people: as SMT-LIB writes it.
std::string to_string(Term term);

}  // namespace nsmc::symbolic
