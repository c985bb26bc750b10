// Causes of a violation, by undoing one write at a time.
// SPDX-License-Identifier: MIT
#include "props/decisive.hpp"

#include <algorithm>
#include <cstring>

#include "model/kernel/field_places.hpp"

namespace nsmc::props {
namespace {

using kernel::FieldPlace;
using kernel::Pidns;
using State = Pidns::State;

char* at(State& state, const FieldPlace& place) {
  return reinterpret_cast<char*>(&state) + place.offset;
}
const char* at(const State& state, const FieldPlace& place) {
  return reinterpret_cast<const char*>(&state) + place.offset;
}
bool same(const State& a, const State& b, const FieldPlace& place) {
  return std::memcmp(at(a, place), at(b, place), place.bytes) == 0;
}

// That an object is there, and where a context stands, decides everything and explains nothing.
bool explains(const std::string& field) {
  return !field.ends_with(".allocated") && field.find("/pc") == std::string::npos;
}

class Undo {
 public:
  Undo(const Pidns& system, const lang::Property<Pidns>& claim, std::span<const Pidns::Action> run)
      : system_(system), claim_(claim), run_(run) {
    states_.push_back(system.initial().front());
    for (const Pidns::Action& action : run) {
      State after{};
      events_ = {};
      system.execute(states_.back(), action, after, events_);
      states_.push_back(after);
    }
  }

  std::vector<DecisiveValue> values() const {
    std::vector<DecisiveValue> found;
    const std::vector<FieldPlace> places = kernel::field_places(system_);
    const std::vector<lang::Field> last = system_.fields(states_.back());
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!explains(places[i].name)) continue;
      const std::size_t step = last_write(places[i]);
      if (step == 0 || is_settled_without(places[i], step)) continue;
      found.push_back(
          {places[i].name, system_.fields(states_[step - 1])[i].value, last[i].value, step});
    }
    std::stable_sort(
        found.begin(), found.end(),
        [](const DecisiveValue& a, const DecisiveValue& b) { return a.step > b.step; });
    return found;
  }

 private:
  // 0: it is as it was in the beginning.
  std::size_t last_write(const FieldPlace& place) const {
    std::size_t step = run_.size();
    while (step > 0 && same(states_[step - 1], states_[step], place)) --step;
    return step;
  }

  // A claim that reads what is not there any more, with this value undone, is not asked.
  bool is_settled_without(const FieldPlace& place, std::size_t step) const {
    try {
      return settles(place, step);
    } catch (const lang::Oops&) {
      return true;
    }
  }

  bool settles(const FieldPlace& place, std::size_t step) const {
    State end = states_.back();
    std::memcpy(at(end, place), at(states_[step - 1], place), place.bytes);
    const bool wanted = claim_.expect == lang::Expect::sometimes;
    if (claim_.scope != lang::Scope::move) return claim_.holds(system_, end) == wanted;
    State before = states_[states_.size() - 2];
    if (step < run_.size())
      std::memcpy(at(before, place), at(states_[step - 1], place), place.bytes);
    return claim_.holds_move(system_, {before, run_.back(), end, events_}) == wanted;
  }

  const Pidns& system_;
  const lang::Property<Pidns>& claim_;
  const std::span<const Pidns::Action> run_;
  std::vector<State> states_;
  Pidns::Events events_;  // of the last move
};

}  // namespace

std::vector<DecisiveValue> decisive_values(const Pidns& system, const lang::Property<Pidns>& claim,
                                           std::span<const Pidns::Action> run) {
  return run.empty() ? std::vector<DecisiveValue>{} : Undo(system, claim, run).values();
}

}  // namespace nsmc::props
