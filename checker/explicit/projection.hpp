// What a reader that looks at a few bytes of a part can tell apart: parts by number, and classes.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checker/explicit/part_packer.hpp"

namespace nsmc::checker {

// Two parts of one place are in one class if they agree in the bytes that are looked at.
class Projection {
 public:
  Projection(std::size_t place, std::vector<std::uint8_t> looked_at)
      : place_(place), looked_at_(std::move(looked_at)) {
    class_of_.reserve(kPartsAtFirst);
  }

  std::size_t place() const { return place_; }
  // Per byte of the part.
  const std::vector<std::uint8_t>& looked_at() const { return looked_at_; }
  // By number of a part; valid until know_all() is true.
  const std::uint32_t* class_of() const { return class_of_.data(); }
  // So many bits tell the classes apart, those to come for a while too.
  unsigned bits() const { return bits_; }

  // Also of the parts that are new.  True: class_of() or bits() has changed.
  bool know_all(const PartPacker& parts) {
    const std::uint32_t* before = class_of();
    while (class_of_.size() < parts.count(place_)) {
      const std::byte* part = parts.part(place_, static_cast<std::uint32_t>(class_of_.size()));
      std::string seen;
      for (std::size_t i = 0; i < looked_at_.size(); ++i)
        if (looked_at_[i] != 0) seen += static_cast<char>(part[i]);
      const auto next = static_cast<std::uint32_t>(classes_.size());
      class_of_.push_back(classes_.emplace(std::move(seen), next).first->second);
    }
    const bool needs_bits = classes_.size() > std::size_t{1} << bits_;
    if (needs_bits) bits_ = static_cast<unsigned>(std::bit_width(classes_.size() - 1)) + 1;
    return needs_bits || class_of() != before;
  }

 private:
  static constexpr std::size_t kPartsAtFirst = 256;  // no view need be told before

  std::size_t place_;
  std::vector<std::uint8_t> looked_at_;
  std::vector<std::uint32_t> class_of_;
  std::unordered_map<std::string, std::uint32_t> classes_;
  unsigned bits_ = 0;
};

}  // namespace nsmc::checker
