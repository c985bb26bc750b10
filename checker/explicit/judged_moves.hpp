// Which questions a remembered move is known not to settle.
// SPDX-License-Identifier: MIT
//
// A remembered move is made wherever the same is in the bytes that were read to know it, and writes
// the same.  So what a claim says of it once it says always, if it reads nothing but those bytes
// and what the move has written.  If it reads more, it says the same where it sees the same (View).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "checker/explicit/footprints.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/projections.hpp"
#include "checker/explicit/sight.hpp"
#include "model/lang/footprint.hpp"

namespace nsmc::checker {

template <lang::System S>
class JudgedMoves {
 public:
  using Question = typename OpenClaims<S>::ObservedMove;
  using Number = PartPacker::Number;

  // Most moves of a short search are not made much more often than this.
  static constexpr unsigned kAskedPlainly = 32;

  // Except for the questions, all outlive this object.  A move is asked plainly so many times; from
  // bytes_max on nothing more is learned.
  JudgedMoves(const S& system, Projections& projections, const Footprints& footprints,
              const std::vector<Question>& questions, std::size_t bytes_max,
              unsigned asked_plainly = kAskedPlainly)
      : system_(system),
        projections_(projections),
        footprints_(footprints),
        bytes_max_(bytes_max),
        asked_plainly_(asked_plainly) {
    for (const Question& question : questions) claims_.push_back({question});
  }

  // Of the questions that are `open`, those that the move with this number is known not to settle
  // out of the state with these parts.
  Questions unsettled(std::uint32_t move, Questions open, const Number* parts) const {
    if (move >= moves_.size()) return 0;
    Questions known = moves_[move].everywhere;
    for (const Somewhere& somewhere : moves_[move].somewhere)
      if ((somewhere.bit & open & ~known) != 0 &&
          somewhere.sight->has(somewhere.sight->look_at(parts)))
        known |= somewhere.bit;
    return known;
  }

  // Asks what is unknown of the move with this number, which somebody with this footprint makes and
  // which writes this; gives those of the questions that it does not settle.
  Questions ask(std::uint32_t number, Questions unknown, const Number* parts,
                Footprints::Number mover, const lang::Footprint& written,
                const lang::Move<S>& move) {
    if (mover == Footprints::kNone || memory_bytes() >= bytes_max_) return 0;
    if (number >= moves_.size()) moves_.resize(number + 1);
    Judged& judged = moves_[number];
    if (judged.asked < asked_plainly_) {
      ++judged.asked;
      return 0;
    }
    const bool is_first = !std::exchange(judged.is_judged, true);
    Questions unsettled = 0;
    for (Claim& claim : claims_) {
      const Questions bit = claim.question.bit;
      if ((bit & unknown) == 0 || !(is_first || claim.budget.may_learn())) continue;
      claim.budget.has_learned();
      lang::Footprint footprint = written;
      if ((*claim.question.predicate)(system_, move, footprint) == claim.question.settled_by)
        continue;
      unsettled |= bit;
      if (is_first && footprints_.reads_all_of(mover, Footprints::bits(footprint.read())))
        judged.everywhere |= bit;
      else
        keep(sight(judged, bit), parts, footprint.read());
    }
    return unsettled;
  }

  std::size_t memory_bytes() const { return moves_.capacity() * sizeof(Judged) + sights_bytes_; }

 private:
  using State = typename S::State;
  struct Claim {
    Question question;
    LearningBudget budget{};
  };
  struct Somewhere {
    Questions bit;
    Sight* sight;
  };
  struct Judged {
    Questions everywhere = 0;
    std::vector<Somewhere> somewhere{};
    unsigned asked = 0;
    bool is_judged = false;
  };

  Sight& sight(Judged& judged, Questions bit) {
    for (const Somewhere& somewhere : judged.somewhere)
      if (somewhere.bit == bit) return *somewhere.sight;
    Sight& sight = sights_.emplace_back(projections_, sizeof(State));
    judged.somewhere.push_back({bit, &sight});
    sights_bytes_ += sight.memory_bytes();
    return sight;
  }
  void keep(Sight& sight, const Number* parts, const Footprints::Mask& read) {
    sights_bytes_ -= sight.memory_bytes();
    sight.keep(parts, read);
    sights_bytes_ += sight.memory_bytes();
  }

  const S& system_;
  Projections& projections_;
  const Footprints& footprints_;
  const std::size_t bytes_max_;
  const unsigned asked_plainly_;
  std::vector<Claim> claims_;
  std::vector<Judged> moves_;
  std::deque<Sight> sights_;
  std::size_t sights_bytes_ = 0;
};

}  // namespace nsmc::checker
