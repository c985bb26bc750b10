// The vector value domain: eight states at once, a word each, by AVX-512.
// SPDX-License-Identifier: MIT
//
// The same members as model/lang/word.hpp; a Bool has a bit for each lane.  There only where the
// compiler may use AVX-512F and CD; a program that is to run elsewhere too compiles one file so,
// and asks the processor before it calls it.
#pragma once

#if defined(__AVX512F__) && defined(__AVX512CD__)

#include <immintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace nsmc::lang {

struct EightWords {
  struct Bool {
    __mmask8 lanes = 0;

    friend Bool operator&(Bool a, Bool b) { return make(a.lanes & b.lanes); }
    friend Bool operator|(Bool a, Bool b) { return make(a.lanes | b.lanes); }
    Bool operator!() const { return make(~lanes); }
    static Bool make(int lanes) { return {static_cast<__mmask8>(lanes)}; }
  };

  struct Num {
    __m512i words;

    Num() = default;
    Num(__m512i all) : words(all) {}
    Num(std::uint64_t same) : words(_mm512_set1_epi64(static_cast<long long>(same))) {}

    friend Num operator&(const Num& a, const Num& b) { return _mm512_and_si512(a.words, b.words); }
    friend Num operator|(const Num& a, const Num& b) { return _mm512_or_si512(a.words, b.words); }
    friend Num operator^(const Num& a, const Num& b) { return _mm512_xor_si512(a.words, b.words); }
    friend Num operator+(const Num& a, const Num& b) { return _mm512_add_epi64(a.words, b.words); }
    friend Num operator-(const Num& a, const Num& b) { return _mm512_sub_epi64(a.words, b.words); }
    Num operator~() const { return *this ^ Num(~std::uint64_t{0}); }
    friend Num operator<<(const Num& a, unsigned by) { return _mm512_slli_epi64(a.words, by); }
    friend Num operator>>(const Num& a, unsigned by) { return _mm512_srli_epi64(a.words, by); }
    friend Bool operator==(const Num& a, const Num& b) {
      return {_mm512_cmpeq_epi64_mask(a.words, b.words)};
    }
    friend Bool operator!=(const Num& a, const Num& b) {
      return {_mm512_cmpneq_epi64_mask(a.words, b.words)};
    }
    friend Bool operator<(const Num& a, const Num& b) {
      return {_mm512_cmplt_epu64_mask(a.words, b.words)};
    }
  };

  static constexpr unsigned kLanes = 8;

  static bool any(Bool condition) { return condition.lanes != 0; }
  static unsigned count(Bool condition) {
    return static_cast<unsigned>(std::popcount(static_cast<unsigned>(condition.lanes)));
  }
  static Num select(Bool condition, const Num& yes, const Num& no) {
    return _mm512_mask_blend_epi64(condition.lanes, no.words, yes.words);
  }
  static Num where(Bool condition, const Num& value) {
    return _mm512_maskz_mov_epi64(condition.lanes, value.words);
  }
  static Num bit(const Num& n) { return _mm512_sllv_epi64(_mm512_set1_epi64(1), n.words); }
  static Num shifted(const Num& value, const Num& by) {
    return _mm512_sllv_epi64(value.words, by.words);
  }
  static Num lowest(const Num& bits) {
    const Num alone = bits & (Num(0) - bits);
    return Num(63) - Num(_mm512_lzcnt_epi64(alone.words));
  }

  static Num load(const std::uint64_t* words) { return _mm512_loadu_si512(words); }
  // The first `count` of them; the other lanes are 0.
  static Num load(const std::uint64_t* words, Bool lanes) {
    return _mm512_maskz_loadu_epi64(lanes.lanes, words);
  }
  static Bool first(std::size_t count) { return Bool::make((1 << count) - 1); }
  static void store(std::uint64_t* out, const Num& value) { _mm512_storeu_si512(out, value.words); }
  // Writes the words of these lanes, one after another, and anything behind them: eight in all.
  static void store_compressed(std::uint64_t* out, Bool lanes, const Num& value) {
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi64(lanes.lanes, value.words));
  }
};

}  // namespace nsmc::lang

#endif
