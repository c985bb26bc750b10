// When slots can be renamed, and which moves are one move under two names.
// SPDX-License-Identifier: MIT
#include "model/kernel/symmetry.hpp"

#include <numeric>

namespace nsmc::kernel {

std::string Symmetry::refusal(const Pidns& system) {
  const Config& config = system.config();
  // These walk a number of slots and stop: their step asks what a slot is.
  constexpr Defect kCountSlots[] = {Defect::forget_original_parent_walks_four,
                                    Defect::zap_other_threads_walks_four,
                                    Defect::detach_pid_looks_at_four};
  if (std::count(std::begin(kCountSlots), std::end(kCountSlots), config.defect) != 0)
    return "the seeded defect looks at the first slots only";
  if (config.mutation.kind != Mutation::Kind::none) return "a mutation may look at slots";
  if (config.tasks > 6) return "more than 6 tasks";
  return {};
}

Symmetry::Symmetry(const Pidns& system) : system_(system), heap_(system.config()) {
  system_.watch_scans();
  const int pinned = Heap::pinned(SlotKind::task);
  std::vector<int> slots(static_cast<std::size_t>(heap_.slots(SlotKind::task) - pinned));
  std::iota(slots.begin(), slots.end(), pinned + 1);
  while (std::next_permutation(slots.begin(), slots.end())) {
    Renaming names;
    for (std::size_t i = 0; i < slots.size(); ++i)
      names.set(SlotKind::task, i + 1 + static_cast<std::size_t>(pinned),
                static_cast<std::size_t>(slots[i]));
    orders_.push_back(names);
  }
}

Symmetry::Seen Symmetry::seen(const State& after, const Events& events) const {
  Seen one{after, events};
  const Renaming names = heap_.to_normal_form(after);
  if (!names.is_identity()) one.after = heap_.rename(after, names);
  for (std::uint8_t* slot : {&one.events.signal_from, &one.events.signal_to})
    if (*slot != 0) *slot = static_cast<std::uint8_t>(names(SlotKind::task, *slot));
  return one;
}

bool Symmetry::note(std::vector<Seen>& all, const State& after, const Events& events) const {
  const Seen one = seen(after, events);
  const auto same = [&](const Seen& other) {
    return std::memcmp(&other.after, &one.after, sizeof one.after) == 0 &&
           other.events == one.events;
  };
  if (std::any_of(all.begin(), all.end(), same)) return false;
  all.push_back(one);
  return true;
}

}  // namespace nsmc::kernel
