// States up to the names of their slots: what an engine needs to look at one of each kind only.
// SPDX-License-Identifier: MIT
//
// A renamed state has the renamed moves: no kernel function asks what the slot of a task is, but
// for the pinned ones.  There is one exception.  A scan that wants any task takes the first, and
// the first is another one under other names.  Such moves report it (Events::scan_order), and their
// states are looked at under all names of tasks; so nothing is left out, and if that shows a move
// that the state does not have under its own name, a run over it may not be one of the kernel.
#pragma once

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/kernel/heap.hpp"
#include "model/kernel/pidns.hpp"

namespace nsmc::kernel {

// Slots have a meaning after all, so that nothing can be said of states up to their names.
struct NotSymmetric : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Symmetry {
 public:
  using State = Pidns::State;
  using Action = Pidns::Action;
  using Events = Pidns::Events;

  // Why the slots of this system cannot be renamed; empty: they can.
  static std::string refusal(const Pidns& system);

  // REQUIRES: refusal() has nothing against it.
  explicit Symmetry(const Pidns& system);

  // The one state that stands for all that are this one under other names.
  void normalise(State& state) const {
    const Renaming names = heap_.to_normal_form(state);
    if (!names.is_identity()) state = heap_.rename(state, names);
  }

  // Calls emit(before, action, after, events) for the moves of `from` under all its names; one of
  // each kind at least.  `before` is `from` under one of them.
  template <class Emit>
  void successors(const State& from, Emit&& emit) {
    if (heap_.leftovers_matter(from))
      throw NotSymmetric("a task has left something on its kernel stack");
    ScanOrder order = ScanOrder::does_not_matter;
    system_.successors(from, [&](const Action& action, const State& after, const Events& events) {
      order = std::max(order, events.scan_order);
      emit(from, action, after, events);
    });
    if (order == ScanOrder::of_others)
      throw NotSymmetric("a scan found one of several that are no tasks");
    if (order == ScanOrder::of_tasks) in_other_orders(from, emit);
  }

  // No move was met that a state has under another name only.
  bool is_exact() const { return extra_moves_ == 0; }
  void admit_extra_moves() { ++extra_moves_; }  // some were met before

  const Heap& heap() const { return heap_; }

 private:
  // A move up to names: the state it leads to, and what it reports.
  struct Seen {
    State after;
    Events events;
  };
  Seen seen(const State& after, const Events& events) const;
  bool note(std::vector<Seen>& all, const State& after, const Events& events) const;

  template <class Emit>
  void in_other_orders(const State& from, Emit&& emit) {
    std::vector<Seen> all;
    system_.successors(from, [&](const Action&, const State& after, const Events& events) {
      if (events.scan_order != ScanOrder::does_not_matter) note(all, after, events);
    });
    for (const Renaming& names : orders_) {
      const State before = heap_.rename(from, names);
      if (std::memcmp(&before, &from, sizeof before) == 0) continue;
      system_.successors(
          before, [&](const Action& action, const State& after, const Events& events) {
            if (events.scan_order == ScanOrder::does_not_matter || !note(all, after, events))
              return;
            ++extra_moves_;
            emit(before, action, after, events);
          });
    }
  }

  Pidns system_;
  Heap heap_;
  std::vector<Renaming> orders_;  // all of the tasks that have no meaning of their own
  std::uint64_t extra_moves_ = 0;
};

}  // namespace nsmc::kernel
