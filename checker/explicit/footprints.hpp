// Footprints by number, and which of them get in each other's way.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace nsmc::checker {

// What somebody reads and writes, per byte of a state.  Many moves have the same: there are
// hundreds of footprints where there are ten thousands of moves, and each pair is compared once.
class Footprints {
 public:
  using Number = std::uint16_t;
  using Mask = std::vector<std::uint8_t>;  // per byte of a state: 0 or 1

  static constexpr std::size_t kMax = 4096;  // numbers
  // Of somebody of whom nothing is known: in everybody's way.
  static constexpr Number kNone = 0;

  // kNone if there are too many.
  Number number_of(const Mask& read, const Mask& written) {
    const auto known = numbers_.find({read, written});
    if (known != numbers_.end()) return known->second;
    if (count_ == kMax) return kNone;
    if (count_ == kInWord * stride_) enlarge();
    const auto number = static_cast<Number>(count_++);
    const auto& [added, ignored] = *numbers_.try_emplace({read, written}, number).first;
    of_.push_back({bits(read), bits(written)});
    for (Number other = 1; other <= number; ++other) compare(number, other);
    memory_bytes_ += 2 * (added.first.size() + 64 * of_.back().read.size() / 8);
    return number;
  }

  // What holds of the moves of two, as bits.
  // kLeftAlone: the mover writes nothing that the other reads, who will do the same after it.
  // kIndependent: besides, the other way round, and they write different bytes: in either order
  // they lead to the same state.
  static constexpr unsigned kLeftAlone = 1, kIndependent = 2;
  unsigned relation(Number mover, Number other) const {
    const std::uint64_t word = relations_[mover * stride_ + other / kInWord];
    return static_cast<unsigned>(word >> (other % kInWord * 2)) & 3;
  }

  // What a reader besides looks at, a bit for each byte of a state.
  using Bits = std::vector<std::uint64_t>;
  static Bits bits(const Mask& mask) {
    Bits result((mask.size() + 63) / 64);
    for (std::size_t i = 0; i < mask.size(); ++i)
      result[i / 64] |= std::uint64_t{mask[i]} << (i % 64);
    return result;
  }
  // Whether that is within what was read to know the moves with this number, and whether they leave
  // it alone.
  bool reads_all_of(Number mover, const Bits& read) const {
    const Bits& known = of_[mover].read;
    for (std::size_t i = 0; i < read.size(); ++i)
      if ((read[i] & ~known[i]) != 0) return false;
    return true;
  }
  bool writes_nothing_of(Number mover, const Bits& read) const {
    return are_disjoint(of_[mover].written, read);
  }

  std::size_t memory_bytes() const {
    return memory_bytes_ + relations_.size() * sizeof(std::uint64_t);
  }

 private:
  static constexpr std::size_t kInWord = 32;  // relations
  struct Footprint {
    Bits read, written;
  };

  static bool are_disjoint(const Bits& a, const Bits& b) {
    std::uint64_t common = 0;
    for (std::size_t i = 0; i < a.size(); ++i) common |= a[i] & b[i];
    return common == 0;
  }

  void compare(Number a, Number b) {
    const Footprint &of_a = of_[a], &of_b = of_[b];
    const bool a_leaves_b = are_disjoint(of_a.written, of_b.read);
    const bool b_leaves_a = are_disjoint(of_b.written, of_a.read);
    if (a_leaves_b && b_leaves_a && are_disjoint(of_a.written, of_b.written)) {
      set(a, b, kIndependent);
      set(b, a, kIndependent);
    }
    if (a_leaves_b) set(a, b, kLeftAlone);
    if (b_leaves_a) set(b, a, kLeftAlone);
  }
  void set(Number mover, Number other, unsigned relation) {
    relations_[mover * stride_ + other / kInWord] |= std::uint64_t{relation}
                                                     << (other % kInWord * 2);
  }
  void enlarge() {
    Bits larger(4 * relations_.size());
    for (std::size_t i = 0; i < relations_.size(); ++i)
      larger[i / stride_ * 2 * stride_ + i % stride_] = relations_[i];
    relations_ = std::move(larger);
    stride_ *= 2;
  }

  std::map<std::pair<Mask, Mask>, Number> numbers_;
  std::size_t count_ = 1;  // with kNone
  std::size_t stride_ = 1;
  std::vector<Footprint> of_ = std::vector<Footprint>(1);
  Bits relations_ = Bits(kInWord);  // a square matrix, by rows of stride_ words
  std::size_t memory_bytes_ = 0;
};

}  // namespace nsmc::checker
