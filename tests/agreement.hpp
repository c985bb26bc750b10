// A step in both value domains: all its symbolic paths, and what they say of one concrete state.
// SPDX-License-Identifier: MIT
//
// A state is compared as a row of numbers, its entries: a value for each field, a bit at a time
// where it is a bitmap, and behind it whether the field was never written.  In the symbolic domain
// an entry is a function of the initial state at a constant place; so an entry's number is all that
// the two domains have to agree on beforehand, and it comes from the fold that they share.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/cli/kernel_on_terms.hpp"

namespace nsmc::agreement {

using cli::Terms;
using kernel::Concrete;
using symbolic::Term;
using Bytes = kernel::State<Concrete>;
using Flat = std::vector<std::int32_t>;  // a state as its entries

// What both domains are told.
struct Setting {
  std::string name;
  kernel::Config config;
  kernel::Userland user;

  friend void PrintTo(const Setting& s, std::ostream* out) { *out << s.name; }  // for GoogleTest
};

// --- steps -----------------------------------------------------------------------------------

struct Step {
  std::string name;
  lang::StepFunction run;
};

// Every row of every function, in the order of kFunctions.
template <class K>
const std::vector<Step>& steps() {
  static const std::vector<Step> kSteps = [] {
    std::vector<Step> all;
    for (const lang::Function& function : kernel::kFunctions<K>)
      for (const lang::Row& row : function.rows)
        all.push_back({std::string(function.name) + "/" + std::string(row.name), row.run});
    return all;
  }();
  return kSteps;
}

// Which row it is; -1 for none.
template <class K>
int number_of(lang::StepFunction step) {
  if (step == nullptr) return -1;
  const std::vector<Step>& all = steps<K>();
  const auto found = std::find_if(all.begin(), all.end(), [&](auto& s) { return s.run == step; });
  if (found == all.end()) throw std::logic_error("a step goes to what stands in no row");
  return static_cast<int>(found - all.begin());
}

// How a step ends.  After a fault there is no next step.
struct Outcome {
  lang::Fault fault = lang::Fault::none;
  lang::Next::Kind kind = lang::Next::Kind::halt;
  int to = -1, then = -1;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  std::string text() const {
    if (fault != lang::Fault::none) return std::string(lang::fault_name(fault));
    static constexpr const char* kKinds[] = {"go", "call", "ret", "block", "halt"};
    std::string text = kKinds[static_cast<int>(kind)];
    for (const int step : {to, then})
      if (step >= 0) text += " " + steps<Terms>()[static_cast<std::size_t>(step)].name;
    return text;
  }
};

template <class K>
Outcome attempt(lang::StepFunction step) {
  try {
    const lang::Next next = step();
    return {lang::Fault::none, next.kind, number_of<K>(next.to), number_of<K>(next.then)};
  } catch (const lang::Oops& oops) {
    return {oops.fault};
  }
}

// What a move reports, as numbers.
inline constexpr std::size_t kReports = 7;
template <class Events>
auto reports(const Events& e) {
  return std::array{e.clone_returned, e.clone_flags, e.clone_capable, e.clone_result,
                    e.wait_returned,  e.wait_result, e.unlocked_write};
}
inline std::array<std::int64_t, kReports> numbers(const kernel::Events& e) {
  return {e.clone_returned, e.clone_flags, e.clone_capable, e.clone_result,
          e.wait_returned,  e.wait_result, e.unlocked_write};
}

// --- entries of a state ----------------------------------------------------------------------

struct Entry {
  std::string name;          // "ns2.bits0[3]", "ns2.bits0?"
  symbolic::FieldInfo info;  // of the symbolic function; its name tells the field
  std::size_t field = 0;     // its number there ...
  symbolic::Place place;     // ... and the constants it is applied to
  Term initial = nullptr;    // nullptr: a flag that the symbolic domain does not have
  bool flag = false;         // "never written"; the entries before it are its field's values
};

class Entries {
 public:
  static const Entries& all() {
    static const Entries kAll;
    return kAll;
  }

  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }
  // Flags: the first value of the field, and the flag.
  const auto& flags() const { return flags_; }
  // The bytes of a field that was never written hold no value besides.
  void settle(Flat& flat) const {
    for (const auto& [first, flag] : flags_)
      for (std::size_t i = first; flat[flag] != 0 && i < flag; ++i) flat[i] = 0;
  }

