// The steps of a proof by induction.  Included by induction.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <iostream>
#include <chrono>
#include <map>
#include <stdexcept>

#include "checker/symbolic/induction.hpp"

namespace nsmc::symbolic {

template <class K>
StepResult Induction<K>::step(lang::StepFunction row) {
  const auto began = std::chrono::steady_clock::now();
  started_ = control_.rows.find(row);
  result_ = {};
  result_.step = control_.rows.name(started_);
  paths_.before_asking = [this] {
    instantiate(known_, k_.space.seen, rounds_, [this](Term t) { paths_.assume(t); });
  };
  paths_.on_pruned = [this](Term side) {
    Obligation o;
    o.what = Obligation::What::covers;
    o.claim = "every path is followed";
    o.step = result_.step;
    o.facts = paths_.guard();
    o.facts.push_back(side);
    o.hypotheses = known_.terms;
    o.status = Status::proved;
    result_.obligations.push_back(std::move(o));
  };
  const Entry* entry = nullptr;
  for (const Entry& e : theory_.entries)
    if (e.row == row) entry = &e;
  paths_.explore([&] {
    known_ = {};
    k_.begin_path();
    k_.space.seen = {};
    k_.space.unnamed.clear();
    k_.space.recording = true;
    enter(started_, entry);
    run(started_);
  });
  result_.paths = paths_.paths();
  result_.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return std::move(result_);
}

// The context that runs stands at this row, and in no function that cannot be around it.
template <class K>
void Induction<K>::enter(Position at, const Entry* entry) {
  const bool numbered = entry == nullptr || entry->numbered;
  k_.context = numbered ? Int(variable("me", Sort::integer, kNoContext)) : Int(kNoContext);
  k_.space.see(K::context_kind(), k_.context.term());
  const int functions = static_cast<int>(control_.rows.functions().size());
  for (int f = 0; f < functions; ++f) {
    if (f != at.function && entry == nullptr && control_.may_be_above(f, at.function)) continue;
    const int value = f == at.function && entry == nullptr ? at.row + 1 : 0;
    paths_.given(equal(K::counter(k_.context, f).term(), number(value)));
  }
  if (entry == nullptr) return;
  if (entry->may) paths_.require(entry->may(k_.context).term());
  k_.set_counter(k_.context, at.function, at.row + 1);
}

template <class K>
void Induction<K>::run(Position at) {
  try {
    for (const Ghost& ghost : theory_.ghosts)
      if (ghost.before == control_.rows.row(at).run) ghost.update();
    if (follow(at, control_.rows.row(at).run())) ends(at);
  } catch (const KindOops& oops) {
    excluded(at, oops.fault, oops.kind);
  } catch (const lang::Oops& oops) {
    excluded(at, oops.fault, kNoKind);
  }
}

template <class K>
bool Induction<K>::follow(Position& at, lang::Next next) {
  using Next = lang::Next::Kind;
  const Int me = k_.context;
  for (bool first = true;; first = false) {
    switch (next.kind) {
      case Next::block:
        if (!first) throw std::logic_error(control_.rows.name(at) + " is joined and blocks");
        return false;
      case Next::go:
        k_.set_counter(me, at.function, 0);  // it may go into another function, in its place
        at = control_.rows.find(next.to);
        k_.set_counter(me, at.function, at.row + 1);
        break;
      case Next::call: {
        const Position then = control_.rows.find(next.then);
        k_.set_counter(me, then.function, then.row + 1);
        at = control_.rows.find(next.to);
        if (control_.returns_to(at.function).count(then) == 0)
          throw std::logic_error("a call that the call graph does not have");
        k_.set_counter(me, at.function, at.row + 1);
        break;
      }
      case Next::ret: {
        k_.set_counter(me, at.function, 0);
        const auto& callers = control_.returns_to(at.function);
        if (callers.empty()) {
          at = {};
          return true;
        }
        bool found = false;
        for (const Position& caller : callers) {
          found = static_cast<bool>(K::counter(me, caller.function) == caller.row + 1);
          if (!found) continue;
          at = caller;
          break;
        }
        if (!found) throw PathEnd{};
        break;
      }
      case Next::halt:
        for (int f = 0; f < static_cast<int>(control_.rows.functions().size()); ++f)
          k_.set_counter(me, f, 0);
        at = {};
        return true;
    }
    const lang::StepFunction row = control_.rows.row(at).run;
    if (std::find(theory_.joined.begin(), theory_.joined.end(), row) == theory_.joined.end())
      return true;
    for (const Ghost& ghost : theory_.ghosts)
      if (ghost.before == row) ghost.update();
    next = row();
  }
}

template <class K>
void Induction<K>::ends(Position at) {
  const Space::Seen on_path = k_.space.seen;
  for (std::size_t i = 0; i < theory_.lemmas.size(); ++i) {
    const Lemma& lemma = theory_.lemmas[i];
    std::vector<Term> arguments;
    for (std::size_t a = 0; a < lemma.over.size(); ++a)
      arguments.push_back(variable(K::kind_name(lemma.over[a]) + "*" + std::to_string(a),
                                   Sort::integer));
    k_.space.seen = on_path;
    for (std::size_t a = 0; a < lemma.over.size(); ++a) k_.space.see(lemma.over[a], arguments[a]);
    if (lemma.over.size() == 2)
      k_.space.see(lemma.over[0], arguments[0], lemma.over[1], arguments[1]);
    const Term after = evaluated(lemma, arguments);
    const Term before = before_step([&] { return evaluated(lemma, arguments); });
    if (after == before || is_true(after)) continue;
    Obligation o;
    o.what = Obligation::What::preserves;
    o.claim = lemma.id;
    o.step = result_.step;
    o.end = at.function < 0 ? "user mode" : control_.rows.name(at);
    o.path = paths_.paths() + 1;
    o.facts = paths_.guard();
    o.facts.push_back(negate(after));
    prove(std::move(o), k_.space.seen);
  }
  k_.space.seen = on_path;
}

template <class K>
void Induction<K>::excluded(Position at, lang::Fault fault, Kind kind) {
  const bool claimed =
      kind != kNoKind || std::find(theory_.excluded.begin(), theory_.excluded.end(), fault) !=
                             theory_.excluded.end();
  if (!claimed) return;
  Obligation o;
  o.what = Obligation::What::excludes;
  o.claim = std::string(lang::fault_name(fault));
  if (kind != kNoKind) o.claim += " of a " + K::kind_name(kind);
  o.step = result_.step;
  o.end = control_.rows.name(at);
  o.path = paths_.paths() + 1;
  o.facts = paths_.guard();
  prove(std::move(o), k_.space.seen);
}

template <class K>
void Induction<K>::prove(Obligation o, const Space::Seen& named) {
  Solver& solver = paths_.solver();
  solver.push();
  Known known = known_;
  for (const Term t : o.facts) solver.add(t);
  for (int rounds = 0; rounds <= 1; ++rounds) {
    instantiate(known, named, rounds, [&](Term t) { solver.add(t); });
    const auto t0 = std::chrono::steady_clock::now();
    const Answer answer = solver.check();
    if (const char* slow = std::getenv("SLOW")) { const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - t0).count();
      if (took > std::atof(slow)) std::cerr << o.step << " " << o.claim << " round " << rounds << " " << took << " s, " << known.terms.size() << " hypotheses, answer " << int(answer) << " names " << named.objects.size() << "\n"; }
    o.status = answer == Answer::unsat ? Status::proved
               : answer == Answer::sat ? Status::refuted
                                       : Status::unknown;
    if (answer == Answer::unsat) break;
  }
  if (o.status == Status::refuted) {
    // Every leaf of the question, as it is in the state that the solver found.
    std::vector<Term> all = o.facts;
    each_node(all, [&](Term t) {
      if (t->op != Op::variable && t->op != Op::apply) return;
      Change change;
      change.what = to_string(t);
      if (t->op == Op::apply) {
        change.what = std::string(symbol_name(t->symbol)) + "(";
        for (std::size_t i = 0; i < t->arguments.size(); ++i)
          change.what += (i > 0 ? ", " : "") + std::to_string(solver.value(t->arguments[i]));
        change.what += ")";
      }
      change.before = change.after = solver.value(t);
      o.counterexample.push_back(change);
    });
  }
  solver.pop();
  o.hypotheses = std::move(known.terms);
  result_.obligations.push_back(std::move(o));
}

