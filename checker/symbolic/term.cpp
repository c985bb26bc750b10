// Hash-consing and simplification of terms.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/term.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <unordered_set>

namespace nsmc::symbolic {
namespace {

std::size_t mixed(std::size_t seed, std::size_t value) {
  return (seed ^ value) * 0x9E3779B97F4A7C15ULL + (seed >> 29U);
}

struct Hash {
  std::size_t operator()(Term t) const {
    std::size_t h = mixed(static_cast<std::size_t>(t->op), static_cast<std::size_t>(t->sort));
    h = mixed(h, static_cast<std::size_t>(t->value));
    h = mixed(h, t->symbol);
    for (const Term a : t->arguments) h = mixed(h, a->id);
    return h;
  }
};
// The interval belongs to a leaf: what is certain of a name on one path is not on another.
struct Same {
  bool operator()(Term a, Term b) const {
    return a->op == b->op && a->sort == b->sort && a->value == b->value && a->symbol == b->symbol &&
           a->lo == b->lo && a->hi == b->hi && a->arguments == b->arguments;
  }
};

class Pool {
 public:
  Term intern(Node node) {
    if (const auto found = set_.find(&node); found != set_.end()) return *found;
    node.id = static_cast<std::uint32_t>(nodes_.size());
    for (const Term a : node.arguments) node.has_bound = node.has_bound || a->has_bound;
    node.content = content_of(node);
    nodes_.push_back(std::move(node));
    set_.insert(&nodes_.back());
    return &nodes_.back();
  }
  std::uint32_t symbol(const std::string& name) {
    const auto [at, is_new] = symbols_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return at->second;
  }
  std::string_view name(std::uint32_t symbol) const { return names_[symbol]; }

 private:
  std::uint64_t content_of(const Node& node) const {
    std::size_t h = mixed(static_cast<std::size_t>(node.op), static_cast<std::size_t>(node.value));
    if (node.op == Op::variable || node.op == Op::apply)
      for (const char c : names_[node.symbol]) h = mixed(h, static_cast<std::size_t>(c));
    for (const Term a : node.arguments) h = mixed(h, a->content);
    return h;
  }

