// Loads, writes, and the ghost counts of holders.
// SPDX-License-Identifier: MIT
#include "checker/symbolic/space.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace nsmc::symbolic {
namespace {

constexpr int kHoldsKinds = 4;

}  // namespace

std::string Space::holders_name(const FieldTable& table, int holds, Kind kind) {
  static constexpr const char* kWords[kHoldsKinds] = {"links", "refs", "hooks", "owners"};
  return std::string(kWords[holds]) + "." + table.kind_name(kind);
}

void Space::Seen::merge(const Seen& other) {
  const auto join = [](auto& mine, const auto& theirs) {
    for (const auto& item : theirs)
      if (std::find(mine.begin(), mine.end(), item) == mine.end()) mine.push_back(item);
  };
  for (const auto& [kind, terms] : other.objects) join(objects[kind], terms);
  for (const auto& [kinds, terms] : other.pairs) join(pairs[kinds], terms);
  join(pointers, other.pointers);
}

void Space::see(Kind kind, Term object) {
  if (!recording || kind == kNoKind || object->has_bound) return;
  auto& known = seen.objects[kind];
  if (std::find(known.begin(), known.end(), object) == known.end()) known.push_back(object);
}

void Space::see(Kind kind, Term object, Kind inner, Term index) {
  if (!recording || object->has_bound || index->has_bound) return;
  see(inner, index);
  auto& known = seen.pairs[{kind, inner}];
  const std::pair both_terms(object, index);
  if (std::find(known.begin(), known.end(), both_terms) == known.end()) known.push_back(both_terms);
}

Term Space::load(std::size_t field, const Place& place) {
  const FieldInfo& info = table_.fields[field];
  if (recording && info.pool != kNoKind) {
    see(info.pool, place[0]);
    if (info.inner != kNoKind && place.size() > 1) see(info.pool, place[0], info.inner, place[1]);
    if (info.target != kNoKind && !place[0]->has_bound) {
      const auto cell = std::pair(field, place);
      if (std::find(seen.pointers.begin(), seen.pointers.end(), cell) == seen.pointers.end())
        seen.pointers.push_back(cell);
    }
  }
  return symbolic::load(info, now_.store.writes(field), place, initial_);
}

void Space::put(Store& store, std::size_t field, Write write) {
  write.guard = write.guard == nullptr ? truth(true) : write.guard;
  if (bulk_index_ != nullptr) {
    write.bound = bulk_index_;
    write.guard = both(bulk_guard_, write.guard);
  }
  store.write(field, std::move(write));
}

std::function<Term(const Place&)> Space::reader(std::size_t field) const {
  return [this, field, writes = now_.store.writes(field)](const Place& place) {
    return symbolic::load(table_.fields[field], writes, place, initial_);
  };
}

void Space::write_part(std::size_t field, const Place& place, Term value) {
  put(now_.store, field, {place, nullptr, value, nullptr});
}

void Space::write(std::size_t field, const Place& place, Term value) {
  write_part(field, place, value);
  if (table_.unwritten(field) < table_.fields.size() &&
      !table_.fields[table_.unwritten(field)].name.empty())
    put(now_.store, table_.unwritten(field), {place, nullptr, truth(false), nullptr});
}

void Space::write_pointer(std::size_t field, const Place& place, Term target) {
  const FieldInfo& info = table_.fields[field];
  if (info.holds != 0 && world() == World::heap) {
    if (bulk_index_ != nullptr) throw std::logic_error("a bulk write of holders");
    const Term old = load(field, place);
    if (old != target) {
      FieldInfo count;
      count.name = holders_name(table_, info.holds, info.target);
      count.lo = 0;
      const auto change = [&](Term object, std::int64_t by) {
        write_ghost(count, {{object},
                            nullptr,
                            add(holders(info.holds, info.target, object), number(by)),
                            nullptr});
      };
      if (!(is_constant(old) && old->value == 0)) change(old, -1);
      if (!(is_constant(target) && target->value == 0)) change(target, 1);
    }
  }
  write(field, place, target);
}

Term Space::holders(int holds, Kind kind, Term target) {
  FieldInfo count;
  count.name = holders_name(table_, holds, kind);
  count.lo = 0;
  see(kind, target);
  return load_ghost(count, {target});
}

Term Space::load_ghost(const FieldInfo& info, const Place& place) {
  if (!place.empty()) see(info.pool, place[0]);
  if (place.size() > 1) see(info.pool, place[0], info.inner, place[1]);
  for (std::size_t i = 0; i < ghost_infos_.size(); ++i)
    if (ghost_infos_[i].name == info.name)
      return symbolic::load(info, now_.ghosts.writes(i), place, initial_);
  return initial_(info, place);
}

void Space::write_ghost(const FieldInfo& info, Write write) {
  if (write.place.size() > 1) see(info.pool, write.place[0], info.inner, write.place[1]);
  std::size_t i = 0;
  while (i < ghost_infos_.size() && ghost_infos_[i].name != info.name) ++i;
  if (i == ghost_infos_.size()) ghost_infos_.push_back(info);
  put(now_.ghosts, i, std::move(write));
}

void Space::each_write(const std::function<void(const FieldInfo&, const Write&)>& f) const {
  const auto each = [&f](const Store& store, const std::vector<FieldInfo>& infos) {
    for (std::size_t field = 0; field < infos.size(); ++field)
      for (const Write& write : store.writes(field)) {
        const bool everywhere =
            std::find(write.place.begin(), write.place.end(), nullptr) != write.place.end();
        if (write.bound == nullptr && !everywhere) f(infos[field], write);
      }
  };
  each(now_.store, table_.fields);
  each(now_.ghosts, ghost_infos_);
}

void Space::bulk(const std::function<Term(Term)>& is, const std::function<void(Term)>& body) {
  if (bulk_index_ != nullptr) throw std::logic_error("a bulk write in a bulk write");
  const Term index = bound_variable("bulk!" + std::to_string(bulks_++), kNoLo, kNoHi);
  const Term guard = is(index);
  bulk_index_ = index;
  bulk_guard_ = guard;
  try {
    body(index);
  } catch (...) {
    bulk_index_ = nullptr;
    throw;
  }
  bulk_index_ = nullptr;
}

}  // namespace nsmc::symbolic