// The named objects that a lemma is instantiated at: all combinations, but of objects and indices
// only those that were looked at together.
template <class K>
std::vector<std::vector<Term>> Induction<K>::tuples(const Lemma& lemma, const Space::Seen& named) {
  std::vector<std::vector<Term>> all = {{}};
  for (std::size_t a = 0; a < lemma.over.size(); ++a) {
    if (a == 0 && lemma.over.size() == 2) {
      const auto pairs = named.pairs.find({lemma.over[0], lemma.over[1]});
      if (pairs != named.pairs.end()) {
        all.clear();
        for (const auto& [object, index] : pairs->second) all.push_back({object, index});
        return all;
      }
    }
    const auto objects = named.objects.find(lemma.over[a]);
    if (objects == named.objects.end()) return {};
    std::vector<std::vector<Term>> longer;
    for (const auto& tuple : all)
      for (const Term object : objects->second) {
        longer.push_back(tuple);
        longer.back().push_back(object);
      }
    all = std::move(longer);
  }
  return all;
}

template <class K>
void Induction<K>::instantiate(Known& known, const Space::Seen& named, int rounds,
                               const Add& add) {
  Space::Seen all = named;  // which may be the very one that is put away here
  const Space::Seen kept = std::exchange(k_.space.seen, {});
  for (int round = 0; round <= rounds; ++round) {
    // Each round speaks of what the instances of the one before have named.
    if (round > 0) all.merge(known.found);
    for (std::size_t i = 0; i < theory_.lemmas.size(); ++i) {
      const Lemma& lemma = theory_.lemmas[i];
      for (const std::vector<Term>& arguments : tuples(lemma, all)) {
        if (!known.tuples.emplace(i, arguments).second) continue;
        const Term t = before_step([&] { return evaluated(lemma, arguments); });
        if (is_true(t)) continue;
        known.terms.push_back(t);
        add(t);
      }
    }
    known.found.merge(std::exchange(k_.space.seen, {}));
  }
  count_holders(known, all, add);
  k_.space.seen = kept;
}

