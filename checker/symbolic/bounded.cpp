// Levels of symbolic states: expand, judge, merge; and from a model of the solver back to a run.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/bounded.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

namespace nsmc::symbolic {
namespace {

constexpr const char* kChoice = "choice.";
constexpr char kDepth = '@';

// Who moved at this depth.
Term mover(std::uint32_t depth, int actors) {
  return variable("actor" + std::string(1, kDepth) + std::to_string(depth), Sort::integer, 0,
                  actors - 1);
}

// A term of one move's path as a term of the whole run: what the path has chosen gets names of its
// own.  One number can be a choice of 2 on one path and of 3 on another: those are two variables.
class Renaming {
 public:
  explicit Renaming(std::uint32_t depth) : depth_(depth) {}

  Term operator()(Term t) { return substitute(t, with(), done_); }

  // What this fact, which holds on the path, makes of values.
  void know(Term fact) {
    if (fact->op == Op::conjunction) {
      for (const Term part : fact->arguments) know(part);
      return;
    }
    const bool negated = fact->op == Op::negation;
    const Term atom = negated ? fact->arguments[0] : fact;
    if (!is_constant(atom)) done_known_[atom] = truth(!negated);
    if (!negated && atom->op == Op::equal && is_constant(atom->arguments[1]))
      done_known_[atom->arguments[0]] = atom->arguments[1];
  }
  // As operator(), on this path.
  Term value(Term t) { return is_constant(t) ? t : substitute(t, with(), done_known_); }

  // The choices that were met, by number: as the path calls them, and as the run does.
  const std::map<int, Term>& on_path() const { return on_path_; }
  const std::map<int, Term>& on_run() const { return on_run_; }

 private:
  Replacement with() {
    return [this](Term leaf) -> Term {
      const std::string name(symbol_name(leaf->symbol));
      if (name.find(kDepth) != std::string::npos) return nullptr;
      if (leaf->op != Op::variable) throw std::logic_error("a state with no value: " + name);
      const Term renamed =
          variable(name + "." + std::to_string(leaf->hi) + kDepth + std::to_string(depth_),
                   leaf->sort, leaf->lo, leaf->hi);
      if (name.starts_with(kChoice)) {
        const int number = std::stoi(name.substr(std::string(kChoice).size()));
        on_path_[number] = leaf;
        on_run_[number] = renamed;
      }
      return renamed;
    };
  }

