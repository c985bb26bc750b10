// Bounded search on terms: all runs of at most K moves at once, and the shortest one that shows it.
// SPDX-License-Identifier: MIT
//
// A symbolic state is a term for each cell, over who moved at each depth and what was chosen there,
// and the condition under which a run leads to it.  All runs of one length that end with the same
// values in the control cells are one symbolic state: the cells become if-then-else over the
// conditions of the alternatives (state merging: Kuznetsov et al., PLDI 2012).  So the solver and
// not this code enumerates the data, and the number of states is that of control locations.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checker/symbolic/path.hpp"
#include "checker/symbolic/space.hpp"

namespace nsmc::symbolic {

using Values = std::vector<Term>;  // one per cell

// Where each value of a state stands, in the order of the system's own fold.
class Cells {
 public:
  struct Cell {
    std::size_t field = 0;
    std::vector<std::int64_t> place;
  };
  // REQUIRES: the places of a field are a box.
  explicit Cells(std::vector<Cell> cells);

  std::size_t size() const { return cells_.size(); }
  const Cell& operator[](std::size_t i) const { return cells_[i]; }
  // The value at a place that may be a term.  At a place that is not there: that of any other.
  Term read(const Values& values, std::size_t field, std::span<const Term> place) const;

 private:
  struct Column {
    std::vector<std::int64_t> first, size;
    std::vector<std::size_t> cell;
  };
  Term read(const Values& values, const Column& column, std::span<const Term> place,
            std::size_t index) const;

  std::vector<Cell> cells_;
  std::map<std::size_t, Column> columns_;
};

// The values and flags of all cells of Domain's State that exist.
template <class Domain>
std::vector<Cells::Cell> cells_of() {
  const FieldTable& table = Domain::table(World::exact);
  const Space space(table, any_value);
  std::vector<Cells::Cell> cells;
  const auto add = [&](std::size_t field, const Place& place) {
    Cells::Cell cell{field, {}};
    for (const Term t : place) cell.place.push_back(t->value);
    cells.push_back(std::move(cell));
  };
  Domain::State::each_field(Domain::places(World::exact),
                            [&](const auto&, int, const char*, const auto& cell) {
                              if constexpr (requires { cell.kWidth; }) {
                                for (int bit = 0; bit < cell.kWidth; ++bit) {
                                  Place place = *cell.place;
                                  place.push_back(number(bit));
                                  add(cell.number, place);
                                }
                              } else {
                                add(cell.number, *cell.place);
                              }
                              const std::size_t flag = table.unwritten(cell.number);
                              if (!table.fields[flag].name.empty()) add(flag, *cell.place);
                            });
  return cells;
}

// A system as this search takes it.
struct Moves {
  Space* space = nullptr;  // its Initial is BoundedSearch::read()
  int actors = 0;
  std::function<void()> begin_path;     // forgets the path before
  std::function<bool(int actor)> move;  // on the state in `space`; false: not possible
};

// Of the state in `space`, as a move of `actor` has left it; -1: the initial state.  The state
// before is there while the writes are taken away (Space::exchange({})).  nullptr: says nothing.
struct BoundedClaim {
  std::function<Term(int actor)> holds, premise;
};

struct BoundedMove {
  int actor = 0;
  std::vector<int> picks;
};

struct BoundedFinding {
  Answer answer = Answer::unsat;  // unsat: no counterexample; unknown: nothing is said
  std::optional<std::vector<BoundedMove>> run;  // of sat; the shortest
  bool premise_reached = false;
};

struct BoundedResult {
  std::uint32_t depth = 0;     // levels searched
  bool exhausted = false;      // there are no longer runs than that
  std::uint64_t states = 0;    // symbolic, after merging
  std::uint64_t frontier = 0;  // of them, on the last level
  std::uint64_t paths = 0;     // of moves
  std::uint64_t checks = 0;    // of the solver
  std::vector<BoundedFinding> findings;
};

struct BoundedLimits {
  std::uint32_t depth = 0;
  std::uint32_t rlimit = 0;  // of the solver, for one check
  // How many states without a variable and with the same control are looked at one by one.
  std::size_t apart = 64;
  // Asked before each path; false: give what there is.
  std::function<bool(const BoundedResult&)> goes_on;
};

class BoundedSearch {
 public:
  // `control`: the cells whose values keep states apart.
  BoundedSearch(const FieldTable& table, std::vector<Cells::Cell> cells,
                std::function<bool(const Cells::Cell&)> control);

  // The state that is being looked at.
  Term read(const FieldInfo& field, std::span<const Term> place) const;

  BoundedResult search(const Moves& moves, const std::vector<std::int64_t>& initial,
                       const std::vector<BoundedClaim>& claims, const BoundedLimits& limits);

 private:
  struct State;
  // One way into a state.
  struct Alternative {
    const State* from = nullptr;
    int actor = 0;
    std::map<int, Term> picks;  // by their number on the path
    Term condition = nullptr;   // of the whole run
    Values values;
  };
  struct State {
    Values values;
    Term condition = nullptr;
    bool constant = false;
    std::vector<Alternative> ways;  // without their values
  };
  struct Level;

  void expand(const State& state, Level& level);
  void path(const State& state, int actor, Paths& paths, Level& level);
  void judge(const State& state, const std::map<int, Term>& picks, int actor, Level& level);
  Answer possible(Term fact, const State& state);
  std::vector<BoundedMove> decoded(const State& state, int actor, const std::map<int, Term>& picks);
  std::vector<std::vector<Alternative>> apart(std::vector<Alternative> ways,
                                              std::size_t most) const;
  State merged(std::vector<Alternative> ways) const;
  bool is_new(const State& state);

  const FieldTable& table_;
  Cells cells_;
  std::vector<std::size_t> control_;
  Solver* solver_ = nullptr;
  const Values* now_ = nullptr;
  std::deque<State> states_;
  std::set<Values> visited_;  // states without a variable
};

}  // namespace nsmc::symbolic
