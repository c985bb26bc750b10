// A table that grows in place loses nothing, however full and wherever its runs lie.
// SPDX-License-Identifier: MIT
#include "checker/explicit/slot_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace nsmc::checker {
namespace {

TEST(SlotTable, HasAllTagsAfterItGrew) {
  std::mt19937_64 random(1);
  // Tags of any value; few values; only the last ones, whose runs go on at the front; both ends.
  for (const auto& tag_of : std::vector<std::uint32_t (*)(std::uint64_t)>{
           [](std::uint64_t r) { return static_cast<std::uint32_t>(r); },
           [](std::uint64_t r) { return static_cast<std::uint32_t>(r % 5) << 29U; },
           [](std::uint64_t r) { return 0xffffffff - static_cast<std::uint32_t>(r % 3); },
           [](std::uint64_t r) { return r % 2 == 0 ? static_cast<std::uint32_t>(r % 64) : ~0U; }}) {
    SlotTable table(1, std::uint64_t{1} << 20);
    std::vector<std::uint32_t> tags;
    while (table.log2() < 10) {
      while (tags.size() < SlotTable::states_max(table.log2())) {
        tags.push_back(tag_of(random()));
        table.put(SlotTable::slot_of(tags.back(), tags.size() - 1));
      }
      ASSERT_TRUE(table.grow());
      for (std::size_t i = 0; i < tags.size(); ++i) {
        const std::uint64_t slot =
            table.find(tags[i], [&](SlotTable::Index index) { return index == i; });
        ASSERT_EQ(slot, SlotTable::slot_of(tags[i], i));
      }
    }
    table.clear();
    EXPECT_EQ(table.find(tags[0], [](SlotTable::Index) { return true; }), 0U);
  }
}

TEST(SlotTable, DoesNotGrowBeyondItsRoom) {
  SlotTable table(12, 32'768);
  EXPECT_EQ(table.bytes(), 32'768U);
  unsigned times = 0;
  while (table.grow()) ++times;
  EXPECT_LE(times, 8U) << "addresses are reserved by pages of 2 MiB";
  EXPECT_EQ(table.log2(), 12 + times);
}

}  // namespace
}  // namespace nsmc::checker
