// The moves of the benchmark model, eight states at once.
// SPDX-License-Identifier: MIT
//
// Compiled with AVX-512 whatever the rest is compiled for: it instantiates nothing that another
// file could instantiate as well, so that no such code gets into their hands.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "model/lang/eight_words.hpp"
#include "model/lang/words.hpp"
#include "tests/bench/canonical.hpp"
#include "tests/bench/pidns_rules.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {

#if defined(__AVX512F__) && defined(__AVX512CD__)
namespace {

using lang::EightWords;

// Where the moves go, kept in registers: lang::Moves is told at the end.
struct Writer {
  std::uint64_t* out;
  EightWords::Bool lanes;  // with a state in them
  EightWords::Bool moved{};
  std::uint64_t* steps;

  [[gnu::always_inline]] void operator()(Call call, int, int, int, EightWords::Bool enabled,
                                         const EightWords::Num& after) {
    const EightWords::Bool these = enabled & lanes;
    EightWords::store_compressed(out, these, after);
    const unsigned count = EightWords::count(these);
    out += count;
    steps[static_cast<std::size_t>(call)] += count;
    moved = moved | these;
  }
};

// Of states that stand together: as they are made, most moves are of a few lanes only.  May read
// and write up to seven words past the end.
template <Bounds B>
void make_canonical(std::uint64_t* begin, const std::uint64_t* end) {
  for (; begin < end; begin += EightWords::kLanes)
    EightWords::store(begin, Canonical<EightWords, B>::form(EightWords::load(begin)));
}

enum class After : std::uint8_t { as_made, canonical };

template <Bounds B, After after>
void by_eight(std::span<const std::uint64_t> states, lang::Moves& moves) {
  std::uint64_t steps[kCalls] = {};
  std::uint64_t* const begin = moves.end();
  std::uint64_t* out = begin;
  const std::uint64_t* const words = states.data();
  const std::size_t size = states.size();
  for (std::size_t at = 0; at < size; at += EightWords::kLanes) {
    const std::size_t left = size - at < EightWords::kLanes ? size - at : EightWords::kLanes;
    const EightWords::Bool lanes = EightWords::first(left);
    Writer writer{out, lanes, {}, steps};
    each_move<EightWords, B>(EightWords::load(words + at, lanes), writer);
    if constexpr (after == After::canonical) make_canonical<B>(out, writer.out);
    out = writer.out;
    for (unsigned ended = (lanes & !writer.moved).lanes; ended != 0; ended &= ended - 1)
      moves.ended(words[at + static_cast<std::size_t>(std::countr_zero(ended))]);
  }
  moves.wrote(begin, out, steps, kCalls);
}

template <std::size_t I, After after>
constexpr MakeMoves of_row() {
  if constexpr (after == After::as_made && !kTable[I].is_known_whole()) {
    return nullptr;
  } else {
    return by_eight<kTable[I].bounds, after>;
  }
}
template <After after>
MakeMoves of_row(std::size_t row) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512cd")) return nullptr;
  return [row]<std::size_t... I>(std::index_sequence<I...>) {
    constexpr MakeMoves rows[] = {of_row<I, after>()...};
    return row < sizeof...(I) ? rows[row] : nullptr;
  }
  (std::make_index_sequence<kTable.size()>{});
}

}  // namespace

MakeMoves make_moves_by_eight(std::size_t row) { return of_row<After::as_made>(row); }
MakeMoves make_orbit_moves_by_eight(std::size_t row) { return of_row<After::canonical>(row); }
#else
MakeMoves make_moves_by_eight(std::size_t) { return nullptr; }
MakeMoves make_orbit_moves_by_eight(std::size_t) { return nullptr; }
#endif

}  // namespace nsmc::bench
