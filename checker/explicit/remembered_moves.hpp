// Moves by what was learned of them: a step runs once for all states that it cannot tell apart.
// SPDX-License-Identifier: MIT
//
// An actor looks at a few bytes of a state and writes a few.  What it read and wrote is its
// footprint (lang::Local); in every other state that has the same in the bytes that it read, it
// makes the same moves, which write the same to the same bytes.  So a move is run once, and
// afterwards found by the numbers of the parts of a state, without the state: what is read are
// classes of parts (Projection), what is written turns the number of a part into another.
//
// After the caches of transitions of LTSmin (Blom, van de Pol, Weber: LTSmin, Distributed and
// Symbolic Reachability, CAV 2010), whose dependencies are given with the model beforehand, in
// slots; here they are observed, in bytes, and depend on where the actor stands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/explicit/part_packer.hpp"
#include "checker/explicit/short_bytes.hpp"
#include "checker/explicit/view.hpp"
#include "model/lang/local.hpp"

namespace nsmc::checker {

template <lang::Local S>
class RememberedMoves {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;
  using Number = PartPacker::Number;

  // Both outlive this object.
  RememberedMoves(const S& system, PartPacker& parts)
      : system_(system),
        parts_(parts),
        actors_(static_cast<std::size_t>(system.actors())),
        projections_(parts.places()),
        known_(parts.places()),
        from_(parts.places()),
        after_(parts.places() * sizeof(Number)),
        expected_(parts.places() * sizeof(Number)) {
    steps_.assign(static_cast<std::size_t>(system.step_count()), 0);
  }
  RememberedMoves(const RememberedMoves&) = delete;
  RememberedMoves& operator=(const RememberedMoves&) = delete;

  // What successors() emits, but for the states: emit(action, events, go), where go(packed) writes
  // the state after the move, packed.  Throws std::logic_error if a move has changed what its
  // footprint says it did not.
  template <class Emit>
  void each(const std::byte* packed, Emit&& emit) {
    packed_ = packed;
    parts_.numbers(packed, from_.data());
    is_unpacked_ = false;
    ++states_;
    for (Actor& actor : actors_) look(actor);
    for (std::size_t which = 0; which < actors_.size(); ++which) {
      Actor& actor = actors_[which];
      const View::Range* known = find(actor);
      if (known == nullptr && !may_learn(actor)) {
        make(which, emit);
        continue;
      }
      const View::Range range = known != nullptr ? *known : learn(which);
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        ++taken_[i];
        emit(moves_[i].action, events_[i], [this, i](std::byte* to) { go(moves_[i], to); });
      }
    }
  }

  // Adds how often each step was executed since the last time.
  void add_steps(std::vector<std::uint64_t>& counts) {
    for (std::size_t i = 0; i < taken_.size(); ++i)
      count_steps(events_[i], std::exchange(taken_[i], 0));
    for (std::size_t step = 0; step < counts.size(); ++step)
      counts[step] += std::exchange(steps_[step], 0);
  }

  std::size_t memory_bytes() const { return memory_bytes_; }
  // How often an actor was asked for its moves and they had to be made.
  std::uint64_t learned() const { return learned_; }

 private:
  static constexpr std::uint64_t kLearnedFreely = 2048, kStatesPerLearned = 32;
  static constexpr Number kUnknown = 0xffffffff;
  using Mask = std::vector<std::uint8_t>;

  // A move writes these bytes of the part at a place, whatever is in the others.
  struct Effect {
    std::size_t place = 0;
    Mask written;
    std::vector<std::byte> bytes;  // as they are afterwards, 0 where nothing was written
    friend auto operator<=>(const Effect&, const Effect&) = default;
  };
  // The same by the number that the part has before it.
  struct Change {
    std::uint32_t place = 0;
    const Effect* effect = nullptr;
    std::vector<Number> after{};
  };
  struct Move {
    Action action;
    std::uint32_t begin = 0, end = 0;  // in changes_of_moves_
  };
  // Where it looks first says what else it looks at: a program counter, as a rule.
  struct Actor {
    std::size_t first = 0;  // a place
    bool is_known = false;
    std::vector<std::unique_ptr<View>> views;  // by the number of the part there
    std::vector<Mask> read;                    // the same: per byte of the state
    // Of from_:
    const View* view = nullptr;
    std::uint64_t seen = 0;
    std::uint32_t layouts = 0;  // of the view, when it was seen
  };

