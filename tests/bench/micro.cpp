// Micro-benchmarks of what a search is made of: the sets, the packer, the moves.
// SPDX-License-Identifier: MIT
//
//   nsmc-bench-micro [--benchmark_filter=REGEX]
//
// Times are CPU times of one thread; docs/performance.md says what they were where.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/compact_set.hpp"
#include "checker/explicit/explicit.hpp"
#include "checker/explicit/mix.hpp"
#include "checker/explicit/recently_seen.hpp"
#include "checker/explicit/state_store.hpp"
#include "tests/bench/orbits.hpp"
#include "tests/bench/pidns.hpp"
#include "tests/bench/pidns_plain.hpp"
#include "tests/bench/pidns_vector.hpp"

namespace nsmc::bench {
namespace {

using checker::CompactSet;
constexpr std::size_t kRowB = 5;
constexpr Bounds kB = kTable[kRowB].bounds;

std::vector<std::uint64_t> random_words(std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> words(count);
  for (std::uint64_t& word : words) word = random();
  return words;
}

// The states of row B, in no order.
const std::vector<std::uint64_t>& states() {
  static const std::vector<std::uint64_t> all = [] {
    std::vector<std::uint64_t> found;
    lang::Property<Pidns<kB>> collect;
    collect.holds = [&](const auto&, const auto& s) { return found.push_back(s.word), true; };
    checker::search<Pidns<kB>>(Pidns<kB>(), {&collect, 1}, {});
    return found;
  }();
  return all;
}

// Three lookups for each new key, as after the recently seen were sifted out.
void compact_set(benchmark::State& state, CompactSet::Compare compare) {
  const auto slots = std::uint64_t{1} << state.range(0);
  const std::vector<std::uint64_t> keys = random_words(slots / 2);
  std::vector<std::uint64_t> added(keys.size());
  for (auto _ : state) {
    state.PauseTiming();
    CompactSet set(CompactSet::bytes(slots / 8), slots / 8, compare);
    state.ResumeTiming();
    for (int round = 0; round < 3; ++round) set.insert(keys.data(), keys.size(), 0, added.data());
  }
  state.SetItemsProcessed(state.iterations() * 3 * static_cast<std::int64_t>(keys.size()));
}
BENCHMARK_CAPTURE(compact_set, by_line, CompactSet::fastest())->Arg(16)->Arg(22);
BENCHMARK_CAPTURE(compact_set, portable, CompactSet::Compare::portable)->Arg(16)->Arg(22);

void compact_set_grows(benchmark::State& state) {
  const auto slots = std::uint64_t{1} << state.range(0);
  const std::vector<std::uint64_t> keys = random_words(slots / 100 * 85);
  std::vector<std::uint64_t> added(keys.size());
  for (auto _ : state) {
    state.PauseTiming();
    CompactSet set(CompactSet::bytes(slots / 4), slots / 8);
    set.insert(keys.data(), keys.size(), 0, added.data());
    state.ResumeTiming();
    set.grow(slots / 4);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys.size()));
}
BENCHMARK(compact_set_grows)->Arg(16)->Arg(22);

void state_store(benchmark::State& state) {
  const std::vector<std::uint64_t> keys = random_words(std::size_t{1} << state.range(0));
  for (auto _ : state) {
    checker::StateStore<std::uint32_t> store(sizeof(std::uint64_t));
    for (int round = 0; round < 3; ++round)
      for (const std::uint64_t& key : keys) {
        const auto* bytes = reinterpret_cast<const std::byte*>(&key);
        store.insert(bytes, store.tag(bytes), 0, 0);
      }
  }
  state.SetItemsProcessed(state.iterations() * 3 * static_cast<std::int64_t>(keys.size()));
}
BENCHMARK(state_store)->Arg(15)->Arg(21);

void recently_seen(benchmark::State& state, checker::RecentlySeen::Compare compare) {
  checker::RecentlySeen recent(compare);
  const std::vector<std::uint64_t>& words = states();
  std::vector<std::uint64_t> out(words.size() + 1);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        recent.sift<checker::Mix>(words.data(), words.size(), out.data(), [](std::uint64_t) {}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(words.size()));
}
BENCHMARK_CAPTURE(recently_seen, by_four, checker::RecentlySeen::fastest());
BENCHMARK_CAPTURE(recently_seen, portable, checker::RecentlySeen::Compare::portable);

void pack_and_unpack(benchmark::State& state) {
  using S = PlainPidns<kB>;
  const checker::BitPacker packer(S::significant_bits());
  std::vector<std::byte> packed(packer.packed_bytes() + checker::BitPacker::kSlack);
  S::State s = S::initial()[0];
  for (auto _ : state) {
    packer.pack(&s, packed.data());
    packer.unpack(packed.data(), &s);
    benchmark::DoNotOptimize(s);
  }
}
BENCHMARK(pack_and_unpack);

// Items are moves.
void moves(benchmark::State& state, MakeMoves make_moves) {
  if (make_moves == nullptr) return state.SkipWithError("not on this processor");
  constexpr std::size_t kBatch = 512;
  lang::Moves made(kBatch * Pidns<kB>::moves_max());
  std::int64_t count = 0;
  std::size_t at = 0;
  for (auto _ : state) {
    made.clear();
    make_moves({states().data() + at, kBatch}, made);
    count += static_cast<std::int64_t>(made.after().size());
    at = (at + kBatch) % (states().size() - kBatch);
  }
  state.SetItemsProcessed(count);
}
BENCHMARK_CAPTURE(moves, scalar, make_moves_by_word<kB>);
BENCHMARK_CAPTURE(moves, vector, make_moves_by_eight(kRowB));
BENCHMARK_CAPTURE(moves, scalar_to_canonical_forms, make_orbit_moves_by_word<kB>);
BENCHMARK_CAPTURE(moves, vector_to_canonical_forms, make_orbit_moves_by_eight(kRowB));

void moves_of_the_plain_text(benchmark::State& state) {
  using S = PlainPidns<kB>;
  std::vector<S::State> some;
  lang::Property<S> collect;
  collect.holds = [&](const auto&, const auto& s) { return some.push_back(s), true; };
  checker::search<S>(S{}, {&collect, 1}, {.states_max = 100'000});
  std::int64_t count = 0;
  std::size_t at = 0;
  for (auto _ : state) {
    S::successors(some[at], [&](const auto&, const auto& after, const auto&) {
      benchmark::DoNotOptimize(after);
      ++count;
    });
    at = (at + 1) % some.size();
  }
  state.SetItemsProcessed(count);
}
BENCHMARK(moves_of_the_plain_text);

}  // namespace
}  // namespace nsmc::bench

BENCHMARK_MAIN();
