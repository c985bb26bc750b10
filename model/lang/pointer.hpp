// Checked pointers to kernel objects, and the fields that hold them: Link, Ref, Hook, Own.
// SPDX-License-Identifier: MIT
//
// Slot 0 is NULL, slot n is the n-th object of its kind.  The type of a pointer is the type of its
// object, so a pointer of the wrong type does not compile.  What a slot is (a byte or a term) and
// how it is dereferenced is the domain's business: `K::Slot`, `K::template object<Obj>(slot)`.
//
// The type of a field says what its pointer stands for, so that holders can be listed and summed,
// and a missing put is a sum that is off (Emmi, Jhala, Kohler, Majumdar: Verifying Reference
// Counting Implementations, TACAS 2009):
//   Link  nothing: somebody else keeps the object alive
//   Ref   one reference: the kernel took a count for it
//   Hook  membership in the object's list
//   Own   the object itself: it is in nobody else's hands
#pragma once

#include <cstdint>

namespace nsmc::lang {

template <class K, template <class> class Obj>
class Ptr {
 public:
  using Slot = typename K::Slot;
  constexpr Ptr() = default;
  constexpr explicit Ptr(Slot slot) : slot_(slot) {}

  auto operator->() const { return K::template object<Obj>(slot_); }
  explicit operator bool() const { return static_cast<bool>(slot_ != Slot(K::kNull)); }
  const Slot& slot() const { return slot_; }

  friend typename K::Bool operator==(const Ptr& a, const Ptr& b) { return a.slot_ == b.slot_; }
  friend typename K::Bool operator!=(const Ptr& a, const Ptr& b) { return a.slot_ != b.slot_; }

 private:
  Slot slot_ = K::kNull;
};

enum class Holds : std::uint8_t { nothing, reference, list, object };

// The field behind all four in the concrete domain.
template <class K, template <class> class Obj, Holds what>
class PtrCell {
 public:
  using Target = Ptr<K, Obj>;
  static constexpr Holds kHolds = what;
  using Slot = typename K::Slot;
  static constexpr Slot kNeverWritten = static_cast<Slot>(Slot{1} << (8 * sizeof(Slot) - 1));

  operator Target() const {
    if (poisoned()) K::uninitialised_read();
    return Target{word()};
  }
  auto operator->() const { return Target{*this}.operator->(); }
  explicit operator bool() const { return static_cast<bool>(Target{*this}); }
  void operator=(const Target& target) { store(target.slot()); }

  friend bool operator==(const PtrCell& a, const Target& b) { return Target{a} == b; }
  friend bool operator!=(const PtrCell& a, const Target& b) { return Target{a} != b; }
  friend bool operator==(const PtrCell& a, const PtrCell& b) { return a == Target{b}; }
  friend bool operator!=(const PtrCell& a, const PtrCell& b) { return a != Target{b}; }

  void poison() { store(kNeverWritten); }
  bool poisoned() const { return word() == kNeverWritten; }
  int slot() const { return poisoned() ? 0 : word(); }  // without the check, for folds

 private:
  Slot word() const { return stored_.load(); }
  void store(Slot slot) { stored_.store(slot); }

  typename K::Watch::template Stored<Slot> stored_;
};

}  // namespace nsmc::lang
