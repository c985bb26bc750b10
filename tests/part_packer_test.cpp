// Wide states as the numbers of their parts: nothing is lost, and nothing else changes.
// SPDX-License-Identifier: MIT
#include "checker/explicit/part_packer.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include "checker/explicit/explicit.hpp"
#include "tests/toys.hpp"

namespace nsmc::checker {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Packed = std::vector<std::byte>;

Packed pack(PartPacker& packer, const Bytes& state) {
  Packed packed(packer.packed_bytes());
  packer.pack(state.data(), packed.data());
  return packed;
}

TEST(PartPacker, GivesDifferentStatesDifferentNumbersAndTheStateBack) {
  std::mt19937_64 random(1);
  for (const std::size_t size : {1U, 63U, 64U, 65U, 200U, 900U}) {
    PartPacker packer(Bytes(size, 0xff));
    std::map<Packed, Bytes> seen;
    Bytes state(size);
    Packed packed = pack(packer, state);
    Bytes next(size, 0xff);
    for (int i = 0; i < 3000; ++i) {
      const Bytes before = state;
      for (std::uint64_t changes = random() % 4; changes > 0; --changes)
        state[random() % size] = static_cast<std::uint8_t>(random() % 3);
      Packed after(packer.packed_bytes());
      packer.pack_like(before.data(), packed.data(), state.data(), after.data());
      ASSERT_EQ(after, pack(packer, state));
      ASSERT_EQ(seen.emplace(after, state).first->second, state) << "two states are packed alike";
      Bytes back(size, 0xff);
      packer.unpack(after.data(), back.data());
      ASSERT_EQ(back, state);
      packer.unpack_next(after.data(), next.data());
      ASSERT_EQ(next, state);
      packed = after;
    }
    EXPECT_GT(packer.memory_bytes(), 0U);
  }
}

TEST(PartPacker, NamesABitThatShouldNotBeThere) {
  for (const std::size_t at : {0U, 70U, 129U}) {
    Bytes masks(130, 0xff);
    masks[at] = 0x0f;
    PartPacker packer(masks);
    Bytes state(130, 0x0f);
    const Packed before = pack(packer, state);
    Packed after(packer.packed_bytes());
    Bytes strange = state;
    strange[at] = 0x1f;
    try {
      packer.pack_like(state.data(), before.data(), strange.data(), after.data());
      FAIL() << "a bit of byte " << at << " was taken";
    } catch (const std::logic_error& error) {
      EXPECT_EQ(std::string(error.what()).find("byte " + std::to_string(at) + " of"), 0U);
    }
  }
}

TEST(PartLayout, KeepsEachNumberThatThereIsRoomFor) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::size_t> counts(1 + random() % 40);
    for (std::size_t& count : counts) count = random() >> (40 + random() % 24);
    const auto layout = PartLayout::for_counts(counts), widest = PartLayout::widest(counts.size());
    Packed packed(layout.packed_bytes()), wide(widest.packed_bytes()), again(packed);
    std::vector<PartLayout::Number> numbers;
    for (std::size_t place = 0; place < counts.size(); ++place) {
      ASSERT_GT(layout.room(place), counts[place]) << "there is no room for one more";
      numbers.push_back(static_cast<PartLayout::Number>(random() % layout.room(place)));
    }
    for (const std::size_t place : {counts.size() - 1, std::size_t{0}})  // in any order
      layout.put(packed.data(), place, numbers[place]);
    for (std::size_t place = 0; place < counts.size(); ++place)
      layout.put(packed.data(), place, numbers[place]);
    widest.convert(layout, packed.data(), wide.data());
    layout.convert(widest, wide.data(), again.data());
    EXPECT_EQ(packed, again);
    std::vector<unsigned> bits;
    for (std::size_t place = 0; place < counts.size(); ++place) {
      ASSERT_EQ(layout.get(packed.data(), place), numbers[place]);
      ASSERT_EQ(widest.get(wide.data(), place), numbers[place]);
      bits.push_back(layout.bits(place));
    }
    EXPECT_EQ(PartLayout(bits), layout);
  }
}

TEST(PartPacker, ASearchIsTheSameStateForState) {
  using S = toys::TwoPhase;
  std::vector<std::vector<int>> orders;
  for (const std::size_t from : {std::size_t{1}, std::size_t{1'000}}) {
    std::vector<int>& order = orders.emplace_back();
    lang::Property<S> watch;
    watch.holds = [&](const S&, const S::State& s) {
      for (const std::uint8_t rm : s.rm) order.push_back(rm);
      order.push_back(s.decision << 8 | s.tm_prepared);
      order.push_back(s.msg_prepared);
      return true;
    };
    const auto result = search<S>(S(5), {&watch, 1}, {}, {}, 1.0, {.parts_from_bytes = from});
    EXPECT_EQ(result.states, 8832U);
    EXPECT_EQ(result.findings[0].verdict, Verdict::holds);
  }
  EXPECT_EQ(orders[0], orders[1]);
}

TEST(PartPacker, CountsItsDictionariesAsMemory) {
  using S = toys::TwoPhase;
  const auto result =
      search<S>(S(6), {}, {.memory_bytes_max = 900'000}, {}, 1.0, {.parts_from_bytes = 1});
  EXPECT_FALSE(result.complete());
  EXPECT_EQ(result.incomplete.substr(0, 12), "memory limit");
  EXPECT_GT(result.states, 1'000U);
}

}  // namespace
}  // namespace nsmc::checker
