// Packs a state into the fewest bytes: only the bits that can ever be set, one after another.
// SPDX-License-Identifier: MIT
//
// A model's fields are whole bytes of which most bits are always zero.  The bits that matter are
// gathered by pext and put back by pdep, a word of the state at a time; without BMI2 by six masked
// shifts whose masks are computed once (Warren, Hacker's Delight, 2nd ed., 7-4 "Compress, or
// Generalized Extract").  Both give the same bytes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nsmc::checker {

class BitPacker {
 public:
  enum class Gather : std::uint8_t { bmi2, portable };

  // pack() may write, and unpack() may read, this many bytes past packed_bytes().
  static constexpr std::size_t kSlack = 8;

  // The fast way of this processor.  Zen 1 and 2 have pext in microcode, slower than the shifts.
  static Gather fastest() {
#if defined(__x86_64__)
    // int with g++, bool with clang
    static const auto has_fast_pext = __builtin_cpu_supports("bmi2") &&
                                      __builtin_cpu_supports("avx2") &&
                                      !__builtin_cpu_is("amdfam17h");
    return has_fast_pext ? Gather::bmi2 : Gather::portable;
#else
    return Gather::portable;
#endif
  }

  // significant_bits: one mask per byte of the state.
  explicit BitPacker(std::span<const std::uint8_t> significant_bits, Gather gather = fastest())
      : masks_(significant_bits.begin(), significant_bits.end()), gather_(gather) {
    const std::size_t size = masks_.size();
    std::size_t bits = 0;
    // The last word of an odd-sized state overlaps the one before it and takes only what is left.
    // It goes first, so that unpack() overwrites its zeros in the overlap.
    if (size % kWord != 0) {
      const std::size_t from = size < kWord ? 0 : size - kWord;
      const std::size_t covered = 8 * (size / kWord * kWord - from);
      tail_known_ = mask_at(from);
      add_word(from, tail_known_ & (~std::uint64_t{0} << covered), bits);
    }
    for (std::size_t from = 0; from + kWord <= size; from += kWord) {
      known_.push_back(mask_at(from));
      add_word(from, known_.back(), bits);
    }
    packed_bytes_ = std::max<std::size_t>(1, (bits + 7) / 8);
  }

  std::size_t state_bytes() const { return masks_.size(); }
  std::size_t packed_bytes() const { return packed_bytes_; }

  // Throws std::logic_error if a bit is set that significant_bits() says is always zero: to drop
  // it would merge different states in silence.
  void pack(const void* state, std::byte* packed) const {
    const auto* bytes = static_cast<const std::byte*>(state);
    std::array<std::byte, kWord> whole{};
    if (masks_.size() < kWord) {
      std::memcpy(whole.data(), state, masks_.size());
      bytes = whole.data();
    }
    if (!gather(bytes, packed)) throw std::logic_error(complaint(bytes));
  }

  void unpack(const std::byte* packed, void* state) const {
    if (masks_.size() >= kWord) return scatter(packed, static_cast<std::byte*>(state));
    std::array<std::byte, kWord> whole{};
    scatter(packed, whole.data());
    std::memcpy(state, whole.data(), masks_.size());
  }

 private:
  static_assert(std::endian::native == std::endian::little, "a word's low byte is its first byte");
  static constexpr std::size_t kWord = 8;
  using Moves = std::array<std::uint64_t, 6>;

  // The bits that go from one word of the state to one word of the packed state.  Both ways visit
  // the pieces in the same order and assemble whole words: one store each.
  struct Piece {
    std::uint64_t bits;   // of the state's word
    std::uint32_t from;   // byte of the state at which that word begins
    std::uint32_t to;     // byte of the packed state at which its word begins
    std::uint32_t shift;  // where in the packed word
  };
  struct Word {
    std::uint32_t from;
    std::uint32_t pieces;
  };