  void flatten(const Bytes& state, Flat& flat) const {
    flat.clear();
    std::size_t cell = 0;
    Bytes::each_field(state, [&](const char*, int, const char*, const auto& field) {
      int value = 0;
      if constexpr (requires { field.slot(); })
        value = field.slot();
      else
        value = field.value();
      const int width = widths_[cell++];
      if (width == 0) flat.push_back(value);
      for (int bit = 0; bit < width; ++bit) flat.push_back(value >> bit & 1);
      flat.push_back(field.poisoned() ? 1 : 0);
    });
  }
  Bytes unflatten(const Flat& flat) const {
    Bytes state{};
    std::size_t cell = 0, at = 0;
    Bytes::each_field(state, [&](const char*, int, const char*, auto& field) {
      const int width = widths_[cell++];
      int value = width == 0 ? flat[at++] : 0;
      for (int bit = 0; bit < width; ++bit) value |= flat[at++] << bit;
      if constexpr (requires { field.slot(); })
        field = typename std::remove_cvref_t<decltype(field)>::Target{
            static_cast<Concrete::Slot>(value)};
      else
        field = value;
      if (flat[at++] != 0) field.poison();
    });
    return state;
  }

  // The value of a variable or application in a state in which `choice.k` is picks[k].  A place
  // that is not there (the object at NULL) holds anything: code must not depend on it.
  std::int64_t value(Term leaf, std::span<const std::int64_t> at, const Flat& state,
                     const lang::Script& picks) const {
    const Column* column = column_of(leaf->symbol, at.size());
    if (column == nullptr) {
      const std::string name(symbolic::symbol_name(leaf->symbol));
      const std::string choice = "choice.";
      if (!name.starts_with(choice)) throw std::logic_error("no field is " + name);
      return picks[std::stoi(name.substr(choice.size()))];
    }
    std::size_t index = 0;
    bool there = true;
    for (std::size_t k = 0; k < at.size(); ++k) {
      const std::int64_t i = at[k] - column->first[k];
      there = there && i >= 0 && i < column->size[k];
      index = index * static_cast<std::size_t>(column->size[k]) + static_cast<std::size_t>(i);
    }
    if (there) return state[static_cast<std::size_t>(column->entry[index])];
    std::uint64_t hash = leaf->symbol + 1;
    for (const std::int64_t i : at) hash = (hash + static_cast<std::uint64_t>(i)) * 0x9E3779B97F4AU;
    const bool truth = leaf->sort == symbolic::Sort::truth;
    const auto width = static_cast<std::uint64_t>(truth ? 2 : leaf->hi - leaf->lo + 1);
    return (truth ? 0 : leaf->lo) + static_cast<std::int64_t>((hash >> 20U) % width);
  }

 private:
  // The entries of one function.
  struct Column {
    std::array<std::int64_t, 3> first = {}, size = {};
    std::vector<int> entry;
  };

  Entries() {
    using symbolic::World;
    const symbolic::FieldTable& table = Terms::table(World::exact);
    const symbolic::Space space(table, symbolic::any_value);
    Terms::State::each_field(Terms::places(World::exact), [&](const char* kind, int index,
                                                              const char* name, const auto& cell) {
      std::string word = kind + (index < 0 ? std::string() : std::to_string(index + 1));
      if (*name != '\0') word += (word.empty() ? "" : ".") + std::string(name);
      const std::size_t first = entries_.size();
      const auto add = [&](const std::string& called, std::size_t field, auto place) {
        Entry entry{called, table.fields[field], field, place, nullptr, false};
        entry.flag = field >= table.fields.size() / 2;
        if (entry.info.sort == symbolic::Sort::truth) entry.info.lo = 0, entry.info.hi = 1;
        if (!entry.info.name.empty())
          entry.initial = symbolic::any_value(table.fields[field], place);
        if (entry.initial != nullptr && entry.flag) flags_.emplace_back(first, entries_.size());
        entries_.push_back(std::move(entry));
      };
      if constexpr (requires { cell.kWidth; }) {
        widths_.push_back(cell.kWidth);
        for (int bit = 0; bit < cell.kWidth; ++bit) {
          symbolic::Place place = *cell.place;
          place.push_back(symbolic::number(bit));
          add(word + "[" + std::to_string(bit) + "]", cell.number, place);
        }
      } else {
        widths_.push_back(0);
        add(word, cell.number, *cell.place);
      }
      add(word + "?", table.unwritten(cell.number), *cell.place);
    });
    make_columns();
  }

