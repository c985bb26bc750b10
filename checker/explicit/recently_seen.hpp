// A small memory of keys that are in the set: what it knows need not be looked up.
// SPDX-License-Identifier: MIT
//
// Independent moves commute, so a state is often reached from states that were found one after
// another, and while the frontier is in that order, soon again.  It lives in the inner caches,
// where the set does not; it forgets, and is never wrong.
//
// Keys are kept in sets, the latest first: of four, compared at once, or of two where the processor
// cannot.  Sets of one key would let a third more of the known keys through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nsmc::checker {

class RecentlySeen {
 public:
  enum class Compare : std::uint8_t { avx2, portable };
  static constexpr unsigned kKeysLog2 = 13;

  static Compare fastest() {
#if defined(__x86_64__)
    // int with g++, bool with clang
    static const auto has_avx2 = __builtin_cpu_supports("avx2");
    return has_avx2 ? Compare::avx2 : Compare::portable;
#else
    return Compare::portable;
#endif
  }

  explicit RecentlySeen(Compare compare = fastest()) : compare_(compare), fours_(kKeys / 4) {
    // A key that does not belong there: no key is known.
    for (std::size_t i = 0; i < kKeys; ++i)
      fours_[i / 4].keys[i % 4] = ~std::uint64_t{compare == Compare::avx2 ? i / 4 : i / 2};
  }

  // Writes to `out`, which has room for one more than all, those of the words' keys that were not
  // seen recently, and remembers them.  on_key(key) for each of the keys, seen or not: nothing
  // branches on that, as it would be a coin's throw.
  template <class Mix, class OnKey>
  std::size_t sift(const std::uint64_t* words, std::size_t count, std::uint64_t* out,
                   OnKey on_key) {
#if defined(__x86_64__)
    if (compare_ == Compare::avx2) return sift_avx2<Mix>(words, count, out, on_key);
#endif
    return sift_portable<Mix>(words, count, out, on_key);
  }

 private:
  static constexpr std::size_t kKeys = std::size_t{1} << kKeysLog2;
  struct alignas(32) Four {
    std::array<std::uint64_t, 4> keys;
  };

  template <class Mix, class OnKey>
  std::size_t sift_portable(const std::uint64_t* words, std::size_t count, std::uint64_t* out,
                            OnKey on_key) {
    std::uint64_t* const keys = fours_.data()->keys.data();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = Mix::forth(words[i]);
      std::uint64_t* const two = keys + 2 * (key & (kKeys / 2 - 1));
      on_key(key);
      out[kept] = key;
      kept += two[0] != key && two[1] != key ? 1 : 0;
      two[1] = two[0] == key ? two[1] : two[0];
      two[0] = key;
    }
    return kept;
  }

#if defined(__x86_64__)
  template <class Mix, class OnKey>
  [[gnu::target("avx2")]] std::size_t sift_avx2(const std::uint64_t* words, std::size_t count,
                                                std::uint64_t* out, OnKey on_key) {
    std::uint64_t* const keys = fours_.data()->keys.data();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = Mix::forth(words[i]);
      auto* const four = reinterpret_cast<__m256i*>(keys + 4 * (key & (kKeys / 4 - 1)));
      on_key(key);
      const __m256i were = _mm256_load_si256(four);
      const __m256i wanted = _mm256_set1_epi64x(static_cast<long long>(key));
      const __m256i same = _mm256_cmpeq_epi64(were, wanted);
      out[kept] = key;
      kept += static_cast<std::size_t>(_mm256_testz_si256(same, same));
      // Each moves back by one, and the key goes to the front; twice, if it was there.
      const __m256i moved = _mm256_permute4x64_epi64(were, _MM_SHUFFLE(2, 1, 0, 0));
      _mm256_store_si256(four, _mm256_blend_epi32(moved, wanted, 3));
    }
    return kept;
  }
#endif

  Compare compare_;
  std::vector<Four> fours_;
};

}  // namespace nsmc::checker
