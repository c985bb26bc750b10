// Reading over writes.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/store.hpp"

#include <stdexcept>
#include <unordered_map>

namespace nsmc::symbolic {
namespace {

// What the bound variable of a write is at this place; nullptr if the place does not tell.
Term solved(const Write& write, std::span<const Term> place) {
  for (std::size_t k = 0; k < place.size(); ++k) {
    const Term at = write.place[k];
    if (at == nullptr || !at->has_bound) continue;
    if (at == write.bound) return place[k];
    // bound + constant
    if (at->op == Op::add && at->arguments[0] == write.bound && is_constant(at->arguments[1]))
      return add(place[k], number(-at->arguments[1]->value));
    throw std::logic_error("a bulk write at a place that is no plain index");
  }
  return nullptr;
}

}  // namespace

void Store::write(std::size_t field, Write write) {
  if (by_field_.size() <= field) by_field_.resize(field + 1);
  auto& writes = by_field_[field];
  // A write to everything makes the ones before it unreadable.
  bool everything = is_true(write.guard) && write.bound == nullptr;
  for (const Term at : write.place) everything = everything && at == nullptr;
  if (everything && !write.place.empty()) writes.clear();
  if (!writes.empty() && writes.back().place == write.place && is_true(write.guard) &&
      write.bound == nullptr)
    writes.pop_back();
  writes.push_back(std::move(write));
}

const std::vector<Write>& Store::writes(std::size_t field) const {
  static const std::vector<Write> kNone;
  return field < by_field_.size() ? by_field_[field] : kNone;
}

Term any_value(const FieldInfo& field, std::span<const Term> place) {
  return apply(field.name, field.sort, place, field.lo, field.hi);
}

Term load(const FieldInfo& info, const std::vector<Write>& writes, std::span<const Term> place,
          const Initial& initial) {
  std::vector<std::pair<Term, Term>> newer;  // condition, value; newest first
  Term oldest = nullptr;
  for (auto write = writes.rbegin(); write != writes.rend() && oldest == nullptr; ++write) {
    Term here = write->guard, value = write->value;
    std::unordered_map<Term, Term> done;
    const Term index = write->bound == nullptr ? nullptr : solved(*write, place);
    if (write->bound != nullptr) {
      if (index == nullptr) throw std::logic_error("a bulk write whose index is nowhere");
      const Replacement with = [&](Term t) { return t == write->bound ? index : nullptr; };
      here = substitute(here, with, done);
      value = substitute(value, with, done);
    }
    for (std::size_t k = 0; k < place.size() && !is_false(here); ++k) {
      const Term at = write->place[k];
      if (at == nullptr || (write->bound != nullptr && at->has_bound)) continue;
      here = both(here, equal(at, place[k]));
    }
    if (is_true(here))
      oldest = value;
    else if (!is_false(here))
      newer.emplace_back(here, value);
  }
  if (oldest == nullptr) oldest = initial(info, place);
  for (auto pair = newer.rbegin(); pair != newer.rend(); ++pair)
    oldest = if_else(pair->first, pair->second, oldest);
  return oldest;
}

}  // namespace nsmc::symbolic
