// Proof by induction over steps: paths, instances, questions to the solver.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

#include "checker/symbolic/inductive_step.hpp"

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
  result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
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
  if (paths_.paths() == 0) {  // one path of each step will do
    Obligation o;
    o.what = Obligation::What::witness;
    o.claim = "every path is followed";
    o.step = result_.step;
    o.path = 1;
    o.facts = paths_.guard();
    o.hypotheses = known_.terms;
    o.status = Status::proved;
    result_.obligations.push_back(std::move(o));
  }
  for (std::size_t i = 0; i < theory_.lemmas.size(); ++i) {
    const Lemma& lemma = theory_.lemmas[i];
    const std::vector<Term> arguments = constants_for(lemma);
    k_.space.seen = on_path;
    for (std::size_t a = 0; a < lemma.over.size(); ++a) k_.space.see(lemma.over[a], arguments[a]);
    // Contexts have no indices of their own: theirs are tried in all combinations.
    if (lemma.over.size() == 2 && lemma.over[0] != K::context_kind())
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
StepResult Induction<K>::initially() {
  result_ = {};
  result_.step = "first state";
  paths_.before_asking = nullptr;
  paths_.on_pruned = nullptr;
  paths_.explore([&] {
    k_.begin_path();
    for (const Lemma& lemma : theory_.lemmas) {
      const Term now = evaluated(lemma, constants_for(lemma));
      if (is_true(now)) continue;
      Obligation o;
      o.what = Obligation::What::initially;
      o.claim = lemma.id;
      o.step = result_.step;
      o.path = 1;
      o.facts = {negate(now)};
      settle(o, {});
      result_.obligations.push_back(std::move(o));
    }
  });
  result_.paths = 1;
  return std::move(result_);
}

// Fresh constants for the objects of a claim.
template <class K>
std::vector<Term> Induction<K>::constants_for(const Lemma& lemma) {
  std::vector<Term> constants;
  for (std::size_t a = 0; a < lemma.over.size(); ++a)
    constants.push_back(
        variable(K::kind_name(lemma.over[a]) + "*" + std::to_string(a), Sort::integer));
  return constants;
}

template <class K>
void Induction<K>::excluded(Position at, lang::Fault fault, Kind kind) {
  const bool claimed =
      kind != kNoKind ||
      std::find(theory_.excluded.begin(), theory_.excluded.end(), fault) != theory_.excluded.end();
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
  Known known = known_;
  settle(o, [&](int round, const Add& add) { instantiate(known, named, round, add); });
  o.hypotheses = std::move(known.terms);
  result_.obligations.push_back(std::move(o));
}

// Asks with more and more instances: a few nearly always do.
template <class K>
void Induction<K>::settle(Obligation& o, const std::function<void(int, const Add&)>& instances) {
  constexpr int kRounds = 2;
  Solver& solver = paths_.solver();
  solver.push();
  for (const Term t : o.facts) solver.add(t);
  for (int round = 0; round < kRounds; ++round) {
    if (instances) instances(round, [&solver](Term t) { solver.add(t); });
    const Answer answer = solver.check();
    o.status = answer == Answer::unsat ? Status::proved
               : answer == Answer::sat ? Status::refuted
                                       : Status::unknown;
    if (o.status == Status::proved || !instances) break;
  }
  if (o.status == Status::refuted) {
    o.counterexample = values_in(solver, o.facts);
    k_.space.each_write([&](const FieldInfo& field, const Write& write) {
      Value value{field.name + "(", solver.value(write.value)};
      for (std::size_t i = 0; i < write.place.size(); ++i)
        value.what += (i > 0 ? ", " : "") + std::to_string(solver.value(write.place[i]));
      value.what += ")";
      if (solver.value(write.guard) != 0) o.written.push_back(std::move(value));
    });
  }
  solver.pop();
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
void Induction<K>::instantiate(Known& known, const Space::Seen& named, int rounds, const Add& add) {
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
    for (const auto& unnamed : k_.space.unnamed) {
      const Term& slot = unnamed.second;  // clang 14 captures no structured binding
      if (unnamed.first != info.target) continue;
      const Term other =
          before_step([&] { return negate(equal(k_.space.load(cell.first, cell.second), slot)); });
      if (is_true(other) || !known.counted.insert({other}).second) continue;
      known.terms.push_back(other);
      add(other);
    }
  }
  for (const auto& each : classes) {
    const auto& what = each.first;
    const auto& cells = each.second;
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

template <class K>
std::vector<Lemma> control_lemmas(const Control& control) {
  std::vector<Lemma> lemmas;
  const int functions = static_cast<int>(control.rows.functions().size());
  for (int f = 0; f < functions; ++f) {
    if (!control.reaches_function(f)) continue;
    const std::string name(control.rows.functions()[static_cast<std::size_t>(f)].name);
    Lemma lemma{"callers-of-" + name,
                "The caller of " + name + "() waits for it.",
                {K::context_kind()},
                {}};
    lemma.holds = [f, functions, &control](Arguments x) {
      Bool waited_for = control.returns_to(f).empty(), alone = true;
      for (const Position& then : control.returns_to(f))
        waited_for = waited_for | (K::counter(x[0], then.function) == then.row + 1);
      for (int g = 0; g < functions; ++g)
        if (g != f && control.reaches_function(g) && !control.may_be_above(g, f) &&
            !control.may_be_above(f, g))
          alone = alone & (K::counter(x[0], g) == 0);
      return (K::counter(x[0], f) == 0) | (waited_for & alone);
    };
    lemmas.push_back(std::move(lemma));
  }
  return lemmas;
}

}  // namespace nsmc::symbolic
