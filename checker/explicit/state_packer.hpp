// A state packed the way that suits its size: bit by bit, or as the numbers of its parts.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/part_packer.hpp"
#include "checker/explicit/tuning.hpp"

namespace nsmc::checker {

class StatePacker {
 public:
  // part_ends, is_growing: as PartPacker has them.
  StatePacker(std::span<const std::uint8_t> significant_bits,
              std::span<const std::size_t> part_ends, bool is_growing, const Tuning& tuning)
      : bits_(significant_bits, tuning.gather) {
    if (bits_.packed_bytes() >= tuning.parts_from_bytes)
      parts_.emplace(significant_bits, part_ends, is_growing);
  }

  std::size_t state_bytes() const { return bits_.state_bytes(); }
  std::size_t packed_bytes() const {
    return parts_ ? parts_->packed_bytes() : bits_.packed_bytes();
  }
  // nullptr: bit by bit.
  PartPacker* parts() { return parts_ ? &*parts_ : nullptr; }
  bool is_too_narrow() const { return parts_ && parts_->is_too_narrow(); }
  // Of what is kept beside the packed states.
  std::size_t memory_bytes() const { return parts_ ? parts_->memory_bytes() : 0; }

  void pack(const void* state, std::byte* packed) {
    if (parts_) return parts_->pack(state, packed);
    bits_.pack(state, packed);
  }
  // The same for a state that is much like another one, which is packed already.
  void pack_like(const void* other, const std::byte* other_packed, const void* state,
                 std::byte* packed) {
    if (parts_) return parts_->pack_like(other, other_packed, state, packed);
    bits_.pack(state, packed);
  }
  void unpack(const std::byte* packed, void* state) const {
    if (parts_) return parts_->unpack(packed, state);
    bits_.unpack(packed, state);
  }
  // The same for one state after the other, always into the same one, which nobody else changes.
  void unpack_next(const std::byte* packed, void* state) {
    if (parts_) return parts_->unpack_next(packed, state);
    bits_.unpack(packed, state);
  }

  void save(CheckpointWriter& to) const {
    if (parts_) parts_->save(to);
  }
  // REQUIRES: nothing was packed yet.  Throws CheckpointError.  How parts are laid out in the
  // states that were packed with it, if they are.
  std::optional<PartLayout> load(const CheckpointReader& from) {
    if (!parts_) return std::nullopt;
    return parts_->load(from);
  }

 private:
  BitPacker bits_;
  std::optional<PartPacker> parts_;
};

}  // namespace nsmc::checker
