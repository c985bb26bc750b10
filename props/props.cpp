// The families of claims joined into the catalogue.
// SPDX-License-Identifier: MIT
#include "props/props.hpp"

#include <algorithm>
#include <charconv>

#include "props/at_ends.hpp"
#include "props/calls.hpp"
#include "props/entered.hpp"
#include "props/lifetime.hpp"
#include "props/namespaces.hpp"
#include "props/numbers.hpp"
#include "props/reaper.hpp"
#include "props/signals.hpp"

namespace nsmc::props {
namespace {

using kernel::Concrete;
using kernel::Pidns;

// Safety (I) before liveness (L), each by number.
std::pair<char, int> order_of(std::string_view id) {
  int number = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return {id.front(), number};
}

std::vector<Row> join() {
  std::vector<Row> all;
  const auto add = [&all](std::span<const Row> rows) {
    all.insert(all.end(), rows.begin(), rows.end());
  };
  add(lifetime<Concrete>::rows);
  add(namespaces<Concrete>::rows);
  add(numbers<Concrete>::rows);
  add(reaper<Concrete>::rows);
  add(calls<Concrete>::rows);
  add(signals<Concrete>::rows);
  add(entered<Concrete>::rows);
  add(at_ends<Concrete>::rows);
  std::sort(all.begin(), all.end(),
            [](const Row& a, const Row& b) { return order_of(a.id) < order_of(b.id); });
  return all;
}

}  // namespace

std::span<const Row> catalogue() {
  static const std::vector<Row> kAll = join();
  return kAll;
}

const Row* find(std::string_view id) {
  for (const Row& row : catalogue())
    if (row.id == id) return &row;
  return nullptr;
}

lang::Property<Pidns> property(const Row& row) {
  lang::Property<Pidns> p;
  p.id = row.id;
  p.says = row.says;
  p.source = row.source;
  p.scope = row.holds_move != nullptr ? lang::Scope::move
            : row.at_ends             ? lang::Scope::end
                                      : lang::Scope::state;
  if (auto* holds = row.holds)
    p.holds = [holds](const Pidns& system, const Pidns::State& s) {
      return system.judge(s, [holds] { return holds(); });
    };
  if (auto* holds = row.holds_move)
    p.holds_move = [holds](const Pidns& system, const Move& move) {
      return system.judge(move.after, [&] { return holds(move); });
    };
  if (auto* premise = row.premise)
    p.premise = [premise](const Pidns& system, const Pidns::State& s) {
      return system.judge(s, [premise] { return premise(); });
    };
  if (auto* premise = row.premise_move)
    p.premise_move = [premise](const Pidns& system, const Move& move) {
      return system.judge(move.after, [&] { return premise(move); });
    };
  return p;
}

}  // namespace nsmc::props
