// Moves that are remembered are the moves that there are.
// SPDX-License-Identifier: MIT
#include "checker/explicit/remembered_moves.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "model/lang/cell.hpp"
#include "tests/random_moves.hpp"
#include "tests/same_result.hpp"

namespace nsmc::tests {
namespace {

using checker::PartPacker;
using checker::Projection;
using checker::RememberedMoves;
using checker::View;
using kernel::Pidns;
using lang::Footprint;
using Number = PartPacker::Number;

constexpr std::uint64_t kSeed = 20071011;

// --- of the kernel

// A move as bytes: action, events, the state after it.
using Bytes = std::vector<std::byte>;
template <class T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}
struct Made {
  Bytes action, to;
  kernel::Events events;
  friend bool operator==(const Made&, const Made&) = default;
};

TEST(RememberedMoves, AreThoseThatTheKernelMakes) {
  std::mt19937_64 random(kSeed);
  std::uint64_t made = 0, asked = 0, learned = 0;
  each_shipped([&](const cli::Bound& bound) {
    const Pidns& system = *bound.system;
    PartPacker parts(system.significant_bits(), Pidns::part_ends());
    RememberedMoves<Pidns> moves(system, parts);
    Bytes packed(parts.packed_bytes()), after(packed);
    walk(bound, random, 6, [&](const cli::Bound&, const Pidns::State& state, auto&) {
      std::vector<Made> expected, found;
      system.successors(state, [&](const auto& action, const auto& to, const auto& events) {
        expected.push_back({bytes_of(action), bytes_of(to), events});
      });
      parts.pack(&state, packed.data());
      const auto count = moves.each(
          packed.data(), nullptr, [](auto) { return true; },
          [&](const auto& action, const auto& events, auto, const auto& go) {
            Pidns::State to;
            go(after.data());
            parts.unpack(after.data(), &to);
            found.push_back({bytes_of(action), bytes_of(to), events});
          });
      ASSERT_TRUE(found == expected);
      ASSERT_EQ(count, found.size());
      made += found.size();
      asked += static_cast<std::uint64_t>(Pidns::actors());
    });
    learned += moves.learned();
  });
  EXPECT_GT(made, 10'000U);
  EXPECT_GT(learned, 0U);
  EXPECT_LT(learned, asked / 2) << "nothing was remembered";
}

// What a state has from the one it was found from is what it would find itself; of the moves that
// are left out none leads to a state that is not found without them, no later and from no other.
TEST(RememberedMoves, WhoSleepsIsNotMissed) {
  std::uint64_t searches = 0, states = 0;
  each_shipped([&](const cli::Bound& bound) {
    const auto found = [&](std::uint64_t remembers_from, checker::Result<Pidns>& result) {
      std::vector<std::uint64_t> order;
      lang::Property<Pidns> watch;
      watch.holds = [&](const Pidns&, const Pidns::State& state) {
        order.push_back(XXH3_64bits(&state, sizeof state));
        return true;
      };
      result = checker::search<Pidns>(*bound.system, {&watch, 1}, {.states_max = 20'000}, {}, 1.0,
                                      {.remembers_from = remembers_from});
      return order;
    };
    checker::Result<Pidns> plain, remembered;
    EXPECT_EQ(found(~std::uint64_t{0}, plain), found(0, remembered)) << bound.scenario.name.text;
    expect_same_result(plain, remembered, [](const auto& a, const auto& b) {
      return a.has_value() == b.has_value() &&
             (!a || std::ranges::equal(a->actions, b->actions, {}, bytes_of<Pidns::Action>,
                                       bytes_of<Pidns::Action>));
    });
    ++searches;
    states += plain.states;
  });
  EXPECT_GT(searches, 50U);
  EXPECT_GT(states, 200'000U);
}

TEST(RememberedMoves, TheMachineThatIsWatchedIsTheOther) {
  std::uint64_t read = 0, bytes = 0;
  each_walked(kSeed + 1, 1, [&](const cli::Bound& bound, const Pidns::State& state, auto&) {
    for (int actor = 0; actor < Pidns::actors(); ++actor) {
      Footprint footprint(sizeof state);
      bound.system->moves_of(state, actor, &footprint, [](auto&&...) {});
      for (const std::uint8_t was_read : footprint.read()) read += was_read;
      bytes += sizeof state;
    }
  });
  EXPECT_GT(read, 0U);
  EXPECT_LT(read, bytes / 2) << "an actor looks at nearly everything";
}

// --- of a toy: two counters, and one that moves the other's by its own

template <class Watch>
struct Counters {
  lang::Num<0, 100, Watch> mine, other, unread;
};

struct Adding {
  using State = Counters<lang::Unwatched>;
  struct Action {
    std::uint8_t actor = 0;
  };
  struct Events {};
  bool lies = false;  // writes beside its footprint

  static std::vector<State> initial() { return {{}}; }
  template <class Emit>
  void moves_of(const State& from, int, Footprint* footprint, Emit&& emit) const {
    Counters<lang::Watched> state;
    static_assert(sizeof state == sizeof from);
    auto* bytes = reinterpret_cast<std::byte*>(&state);
    std::memcpy(bytes, &from, sizeof from);
    State to;
    {
      Footprint nobodys(sizeof from);
      const Footprint::Watching watching(footprint == nullptr ? nobodys : *footprint, &state);
      if (state.mine > 1) state.other += state.mine;
      state.mine = 0;
    }
    if (lies) bytes[2] = std::byte{7};
    std::memcpy(static_cast<void*>(&to), bytes, sizeof to);
    emit(Action{}, to, Events{});
  }
  template <class Emit>
  void successors(const State& from, Emit&& emit) const {
    moves_of(from, 0, nullptr, emit);
  }
  static int actors() { return 1; }
  static bool is_local() { return true; }
  static std::vector<std::size_t> part_ends() { return {1, 2, 3}; }
  static bool execute(const State&, Action, State&, Events&) { return false; }
  static std::vector<std::uint8_t> significant_bits() { return {127, 127, 127}; }
  static int step_count() { return 1; }
  static std::string step_name(int) { return "add"; }
  static void each_step(const Events&, auto&& f) { f(0); }
  static std::string terminal(const State&) { return ""; }
  static std::vector<lang::Field> fields(const State&) { return {}; }
  static std::string actor(Action) { return ""; }
  static std::string label(const State&, Action) { return ""; }
};

std::vector<int> after(RememberedMoves<Adding>& moves, PartPacker& parts, std::vector<int> from) {
  Adding::State state;
  state.mine = from[0];
  state.other = from[1];
  state.unread = from[2];
  Bytes packed(parts.packed_bytes()), to(packed);
  parts.pack(&state, packed.data());
  moves.each(
      packed.data(), nullptr, [](auto) { return true; },
      [&](auto&&, auto&&, auto, auto&& go) { go(to.data()); });
  parts.unpack(to.data(), &state);
  return {state.mine.value(), state.other.value(), state.unread.value()};
}

TEST(RememberedMoves, WhatWasNotReadMayBeAnything) {
  const Adding adding;
  PartPacker parts(Adding::significant_bits(), Adding::part_ends());
  RememberedMoves<Adding> moves(adding, parts);
  EXPECT_EQ(after(moves, parts, {1, 5, 9}), (std::vector{0, 5, 9}));
  for (int other = 0; other < 90; ++other)
    ASSERT_EQ(after(moves, parts, {1, other, other % 7}), (std::vector{0, other, other % 7}));
  EXPECT_EQ(moves.learned(), 1U);
  // Now the other counter is read as well.
  for (int round = 0; round < 2; ++round)
    for (int other = 0; other < 90; ++other)
      ASSERT_EQ(after(moves, parts, {9, other, 3}), (std::vector{0, other + 9, 3}));
  EXPECT_EQ(moves.learned(), 1U + 90U);
}

TEST(RememberedMoves, AWriteThatWasNotReportedIsNoticed) {
  Adding liar;
  liar.lies = true;
  PartPacker parts(Adding::significant_bits(), Adding::part_ends());
  RememberedMoves<Adding> moves(liar, parts);
  EXPECT_THROW(after(moves, parts, {1, 5, 9}), std::logic_error);
}

// --- of cells

TEST(Footprint, HasWhatIsReadWrittenAndCopied) {
  Counters<lang::Watched> state, elsewhere;
  Footprint footprint(sizeof state);
  {
    const Footprint::Watching watching(footprint, &state);
    elsewhere.mine = 3;
    state.other = elsewhere.mine;
    EXPECT_EQ(footprint.first(), -1);
    elsewhere.unread = state.unread;
  }
  state.mine = 1;  // nobody watches
  EXPECT_EQ(footprint.first(), 2);
  EXPECT_EQ(footprint.read(), (std::vector<std::uint8_t>{0, 0, 1}));
  EXPECT_EQ(footprint.written(), (std::vector<std::uint8_t>{0, 1, 0}));
  footprint.forget_written();
  {
    const Footprint::Watching watching(footprint, &state);
    state = {};  // an object that is cleared
  }
  EXPECT_EQ(footprint.written(), (std::vector<std::uint8_t>{1, 1, 1}));
}

// --- of footprints

TEST(Footprints, SayWhoIsInWhoseWay) {
  using checker::Footprints;
  Footprints footprints;
  std::mt19937_64 random(kSeed);
  std::vector<std::pair<Footprints::Mask, Footprints::Mask>> all(1);
  for (int i = 0; i < 150; ++i) {
    Footprints::Mask read(200), written(200);
    for (Footprints::Mask* mask : {&read, &written})
      for (std::uint64_t bytes = random() % 8; bytes > 0; --bytes) (*mask)[random() % 200] = 1;
    const auto number = footprints.number_of(read, written);
    if (number == all.size()) all.emplace_back(read, written);
    ASSERT_EQ(all[number], std::pair(read, written));
  }
  const auto meet = [](const Footprints::Mask& a, const Footprints::Mask& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if ((a[i] & b[i]) != 0) return true;
    return false;
  };
  int independent = 0;
  for (Footprints::Number a = 1; a < all.size(); ++a) {
    EXPECT_EQ(footprints.relation(a, Footprints::kNone), 0U);
    EXPECT_EQ(footprints.relation(Footprints::kNone, a), 0U);
    for (Footprints::Number b = 1; b < all.size(); ++b) {
      const bool alone = !meet(all[a].second, all[b].first);
      const bool both =
          alone && !meet(all[b].second, all[a].first) && !meet(all[a].second, all[b].second);
      ASSERT_EQ(footprints.relation(a, b),
                (alone ? Footprints::kLeftAlone : 0U) | (both ? Footprints::kIndependent : 0U));
      independent += both;
    }
  }
  EXPECT_GT(independent, 1000);
}

// --- of views

TEST(View, KeepsWhatItHasWhenMoreClassesNeedMoreBits) {
  PartPacker parts(std::vector<std::uint8_t>{0xff, 0xff}, std::vector<std::size_t>{1, 2});
  Projection low(0, {1}), high(1, {1});
  View view;
  view.look_through({&low, &high});
  std::vector<Number> numbers(2);
  const auto see = [&](unsigned first, unsigned second) {
    const std::byte bytes[] = {std::byte(first), std::byte(second)};
    Bytes packed(parts.packed_bytes());
    parts.pack(bytes, packed.data());
    parts.numbers(packed.data(), numbers.data());
    const bool low_has_grown = low.know_all(parts), high_has_grown = high.know_all(parts);
    if (low_has_grown || high_has_grown) view.lay_out_anew();
  };
  for (unsigned i = 0; i < 256; ++i) {
    see(i, 255 - i);
    ASSERT_EQ(view.find(view.look_at(numbers.data())), View::kNothing);
    view.keep(numbers.data(), i);
    for (unsigned j = 0; j <= i; ++j) {
      see(j, 255 - j);
      ASSERT_EQ(view.find(view.look_at(numbers.data())), j);
    }
  }
  see(1, 1);
  EXPECT_EQ(view.find(view.look_at(numbers.data())), View::kNothing);
}

TEST(View, DoesNotKeepWhatAWordCannotHold) {
  const std::size_t places = 8;
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < places; ++i) ends.push_back(2 * i + 2);
  PartPacker parts(std::vector<std::uint8_t>(2 * places, 0xff), ends);
  std::vector<Projection> projections;
  for (std::size_t i = 0; i < places; ++i)
    projections.emplace_back(i, std::vector<std::uint8_t>(2, 1));
  View view;
  std::vector<const Projection*> all;
  for (const Projection& projection : projections) all.push_back(&projection);
  view.look_through(all);
  EXPECT_TRUE(view.fits());
  std::vector<Number> numbers(places);
  for (unsigned value = 0; value < 300; ++value) {
    std::vector<std::uint8_t> state;
    for (std::size_t i = 0; i < places; ++i) {
      state.push_back(static_cast<std::uint8_t>(value));
      state.push_back(static_cast<std::uint8_t>(value >> 8));
    }
    Bytes packed(parts.packed_bytes());
    parts.pack(state.data(), packed.data());
    parts.numbers(packed.data(), numbers.data());
    bool has_grown = false;
    for (Projection& projection : projections) has_grown = projection.know_all(parts) || has_grown;
    if (has_grown) view.lay_out_anew();
  }
  EXPECT_FALSE(view.fits()) << "eight times nine bits and a spare one are not 64";
}

}  // namespace
}  // namespace nsmc::tests