  void look(Actor& actor) const {
    const Number number = from_[actor.first];
    actor.view = number < actor.views.size() ? actor.views[number].get() : nullptr;
    if (actor.view == nullptr) return;
    actor.layouts = actor.view->layouts();
    actor.seen = actor.view->look_at(from_.data());
  }
  // After look().  To learn what another does may have changed what is seen.
  const View::Range* find(Actor& actor) const {
    if (actor.view == nullptr || !actor.view->fits()) return nullptr;
    if (actor.layouts != actor.view->layouts()) actor.seen = actor.view->look_at(from_.data());
    return actor.view->find(actor.seen);
  }

  void go(const Move& move, std::byte* to) {
    copy_bytes(to, packed_, parts_.packed_bytes());
    for (std::uint32_t i = move.begin; i < move.end; ++i) {
      Change& change = changes_[changes_of_moves_[i]];
      const Number before = from_[change.place];
      Number after = before < change.after.size() ? change.after[before] : kUnknown;
      if (after == kUnknown) after = number_after(change, before);
      parts_.put(to, change.place, after);
    }
  }

  Number number_after(Change& change, Number before) {
    const Effect& effect = *change.effect;
    const std::byte* part = parts_.part(effect.place, before);
    std::vector<std::byte> bytes(part, part + effect.bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (effect.written[i] != 0) bytes[i] = effect.bytes[i];
    if (before >= change.after.size()) {
      memory_bytes_ -= change.after.capacity() * sizeof(Number);
      change.after.resize(parts_.count(effect.place), kUnknown);
      memory_bytes_ += change.after.capacity() * sizeof(Number);
    }
    const Number after = parts_.number_of(effect.place, bytes.data());
    change.after[before] = after;
    know_all(effect.place);
    return after;
  }

  // To learn costs as much as to make the moves some dozen times: where there is more to learn than
  // to use, a share of the states pays for it.
  bool may_learn(const Actor& actor) const {
    if (actor.view != nullptr && !actor.view->fits()) return false;
    return learned_ <= kLearnedFreely + states_ / kStatesPerLearned;
  }

  // The moves of an actor out of from_, as they are.
  template <class Emit>
  void make(std::size_t which, Emit&& emit) {
    unpack();
    system_.moves_of(state_, static_cast<int>(which), nullptr,
                     [&](const Action& action, const State& after, const Events& events) {
                       count_steps(events, 1);
                       emit(action, events, [&](std::byte* to) { pack(after, to); });
                     });
  }

  // The same, remembered.
  View::Range learn(std::size_t which) {
    ++learned_;
    unpack();
    Actor& actor = actors_[which];
    const std::size_t known_moves = moves_.size();
    lang::Footprint footprint(sizeof(State));
    system_.moves_of(state_, static_cast<int>(which), &footprint,
                     [&](const Action& action, const State& after, const Events& events) {
                       add_move(action, after, events, footprint);
                     });
    const View::Range range{static_cast<std::uint32_t>(known_moves),
                            static_cast<std::uint32_t>(moves_.size())};
    if (!std::exchange(actor.is_known, true)) actor.first = place_of(footprint.first());
    View& view = view_of(actor, footprint.read());
    if (view.fits()) {
      memory_bytes_ -= view.memory_bytes();
      view.keep(from_.data(), range);
      memory_bytes_ += view.memory_bytes();
    }
    memory_bytes_ +=
        (moves_.size() - known_moves) * (sizeof(Move) + sizeof(Events) + sizeof(std::uint64_t));
    return range;
  }

  void unpack() {
    if (!std::exchange(is_unpacked_, true)) parts_.unpack(packed_, &state_);
  }
  // Of a state that follows state_.
  void pack(const State& after, std::byte* packed) {
    parts_.pack_like(&state_, packed_, &after, packed);
    for (std::size_t place = 0; place < parts_.places(); ++place) know_all(place);
  }
  void count_steps(const Events& events, std::uint64_t times) {
    if (times == 0) return;
    system_.each_step(events, [&](int step) { steps_[static_cast<std::size_t>(step)] += times; });
  }

  void add_move(const Action& action, const State& after, const Events& events,
                const lang::Footprint& footprint) {
    Move move{action, static_cast<std::uint32_t>(changes_of_moves_.size()), 0};
    const auto* bytes = reinterpret_cast<const std::byte*>(&after);
    for (std::size_t place = 0; place < parts_.places(); ++place) {
      const auto written = of_place(footprint.written(), place);
      if (!is_any(written)) continue;
      Effect effect{place, Mask(written.begin(), written.end()),
                    std::vector<std::byte>(written.size())};
      for (std::size_t i = 0; i < written.size(); ++i)
        if (written[i] != 0) effect.bytes[i] = bytes[parts_.offset(place) + i];
      changes_of_moves_.push_back(change(std::move(effect)));
    }
    move.end = static_cast<std::uint32_t>(changes_of_moves_.size());
    moves_.push_back(move);
    events_.push_back(events);
    taken_.push_back(0);

    pack(after, expected_.data());
    go(move, after_.data());
    if (after_ != expected_)
      throw std::logic_error("a move has written what its footprint does not have");
  }

  std::uint32_t change(Effect&& effect) {
    const auto [at, is_new] =
        effects_.try_emplace(std::move(effect), static_cast<std::uint32_t>(changes_.size()));
    if (is_new) changes_.push_back({static_cast<std::uint32_t>(at->first.place), &at->first});
    return at->second;
  }

  // The view that has at least this.
  View& view_of(Actor& actor, const Mask& read) {
    const Number number = from_[actor.first];
    if (number >= actor.views.size()) {
      actor.views.resize(number + 1);
      actor.read.resize(number + 1);
    }
    if (actor.views[number] == nullptr) {
      actor.views[number] = std::make_unique<View>();
      actor.read[number].assign(sizeof(State), 0);
    }
    View& view = *actor.views[number];
    Mask& all = actor.read[number];
    unsigned more = 0;
    for (std::size_t i = 0; i < all.size(); ++i) more |= read[i] & ~unsigned{all[i]};
    if (more == 0) return view;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] |= read[i];
    std::vector<const Projection*> projections;
    for (std::size_t place = 0; place < parts_.places(); ++place)
      if (place != actor.first)
        if (const Projection* projection = projection_onto(place, of_place(all, place)))
          projections.push_back(projection);
    memory_bytes_ -= view.memory_bytes();
    view.look_through(std::move(projections));
    memory_bytes_ += view.memory_bytes();
    return view;
  }

