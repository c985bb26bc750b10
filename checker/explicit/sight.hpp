// What somebody has seen before, by all that he ever looked at.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "checker/explicit/footprints.hpp"
#include "checker/explicit/projections.hpp"

namespace nsmc::checker {

// A set of what a reader can see of states.  How much it looks at only grows; what it has seen
// before that is forgotten then.
class Sight {
 public:
  // The projections outlive this object.
  Sight(Projections& projections, std::size_t state_bytes)
      : projections_(projections),
        view_(projections.new_view()),
        read_(Footprints::bits(Footprints::Mask(state_bytes))) {}

  // What it looks at.
  const Footprints::Bits& read() const { return read_; }

  // What it sees of a state with these parts, for has(), and the line in which that is looked up is
  // asked for.
  std::uint64_t look_at(const PartPacker::Number* parts) const { return view_.look_at(parts); }
  bool has(std::uint64_t seen) const { return view_.fits() && view_.find(seen) != View::kNothing; }

  // Keeps what it sees of this state, in which all of `read` was looked at.  True: that is more
  // than before.  REQUIRES: has() is false.
  bool keep(const PartPacker::Number* parts, const Projections::Mask& read) {
    bool has_grown = false;
    Projections::Mask all = read;
    for (std::size_t byte = 0; byte < all.size(); ++byte) {
      std::uint64_t& word = read_[byte / 64];
      const std::uint64_t bit = std::uint64_t{1} << (byte % 64);
      has_grown = has_grown || (all[byte] != 0 && (word & bit) == 0);
      word |= all[byte] != 0 ? bit : 0;
      all[byte] = (word & bit) != 0 ? 1 : 0;
    }
    if (has_grown) projections_.look(view_, all);
    if (view_.fits()) view_.keep(parts, 0);
    return has_grown;
  }

  std::size_t memory_bytes() const {
    return sizeof *this + view_.memory_bytes() + read_.capacity() * sizeof read_[0];
  }

 private:
  Projections& projections_;
  View& view_;
  Footprints::Bits read_;
};

// To ask while somebody watches what is read costs more than to ask: where there is more to learn
// than to use, a share of the questions pays for it.
class LearningBudget {
 public:
  // Whether one that was not known may be learned.
  bool may_learn() { return learned_ <= kFreely + ++asked_ / kAskedPerLearned; }
  void has_learned() { ++learned_; }

 private:
  static constexpr std::uint64_t kFreely = 256, kAskedPerLearned = 16;
  std::uint64_t asked_ = 0, learned_ = 0;
};

}  // namespace nsmc::checker
