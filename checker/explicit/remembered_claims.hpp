// What is known of the claims in a state, because nothing that they read has changed.
// SPDX-License-Identifier: MIT
//
// What a claim reads of a state is all that its answer depends on.  So if the answer was known in
// the state before a move, and the move wrote nothing of that, it is the same after it; if not, it
// may be known by what the claim sees (View), as it was the same somewhere else.  Only what is
// left has to be asked, of the state itself.
//
// Each question has one footprint: all that it has read so far, in any state in which its answer
// counts as known.  It only grows.  A move that writes nothing in it wrote nothing of what was read
// in that one state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checker/explicit/footprints.hpp"
#include "checker/explicit/heritage.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/projections.hpp"
#include "checker/explicit/sight.hpp"
#include "model/lang/footprint.hpp"

namespace nsmc::checker {

template <lang::System S>
class RememberedClaims {
 public:
  using State = typename S::State;
  using Question = typename OpenClaims<S>::Observed;

  // Except for the questions, all outlive this object.  first: the state that will be added next.
  // From bytes_max on nothing more is learned.
  RememberedClaims(const S& system, const PartPacker& parts, Projections& projections,
                   const Footprints& footprints, const std::vector<Question>& questions,
                   std::uint64_t first, std::size_t bytes_max)
      : system_(system),
        parts_(parts),
        footprints_(footprints),
        bytes_max_(bytes_max),
        known_in_(1, first),
        numbers_(parts.places()) {
    for (const Question& question : questions) {
      observed_ |= question.bit;
      claims_.push_back({question, Sight(projections, sizeof(State))});
    }
  }
  RememberedClaims(const RememberedClaims&) = delete;
  RememberedClaims& operator=(const RememberedClaims&) = delete;

  // The moves that follow are made in this state ...
  void expand(std::uint64_t index) {
    const Questions* known = known_in_.of(index);
    known_ = known == nullptr ? 0 : *known;
  }
  // ... by somebody with this footprint; what it led to waits to be looked up.
  void wait(Footprints::Number mover) {
    const Questions inherited = known_ & left_alone(mover);
    known_in_.wait(&inherited);
  }

  // The first, second ... of those that wait was added.  Of the questions that are `open`, those
  // that it is known not to settle; unpacked() gives the state.
  template <class Unpacked>
  Questions add(std::size_t which, const std::byte* packed, Questions open, Unpacked&& unpacked) {
    Questions known = *known_in_.waiting(which);
    if (const Questions unknown = open & observed_ & ~known; unknown != 0) {
      parts_.numbers(packed, numbers_.data());
      known |= recall(unknown, unpacked);
    }
    known_in_.add(&known);
    return known;
  }
  void end_waiting() { known_in_.end_waiting(); }
  void begin_level() { known_in_.begin_level(); }

  std::size_t memory_bytes() const { return memory_bytes_ + known_in_.memory_bytes(); }

 private:
  struct Claim {
    Question question;
    Sight sight;  // of states that do not settle it
    LearningBudget budget{};
    std::uint64_t seen = 0;  // of the state that was added
  };
  struct LeftAlone {
    Questions questions = 0;
    std::uint32_t when = 0;  // how often footprints of questions had grown
  };

  // Of these questions those that are known after all.
  template <class Unpacked>
  Questions recall(Questions unknown, Unpacked& unpacked) {
    for (Claim& claim : claims_)
      if ((claim.question.bit & unknown) != 0) claim.seen = claim.sight.look_at(numbers_.data());
    Questions known = 0;
    for (Claim& claim : claims_)
      if ((claim.question.bit & unknown) != 0 &&
          (claim.sight.has(claim.seen) ||
           (memory_bytes_ < bytes_max_ && claim.budget.may_learn() && learn(claim, unpacked()))))
        known |= claim.question.bit;
    return known;
  }

  bool learn(Claim& claim, const State& state) {
    claim.budget.has_learned();
    lang::Footprint footprint(sizeof(State));
    if ((*claim.question.predicate)(system_, state, footprint) == claim.question.settled_by)
      return false;
    memory_bytes_ -= claim.sight.memory_bytes();
    if (claim.sight.keep(numbers_.data(), footprint.read())) ++grown_;
    memory_bytes_ += claim.sight.memory_bytes();
    return true;
  }

  // The questions of whose footprints nothing is written by moves with this one.
  Questions left_alone(Footprints::Number mover) {
    if (mover == Footprints::kNone) return 0;
    if (mover >= left_alone_.size()) left_alone_.resize(mover + 1);
    LeftAlone& left = left_alone_[mover];
    if (left.when == grown_) return left.questions;
    left = {0, grown_};
    for (const Claim& claim : claims_)
      if (footprints_.writes_nothing_of(mover, claim.sight.read()))
        left.questions |= claim.question.bit;
    return left.questions;
  }

  const S& system_;
  const PartPacker& parts_;
  const Footprints& footprints_;
  const std::size_t bytes_max_;
  std::vector<Claim> claims_;
  Questions observed_ = 0;
  Heritage<Questions> known_in_;
  Questions known_ = 0;                // in the state that is expanded
  std::vector<LeftAlone> left_alone_;  // by footprint
  std::uint32_t grown_ = 1;
  std::vector<PartPacker::Number> numbers_;  // of the state that was added
  std::size_t memory_bytes_ = 0;
};

}  // namespace nsmc::checker