  void make_columns() {
    std::map<std::pair<std::uint32_t, std::size_t>, std::vector<int>> functions;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (const Entry& e = entries_[i]; e.initial != nullptr)
        functions[{e.initial->symbol, e.place.size()}].push_back(static_cast<int>(i));
    for (const auto& [function, members] : functions) {
      Column column;
      std::size_t count = 1;
      for (std::size_t k = 0; k < function.second; ++k) {
        std::set<std::int64_t> seen;
        for (const int i : members) seen.insert(at(i).place[k]->value);
        column.first[k] = *seen.begin();
        column.size[k] = *seen.rbegin() - *seen.begin() + 1;
        count *= static_cast<std::size_t>(column.size[k]);
      }
      // Two fields under one name would be one function for the solver.
      if (count != members.size())
        throw std::logic_error("a name is not one table: " + at(members[0]).info.name);
      column.entry.resize(count);
      for (const int i : members) {
        std::size_t index = 0;
        for (std::size_t k = 0; k < function.second; ++k)
          index = index * static_cast<std::size_t>(column.size[k]) +
                  static_cast<std::size_t>(at(i).place[k]->value - column.first[k]);
        column.entry[index] = i;
      }
      const std::size_t key = function.first * 4 + function.second;
      if (columns_.size() <= key) columns_.resize(key + 1);
      columns_[key] = std::move(column);
    }
  }
  const Entry& at(int i) const { return entries_[static_cast<std::size_t>(i)]; }
  const Column* column_of(std::uint32_t symbol, std::size_t arity) const {
    const std::size_t key = symbol * 4 + arity;
    return key < columns_.size() && columns_[key] ? &*columns_[key] : nullptr;
  }

  std::vector<Entry> entries_;
  std::vector<std::pair<std::size_t, std::size_t>> flags_;  // of each: its first value, itself
  std::vector<int> widths_;                                 // by field: of a bitmap, else 0
  std::vector<std::optional<Column>> columns_;
};

// --- paths -----------------------------------------------------------------------------------

struct Path {
  std::vector<Term> guard;
  Outcome outcome;
  std::vector<std::pair<std::size_t, Term>> post;  // the entries that it may have changed
  std::array<Term, kReports> reports = {};
  // False: no bytes are like that, for what was never written holds 0 in them.
  bool possible = true;
  std::vector<std::pair<std::size_t, int>> example;  // entries with which the guard is true
};

// All paths of one step in one context, and the tree of their guards: literals that paths begin
// with are looked at once.
class Paths {
 public:
  Paths(const Setting& setting, std::size_t step, int context, symbolic::Solver& solver)
      : step_(step), context_(context) {
    symbolic::Paths explorer(solver);
    Terms machine(symbolic::World::exact, setting.config, setting.user);
    explorer.explore([&] {
      machine.begin_path();
      machine.context = context;
      Path path;
      path.outcome = attempt<Terms>(steps<Terms>()[step].run);
      path.guard = explorer.guard();
      const auto reported = agreement::reports(machine.events);
      for (std::size_t i = 0; i < kReports; ++i) path.reports[i] = reported[i].term();
      read_post(machine.space, path);
      find_example(solver, path);
      paths_.push_back(std::move(path));
    });
    plant();
  }

  std::size_t step() const { return step_; }
  int context() const { return context_; }
  const std::vector<Path>& list() const { return paths_; }
  // The same with one path replaced, to see that it is noticed.
  Paths with(std::size_t path, Path other) const {
    Paths copy = *this;
    copy.paths_[path] = std::move(other);
    copy.plant();
    return copy;
  }
  // The paths whose guard is true.
  void taken(symbolic::Evaluator& value, std::vector<std::size_t>& found) const {
    found.clear();
    descend(value, 0, found);
  }

 private:
  struct Node {
    Term literal = nullptr;
    std::vector<std::size_t> below, paths;
  };

