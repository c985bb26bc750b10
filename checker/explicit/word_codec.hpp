// A state as one word and back, for systems whose states have at most 64 significant bits.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "checker/explicit/bit_packer.hpp"
#include "model/lang/system.hpp"
#include "model/lang/words.hpp"

namespace nsmc::checker {

template <lang::System S>
class WordCodec {
 public:
  using State = typename S::State;

  static bool fits(const S& system) {
    return BitPacker(system.significant_bits()).packed_bytes() <= sizeof(std::uint64_t);
  }

  explicit WordCodec(const S& system, BitPacker::Gather gather = BitPacker::fastest())
      : system_(system), packer_(system.significant_bits(), gather) {
    if (packer_.packed_bytes() > sizeof(std::uint64_t))
      throw std::logic_error("a state has more than 64 significant bits");
    if (packer_.state_bytes() != sizeof(State))
      throw std::logic_error("significant_bits() must give a mask for each byte of a state");
  }

  std::uint64_t word(const State& state) const {
    if constexpr (lang::Batched<S>) {
      return system_.word(state);
    } else {
      std::array<std::byte, sizeof(std::uint64_t) + BitPacker::kSlack> packed{};
      packer_.pack(&state, packed.data());
      std::uint64_t word = 0;
      std::memcpy(&word, packed.data(), packer_.packed_bytes());
      return word;
    }
  }
  State state(std::uint64_t word) const {
    if constexpr (lang::Batched<S>) {
      return system_.state(word);
    } else {
      std::array<std::byte, sizeof(std::uint64_t) + BitPacker::kSlack> packed{};
      std::memcpy(packed.data(), &word, sizeof word);
      State state{};
      packer_.unpack(packed.data(), &state);
      return state;
    }
  }

 private:
  const S& system_;
  BitPacker packer_;
};

}  // namespace nsmc::checker
