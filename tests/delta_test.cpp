// Wide states in a row: what is read is what was appended, at any size and for any difference.
// SPDX-License-Identifier: MIT
#include "checker/mpi/delta.hpp"

#include <gtest/gtest.h>

#include <random>

namespace nsmc::checker {
namespace {

using State = std::vector<std::byte>;

std::vector<State> some_states(std::size_t bytes, std::size_t count, std::mt19937_64& random) {
  std::vector<State> states(1, State(bytes));
  while (states.size() < count) {
    State next = states[random() % states.size()];
    for (std::uint64_t changes = random() % 6; changes > 0; --changes)
      next[random() % bytes] = static_cast<std::byte>(random());
    states.push_back(next);
  }
  return states;
}

TEST(Delta, WhatIsReadIsWhatWasAppended) {
  std::mt19937_64 random(1);
  for (const std::size_t bytes : {1, 7, 8, 9, 63, 64, 65, 127, 500, 904}) {
    Delta writer(bytes), reader(bytes);
    for (int row = 0; row < 20; ++row) {  // of one pair, as in a search
      const auto states = some_states(bytes, 50, random);
      std::vector<std::byte> sent;
      writer.begin_row();
      for (const State& state : states) {
        const std::size_t before = sent.size();
        writer.append(state.data(), sent);
        EXPECT_LE(sent.size() - before, writer.bytes_max());
      }
      std::span<const std::byte> rest(sent);
      reader.begin_row();
      for (const State& state : states) {
        State read(bytes);
        reader.read(rest, read.data());
        ASSERT_EQ(read, state);
      }
      EXPECT_TRUE(rest.empty());
    }
  }
}

TEST(Delta, OneByteThatChangesTakesTwo) {
  constexpr std::size_t kBytes = 904, kMask = (kBytes / 8 + 7) / 8;
  Delta writer(kBytes);
  State state(kBytes);
  std::vector<std::byte> row;
  writer.begin_row();
  writer.append(state.data(), row);
  EXPECT_EQ(row.size(), kMask);  // all zeros
  state[700] = std::byte{1};
  writer.append(state.data(), row);
  EXPECT_EQ(row.size(), 2 * kMask + 2);
  state[700] = std::byte{0};
  writer.append(state.data(), row);
  EXPECT_EQ(row.size(), 3 * kMask + 4);
}

TEST(Delta, ARowThatEndsTooEarlyIsNoState) {
  State state(100, std::byte{7});
  Delta writer(state.size());
  std::vector<std::byte> row;
  writer.begin_row();
  writer.append(state.data(), row);
  for (std::size_t size = 0; size < row.size(); ++size) {
    Delta reader(state.size());
    std::span<const std::byte> rest(row.data(), size);
    EXPECT_THROW(reader.read(rest, state.data()), std::runtime_error) << size;
  }
}

}  // namespace
}  // namespace nsmc::checker