  // nullptr: nothing is looked at.
  const Projection* projection_onto(std::size_t place, std::span<const std::uint8_t> looked_at) {
    if (!is_any(looked_at)) return nullptr;
    std::deque<Projection>& there = projections_[place];
    for (const Projection& projection : there)
      if (std::equal(looked_at.begin(), looked_at.end(), projection.looked_at().begin()))
        return &projection;
    there.emplace_back(place, Mask(looked_at.begin(), looked_at.end())).know_all(parts_);
    return &there.back();
  }

  // Parts may have been added there.
  void know_all(std::size_t place) {
    if (std::exchange(known_[place], parts_.count(place)) == parts_.count(place)) return;
    for (Projection& projection : projections_[place])
      if (projection.know_all(parts_)) lay_out_anew(&projection);
  }
  void lay_out_anew(const Projection* projection) {
    for (Actor& actor : actors_)
      for (const std::unique_ptr<View>& view : actor.views)
        if (view != nullptr && view->looks_through(projection)) view->lay_out_anew();
  }

  static bool is_any(std::span<const std::uint8_t> mask) {
    return std::find(mask.begin(), mask.end(), 1) != mask.end();
  }
  std::span<const std::uint8_t> of_place(const Mask& of_state, std::size_t place) const {
    return std::span(of_state).subspan(parts_.offset(place), parts_.bytes(place));
  }
  std::size_t place_of(int byte) const {
    std::size_t place = parts_.places() - 1;
    while (place > 0 && static_cast<int>(parts_.offset(place)) > byte) --place;
    return place;
  }

  const S& system_;
  PartPacker& parts_;
  std::vector<Actor> actors_;
  std::vector<std::deque<Projection>> projections_;  // by place
  std::vector<std::size_t> known_;                   // by place: parts that they know
  std::map<Effect, std::uint32_t> effects_;          // to their index in changes_
  std::vector<Change> changes_;
  std::vector<Move> moves_;
  std::vector<Events> events_;        // of each move
  std::vector<std::uint64_t> taken_;  // the same: how often, since its steps were counted
  std::vector<std::uint64_t> steps_;  // how often each step, since add_steps()
  std::vector<std::uint32_t> changes_of_moves_;
  std::size_t memory_bytes_ = 0;
  std::uint64_t learned_ = 0, states_ = 0;

  std::vector<Number> from_;           // the state whose moves are asked for
  const std::byte* packed_ = nullptr;  // the same, as it is in the store
  std::vector<std::byte> after_, expected_;
  State state_{};  // the same, if is_unpacked_
  bool is_unpacked_ = false;
};

// What a search has of them; of systems that are not local, nothing.
template <class S, bool is_local>
struct RememberedOf {
  using Type = std::optional<RememberedMoves<S>>;
};
template <class S>
struct RememberedOf<S, false> {
  using Type = std::nullopt_t;
};

}  // namespace nsmc::checker