  std::uint32_t depth_;
  std::unordered_map<Term, Term> done_, done_known_;
  std::map<int, Term> on_path_, on_run_;
};

bool all_constant(const Values& values) {
  return std::all_of(values.begin(), values.end(), is_constant);
}

}  // namespace

// --- cells -------------------------------------------------------------------------------------

Cells::Cells(std::vector<Cell> cells) : cells_(std::move(cells)) {
  std::map<std::size_t, std::vector<std::size_t>> by_field;
  for (std::size_t i = 0; i < cells_.size(); ++i) by_field[cells_[i].field].push_back(i);
  for (const auto& [field, members] : by_field) {
    Column column;
    const std::size_t rank = cells_[members[0]].place.size();
    std::size_t count = 1;
    for (std::size_t k = 0; k < rank; ++k) {
      std::set<std::int64_t> seen;
      for (const std::size_t i : members) seen.insert(cells_[i].place[k]);
      column.first.push_back(*seen.begin());
      column.size.push_back(*seen.rbegin() - *seen.begin() + 1);
      count *= static_cast<std::size_t>(column.size.back());
    }
    if (count != members.size()) throw std::logic_error("the places of a field are no box");
    column.cell.resize(count);
    for (const std::size_t i : members) {
      std::size_t index = 0;
      for (std::size_t k = 0; k < rank; ++k)
        index = index * static_cast<std::size_t>(column.size[k]) +
                static_cast<std::size_t>(cells_[i].place[k] - column.first[k]);
      column.cell[index] = i;
    }
    columns_.emplace(field, std::move(column));
  }
}

Term Cells::read(const Values& values, std::size_t field, std::span<const Term> place) const {
  return read(values, columns_.at(field), place, 0);
}

Term Cells::read(const Values& values, const Column& column, std::span<const Term> place,
                 std::size_t index) const {
  const std::size_t k = column.first.size() - place.size();
  if (place.empty()) return values[column.cell[index]];
  const std::int64_t first = column.first[k], last = first + column.size[k] - 1;
  const auto at = [&](std::int64_t i) {
    const auto offset = static_cast<std::size_t>(i - first);
    return read(values, column, place.subspan(1),
                index * static_cast<std::size_t>(column.size[k]) + offset);
  };
  const std::int64_t lo = std::max(place[0]->lo, first), hi = std::min(place[0]->hi, last);
  if (lo > hi) return at(first);
  Term found = at(hi);
  for (std::int64_t i = hi - 1; i >= lo; --i)
    found = if_else(equal(place[0], number(i)), at(i), found);
  return found;
}

// --- search ------------------------------------------------------------------------------------

struct BoundedSearch::Level {
  std::uint32_t depth;
  const Moves& moves;
  const std::vector<BoundedClaim>& claims;
  const BoundedLimits& limits;
  BoundedResult& result;
  std::map<std::vector<std::int64_t>, std::vector<Alternative>> groups = {};  // by control
  bool stopped = false;
};

BoundedSearch::BoundedSearch(const FieldTable& table, std::vector<Cells::Cell> cells,
                             std::function<bool(const Cells::Cell&)> control)
    : table_(table), cells_(std::move(cells)) {
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (control(cells_[i])) control_.push_back(i);
}

Term BoundedSearch::read(const FieldInfo& field, std::span<const Term> place) const {
  if (now_ == nullptr) return any_value(field, place);
  return cells_.read(*now_, static_cast<std::size_t>(&field - table_.fields.data()), place);
}

bool BoundedSearch::is_new(const State& state) {
  return !state.constant || visited_.insert(state.values).second;
}

BoundedResult BoundedSearch::search(const Moves& moves, const std::vector<std::int64_t>& initial,
                                    const std::vector<BoundedClaim>& claims,
                                    const BoundedLimits& limits) {
  Solver solver(limits.rlimit);
  solver_ = &solver;
  states_.clear();
  visited_.clear();
  BoundedResult result;
  result.findings.resize(claims.size());
  State start;
  start.condition = truth(true);
  start.constant = true;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const bool is_truth = table_.fields[cells_[i].field].sort == Sort::truth;
    start.values.push_back(is_truth ? truth(initial.at(i) != 0) : number(initial.at(i)));
  }
  visited_.insert(start.values);
  states_.push_back(std::move(start));
  result.states = 1;
  std::vector<const State*> frontier = {&states_.back()};
  {
    Level level{0, moves, claims, limits, result};
    now_ = &states_.back().values;
    Paths paths(solver);
    paths.explore([&] {
      moves.begin_path();
      judge(states_.back(), {}, -1, level);
    });
  }
  const auto undecided = [&] {
    return std::any_of(result.findings.begin(), result.findings.end(),
                       [](const BoundedFinding& f) { return !f.run; });
  };
  while (result.depth < limits.depth && !frontier.empty() && undecided()) {
    Level level{result.depth + 1, moves, claims, limits, result};
    for (const State* state : frontier)
      if (!level.stopped) expand(*state, level);
    if (level.stopped) break;
    ++result.depth;
    frontier.clear();
    for (auto& [control, ways] : level.groups)
      for (std::vector<Alternative>& together : apart(std::move(ways), limits.apart)) {
        State state = merged(std::move(together));
        if (!is_new(state)) continue;
        states_.push_back(std::move(state));
        frontier.push_back(&states_.back());
        ++result.states;
      }
    result.frontier = frontier.size();
  }
  result.exhausted = frontier.empty();
  result.checks = solver.checks();
  now_ = nullptr;
  solver_ = nullptr;
  return result;
}

void BoundedSearch::expand(const State& state, Level& level) {
  now_ = &state.values;
  solver_->push();
  // The moves of a state without a variable depend on no choice made before.
  if (!state.constant) solver_->add(state.condition);
  for (int actor = 0; actor < level.moves.actors && !level.stopped; ++actor) {
    Paths paths(*solver_);
    paths.explore([&] {
      level.stopped = !level.limits.goes_on(level.result);
      if (level.stopped)
        paths.stop();
      else
        path(state, actor, paths, level);
    });
    level.result.paths += static_cast<std::uint64_t>(paths.paths());
  }
  solver_->pop();
}

void BoundedSearch::path(const State& state, int actor, Paths& paths, Level& level) {
  Space& space = *level.moves.space;
  level.moves.begin_path();
  if (!level.moves.move(actor)) return;
  // Control is known on each path, whatever it takes.
  std::vector<std::int64_t> control;
  for (const std::size_t i : control_) {
    Place place;
    for (const std::int64_t at : cells_[i].place) place.push_back(number(at));
    const Term t = space.load(cells_[i].field, place);
    std::int64_t value = t->lo;
    while (value < t->hi && !paths.decide(equal(t, number(value)))) ++value;
    control.push_back(value);
  }

  Renaming rename(level.depth);
  Alternative way;
  way.from = &state;
  way.actor = actor;
  way.condition =
      both(state.condition, equal(mover(level.depth, level.moves.actors), number(actor)));
  for (const Term fact : paths.guard()) {
    way.condition = both(way.condition, rename(fact));
    rename.know(fact);
  }
  way.values = state.values;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (space.changed(cells_[i].field)) {
      Place place;
      for (const std::int64_t at : cells_[i].place) place.push_back(number(at));
      way.values[i] = space.load(cells_[i].field, place);
    }
    way.values[i] = rename.value(way.values[i]);
  }
  for (std::size_t k = 0; k < control_.size(); ++k) way.values[control_[k]] = number(control[k]);
  way.picks = rename.on_run();
  judge(state, rename.on_path(), actor, level);
  // A move that changes nothing leads nowhere new.
  if (way.values != state.values) level.groups[control].push_back(std::move(way));
}

