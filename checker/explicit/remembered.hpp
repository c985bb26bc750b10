// All that a search remembers of moves and claims, by the state in which it has begun to.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "checker/explicit/heritage.hpp"
#include "checker/explicit/judged_moves.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/part_packer.hpp"
#include "checker/explicit/remembered_claims.hpp"
#include "checker/explicit/remembered_moves.hpp"

namespace nsmc::checker {

// Of systems that are not local: nothing.
template <lang::System S, bool is_local>
class Remembered {
 public:
  void begin_level() {}
  template <class Unpacked>
  Questions add(std::size_t /*which*/, const std::byte* /*packed*/, Questions /*open*/,
                Unpacked&& /*unpacked*/) {
    return 0;
  }
  void end_waiting() {}
  void add_steps(std::vector<std::uint64_t>& /*counts*/) {}
  std::size_t memory_bytes() const { return 0; }
};

// Does nothing before it has begun.
template <lang::System S>
class Remembered<S, true> {
 public:
  bool has_begun() const { return moves_.has_value(); }
  // first: the state that will be added next.  The system and the parts outlive this object.  What
  // is known of claims takes a share of bytes_max at most: it can be asked for again.
  void begin(const S& system, PartPacker& parts, const OpenClaims<S>& claims, std::uint64_t first,
             std::uint64_t bytes_max) {
    const auto share = static_cast<std::size_t>(bytes_max / kShares);
    moves_.emplace(system, parts);
    heritage_.emplace(moves_->heritage_words(), first);
    const auto observed = claims.observed_states();
    if (!observed.empty())
      claims_.emplace(system, parts, moves_->projections(), moves_->footprints(), observed, first,
                      share);
    judged_.emplace(system, moves_->projections(), moves_->footprints(), claims.observed_moves(),
                    share);
  }

  // emit(action, events, finds, go) for the moves out of a state, as RememberedMoves says; what is
  // found waits to be looked up.  Those that find nothing are emitted if open questions about moves
  // want it.
  template <class Emit>
  std::uint64_t each(std::uint64_t index, const std::byte* packed, const OpenClaims<S>& claims,
                     Emit&& emit) {
    if (claims_) claims_->expand(index);
    const auto wanted = [&](std::uint32_t move) {
      return claims.asks_moves(known_of(move, claims));
    };
    const auto take = [&](const auto& action, const auto& events, const std::uint32_t* heritage,
                          const auto& go) {
      emit(action, events, heritage != nullptr, go);
      if (heritage == nullptr) return;
      heritage_->wait(heritage);
      if (claims_) claims_->wait(moves_->mover());
    };
    return moves_->each(packed, heritage_->of(index), wanted, take);
  }
  // During emit(): of the open questions about moves, those that this one is known not to settle.
  Questions unsettled(const OpenClaims<S>& claims) const {
    return known_of(moves_->move(), claims);
  }
  // The same, of which these were known before the move could be asked.
  Questions ask(const OpenClaims<S>& claims, Questions known, const lang::Move<S>& move) {
    const std::uint32_t number = moves_->move();
    const Questions unknown = claims.open_moves() & ~known;
    if (number == RememberedMoves<S>::kNotRemembered || unknown == 0) return known;
    return known | judged_->ask(number, unknown, moves_->parts(), moves_->mover(),
                                moves_->written(number), move);
  }
  // During each(): the state whose moves are asked for has been packed anew, and lies there.
  void has_moved(const std::byte* packed) { moves_->has_moved(packed); }

  // The first, second ... of those that wait was added: RememberedClaims.
  template <class Unpacked>
  Questions add(std::size_t which, const std::byte* packed, Questions open, Unpacked&& unpacked) {
    if (heritage_) heritage_->add(which);
    return claims_ ? claims_->add(which, packed, open, unpacked) : 0;
  }
  // All that waited were looked up.
  void end_waiting() {
    if (heritage_) heritage_->end_waiting();
    if (claims_) claims_->end_waiting();
  }
  void begin_level() {
    if (heritage_) heritage_->begin_level();
    if (claims_) claims_->begin_level();
  }

  // Adds how often each step was executed since the last time.
  void add_steps(std::vector<std::uint64_t>& counts) {
    if (moves_) moves_->add_steps(counts);
  }
  std::size_t memory_bytes() const {
    if (!moves_) return 0;
    return moves_->memory_bytes() + heritage_->memory_bytes() + judged_->memory_bytes() +
           (claims_ ? claims_->memory_bytes() : 0);
  }

 private:
  static constexpr std::uint64_t kShares = 16;

  Questions known_of(std::uint32_t move, const OpenClaims<S>& claims) const {
    return judged_->unsettled(move, claims.open_moves(), moves_->parts());
  }

  std::optional<RememberedMoves<S>> moves_;
  std::optional<Heritage<std::uint32_t>> heritage_;
  std::optional<RememberedClaims<S>> claims_;
  std::optional<JudgedMoves<S>> judged_;
};

}  // namespace nsmc::checker