  static void read_post(symbolic::Space& space, Path& path) {
    const Entries& entries = Entries::all();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& e = entries[i];
      if (e.initial == nullptr || !space.changed(e.field)) continue;
      if (const Term now = space.load(e.field, e.place); now != e.initial)
        path.post.emplace_back(i, now);
    }
  }

  // What the solver says of the entries that the guard looks at, or may look at.
  static void find_example(symbolic::Solver& solver, Path& path) {
    std::set<std::pair<std::uint32_t, std::size_t>> anywhere;  // functions at places that vary
    std::set<Term> here;
    symbolic::each_node(path.guard, [&](Term t) {
      here.insert(t);
      if (!std::all_of(t->arguments.begin(), t->arguments.end(), symbolic::is_constant))
        anywhere.insert({t->symbol, t->arguments.size()});
    });
    const auto matters = [&](const Entry& e) {
      return e.initial != nullptr && (here.count(e.initial) != 0 ||
                                      anywhere.count({e.initial->symbol, e.place.size()}) != 0);
    };
    const Entries& entries = Entries::all();
    solver.push();
    for (const auto& [first, flag] : entries.flags())
      for (std::size_t i = first; matters(entries[flag]) && i < flag; ++i) {
        const Term value = entries[i].initial;
        const bool truth = value->sort == symbolic::Sort::truth;
        const Term zero = truth ? symbolic::negate(value) : equal(value, symbolic::number(0));
        solver.add(either(negate(entries[flag].initial), zero));
      }
    path.possible = solver.check() != symbolic::Answer::unsat;
    for (std::size_t i = 0; path.possible && i < entries.size(); ++i) {
      const Entry& e = entries[i];
      if (!matters(e)) continue;
      const std::int64_t value = solver.value(e.initial);
      // The solver invents values for places that no literal speaks of.
      if (value >= e.info.lo && value <= e.info.hi)
        path.example.emplace_back(i, static_cast<int>(value));
    }
    solver.pop();
  }

  void plant() {
    tree_.assign(1, {});
    for (std::size_t p = 0; p < paths_.size(); ++p) {
      std::size_t node = 0;
      for (const Term literal : paths_[p].guard) {
        std::size_t next = 0;
        for (const std::size_t child : tree_[node].below)
          if (tree_[child].literal == literal) next = child;
        if (next == 0) {
          next = tree_.size();
          tree_.push_back({literal, {}, {}});
          tree_[node].below.push_back(next);
        }
        node = next;
      }
      tree_[node].paths.push_back(p);
    }
  }
  void descend(symbolic::Evaluator& value, std::size_t node,
               std::vector<std::size_t>& found) const {
    const Node& here = tree_[node];
    found.insert(found.end(), here.paths.begin(), here.paths.end());
    for (const std::size_t child : here.below)
      if (value(tree_[child].literal) != 0) descend(value, child, found);
  }

  std::size_t step_;
  int context_;
  std::vector<Path> paths_;
  std::vector<Node> tree_;
};

// --- comparison ------------------------------------------------------------------------------

// Runs the step on the bytes with each script of choices, as an engine does, and reads the terms in
// the same state with the same choices.  What differs, for people; empty if nothing does.  `taken`
// gets the paths that were taken.
inline std::string differences(const Setting& concrete, const Paths& paths, const Flat& before,
                               std::set<std::size_t>* taken = nullptr) {
  const Entries& entries = Entries::all();
  const Bytes start = entries.unflatten(before);
  lang::Chooser chooser;
  Flat after, expected;
  std::vector<std::size_t> found;
  do {
    chooser.restart();
    Bytes state = start;
    Concrete machine(state, concrete.config, concrete.user, &chooser);
    const Concrete::Scope scope(machine);
    machine.context = paths.context();
    const Outcome outcome = attempt<Concrete>(steps<Concrete>()[paths.step()].run);
    entries.flatten(state, after);

    const lang::Script& script = chooser.script();
    symbolic::Evaluator value([&](Term leaf, std::span<const std::int64_t> at) {
      return entries.value(leaf, at, before, script);
    });
    paths.taken(value, found);
    std::ostringstream text;
    if (found.size() != 1) text << "    guards that are true: " << found.size() << ", not 1\n";
    for (const std::size_t p : found) {
      const Path& path = paths.list()[p];
      if (taken != nullptr) taken->insert(p);
      if (!(path.outcome == outcome))
        text << "    ends: bytes " << outcome.text() << ", terms " << path.outcome.text() << "\n";
      expected = before;
      for (const auto& [i, term] : path.post) expected[i] = static_cast<int>(value(term));
      for (std::size_t i = 0; expected != after && i < after.size(); ++i)
        if (expected[i] != after[i])
          text << "    " << entries[i].name << ": was " << before[i] << ", bytes " << after[i]
               << ", terms " << expected[i] << "\n";
      const auto reported = numbers(machine.events);
      for (std::size_t i = 0; i < kReports; ++i)
        if (const std::int64_t term = value(path.reports[i]); term != reported[i])
          text << "    report " << i << ": bytes " << reported[i] << ", terms " << term << "\n";
    }
    if (!text.str().empty()) {
      text << "    bytes end with " << outcome.text() << "; choices:";
      for (int i = 0; i < chooser.used(); ++i) text << " " << script[i];
      return text.str() + "\n";
    }
  } while (chooser.next());
  return {};
}

// The differences, and a smallest state with some: every field that does not matter is 0.
inline std::string report(const Setting& concrete, const Paths& paths, Flat state) {
  std::ostringstream text;
  text << concrete.name << ": " << steps<Terms>()[paths.step()].name << " in context "
       << paths.context() << "\n";
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::int32_t value = std::exchange(state[i], 0);
    if (value != 0 && differences(concrete, paths, state).empty()) state[i] = value;
  }
  text << differences(concrete, paths, state) << "    the state, where it is not 0:";
  for (std::size_t i = 0; i < state.size(); ++i)
    if (state[i] != 0) text << " " << Entries::all()[i].name << "=" << state[i];
  return text.str() + "\n";
}

}  // namespace nsmc::agreement
