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
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/explicit/footprints.hpp"
#include "checker/explicit/part_packer.hpp"
#include "checker/explicit/projections.hpp"
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

  // Bits of a word.
  static constexpr int kActorsMax = 32;

  // Both outlive this object.  REQUIRES: 1 to kActorsMax actors.
  RememberedMoves(const S& system, PartPacker& parts)
      : system_(system),
        parts_(parts),
        actors_(static_cast<std::size_t>(system.actors())),
        projections_(parts),
        from_(parts.places()),
        does_(actors_.size()),
        footprint_(actors_.size()),
        heritage_(heritage_words()) {
    steps_.assign(static_cast<std::size_t>(system.step_count()), 0);
  }
  RememberedMoves(const RememberedMoves&) = delete;
  RememberedMoves& operator=(const RememberedMoves&) = delete;

  // What each() is told of a state, and tells of those after it, in words: which actors sleep, a
  // bit each; of which nothing is known, the same; and of each actor the number of what it does
  // there.
  std::size_t heritage_words() const { return kMasks + actors_.size(); }

  // What successors() emits, but for the states: emit(action, events, heritage, go), where
  // go(packed) writes the state after the move, packed, and that state has this heritage if it is
  // found by this move.  Returns how many moves there are.  Those of who sleeps find no state, and
  // have no heritage: nullptr; they are emitted if wanted(move).  heritage: nullptr if nothing is
  // known.  Throws std::logic_error if a move has changed what its footprint says it did not.
  template <class Wanted, class Emit>
  std::uint64_t each(const std::byte* packed, const std::uint32_t* heritage, Wanted&& wanted,
                     Emit&& emit) {
    packed_ = packed;
    parts_.numbers(packed, from_.data());
    is_unpacked_ = false;
    ++states_;
    const std::uint32_t unknown = recall(heritage);

    std::uint64_t moves = 0;
    std::uint32_t able = unknown;
    for (std::size_t which = 0; which < actors_.size(); ++which) {
      Done& done = done_[does_[which]];
      ++done.times;
      moves += done.moves;
      footprint_[which] = done.footprint;
      able |= std::uint32_t{done.moves != 0} << which;
    }
    const std::uint32_t asleep = heritage != nullptr ? heritage[0] & ~unknown : 0;
    std::uint32_t may_sleep = asleep;
    each_bit(able, [&](std::size_t which) {
      mover_ = which;
      const bool sleeps = (asleep >> which & 1) != 0;
      if (!sleeps) bequeath(which, may_sleep);
      if ((unknown >> which & 1) != 0) {
        move_ = kNotRemembered;
        moves += make(which, emit);
        return;
      }
      may_sleep |= std::uint32_t{1} << which;
      const Done& done = done_[does_[which]];
      for (move_ = done.begin; move_ < done.begin + done.moves; ++move_)
        if (!sleeps || wanted(move_))
          emit(actions_[move_], events_[move_], sleeps ? nullptr : heritage_.data(),
               [this, i = move_](std::byte* to) { go(i, to); });
    });
    return moves;
  }

  // During emit(): which move it is, and the footprint of who moves, kNone if it is not known.
  static constexpr std::uint32_t kNotRemembered = 0xffffffff;
  std::uint32_t move() const { return move_; }
  Footprints::Number mover() const { return footprint_[mover_]; }
  // The parts of the state whose moves are asked for.
  const Number* parts() const { return from_.data(); }
  // What a move that is remembered writes.
  lang::Footprint written(std::uint32_t move) const {
    lang::Footprint footprint(sizeof(State));
    for (std::uint32_t i = first_change_[move]; i < first_change_[move + 1]; ++i) {
      const Effect& effect = *changes_[changes_of_moves_[i]].effect;
      for (std::size_t byte = 0; byte < effect.written.size(); ++byte)
        if (effect.written[byte] != 0) footprint.add_written(parts_.offset(effect.place) + byte);
    }
    return footprint;
  }

  // For others who remember something of the same parts.
  Projections& projections() { return projections_; }
  const Footprints& footprints() const { return footprints_; }

  // During each(): the state whose moves are asked for has been packed anew, and lies there.
  void has_moved(const std::byte* packed) { packed_ = packed; }

  // Adds how often each step was executed since the last time.
  void add_steps(std::vector<std::uint64_t>& counts) {
    for (Done& done : done_) {
      for (std::uint32_t i = done.begin; i < done.begin + done.moves; ++i)
        count_steps(events_[i], done.times);
      done.times = 0;
    }
    for (std::size_t step = 0; step < counts.size(); ++step)
      counts[step] += std::exchange(steps_[step], 0);
  }

  std::size_t memory_bytes() const { return memory_bytes_ + footprints_.memory_bytes(); }
  // How often an actor was asked for its moves and they had to be made.
  std::uint64_t learned() const { return learned_; }

 private:
  static constexpr std::uint64_t kLearnedFreely = 8192, kStatesPerLearned = 32;
  static constexpr Number kUnknown = 0xffffffff;
  static constexpr std::size_t kMasks = 2;          // words of a heritage before those by actor
  static constexpr std::uint32_t kNobodyKnows = 0;  // in done_: no moves, and in everybody's way
  using Mask = Footprints::Mask;

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
  // What an actor does in one case: moves from `begin` on.
  struct Done {
    std::uint32_t begin = 0;
    std::uint16_t moves = 0, footprint = Footprints::kNone;
    std::uint32_t times = 0;  // since its steps were counted
  };
  static_assert(Footprints::kMax <= 0x10000);
  // Where it looks first says what else it looks at: a program counter, as a rule.
  struct Actor {
    std::size_t first = 0;  // a place
    bool is_known = false;
    std::vector<View*> views;  // by the number of the part there
    std::vector<Mask> read;    // the same: per byte of the state
    // Of from_:
    const View* view = nullptr;
    std::uint64_t seen = 0;
    std::uint32_t layouts = 0;  // of the view, when it was seen
  };

  // What each actor does in from_; those of whom it cannot be said.
  std::uint32_t recall(const std::uint32_t* heritage) {
    const std::uint32_t everybody = ~std::uint32_t{0} >> (32 - actors_.size());
    const std::uint32_t unknown = heritage != nullptr ? heritage[1] : everybody;
    if (heritage != nullptr)
      std::memcpy(does_.data(), heritage + kMasks, does_.size() * sizeof does_[0]);
    each_bit(unknown, [this](std::size_t which) { look(actors_[which]); });
    std::uint32_t still_unknown = 0;
    each_bit(unknown, [&](std::size_t which) {
      std::uint32_t does = find(actors_[which]);
      if (does == View::kNothing && may_learn(actors_[which])) does = learn(which);
      const bool is_known = does != View::kNothing;
      does_[which] = is_known ? does : kNobodyKnows;
      still_unknown |= std::uint32_t{!is_known} << which;
    });
    return still_unknown;
  }
  void look(Actor& actor) const {
    const Number number = from_[actor.first];
    actor.view = number < actor.views.size() ? actor.views[number] : nullptr;
    if (actor.view == nullptr) return;
    actor.layouts = actor.view->layouts();
    actor.seen = actor.view->look_at(from_.data());
  }
  // After look().  To learn what another does may have changed what is seen.
  std::uint32_t find(Actor& actor) const {
    if (actor.view == nullptr || !actor.view->fits()) return View::kNothing;
    if (actor.layouts != actor.view->layouts()) actor.seen = actor.view->look_at(from_.data());
    return actor.view->find(actor.seen);
  }

  // What the states after moves of this actor have from this one: the others whom it leaves alone
  // do there what they do here.
  void bequeath(std::size_t mover, std::uint32_t may_sleep) {
    std::uint32_t independent = 0, disturbed = 0;
    for (std::size_t which = 0; which < actors_.size(); ++which) {
      const unsigned relation = footprints_.relation(footprint_[mover], footprint_[which]);
      disturbed |= (~relation & Footprints::kLeftAlone) << which;
      independent |= relation / Footprints::kIndependent << which;
    }
    heritage_[0] = may_sleep & independent;
    heritage_[1] = disturbed;
    std::memcpy(heritage_.data() + kMasks, does_.data(), does_.size() * sizeof does_[0]);
  }
  template <class F>
  static void each_bit(std::uint32_t bits, F&& f) {
    for (; bits != 0; bits &= bits - 1) f(static_cast<std::size_t>(std::countr_zero(bits)));
  }

  void go(std::uint32_t move, std::byte* to) {
    copy_bytes(to, packed_, parts_.packed_bytes());
    for (std::uint32_t i = first_change_[move]; i < first_change_[move + 1]; ++i) {
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
    projections_.know_all(effect.place);
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
  std::uint64_t make(std::size_t which, Emit&& emit) {
    unpack();
    std::uint64_t moves = 0;
    system_.moves_of(state_, static_cast<int>(which), nullptr,
                     [&](const Action& action, const State& after, const Events& events) {
                       ++moves;
                       count_steps(events, 1);
                       emit(action, events, heritage_.data(),
                            [&](std::byte* to) { pack(after, to); });
                     });
    return moves;
  }

  // The same, remembered.
  std::uint32_t learn(std::size_t which) {
    ++learned_;
    unpack();
    Actor& actor = actors_[which];
    const std::size_t known_moves = actions_.size();
    lang::Footprint footprint(sizeof(State));
    Mask written(sizeof(State));  // by any of the moves
    system_.moves_of(state_, static_cast<int>(which), &footprint,
                     [&](const Action& action, const State& after, const Events& events) {
                       add_move(action, after, events, footprint);
                       unite(written.data(), footprint.written().data(), written.size());
                     });
    const auto done = static_cast<std::uint32_t>(done_.size());
    const std::size_t moves = actions_.size() - known_moves;
    if (moves > std::numeric_limits<std::uint16_t>::max())
      throw std::length_error("more moves of one actor than can be remembered");
    done_.push_back({static_cast<std::uint32_t>(known_moves), static_cast<std::uint16_t>(moves),
                     footprints_.number_of(footprint.read(), written)});
    if (!std::exchange(actor.is_known, true)) actor.first = place_of(footprint.first());
    View& view = view_of(actor, footprint.read());
    if (view.fits()) {
      memory_bytes_ -= view.memory_bytes();
      view.keep(from_.data(), done);
      memory_bytes_ += view.memory_bytes();
    }
    memory_bytes_ +=
        moves * (sizeof(Action) + sizeof(Events) + sizeof first_change_[0]) + sizeof(Done);
    return done;
  }

  void unpack() {
    if (!std::exchange(is_unpacked_, true)) parts_.unpack(packed_, &state_);
  }
  // Of a state that follows state_.
  void pack(const State& after, std::byte* packed) {
    parts_.pack_like(&state_, packed_, &after, packed);
    for (std::size_t place = 0; place < parts_.places(); ++place) projections_.know_all(place);
  }
  void count_steps(const Events& events, std::uint64_t times) {
    if (times == 0) return;
    system_.each_step(events, [&](int step) { steps_[static_cast<std::size_t>(step)] += times; });
  }

  void add_move(const Action& action, const State& after, const Events& events,
                const lang::Footprint& footprint) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&after);
    for (std::size_t place = 0; place < parts_.places(); ++place) {
      const auto written = projections_.of_place(footprint.written(), place);
      if (!Projections::is_any(written)) continue;
      Effect effect{place, Mask(written.begin(), written.end()),
                    std::vector<std::byte>(written.size())};
      for (std::size_t i = 0; i < written.size(); ++i)
        if (written[i] != 0) effect.bytes[i] = bytes[parts_.offset(place) + i];
      changes_of_moves_.push_back(change(std::move(effect)));
    }
    first_change_.push_back(static_cast<std::uint32_t>(changes_of_moves_.size()));
    actions_.push_back(action);
    events_.push_back(events);

    expected_.resize(parts_.packed_bytes());
    after_.resize(parts_.packed_bytes());
    pack(after, expected_.data());
    go(static_cast<std::uint32_t>(actions_.size() - 1), after_.data());
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
      actor.views[number] = &projections_.new_view();
      actor.read[number].assign(sizeof(State), 0);
    }
    View& view = *actor.views[number];
    Mask& all = actor.read[number];
    if (!unite(all.data(), read.data(), all.size())) return view;
    memory_bytes_ -= view.memory_bytes();
    projections_.look(view, all, actor.first);
    memory_bytes_ += view.memory_bytes();
    return view;
  }

  std::size_t place_of(int byte) const {
    std::size_t place = parts_.places() - 1;
    while (place > 0 && static_cast<int>(parts_.offset(place)) > byte) --place;
    return place;
  }

  const S& system_;
  PartPacker& parts_;
  std::vector<Actor> actors_;
  Projections projections_;
  std::map<Effect, std::uint32_t> effects_;  // to their index in changes_
  std::vector<Change> changes_;
  std::vector<Action> actions_;                    // of each move
  std::vector<Events> events_;                     // the same
  std::vector<std::uint32_t> first_change_ = {0};  // the same, and the end: in changes_of_moves_
  std::vector<Done> done_ = std::vector<Done>(1);
  std::vector<std::uint64_t> steps_;  // how often each step, since add_steps()
  std::vector<std::uint32_t> changes_of_moves_;
  Footprints footprints_;
  std::size_t memory_bytes_ = 0;
  std::uint64_t learned_ = 0, states_ = 0;

  std::vector<Number> from_;                   // the state whose moves are asked for
  std::vector<std::uint32_t> does_;            // there, by actor: in done_
  std::vector<Footprints::Number> footprint_;  // the same
  std::vector<std::uint32_t> heritage_;        // of the states after a move
  std::uint32_t move_ = 0;                     // that is emitted
  std::size_t mover_ = 0;                      // who moves, an index of the same
  const std::byte* packed_ = nullptr;          // the same, as it is in the store
  std::vector<std::byte> after_, expected_;
  State state_{};  // the same, if is_unpacked_
  bool is_unpacked_ = false;
};

}  // namespace nsmc::checker
