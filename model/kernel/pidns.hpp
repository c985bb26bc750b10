// The PID-namespace lifecycle as a system that any engine can explore.  The face of the model.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "model/kernel/calls.hpp"
#include "model/kernel/machine.hpp"
#include "model/kernel/program.hpp"
#include "model/lang/local.hpp"
#include "model/lang/system.hpp"

namespace nsmc::kernel {

class Pidns {
 public:
  using State = kernel::State<Concrete>;
  using Events = kernel::Events;
  struct Action {
    std::uint8_t actor = 0;  // a context, or kBoot
    std::uint8_t unused = 0;
    lang::Script script;
  };

  // Throws std::invalid_argument if the configuration contradicts itself, with the reason.
  Pidns(const Config& config, Userland userland);

  const Config& config() const { return config_; }
  const Userland& userland() const { return userland_; }

  std::vector<State> initial() const;

  // Each context in order, each with every combination of choices; then the environment.
  template <class Emit>
  void successors(const State& from, Emit&& emit) const {
    for (int actor = 0; actor < actors(); ++actor) moves_of(from, actor, nullptr, emit);
  }

  // As lang::Local asks for it.
  static int actors() { return kBoot + 1; }
  // A mutation looks at what happens from outside; so does who watches scans.
  bool is_local() const { return config_.mutation == Mutation{} && !watches_scans_; }
  static std::vector<std::size_t> part_ends();
  template <class Emit>
  void moves_of(const State& from, int actor, lang::Footprint* footprint, Emit&& emit) const {
    if (footprint == nullptr) {
      if (from.fault.value() != 0) return;  // the kernel has stopped
      if (!might_move<Concrete>(from, actor)) return;
    }
    lang::Chooser chooser;
    do {
      chooser.restart();
      State to = from;
      Events events;
      const bool moved = footprint == nullptr
                             ? perform(to, actor, chooser, events)
                             : perform_observed(to, actor, chooser, events, *footprint);
      if (!moved) continue;
      Action action;
      action.actor = static_cast<std::uint8_t>(actor);
      action.script = chooser.script();
      emit(action, to, events);
    } while (chooser.next());
  }

  bool execute(const State& from, const Action& action, State& to, Events& events) const;
  // The same in place, by any chooser; `state` is as before if the move is not possible.
  // REQUIRES: might_move(), and the kernel has not stopped.
  bool perform(State& state, int actor, lang::Chooser& chooser, Events& events) const;
  // Reports from now on where the order of slots decided: Events::scan_order.
  void watch_scans() { watches_scans_ = true; }

  // Measured anew each time: a fold over the whole state.
  std::vector<std::uint8_t> significant_bits() const;

  int step_count() const { return static_cast<int>(all_steps().size()) - 1; }
  std::string step_name(int step) const;
  template <class F>
  void each_step(const Events& events, F&& f) const {
    for (int word = 0; word < 2; ++word)
      for (std::uint64_t rest = events.steps[word]; rest != 0; rest &= rest - 1)
        f(word * 64 + std::countr_zero(rest) - 1);
  }

  std::string terminal(const State& state) const;
  std::vector<lang::Field> fields(const State& state) const;
  std::string actor(const Action& action) const;
  // "I: alloc_pidmap/set_last_pid", the step that begins the move.
  std::string label(const State& from, const Action& action) const;

  // Judges `predicate()` on a machine that stands in `state`; nothing runs.
  template <class F>
  auto judge(const State& state, F&& predicate) const {
    // The predicate only reads; a machine is not const because kernel code may run on it.
    Concrete machine(const_cast<State&>(state), config_, userland_);
    const Concrete::Scope scope(machine);
    return predicate();
  }
  // The same of a predicate over Observed; `footprint` has all that it reads too.
  template <class F>
  auto judge_observed(const State& state, lang::Footprint& footprint, F&& predicate) const {
    kernel::State<Observed> observed;
    static_assert(sizeof observed == sizeof state);
    std::memcpy(static_cast<void*>(&observed), &state, sizeof state);
    const lang::Footprint::Watching watching(footprint, &observed);
    Observed machine(observed, config_, userland_);
    const Observed::Scope scope(machine);
    return predicate();
  }
  // The same of predicate(before, after) of a move, as lang::Property says.
  template <class F>
  auto judge_observed(const lang::Move<Pidns>& move, lang::Footprint& footprint,
                      F&& predicate) const {
    kernel::State<Observed> both[2];
    std::memcpy(static_cast<void*>(&both[0]), &move.before, sizeof move.before);
    std::memcpy(static_cast<void*>(&both[1]), &move.after, sizeof move.after);
    lang::Footprint of_both(sizeof both);
    const auto result = [&] {
      const lang::Footprint::Watching watching(of_both, both);
      Observed machine(both[1], config_, userland_);
      const Observed::Scope scope(machine);
      return predicate(both[0], both[1]);
    }();
    for (std::size_t i = 0; i < sizeof both[0]; ++i)
      if (of_both.read()[i] != 0 ||
          (of_both.read()[sizeof both[0] + i] != 0 && footprint.written()[i] == 0))
        footprint.add_read(i);
    return result;
  }

 private:
  bool perform_observed(State& state, int actor, lang::Chooser& chooser, Events& events,
                        lang::Footprint& footprint) const;

  Config config_;
  Userland userland_;
  bool watches_scans_ = false;
};

}  // namespace nsmc::kernel
