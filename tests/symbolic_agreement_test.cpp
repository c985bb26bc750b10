// On any state, exactly one symbolic path is the concrete run, and it ends in the same state.
// SPDX-License-Identifier: MIT
//
// So the formulas are not trusted on the strength of the domain that built them.  The states are
// random in every field, reachable or not; most faults of the kernel's objects occur among them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <random>
#include <set>
#include <tuple>

#include "model/kernel/pid_namespace.hpp"
#include "tests/symbolic_domain.hpp"

namespace nsmc::symbolic {
namespace {

using kernel::Concrete, kernel::Config, kernel::Defect, kernel::stack;
using lang::Next, lang::StepFunction;
using Bytes = kernel::State<Concrete>;

// get_pid_ns() is no step; as one, it replaces its argument.
template <class K>
Next get() {
  auto& argument = stack<K>().put_pid_ns.ns;
  argument = kernel::get_pid_ns<K>(argument);
  return lang::ret();
}

// The first kStarts are compared, all are places to go to.
template <class K>
constexpr std::array<StepFunction, 7> kSteps = {
    get<K>,
    kernel::put_pid_ns<K>::kref_put,
    kernel::put_pid_ns<K>::free_pid_ns,
    kernel::copy_pid_ns<K>::get_old,
    kernel::copy_pid_ns<K>::set_parent,
    kernel::copy_pid_ns<K>::done,
    kernel::create_pid_namespace<K>::alloc,
};
constexpr std::size_t kStarts = 5;

template <class K>
auto comparable(const Outcome& outcome) {
  const auto number = [](StepFunction step) {
    return std::find(kSteps<K>.begin(), kSteps<K>.end(), step) - kSteps<K>.begin();
  };
  return std::tuple(outcome.fault, outcome.next.kind, number(outcome.next.to),
                    number(outcome.next.then));
}

struct Path {
  z3::expr guard;
  Heap heap;
  Outcome outcome;
};
std::vector<Path> paths_of(std::size_t step, const Config& config) {
  std::vector<Path> paths;
  Run run(Sizes::model);
  run.explore([&] {
    const Symbolic machine(any_state(), config);
    const Outcome outcome = attempt(kSteps<Symbolic>[step]);
    paths.push_back({run.guard(), run.heap, outcome});
  });
  return paths;
}

z3::expr zero_of(const z3::sort& sort) {
  if (!sort.is_array()) return terms().int_val(0);
  return z3::const_array(sort.array_domain(), zero_of(sort.array_range()));
}

// The fields of a state in the model's own order, which is the same in both domains.
template <class Cell>
int value_of(const Cell& cell) {
  if constexpr (requires { Cell::kLo; })
    return cell.value();
  else
    return cell.slot();
}
std::vector<int> values_of(const Bytes& state) {
  std::vector<int> values;
  Bytes::each_field(state, [&](const char*, int, const char*, const auto& cell) {
    values.push_back(value_of(cell));
  });
  return values;
}

using Random = std::mt19937;
int pick(Random& random, int last) { return std::uniform_int_distribution<>(0, last)(random); }

template <template <class> class Obj, bool counted>
void randomize(lang::PtrCell<Concrete, Obj, counted>& cell, Bytes& state, Random& random) {
  const int last = std::remove_cvref_t<decltype(Concrete::pool_of<Obj>(state))>::kSize;
  cell = lang::Ptr<Concrete, Obj>{static_cast<Concrete::Slot>(pick(random, last))};
}
template <int Lo, int Hi>
void randomize(lang::Num<Lo, Hi>& cell, Bytes&, Random& random) {
  cell = Lo + pick(random, Hi - Lo);
}
Bytes random_state(Random& random) {
  Bytes state{};
  Bytes::each_field(
      state, [&](const char*, int, const char*, auto& cell) { randomize(cell, state, random); });
  for (auto& ns : state.namespaces) {  // what decides gets more weight
    ns.allocated = pick(random, 7) != 0;
    constexpr std::array kCounts = {0, 1, 1, 2, 3, 15};
    ns.kref = kCounts[static_cast<std::size_t>(pick(random, 5))];
  }
  state.stacks[0].ret = -pick(random, 1);
  return state;
}

struct Comparison {
  int paths = 0, runs = 0, differences = 0;
  std::set<std::pair<std::size_t, std::size_t>> taken;  // step and path
};

// A model in which the state is the given one, for the fields that the path has touched.
z3::model model_of(const Heap& heap, const std::vector<const Cell*>& cells,
                   const std::vector<int>& values) {
  std::map<int, z3::expr> columns;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto touched = heap.before.find(cells[i]->number);
    if (touched == heap.before.end()) continue;
    // Objects that the concrete state does not have are all 0.
    const z3::expr zero = zero_of(touched->second.get_sort());
    z3::expr& column = columns.try_emplace(touched->first, zero).first->second;
    column = cells[i]->stored(column, values[i]);
  }
  z3::model model(terms());
  for (auto& [number, column] : columns) {
    z3::func_decl field = heap.before.at(number).decl();
    model.add_const_interp(field, column);
  }
  return model;
}

// The path is taken, and leads to these values.
bool leads_to(const Path& path, const std::vector<const Cell*>& cells, const z3::model& model,
              const std::vector<int>& before, const std::vector<int>& after) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto touched = path.heap.now.find(cells[i]->number);
    if (touched == path.heap.now.end()) {
      if (before[i] != after[i]) return false;
    } else if (Int(model.eval(cells[i]->select(touched->second), true)).value() != after[i]) {
      return false;
    }
  }
  return true;
}

