// Writing SMT-LIB 2: declarations, shared terms as definitions, assertions.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/smtlib.hpp"

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace nsmc::symbolic {
namespace {

class Writer {
 public:
  std::string script(std::span<const Term> facts) {
    // Terms that occur more than once get a name, in order, so that a script stays linear in them.
    each_node(facts, [this](Term t) {
      order_.push_back(t);
      for (const Term a : t->arguments) ++uses_[a];
    });
    std::string declarations, definitions, assertions;
    for (const Term t : order_) {
      if (t->op == Op::variable || t->op == Op::apply) declare(t, declarations);
      if (!is_constant(t) && !t->arguments.empty() && uses_[t] > 1) {
        const std::string name = "e" + std::to_string(names_.size());
        definitions += "(define-fun " + name + " () " + sort(t->sort) + " " + text(t) + ")\n";
        names_.emplace(t, name);
      }
      if (t->sort == Sort::integer && (t->op == Op::variable || t->op == Op::apply)) {
        if (t->lo > kNoLo) assertions += "(assert (<= " + literal(t->lo) + " " + text(t) + "))\n";
        if (t->hi < kNoHi) assertions += "(assert (<= " + text(t) + " " + literal(t->hi) + "))\n";
      }
    }
    for (const Term t : facts) assertions += "(assert " + text(t) + ")\n";
    return "(set-logic QF_UFLIA)\n" + declarations + definitions + assertions + "(check-sat)\n";
  }

 private:
  static const char* sort(Sort s) { return s == Sort::integer ? "Int" : "Bool"; }
  static std::string literal(std::int64_t value) {
    return value < 0 ? "(- " + std::to_string(-value) + ")" : std::to_string(value);
  }

  void declare(Term t, std::string& declarations) {
    const std::string name(symbol_name(t->symbol));
    if (!declared_.insert(name).second) return;
    declarations += "(declare-fun " + name + " (";
    for (std::size_t i = 0; i < t->arguments.size(); ++i)
      declarations += std::string(i > 0 ? " " : "") + sort(t->arguments[i]->sort);
    declarations += std::string(") ") + sort(t->sort) + ")\n";
  }

  std::string text(Term t) const {
    if (const auto name = names_.find(t); name != names_.end()) return name->second;
    if (is_constant(t))
      return t->sort == Sort::integer ? literal(t->value) : t->value != 0 ? "true" : "false";
    if (t->op == Op::variable) return std::string(symbol_name(t->symbol));
    static constexpr const char* kWords[] = {"",    "",    "",  "+", "*",   "div",
                                             "mod", "ite", "=", "<", "not", "and"};
    std::string written = "(";
    written += t->op == Op::apply ? symbol_name(t->symbol) : kWords[static_cast<int>(t->op)];
    for (const Term a : t->arguments) written += " " + text(a);
    return written + ")";
  }

  std::vector<Term> order_;
  std::unordered_map<Term, int> uses_;
  std::unordered_map<Term, std::string> names_;
  std::set<std::string> declared_;
};

}  // namespace

std::string to_smtlib(std::span<const Term> facts) { return Writer().script(facts); }

}  // namespace nsmc::symbolic