void BoundedSearch::judge(const State& state, const std::map<int, Term>& picks, int actor,
                          Level& level) {
  for (std::size_t i = 0; i < level.claims.size(); ++i) {
    BoundedFinding& finding = level.result.findings[i];
    if (finding.run) continue;
    const Term holds = level.claims[i].holds(actor);
    if (holds == nullptr) continue;
    if (!finding.premise_reached)
      finding.premise_reached = possible(level.claims[i].premise(actor), state) == Answer::sat;
    const Answer answer = possible(negate(holds), state);
    if (answer == Answer::unsat) continue;
    finding.answer = answer;
    if (answer == Answer::sat) finding.run = decoded(state, actor, picks);
  }
}

Answer BoundedSearch::possible(Term fact, const State& state) {
  if (is_false(fact)) return Answer::unsat;
  const Term facts[] = {fact, state.constant ? state.condition : truth(true)};
  return solver_->check_with(facts);
}

// The last move is that of the path on which the solver stands; the moves before are read off the
// conditions, of which exactly one is true at each depth.
std::vector<BoundedMove> BoundedSearch::decoded(const State& state, int actor,
                                                const std::map<int, Term>& picks) {
  std::vector<BoundedMove> run;
  const auto add = [&](int who, const std::map<int, Term>& chosen) {
    BoundedMove move{who, {}};
    for (const auto& [number, choice] : chosen) {
      move.picks.resize(static_cast<std::size_t>(number) + 1);
      move.picks.back() = static_cast<int>(solver_->value(choice));
    }
    run.push_back(std::move(move));
  };
  if (actor >= 0) add(actor, picks);
  for (const State* at = &state; !at->ways.empty();) {
    const auto way = std::find_if(at->ways.begin(), at->ways.end(), [&](const Alternative& w) {
      return solver_->value(w.condition) != 0;
    });
    if (way == at->ways.end()) throw std::logic_error("a model of no run");
    add(way->actor, way->picks);
    at = way->from;
  }
  std::reverse(run.begin(), run.end());
  return run;
}

// A state without a variable costs the solver nothing; terms over many alternatives do (selective
// merging, as in the paper above).  So constants are merged only where there are many of them.
std::vector<std::vector<BoundedSearch::Alternative>> BoundedSearch::apart(
    std::vector<Alternative> ways, std::size_t most) const {
  std::map<Values, std::vector<Alternative>> constants;
  std::vector<Alternative> others;
  for (Alternative& way : ways) {
    const bool constant = all_constant(way.values);
    std::vector<Alternative>& to = constant ? constants[way.values] : others;
    to.push_back(std::move(way));
  }
  const bool merge = constants.size() > most;
  std::vector<std::vector<Alternative>> result;
  for (auto& [values, same] : constants) {
    if (visited_.count(values) != 0) continue;
    if (merge)
      std::move(same.begin(), same.end(), std::back_inserter(others));
    else
      result.push_back(std::move(same));
  }
  if (!others.empty()) result.push_back(std::move(others));
  return result;
}

BoundedSearch::State BoundedSearch::merged(std::vector<Alternative> ways) const {
  State state;
  state.condition = truth(false);
  for (const Alternative& way : ways) state.condition = either(state.condition, way.condition);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    // Each value once, under the conditions of all that have it.
    std::vector<std::pair<Term, Term>> cases;  // value, condition
    for (const Alternative& way : ways) {
      const auto same = std::find_if(cases.begin(), cases.end(),
                                     [&](auto& c) { return c.first == way.values[i]; });
      if (same == cases.end())
        cases.emplace_back(way.values[i], way.condition);
      else
        same->second = either(same->second, way.condition);
    }
    Term value = cases.back().first;
    for (std::size_t k = cases.size() - 1; k-- > 0;)
      value = if_else(cases[k].second, cases[k].first, value);
    state.values.push_back(value);
  }
  state.constant = all_constant(state.values);
  for (Alternative& way : ways) {
    way.values = {};
    state.ways.push_back(std::move(way));
  }
  return state;
}

}  // namespace nsmc::symbolic