// Runs every start in both domains on `samples` random states each.
Comparison compare(const Config& symbolic, const Config& concrete, int samples) {
  Comparison result;
  Random random(2007);
  for (std::size_t step = 0; step < kStarts; ++step) {
    const std::vector<Path> paths = paths_of(step, symbolic);
    result.paths += static_cast<int>(paths.size());
    const Run run(Sizes::model);
    Symbolic machine(any_state(), symbolic);
    std::vector<const Cell*> cells;
    kernel::State<Symbolic>::each_field(
        machine.state,
        [&](const std::string&, int, const char*, const Cell& cell) { cells.push_back(&cell); });

    for (int i = 0; i < samples; ++i) {
      Bytes state = random_state(random);
      const std::vector<int> before = values_of(state);
      const kernel::Userland nobody;
      Concrete bytes(state, concrete, nobody);
      const Concrete::Scope scope(bytes);
      const Outcome outcome = attempt(kSteps<Concrete>[step]);
      int taken = 0, agreeing = 0;
      for (std::size_t p = 0; p < paths.size(); ++p) {
        const Path& path = paths[p];
        const z3::model model = model_of(path.heap, cells, before);
        if (!model.eval(path.guard, true).is_true()) continue;
        ++taken;
        result.taken.insert({step, p});
        agreeing += comparable<Symbolic>(path.outcome) == comparable<Concrete>(outcome) &&
                    leads_to(path, cells, model, before, values_of(state));
      }
      ++result.runs;
      result.differences += taken != 1 || agreeing != 1;
    }
  }
  return result;
}

constexpr Defect kDefects[] = {Defect::none, Defect::free_pid_ns_keeps_parent,
                               Defect::copy_pid_ns_einval_keeps_reference,
                               Defect::copy_pid_ns_parent_without_reference};

TEST(SymbolicAgreement, ExactlyOnePathIsTheConcreteRunAndItEndsInTheSameState) {
  for (const Defect defect : kDefects) {
    for (const bool config_pid_ns : {true, false}) {
      Config config;
      config.defect = defect;
      config.config_pid_ns = config_pid_ns;
      const Comparison result = compare(config, config, 60);
      EXPECT_EQ(result.differences, 0);
      std::cout << "    " << result.runs << " runs, " << result.taken.size() << " of "
                << result.paths << " paths taken, " << result.differences << " differences\n";
    }
  }
}

TEST(SymbolicAgreement, AnyDifferenceBetweenTheDomainsWouldBeSeen) {
  for (const Defect defect : kDefects) {
    if (defect == Defect::none) continue;
    Config other;
    other.defect = defect;
    EXPECT_GT(compare(Config{}, other, 30).differences, 0);
  }
}

}  // namespace
}  // namespace nsmc::symbolic
