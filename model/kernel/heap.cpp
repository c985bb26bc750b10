// Renaming by the list of fields, and a normal form by what points where.
// SPDX-License-Identifier: MIT
#include "model/kernel/heap.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "model/kernel/kernel.hpp"

namespace nsmc::kernel {
namespace {

using Slot = Concrete::Slot;

template <class Cell>
inline constexpr bool kIsTaskSlot = false;
template <int Hi>
inline constexpr bool kIsTaskSlot<Concrete::TaskSlot<Hi>> = true;

// The kind that a pointer's type says.  A new kind of object does not compile here.
template <class Target>
struct KindOf;
template <>
struct KindOf<task_ptr<Concrete>> : std::integral_constant<SlotKind, SlotKind::task> {};
template <>
struct KindOf<ns_ptr<Concrete>> : std::integral_constant<SlotKind, SlotKind::name_space> {};
template <>
struct KindOf<pid_ptr<Concrete>> : std::integral_constant<SlotKind, SlotKind::pid> {};
template <>
struct KindOf<nsproxy_ptr<Concrete>> : std::integral_constant<SlotKind, SlotKind::nsproxy> {};
template <>
struct KindOf<cache_ptr<Concrete>> : std::integral_constant<SlotKind, SlotKind::cache> {};

template <class T>
std::size_t offset_in(const Heap::State& state, const T& part) {
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&part) -
                                  reinterpret_cast<const char*>(&state));
}

std::uint8_t* bytes_of(Heap::State& state) { return reinterpret_cast<std::uint8_t*>(&state); }
const std::uint8_t* bytes_of(const Heap::State& state) {
  return reinterpret_cast<const std::uint8_t*>(&state);
}

Slot load(const std::uint8_t* from) {
  Slot slot = 0;
  std::memcpy(&slot, from, sizeof slot);
  return slot;
}
void store(std::uint8_t* to, Slot slot) { std::memcpy(to, &slot, sizeof slot); }

// What was never written says no slot; neither does NULL.
bool says_slot(Slot slot) { return slot != 0 && slot < Renaming::kSlots; }

constexpr SlotKind kind_at(std::size_t index) { return static_cast<SlotKind>(index); }

}  // namespace

Renaming Renaming::inverse() const {
  Renaming back;
  for (std::size_t kind = 0; kind < kSlotKinds; ++kind)
    for (std::size_t slot = 1; slot < kSlots; ++slot)
      back.set(kind_at(kind), to_[kind][slot], slot);
  return back;
}

Heap::Heap(const Config& config) {
  const State state{};
  const auto pool = [&]<template <class> class Obj>(SlotKind kind, const Obj<Concrete>* /*which*/) {
    Pool& all = pools_[static_cast<std::size_t>(kind)];
    all.slots = Concrete::bound_of<Obj>(config);
    const auto& objects = Concrete::pool_of<Obj>(state);
    for (int i = 0; i < all.slots; ++i) {
      Object& one = all.objects.emplace_back();
      one.blocks.push_back({offset_in(state, objects[i]), sizeof objects[i]});
      if (kind == SlotKind::task)
        one.blocks.push_back({offset_in(state, state.stacks[i]), sizeof state.stacks[i]});
    }
  };
  pool(SlotKind::task, static_cast<const task_struct<Concrete>*>(nullptr));
  pool(SlotKind::name_space, static_cast<const pid_namespace<Concrete>*>(nullptr));
  pool(SlotKind::pid, static_cast<const pid_struct<Concrete>*>(nullptr));
  pool(SlotKind::nsproxy, static_cast<const nsproxy<Concrete>*>(nullptr));
  pool(SlotKind::cache, static_cast<const pid_cache<Concrete>*>(nullptr));
  Concrete::each_used_field(state, config, [&](const auto&, int, const char*, const auto& field) {
    using Cell = std::remove_cvref_t<decltype(field)>;
    const auto add = [&](SlotKind kind) {
      const std::size_t offset = offset_in(state, field);
      owner(offset).references.push_back({static_cast<std::uint32_t>(offset), kind});
    };
    if constexpr (requires { typename Cell::Target; }) {
      add(KindOf<typename Cell::Target>::value);
    } else if constexpr (kIsTaskSlot<Cell>) {
      static_assert(sizeof(Cell) == sizeof(Slot) && Cell::kLo == 0);
      add(SlotKind::task);
    }
  });
}

