// Choices made inside a step: does this allocation fail, which call comes next?
// SPDX-License-Identifier: MIT
//
// A step is run again from its start for each combination of choices (re-execution, as in
// stateless model checking and in symbolic paths); the combination names the move.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace nsmc::lang {

// Up to 12 picks of 0..15, in 6 bytes.
class Script {
 public:
  static constexpr int kPicksMax = 12;
  static constexpr int kAlternativesMax = 16;

  int operator[](int i) const { return (packed_[i / 2] >> (i % 2 * 4)) & 15; }
  void set(int i, int pick) {
    std::uint8_t& byte = packed_[i / 2];
    byte = static_cast<std::uint8_t>((byte & ~(15 << (i % 2 * 4))) | (pick << (i % 2 * 4)));
  }
  friend bool operator==(const Script&, const Script&) = default;

 private:
  std::uint8_t packed_[6] = {};
};

// Enumerates all scripts of a piece of code:
//   Chooser chooser;
//   do { chooser.restart(); run(); } while (chooser.next());
class Chooser {
 public:
  Chooser() = default;
  // Follows one script only; picks that are not offered are 0.
  explicit Chooser(const Script& script) : script_(script), known_(Script::kPicksMax) {}

  void restart() { at_ = 0; }

  // REQUIRES: 1 <= alternatives <= 16.  A pick that the script has and the code no longer offers
  // makes `valid()` false: a script from a foreign file.
  int pick(int alternatives) {
    if (alternatives <= 1) return 0;
    if (at_ == Script::kPicksMax || alternatives > Script::kAlternativesMax)
      throw std::logic_error("a step makes more choices than a script can hold");
    if (at_ == known_) {
      script_.set(at_, 0);
      ++known_;
    }
    alternatives_[at_] = static_cast<std::uint8_t>(alternatives);
    const int chosen = script_[at_++];
    if (chosen < alternatives) return chosen;
    script_.set(at_ - 1, 0);
    valid_ = false;
    return 0;
  }

  // To the next script in order; false when all were run.
  bool next() {
    for (int i = at_ - 1; i >= 0; --i) {
      if (script_[i] + 1 < alternatives_[i]) {
        script_.set(i, script_[i] + 1);
        for (int later = i + 1; later < known_; ++later) script_.set(later, 0);
        known_ = i + 1;
        return true;
      }
    }
    return false;
  }

  const Script& script() const { return script_; }
  // Of a script that was followed, the picks that were made.
  Script taken() const {
    Script taken;
    for (int i = 0; i < at_; ++i) taken.set(i, script_[i]);
    return taken;
  }
  bool valid() const { return valid_; }
  int used() const { return at_; }

 private:
  Script script_;
  std::uint8_t alternatives_[Script::kPicksMax] = {};
  int at_ = 0;     // picks made in this run
  int known_ = 0;  // picks that the script prescribes
  bool valid_ = true;
};

}  // namespace nsmc::lang
