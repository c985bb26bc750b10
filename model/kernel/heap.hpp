// The slots of a state: what lies in each, which fields say one, and what it is to rename them.
// SPDX-License-Identifier: MIT
//
// Tasks, pids, namespaces, nsproxies and pid caches are made at run time and get the first free
// slot.  Which one that is means nothing: whoever renames slots, and with them every field that
// says one, has the same state under other names.  All that is known of the fields here is their
// types, by State::each_field(): a pointer says a slot of its target, a TaskSlot that of a task.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/kernel/machine.hpp"

namespace nsmc::kernel {

enum class SlotKind : std::uint8_t { task, name_space, pid, nsproxy, cache };
inline constexpr std::size_t kSlotKinds = 5;

// Where each slot of each kind goes.  NULL stays NULL, and so does the softirq, which a TaskSlot
// can say as well.
class Renaming {
 public:
  using Slot = Concrete::Slot;
  static constexpr std::size_t kSlots =
      static_cast<std::size_t>(std::max({kContexts, kPids, kNamespaces, kNsproxies, kCaches})) + 1;

  Renaming() {
    for (auto& of_kind : to_)
      for (std::size_t slot = 0; slot < kSlots; ++slot) of_kind[slot] = static_cast<Slot>(slot);
  }
  Slot operator()(SlotKind kind, std::size_t slot) const {
    return to_[static_cast<std::size_t>(kind)][slot];
  }
  void set(SlotKind kind, std::size_t from, std::size_t to) {
    to_[static_cast<std::size_t>(kind)][from] = static_cast<Slot>(to);
  }
  // REQUIRES: it is one to one.
  Renaming inverse() const;
  bool is_identity() const { return to_ == Renaming().to_; }

 private:
  std::array<std::array<Slot, kSlots>, kSlotKinds> to_;
};

class Heap {
 public:
  using State = kernel::State<Concrete>;

  explicit Heap(const Config& config);

  // Slots 1..slots(kind) of a kind are in use by this Config; of these the first `pinned(kind)`
  // have a meaning of their own and are never renamed: the global init, init_pid_ns, their nsproxy
  // and their cache.
  int slots(SlotKind kind) const { return pools_[static_cast<std::size_t>(kind)].slots; }
  static int pinned(SlotKind kind) { return kind == SlotKind::pid ? 0 : 1; }

  State rename(const State& state, const Renaming& names) const;

  // A renaming into a form that depends on nothing but the state up to renaming, as far as
  // `tied` is false; where two objects could not be told apart it is some renaming.
  Renaming to_normal_form(const State& state, bool* tied = nullptr) const;

  // Whether it matters, of two free slots, which one allocation takes: something of a task is left
  // behind in one.  Then names do mean something.
  bool leftovers_matter(const State& state) const;

 private:
  struct Reference {
    std::uint32_t offset;  // in the state
    SlotKind kind;         // of the slot that the field says
  };
  // What moves with a slot: the object itself; of a task its kernel stack as well.
  struct Block {
    std::size_t offset = 0, bytes = 0;
  };
  struct Object {
    std::vector<Block> blocks;
    std::vector<Reference> references;
  };
  struct Pool {
    int slots = 0;
    std::vector<Object> objects;  // [slot - 1]
  };
  class Numbering;

  Object& owner(std::size_t offset);
  const Object& object(SlotKind kind, std::size_t slot) const {
    return pools_[static_cast<std::size_t>(kind)].objects[slot - 1];
  }

  std::array<Pool, kSlotKinds> pools_;
  Object globals_;  // what has no slot: locks, labels, the softirq's stack
};

}  // namespace nsmc::kernel
