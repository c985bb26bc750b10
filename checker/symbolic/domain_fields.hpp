// How a Domain learns the fields of its state: by constructing it once.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "checker/symbolic/domain.hpp"

namespace nsmc::symbolic {

template <class M>
const FieldTable& Domain<M>::table(World world) {
  static thread_local FieldTable tables[2];
  FieldTable& table = tables[world == World::exact ? 0 : 1];
  if (!table.fields.empty()) return table;
  table.world = world;
  table.kind_name = kind_name;
  {
    const Layout layout(table);
    const State once;
  }
  const std::size_t count = table.fields.size();
  for (std::size_t i = 0; i < count; ++i) {
    FieldInfo flag;
    flag.sort = Sort::truth;
    flag.pool = table.fields[i].pool;
    table.fields.push_back(flag);
  }
  // Names come from the state's own fold; elements of an inner array share one, without its number.
  const Space space(table, any_value);
  State::each_field(places(world), [&](const auto& kind, int, const char* name, auto& field) {
    std::string& known = table.fields[field.number].name;
    if (!known.empty()) return;
    std::string word = std::string(kind);
    if (*name != '\0') word += (word.empty() ? "" : ".") + std::string(name);
    // SMT-LIB knows no overloading, and the object may have a field of that name.
    if (field.place->size() > 1)
      word = word.substr(0, word.find_last_not_of("0123456789") + 1) + ".at";
    known = word;
    const Kind pool = table.fields[field.number].pool;
    if (pool != kNoKind && M::may_be_unwritten(pool) && word.find("allocated") == std::string::npos)
      table.fields[table.unwritten(field.number)].name = word + "?";
  });
  return table;
}

template <class M>
typename Domain<M>::State& Domain<M>::places(World world) {
  static thread_local std::unique_ptr<State> states[2];
  std::unique_ptr<State>& state = states[world == World::exact ? 0 : 1];
  if (state == nullptr) {
    const Layout layout(table(world), 0, {}, kNoKind);
    state = std::make_unique<State>();
  }
  return *state;
}

}  // namespace nsmc::symbolic