Heap::Object& Heap::owner(std::size_t offset) {
  for (Pool& pool : pools_)
    for (Object& one : pool.objects)
      for (const Block& block : one.blocks)
        if (offset >= block.offset && offset < block.offset + block.bytes) return one;
  return globals_;
}

Heap::State Heap::rename(const State& state, const Renaming& names) const {
  State renamed = state;
  std::uint8_t* to = bytes_of(renamed);
  const std::uint8_t* from = bytes_of(state);
  const auto map = [&](const Object& one, std::size_t by) {
    for (const Reference& reference : one.references) {
      const Slot slot = load(from + reference.offset);
      if (says_slot(slot)) store(to + reference.offset + by, names(reference.kind, slot));
    }
  };
  for (std::size_t kind = 0; kind < kSlotKinds; ++kind)
    for (std::size_t slot = 1; slot <= pools_[kind].objects.size(); ++slot) {
      const Object& source = object(kind_at(kind), slot);
      const Object& target = object(kind_at(kind), names(kind_at(kind), slot));
      for (std::size_t i = 0; i < source.blocks.size(); ++i)
        std::memcpy(to + target.blocks[i].offset, from + source.blocks[i].offset,
                    source.blocks[i].bytes);
      for (std::size_t i = 0; i < source.references.size(); ++i) {
        const Slot said = load(from + source.references[i].offset);
        if (says_slot(said))
          store(to + target.references[i].offset, names(source.references[i].kind, said));
      }
    }
  map(globals_, 0);
  return renamed;
}

// Slots get their new names in the order in which they are met: first the pinned ones, then tasks
// by their number in init_pid_ns, which no two of them share, then whatever these point at, breadth
// first and field by field.  What nothing leads to comes last, by its content.
class Heap::Numbering {
 public:
  Numbering(const Heap& heap, const State& state) : heap_(heap), state_(state) {
    for (auto& of_kind : to_) of_kind.fill(0);
  }

  Renaming run(bool* tied) {
    for (std::size_t kind = 0; kind < kSlotKinds; ++kind)
      for (int slot = 1; slot <= std::min(pinned(kind_at(kind)), heap_.slots(kind_at(kind)));
           ++slot)
        meet(kind_at(kind), static_cast<std::size_t>(slot));
    meet_numbered_tasks();
    follow(heap_.globals_);
    follow_all();
    for (std::size_t kind = 0; kind < kSlotKinds; ++kind)
      while (meet_by_content(kind_at(kind))) follow_all();
    if (tied != nullptr) *tied = tied_;
    return renaming();
  }

 private:
  static constexpr std::size_t kObjectsMax =
      static_cast<std::size_t>(kTasks + kNamespaces + kPids + kNsproxies + kCaches);

  Slot& to(SlotKind kind, std::size_t slot) { return to_[static_cast<std::size_t>(kind)][slot]; }

  void meet(SlotKind kind, std::size_t slot) {
    if (to(kind, slot) != 0 || slot > static_cast<std::size_t>(heap_.slots(kind))) return;
    to(kind, slot) = ++last_[static_cast<std::size_t>(kind)];
    met_[met_count_++] = {kind, static_cast<Slot>(slot)};
  }

  void meet_numbered_tasks() {
    std::array<Slot, kPidMax + 1> has = {};  // by number; kShared: only a broken kernel does that
    constexpr Slot kShared = static_cast<Slot>(kTasks + 1);
    for (int slot = 2; slot <= heap_.slots(SlotKind::task); ++slot) {
      const int pid = state_.tasks[slot - 1].pids[PIDTYPE_PID].slot();
      if (pid == 0) continue;
      Slot& here = has[static_cast<std::size_t>(state_.pids[pid - 1].numbers[0].nr.value())];
      here = here == 0 ? static_cast<Slot>(slot) : kShared;
    }
    for (std::size_t nr = 1; nr < has.size(); ++nr)
      if (has[nr] != 0 && has[nr] != kShared) meet(SlotKind::task, has[nr]);
  }