  std::deque<Node> nodes_;
  std::unordered_set<Term, Hash, Same> set_;
  std::unordered_map<std::string, std::uint32_t> symbols_;
  std::deque<std::string> names_;
};

Pool& pool() {
  static thread_local Pool the_pool;
  return the_pool;
}

std::int64_t clamped(std::int64_t value) { return std::clamp(value, kNoLo, kNoHi); }

Term compound(Op op, Sort sort, std::vector<Term> arguments, std::int64_t lo = 0,
              std::int64_t hi = 0) {
  Node node;
  node.op = op;
  node.sort = sort;
  node.arguments = std::move(arguments);
  node.lo = clamped(lo);
  node.hi = clamped(hi);
  return pool().intern(std::move(node));
}

// x + k as (x, k).
std::pair<Term, std::int64_t> offset_of(Term t) {
  if (t->op == Op::add && is_constant(t->arguments[1]))
    return {t->arguments[0], t->arguments[1]->value};
  return {t, 0};
}

std::int64_t floor_divided(std::int64_t a, std::int64_t by) {
  return a / by - (a % by != 0 && (a < 0) != (by < 0) ? 1 : 0);
}

}  // namespace

std::string_view symbol_name(std::uint32_t symbol) { return pool().name(symbol); }

Term truth(bool value) {
  Node node;
  node.sort = Sort::truth;
  node.value = value ? 1 : 0;
  return pool().intern(std::move(node));
}

Term number(std::int64_t value) {
  Node node;
  node.value = node.lo = node.hi = value;
  return pool().intern(std::move(node));
}

Term variable(const std::string& name, Sort sort, std::int64_t lo, std::int64_t hi) {
  Node node;
  node.op = Op::variable;
  node.sort = sort;
  node.symbol = pool().symbol(name);
  node.lo = lo;
  node.hi = hi;
  return pool().intern(std::move(node));
}

Term bound_variable(const std::string& name, std::int64_t lo, std::int64_t hi) {
  Node node;
  node.op = Op::variable;
  node.symbol = pool().symbol(name);
  node.lo = lo;
  node.hi = hi;
  node.has_bound = true;
  return pool().intern(std::move(node));
}

Term apply(const std::string& function, Sort sort, std::span<const Term> arguments, std::int64_t lo,
           std::int64_t hi) {
  if (arguments.empty()) return variable(function, sort, lo, hi);
  Node node;
  node.op = Op::apply;
  node.sort = sort;
  node.symbol = pool().symbol(function);
  node.arguments.assign(arguments.begin(), arguments.end());
  node.lo = lo;
  node.hi = hi;
  return pool().intern(std::move(node));
}

Term add(Term a, Term b) {
  if (is_constant(a)) std::swap(a, b);
  if (is_constant(a)) return number(a->value + b->value);
  if (is_constant(b)) {
    const auto [base, offset] = offset_of(a);
    const std::int64_t sum = offset + b->value;
    if (sum == 0) return base;
    return compound(Op::add, Sort::integer, {base, number(sum)}, base->lo + sum, base->hi + sum);
  }
  // Constants go outermost, so that x + 1 - x is 1.
  const auto [left, left_offset] = offset_of(a);
  const auto [right, right_offset] = offset_of(b);
  if (left_offset + right_offset != 0 || left != a || right != b)
    return add(add(left, right), number(left_offset + right_offset));
  const auto negated = [](Term x, Term y) {
    return x->op == Op::multiply && x->arguments[0]->value == -1 && x->arguments[1] == y;
  };
  if (negated(a, b) || negated(b, a)) return number(0);
  // (x - y) + y, for counts that go down and up again.
  if (a->op == Op::add && negated(a->arguments[1], b)) return a->arguments[0];
  if (a->op == Op::add && negated(b, a->arguments[1])) return a->arguments[0];
  if (a->op != Op::add && b->op != Op::add && a->content > b->content) std::swap(a, b);
  return compound(Op::add, Sort::integer, {a, b}, a->lo + b->lo, a->hi + b->hi);
}

Term subtract(Term a, Term b) {
  if (a == b) return number(0);
  return add(a, multiply(number(-1), b));
}

Term multiply(Term a, Term b) {
  if (is_constant(b)) std::swap(a, b);
  if (!is_constant(a)) throw std::logic_error("a product of two terms is not linear");
  if (is_constant(b)) return number(a->value * b->value);
  if (a->value == 0) return number(0);
  if (a->value == 1) return b;
  if (b->op == Op::multiply)
    return multiply(number(a->value * b->arguments[0]->value), b->arguments[1]);
  if (b->op == Op::add) return add(multiply(a, b->arguments[0]), multiply(a, b->arguments[1]));
  const bool bounded = b->lo > kNoLo && b->hi < kNoHi && b->hi < (std::int64_t{1} << 40U) &&
                       b->lo > -(std::int64_t{1} << 40U);
  std::int64_t lo = kNoLo, hi = kNoHi;
  if (bounded) {
    lo = std::min(a->value * b->lo, a->value * b->hi);
    hi = std::max(a->value * b->lo, a->value * b->hi);
  }
  return compound(Op::multiply, Sort::integer, {a, b}, lo, hi);
}

Term divide_down(Term a, std::int64_t by) {
  if (by <= 0) throw std::logic_error("a divisor must be above 0");
  if (by == 1) return a;
  if (is_constant(a)) return number(floor_divided(a->value, by));
  return compound(Op::divide, Sort::integer, {a, number(by)},
                  a->lo <= kNoLo ? kNoLo : floor_divided(a->lo, by),
                  a->hi >= kNoHi ? kNoHi : floor_divided(a->hi, by));
}

Term modulo_down(Term a, std::int64_t by) {
  if (by <= 0) throw std::logic_error("a divisor must be above 0");
  if (is_constant(a)) return number(a->value - floor_divided(a->value, by) * by);
  if (a->lo >= 0 && a->hi < by) return a;
  return compound(Op::modulo, Sort::integer, {a, number(by)}, 0, by - 1);
}

Term if_else(Term condition, Term yes, Term no) {
  if (is_true(condition)) return yes;
  if (is_false(condition)) return no;
  if (yes == no) return yes;
  if (condition->op == Op::negation) return if_else(condition->arguments[0], no, yes);
  if (yes->sort == Sort::truth) {
    if (is_true(yes)) return either(condition, no);
    if (is_false(yes)) return both(negate(condition), no);
    if (is_true(no)) return either(negate(condition), yes);
    if (is_false(no)) return both(condition, yes);
  }
  if (no->op == Op::if_else && no->arguments[0] == condition) no = no->arguments[2];
  if (yes->op == Op::if_else && yes->arguments[0] == condition) yes = yes->arguments[1];
  if (yes == no) return yes;
  return compound(Op::if_else, yes->sort, {condition, yes, no}, std::min(yes->lo, no->lo),
                  std::max(yes->hi, no->hi));
}

Term equal(Term a, Term b) {
  if (a == b) return truth(true);
  if (is_constant(a)) std::swap(a, b);
  if (is_constant(a)) return truth(a->value == b->value);
  if (a->hi < b->lo || b->hi < a->lo) return truth(false);
  const auto [left, left_offset] = offset_of(a);
  const auto [right, right_offset] = offset_of(b);
  if (left == right) return truth(left_offset == right_offset);
  if (is_constant(b) && left_offset != 0) return equal(left, number(b->value - left_offset));
  // ite(c, 1, 2) == 1 is c.
  if (is_constant(b) && a->op == Op::if_else &&
      (is_constant(a->arguments[1]) || is_constant(a->arguments[2])))
    return if_else(a->arguments[0], equal(a->arguments[1], b), equal(a->arguments[2], b));
  if (!is_constant(b) && a->content > b->content) std::swap(a, b);
  return compound(Op::equal, Sort::truth, {a, b});
}

Term less(Term a, Term b) {
  if (a == b) return truth(false);
  if (a->hi < b->lo) return truth(true);
  if (a->lo >= b->hi) return truth(false);
  const auto [left, left_offset] = offset_of(a);
  const auto [right, right_offset] = offset_of(b);
  if (left == right) return truth(left_offset < right_offset);
  if (is_constant(b) && left_offset != 0) return less(left, number(b->value - left_offset));
  if (is_constant(a) && right_offset != 0) return less(number(a->value - right_offset), right);
  if (is_constant(b) && a->op == Op::if_else &&
      (is_constant(a->arguments[1]) || is_constant(a->arguments[2])))
    return if_else(a->arguments[0], less(a->arguments[1], b), less(a->arguments[2], b));
  return compound(Op::less, Sort::truth, {a, b});
}

Term negate(Term a) {
  if (is_constant(a)) return truth(a->value == 0);
  if (a->op == Op::negation) return a->arguments[0];
  return compound(Op::negation, Sort::truth, {a});
}

Term both(Term a, Term b) {
  if (is_false(a) || is_true(b)) return a;
  if (is_true(a) || is_false(b)) return b;
  if (a == b) return a;
  if (negate(a) == b) return truth(false);
  if (a->content > b->content) std::swap(a, b);
  return compound(Op::conjunction, Sort::truth, {a, b});
}

Term either(Term a, Term b) { return negate(both(negate(a), negate(b))); }

namespace {

// The same node with other arguments, simplified.
Term rebuilt(Term t, const std::vector<Term>& a) {
  switch (t->op) {
    case Op::constant:
    case Op::variable:
      return t;
    case Op::apply:
      return apply(std::string(symbol_name(t->symbol)), t->sort, a, t->lo, t->hi);
    case Op::add:
      return add(a[0], a[1]);
    case Op::multiply:
      return multiply(a[0], a[1]);
    case Op::divide:
      return divide_down(a[0], a[1]->value);
    case Op::modulo:
      return modulo_down(a[0], a[1]->value);
    case Op::if_else:
      return if_else(a[0], a[1], a[2]);
    case Op::equal:
      return equal(a[0], a[1]);
    case Op::less:
      return less(a[0], a[1]);
    case Op::negation:
      return negate(a[0]);
    case Op::conjunction:
      return both(a[0], a[1]);
  }
  throw std::logic_error("no such operation");
}

}  // namespace

Term substitute(Term term, const Replacement& with, std::unordered_map<Term, Term>& done) {
  if (const auto known = done.find(term); known != done.end()) return known->second;
  std::vector<Term> arguments;
  arguments.reserve(term->arguments.size());
  for (const Term a : term->arguments) arguments.push_back(substitute(a, with, done));
  Term result = rebuilt(term, arguments);
  if (result->op == Op::variable || result->op == Op::apply)
    if (const Term other = with(result)) result = other;
  done.emplace(term, result);
  return result;
}

void each_node(std::span<const Term> terms, const std::function<void(Term)>& f) {
  std::unordered_set<Term> seen;
  std::vector<std::pair<Term, std::size_t>> open;  // and how many of its arguments are done
  for (const Term root : terms) {
    if (seen.insert(root).second) open.emplace_back(root, 0);
    while (!open.empty()) {
      auto& [term, done] = open.back();
      if (done == term->arguments.size()) {
        const Term finished = term;
        open.pop_back();
        f(finished);
      } else if (const Term next = term->arguments[done++]; seen.insert(next).second) {
        open.emplace_back(next, 0);
      }
    }
  }
}

std::int64_t Evaluator::operator()(Term t) {
  if (is_constant(t)) return t->value;
  if (const auto known = known_.find(t); known != known_.end()) return known->second;
  const auto& a = t->arguments;
  std::int64_t value = 0;
  switch (t->op) {
    case Op::constant:
      break;
    case Op::variable:
    case Op::apply: {
      std::vector<std::int64_t> at;
      for (const Term x : a) at.push_back((*this)(x));
      value = leaf_(t, at);
      break;
    }
    case Op::add:
      value = (*this)(a[0]) + (*this)(a[1]);
      break;
    case Op::multiply:
      value = (*this)(a[0]) * (*this)(a[1]);
      break;
    case Op::divide:
      value = floor_divided((*this)(a[0]), a[1]->value);
      break;
    case Op::modulo: {
      const std::int64_t x = (*this)(a[0]);
      value = x - floor_divided(x, a[1]->value) * a[1]->value;
      break;
    }
    case Op::if_else:
      value = (*this)(a[0]) != 0 ? (*this)(a[1]) : (*this)(a[2]);
      break;
    case Op::equal:
      value = (*this)(a[0]) == (*this)(a[1]);
      break;
    case Op::less:
      value = (*this)(a[0]) < (*this)(a[1]);
      break;
    case Op::negation:
      value = (*this)(a[0]) == 0;
      break;
    case Op::conjunction:
      value = (*this)(a[0]) != 0 && (*this)(a[1]) != 0;
      break;
  }
  known_.emplace(t, value);
  return value;
}

std::string to_string(Term t) {
  if (is_constant(t)) {
    if (t->sort == Sort::truth) return t->value != 0 ? "true" : "false";
    return t->value < 0 ? "(- " + std::to_string(-t->value) + ")" : std::to_string(t->value);
  }
  if (t->op == Op::variable) return std::string(symbol_name(t->symbol));
  static constexpr const char* kNames[] = {"",    "",    "",  "+", "*",   "div",
                                           "mod", "ite", "=", "<", "not", "and"};
  std::string text = "(";
  text += t->op == Op::apply ? symbol_name(t->symbol) : kNames[static_cast<int>(t->op)];
  for (const Term a : t->arguments) text += " " + to_string(a);
  return text + ")";
}

}  // namespace nsmc::symbolic