// At least as many as there are different fields, of those named, that point at the object.
template <class K>
void Induction<K>::count_holders(Known& known, const Space::Seen& named, const Add& add) {
  k_.space.recording = false;
  std::map<std::pair<int, Kind>, std::vector<std::pair<std::size_t, Place>>> classes;
  for (const auto& cell : named.pointers) {
    const FieldInfo& info = k_.space.info(cell.first);
    if (info.holds != 0) classes[{info.holds, info.target}].push_back(cell);
    for (const auto& [kind, slot] : k_.space.unnamed) {
      if (kind != info.target) continue;
      const Term other = before_step(
          [&] { return negate(equal(k_.space.load(cell.first, cell.second), slot)); });
      if (is_true(other) || !known.counted.insert({other}).second) continue;
      known.terms.push_back(other);
      add(other);
    }
  }
  for (const auto& [what, cells] : classes) {
    const auto objects = named.objects.find(what.second);
    if (objects == named.objects.end()) continue;
    for (const Term object : objects->second) {
      if (is_constant(object) && object->value == 0) continue;
      const Term counted = before_step([&] {
        Term sum = number(0);
        for (std::size_t i = 0; i < cells.size(); ++i) {
          Term counts = equal(k_.space.load(cells[i].first, cells[i].second), object);
          for (std::size_t j = 0; j < i; ++j) {
            if (cells[j].first != cells[i].first) continue;
            Term same = truth(true);
            for (std::size_t k = 0; k < cells[i].second.size(); ++k)
              same = both(same, equal(cells[i].second[k], cells[j].second[k]));
            counts = both(counts, negate(same));
          }
          sum = symbolic::add(sum, if_else(counts, number(1), number(0)));
        }
        return either(equal(object, number(0)),
                      negate(less(k_.space.holders(what.first, what.second, object), sum)));
      });
      if (is_true(counted) || !known.counted.insert({counted}).second) continue;
      known.terms.push_back(counted);
      add(counted);
    }
  }
  k_.space.recording = true;
}

}  // namespace nsmc::symbolic