  void follow(const Object& one) {
    for (const Reference& reference : one.references)
      if (const Slot slot = load(bytes_of(state_) + reference.offset); says_slot(slot))
        meet(reference.kind, slot);
  }
  void follow_all() {
    for (; followed_ < met_count_; ++followed_)
      follow(heap_.object(met_[followed_].first, met_[followed_].second));
  }

  bool has_content(const Object& one) const {
    return std::any_of(one.blocks.begin(), one.blocks.end(), [&](const Block& block) {
      const std::uint8_t* from = bytes_of(state_) + block.offset;
      return std::any_of(from, from + block.bytes, [](std::uint8_t byte) { return byte != 0; });
    });
  }
  // The bytes of an object under the new names; one that is not yet met has none.
  std::vector<std::uint8_t> content(const Object& one) {
    constexpr Slot kNotMet = static_cast<Slot>(Renaming::kSlots);
    std::vector<std::uint8_t> bytes;
    for (const Block& block : one.blocks) {
      const auto from = static_cast<std::ptrdiff_t>(bytes.size());
      bytes.insert(bytes.end(), bytes_of(state_) + block.offset,
                   bytes_of(state_) + block.offset + block.bytes);
      for (const Reference& reference : one.references) {
        if (reference.offset < block.offset || reference.offset >= block.offset + block.bytes)
          continue;
        std::uint8_t* at = bytes.data() + from + (reference.offset - block.offset);
        const Slot slot = load(at);
        if (!says_slot(slot)) continue;
        const Slot name = to(reference.kind, slot);
        store(at, name == 0 ? kNotMet : name);
      }
    }
    return bytes;
  }

  // Of what has content and is not met, the one with the least; false if there is none.
  bool meet_by_content(SlotKind kind) {
    std::size_t least = 0;
    std::vector<std::uint8_t> least_content;
    bool tied = false;
    for (int i = 1; i <= heap_.slots(kind); ++i) {
      const auto slot = static_cast<std::size_t>(i);
      const Object& one = heap_.object(kind, slot);
      if (to(kind, slot) != 0 || !has_content(one)) continue;
      std::vector<std::uint8_t> bytes = content(one);
      if (least != 0 && bytes == least_content) tied = true;
      if (least != 0 && bytes >= least_content) continue;
      tied = false;
      least = slot;
      least_content = std::move(bytes);
    }
    if (least == 0) return false;
    tied_ = tied_ || tied;
    meet(kind, least);
    return true;
  }

  // What is empty and pointed at by nobody takes the slots that are left.
  Renaming renaming() {
    Renaming names;
    for (std::size_t kind = 0; kind < kSlotKinds; ++kind)
      for (int i = 1; i <= heap_.slots(kind_at(kind)); ++i) {
        const auto slot = static_cast<std::size_t>(i);
        Slot& name = to_[kind][slot];
        if (name == 0) name = ++last_[kind];
        names.set(kind_at(kind), slot, name);
      }
    return names;
  }

  const Heap& heap_;
  const State& state_;
  std::array<std::array<Slot, Renaming::kSlots>, kSlotKinds> to_;
  std::array<Slot, kSlotKinds> last_ = {};
  std::array<std::pair<SlotKind, Slot>, kObjectsMax> met_;
  std::size_t met_count_ = 0, followed_ = 0;
  bool tied_ = false;
};

Renaming Heap::to_normal_form(const State& state, bool* tied) const {
  return Numbering(*this, state).run(tied);
}

bool Heap::leftovers_matter(const State& state) const {
  int free = 0;
  bool leftovers = false;
  const State nothing{};
  for (int slot = 1; slot <= slots(SlotKind::task); ++slot) {
    if (state.tasks[slot - 1].allocated.value() != 0) continue;
    ++free;
    leftovers =
        leftovers ||
        std::memcmp(&state.stacks[slot - 1], &nothing.stacks[0], sizeof nothing.stacks[0]) != 0 ||
        state.tasklist_lock.value() == slot || state.pid_caches_mutex.value() == slot;
  }
  return leftovers && free > 1;
}

}  // namespace nsmc::kernel
