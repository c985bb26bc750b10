// Expressions, read and printed by one table.
// SPDX-License-Identifier: MIT
//
// Precedence climbing.  The depth is capped, so that neither a hostile file nor a later recursion
// over the tree can exhaust the stack; conjunctions and disjunctions are flat and may be long.
#include "traces/scenario_expr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace nsmc::traces {

namespace {

using Kind = Expr::Kind;

constexpr int kDepthMax = 64;

struct Operator {
  std::string_view mark;
  Kind kind;
  int level;  // binds tighter the higher it is
};

constexpr int kEqual = 3, kRelation = 4, kSum = 5, kUnary = 6, kPrimary = 7;

constexpr std::array<Operator, 10> kOperators = {{{"||", Kind::any_of, 1},
                                                  {"&&", Kind::all_of, 2},
                                                  {"==", Kind::equal, kEqual},
                                                  {"!=", Kind::not_equal, kEqual},
                                                  {"<", Kind::less, kRelation},
                                                  {"<=", Kind::less_equal, kRelation},
                                                  {">", Kind::greater, kRelation},
                                                  {">=", Kind::greater_equal, kRelation},
                                                  {"+", Kind::add, kSum},
                                                  {"-", Kind::subtract, kSum}}};

// An expression and the longest path down into it.
struct Tree {
  Expr expr;
  int height = 1;
};

class ExprParser {
 public:
  explicit ExprParser(Cursor& cursor) : cursor_(cursor) {}

  Tree whole() {
    Tree tree = binary(1);
    if (cursor_.sees("=")) cursor_.fail_at(cursor_.peek(), "`=` binds a call; compare with `==`");
    if (cursor_.sees("&") || cursor_.sees("|"))
      cursor_.fail_at(
          cursor_.peek(),
          fmt::format("`{0}` is for flags; combine conditions with `{0}{0}`", cursor_.peek().text));
    return tree;
  }

 private:
  const Operator* operator_at(int level) const {
    for (const Operator& o : kOperators)
      if (o.level == level && cursor_.sees(o.mark)) return &o;
    return nullptr;
  }

  Tree binary(int level) {
    if (level == kUnary) return unary();
    Tree left = binary(level + 1);
    for (const Operator* o = operator_at(level); o != nullptr; o = operator_at(level)) {
      const Token mark = cursor_.take();
      Tree node = leaf(o->kind, mark);
      add_kid(node, std::move(left), mark);
      add_kid(node, binary(level + 1), mark);
      if (level < kEqual)  // && and || are flat
        while (cursor_.take_if(o->mark)) add_kid(node, binary(level + 1), mark);
      else if (level < kSum && operator_at(level) != nullptr)
        cursor_.fail_at(cursor_.peek(), "comparisons do not chain; write `a < b && b < c`");
      left = std::move(node);
    }
    return left;
  }

  Tree unary() {
    if (depth_ == kDepthMax && !cursor_.at_end()) fail_too_deep(cursor_.peek());
    ++depth_;
    Tree tree = prefix();
    --depth_;
    return tree;
  }

  Tree prefix() {
    if (cursor_.sees("!")) {
      const Token mark = cursor_.take();
      Tree node = leaf(Kind::not_, mark);
      add_kid(node, unary(), mark);
      return node;
    }
    if (cursor_.sees("-")) return minus(cursor_.take());
    if (cursor_.take_if("(")) {
      Tree tree = whole();
      cursor_.take(")");
      return tree;
    }
    return primary();
  }

  Tree minus(const Token& mark) {
    Tree kid = unary();
    if (kid.expr.kind == Kind::integer) {
      const int value = -kid.expr.value;
      return {{Kind::integer, std::to_string(value), value, {}, mark.at}};
    }
    Tree node = leaf(Kind::negate, mark);
    add_kid(node, std::move(kid), mark);
    return node;
  }

  Tree primary() {
    if (cursor_.sees(Token::Kind::number)) {
      Tree tree = leaf(Kind::integer, cursor_.peek());
      tree.expr.value = cursor_.number();
      return tree;
    }
    const Token name = cursor_.own_name("a term");
    Tree tree = leaf(Kind::name, name);
    if (!cursor_.take_if("(")) return tree;
    tree.expr.kind = Kind::call;
    if (cursor_.take_if(")")) return tree;
    do add_kid(tree, whole(), name);
    while (cursor_.take_if(","));
    cursor_.take(")");
    return tree;
  }

  static Tree leaf(Kind kind, const Token& token) {
    return {{kind, std::string(token.text), 0, {}, token.at}};
  }

  void add_kid(Tree& node, Tree kid, const Token& blame) const {
    node.height = std::max(node.height, kid.height + 1);
    if (node.height > kDepthMax) fail_too_deep(blame);
    node.expr.kids.push_back(std::move(kid.expr));
  }

  [[noreturn]] void fail_too_deep(const Token& token) const {
    cursor_.fail_at(token, fmt::format("nested deeper than {} levels", kDepthMax));
  }

  Cursor& cursor_;
  int depth_ = 0;
};

int level_of(const Expr& expr) {
  for (const Operator& o : kOperators)
    if (o.kind == expr.kind) return o.level;
  return expr.kind == Kind::negate || expr.kind == Kind::not_ ? kUnary : kPrimary;
}

// `expr` as an operand of something that binds as tight as `level`.
std::string operand(const Expr& expr, int level) {
  const std::string text = to_text(expr);
  return level_of(expr) < level ? "(" + text + ")" : text;
}

}  // namespace

Expr parse_expression(Cursor& cursor) { return ExprParser(cursor).whole().expr; }

std::string to_text(const Expr& expr) {
  const int level = level_of(expr);
  if (level == kUnary) return expr.text + operand(expr.kids.front(), kUnary);
  std::string out;
  if (level == kPrimary) {
    out = expr.text;
    if (expr.kind != Kind::call) return out;
    for (const Expr& kid : expr.kids)
      out += fmt::format("{}{}", &kid == &expr.kids.front() ? "(" : ", ", to_text(kid));
    return out + (expr.kids.empty() ? "()" : ")");
  }
  for (const Expr& kid : expr.kids) {
    const bool first = &kid == &expr.kids.front();
    // Only sums may lean to the left without brackets.
    const int needed = first && level == kSum ? level : level + 1;
    out += first ? operand(kid, needed) : fmt::format(" {} {}", expr.text, operand(kid, needed));
  }
  return out;
}

}  // namespace nsmc::traces