  static std::uint64_t load(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, kWord);
    return word;
  }
  static void store(std::byte* at, std::uint64_t word) { std::memcpy(at, &word, kWord); }

  std::uint64_t mask_at(std::size_t from) const {
    std::uint64_t mask = 0;
    std::memcpy(&mask, masks_.data() + from, std::min(kWord, masks_.size()));
    return mask;
  }

  void add_word(std::size_t from, std::uint64_t bits, std::size_t& position) {
    words_.push_back({static_cast<std::uint32_t>(from), 0});
    while (bits != 0) {
      const std::size_t shift = position % 64;
      std::uint64_t piece = bits;
      while (static_cast<std::size_t>(std::popcount(piece)) > 64 - shift)
        piece ^= std::bit_floor(piece);
      pieces_.push_back({piece, static_cast<std::uint32_t>(from),
                         static_cast<std::uint32_t>(position / 64 * kWord),
                         static_cast<std::uint32_t>(shift)});
      moves_.push_back(moves(piece));
      if (shift == 0) pieces_to_.push_back(0);
      ++pieces_to_.back();
      ++words_.back().pieces;
      position += static_cast<std::size_t>(std::popcount(piece));
      bits ^= piece;
    }
  }

  static Moves moves(std::uint64_t mask) {
    Moves result{};
    std::uint64_t zeros_right = ~mask << 1;
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::uint64_t odd = zeros_right;  // bits with an odd number of zeros to their right
      for (unsigned by = 1; by < 64; by *= 2) odd ^= odd << by;
      result[i] = odd & mask;
      mask = (mask ^ result[i]) | (result[i] >> (1U << i));
      zeros_right &= ~odd;
    }
    return result;
  }

  static std::uint64_t compress(std::uint64_t word, const Moves& moves) {
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const std::uint64_t moved = word & moves[i];
      word = (word ^ moved) | (moved >> (1U << i));
    }
    return word;
  }

  static std::uint64_t expand(std::uint64_t word, const Moves& moves) {
    for (std::size_t i = moves.size(); i-- > 0;)
      word = (word & ~moves[i]) | ((word << (1U << i)) & moves[i]);
    return word;
  }

  std::uint64_t strange_bits_in_tail(const std::byte* state) const {
    if (masks_.size() % kWord == 0) return 0;
    return load(state + words_.front().from) & ~tail_known_;
  }

  // False if a bit is set that should not be.
  bool gather(const std::byte* state, std::byte* packed) const {
#if defined(__x86_64__)
    if (gather_ == Gather::bmi2) return gather_bmi2(state, packed);
#endif
    std::size_t i = 0;
    for (const std::uint32_t count : pieces_to_) {
      std::uint64_t word = 0;
      for (const std::size_t end = i + count; i != end; ++i) {
        const Piece& piece = pieces_[i];
        word |= compress(load(state + piece.from) & piece.bits, moves_[i]) << piece.shift;
      }
      store(packed, word);
      packed += kWord;
    }
    std::uint64_t strange = strange_bits_in_tail(state);
    for (i = 0; i < known_.size(); ++i) strange |= load(state + kWord * i) & ~known_[i];
    return strange == 0;
  }

  // Not inlined: g++ 12 does not see that a state below 8 bytes never gets here, and warns.
  [[gnu::noinline]] void scatter(const std::byte* packed, std::byte* state) const {
#if defined(__x86_64__)
    if (gather_ == Gather::bmi2) return scatter_bmi2(packed, state);
#endif
    std::size_t i = 0;
    for (const Word& target : words_) {
      std::uint64_t word = 0;
      for (const std::size_t end = i + target.pieces; i != end; ++i) {
        const Piece& piece = pieces_[i];
        word |= expand(load(packed + piece.to) >> piece.shift, moves_[i]) & piece.bits;
      }
      store(state + target.from, word);
    }
  }

#if defined(__x86_64__)
  [[gnu::target("avx2,bmi,bmi2")]] bool gather_bmi2(const std::byte* state,
                                                    std::byte* packed) const {
    const Piece* piece = pieces_.data();
    for (const std::uint32_t count : pieces_to_) {
      std::uint64_t word = 0;
      for (const Piece* end = piece + count; piece != end; ++piece)
        word |= _pext_u64(load(state + piece->from), piece->bits) << piece->shift;
      store(packed, word);
      packed += kWord;
    }
    __m256i strange4 = _mm256_setzero_si256();
    std::size_t i = 0;
    for (; i + 4 <= known_.size(); i += 4) {
      const auto* words = reinterpret_cast<const __m256i*>(state + kWord * i);
      const auto* known = reinterpret_cast<const __m256i*>(known_.data() + i);
      strange4 = _mm256_or_si256(
          strange4, _mm256_andnot_si256(_mm256_loadu_si256(known), _mm256_loadu_si256(words)));
    }
    std::uint64_t strange = strange_bits_in_tail(state);
    for (; i < known_.size(); ++i) strange |= load(state + kWord * i) & ~known_[i];
    return strange == 0 && _mm256_testz_si256(strange4, strange4) != 0;
  }

  [[gnu::target("avx2,bmi,bmi2")]] void scatter_bmi2(const std::byte* packed,
                                                     std::byte* state) const {
    const Piece* piece = pieces_.data();
    for (const Word& target : words_) {
      std::uint64_t word = 0;
      for (const Piece* end = piece + target.pieces; piece != end; ++piece)
        word |= _pdep_u64(load(packed + piece->to) >> piece->shift, piece->bits);
      store(state + target.from, word);
    }
  }
#endif

  std::string complaint(const std::byte* state) const {
    std::size_t at = 0;
    while ((std::to_integer<unsigned>(state[at]) & ~unsigned{masks_[at]}) == 0) ++at;
    return "byte " + std::to_string(at) + " of a state of " + std::to_string(masks_.size()) +
           " bytes has a bit set that significant_bits() says is always zero";
  }

  std::vector<std::uint8_t> masks_;   // of each byte
  std::vector<std::uint64_t> known_;  // the same of each whole word ...
  std::uint64_t tail_known_ = 0;      // ... and of the last, overlapping one
  Gather gather_;
  std::vector<Piece> pieces_;
  std::vector<Moves> moves_;              // of the portable way, one per piece
  std::vector<Word> words_;               // of the state
  std::vector<std::uint32_t> pieces_to_;  // each word of the packed state
  std::size_t packed_bytes_ = 0;
};

}  // namespace nsmc::checker
