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
using kernel::Observed;
using kernel::Pidns;

// Safety (I) before liveness (L), each by number.
std::pair<char, int> order_of(std::string_view id) {
  int number = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return {id.front(), number};
}

template <class K>
std::vector<RowOn<K>> join() {
  std::vector<RowOn<K>> all;
  const auto add = [&all](std::span<const RowOn<K>> rows) {
    all.insert(all.end(), rows.begin(), rows.end());
  };
  add(lifetime<K>::rows);
  add(namespaces<K>::rows);
  add(numbers<K>::rows);
  add(reaper<K>::rows);
  add(calls<K>::rows);
  add(signals<K>::rows);
  add(entered<K>::rows);
  // Ends are few: nobody observes what is read there.
  if constexpr (std::is_same_v<K, Concrete>) add(at_ends<K>::rows);
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return order_of(a.id) < order_of(b.id); });
  return all;
}

template <class K>
const RowOn<K>* find_in(std::span<const RowOn<K>> rows, std::string_view id) {
  for (const RowOn<K>& row : rows)
    if (row.id == id) return &row;
  return nullptr;
}

// The same predicates, over a machine that reports what they read.
void observe(std::string_view id, lang::Property<Pidns>& p) {
  static const std::vector<ObservedRow> kAll = join<Observed>();
  const ObservedRow* row = find_in<Observed>(kAll, id);
  if (row == nullptr) return;
  if (auto* holds = row->holds)
    p.holds_observed = [holds](const Pidns& system, const Pidns::State& s,
                               lang::Footprint& footprint) {
      return system.judge_observed(s, footprint, [holds] { return holds(); });
    };
  if (auto* premise = row->premise)
    p.premise_observed = [premise](const Pidns& system, const Pidns::State& s,
                                   lang::Footprint& footprint) {
      return system.judge_observed(s, footprint, [premise] { return premise(); });
    };
  const auto of_move = [](bool (*holds)(const MoveOn<Observed>&)) {
    return [holds](const Pidns& system, const Move& move, lang::Footprint& footprint) {
      return system.judge_observed(move, footprint, [&](const auto& before, const auto& after) {
        return holds({move.action.actor, before, after, move.events, &footprint});
      });
    };
  };
  if (row->holds_move != nullptr) p.holds_move_observed = of_move(row->holds_move);
  if (row->premise_move != nullptr) p.premise_move_observed = of_move(row->premise_move);
}

}  // namespace

std::span<const Row> catalogue() {
  static const std::vector<Row> kAll = join<Concrete>();
  return kAll;
}

const Row* find(std::string_view id) { return find_in<Concrete>(catalogue(), id); }

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
  observe(row.id, p);
  return p;
}

}  // namespace nsmc::props
