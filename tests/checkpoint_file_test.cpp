// Checkpoint files: read as written, or refused with the reason.
// SPDX-License-Identifier: MIT
#include "checker/checkpoint/checkpoint_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace nsmc::checker {
namespace {

using Bytes = std::vector<std::byte>;
using Kind = CheckpointError::Kind;
const std::string kIdentity = "model two lamps\nbounds 3\nbuild 17\n";

// A folder of its own for each test.
class CheckpointFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "checkpoint-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/search.cpt";
  }
  void TearDown() override {
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(folder_);
  }

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // In place: some file systems wait for the disk when a file is replaced by truncating it.
  void put(const std::string& content) const {
    if (!std::filesystem::exists(path_)) std::ofstream(path_, std::ios::binary) << "";
    std::fstream(path_, std::ios::binary | std::ios::in | std::ios::out) << content;
    if (std::filesystem::file_size(path_) != content.size())
      std::filesystem::resize_file(path_, content.size());
  }

  // What the error says, without the name of the file; "" if there is none.
  std::string refusal(const std::string& identity = kIdentity, Kind kind = Kind::bad_data) const {
    try {
      CheckpointReader(path_, identity);
    } catch (const CheckpointError& error) {
      EXPECT_EQ(error.kind(), kind);
      const std::string text = error.what();
      EXPECT_EQ(text.substr(0, path_.size() + 2), path_ + ": ");
      return text.substr(path_.size() + 2);
    }
    return "";
  }

  std::string folder_, path_;
};

Bytes random_bytes(std::size_t size, unsigned seed, unsigned values = 256) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % values);
  return bytes;
}

void write_small(const std::string& path) {
  CheckpointWriter writer(path, kIdentity);
  writer.section("numbers", random_bytes(100, 1));
  writer.section("states", random_bytes(700, 2, 4));
  writer.section("nothing", {});
  writer.commit();
}

TEST_F(CheckpointFile, IsReadAsItWasWritten) {
  const Bytes large = random_bytes((std::size_t{3} << 20) + 17, 3, 8);
  CheckpointWriter writer(path_, kIdentity);
  writer.section("small", random_bytes(3, 4));
  for (std::size_t from = 0; from < large.size(); from += 100'000)
    writer.section("large", std::span(large).subspan(
                                from, std::min<std::size_t>(100'000, large.size() - from)));
  writer.section("empty", {});
  writer.section("small", random_bytes(5, 5));
  EXPECT_FALSE(checkpoint_exists(path_));
  writer.commit();
  EXPECT_TRUE(checkpoint_exists(path_));
  EXPECT_EQ(std::filesystem::file_size(path_), writer.bytes());
  EXPECT_LT(writer.bytes(), large.size() / 2);
  EXPECT_EQ(files(), 1U);

  const CheckpointReader reader(path_, kIdentity);
  Bytes small = random_bytes(3, 4), more = random_bytes(5, 5);
  small.insert(small.end(), more.begin(), more.end());
  EXPECT_EQ(reader.section("small"), small);
  EXPECT_EQ(reader.section("large"), large);
  EXPECT_EQ(reader.size_of("large"), large.size());
  EXPECT_TRUE(reader.has("empty"));
  EXPECT_TRUE(reader.section("empty").empty());
  EXPECT_FALSE(reader.has("other"));
  CheckpointSection section = reader.open("large");
  Bytes pieces;
  for (Bytes piece(77'777);;) {
    const std::size_t got = section.read(piece);
    pieces.insert(pieces.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
    if (got < piece.size()) break;
  }
  EXPECT_EQ(pieces, large);
}

TEST_F(CheckpointFile, AForeignOneIsRefusedWithTheLineThatDiffers) {
  write_small(path_);
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal("model two lamps\nbounds 4\nbuild 17\n"),
            "it is of another search: it has `bounds 3`, and this one has `bounds 4`; remove it to "
            "begin anew, or name another file");
  EXPECT_NE(refusal("model two lamps\nbounds 3\n").find("`build 17`, and this one has ``"),
            std::string::npos);
  EXPECT_NE(refusal(kIdentity + "more x\n").find("has ``, and this one has `more x`"),
            std::string::npos);
  put("#!/bin/sh\necho this is no checkpoint at all\n");
  EXPECT_EQ(refusal().substr(0, 21), "it is no checkpoint; ");
  std::filesystem::remove(path_);
  EXPECT_NE(refusal(kIdentity, Kind::no_input).find("No such file"), std::string::npos);
  std::filesystem::create_directory(path_);
  EXPECT_NE(refusal().find("it is not a file"), std::string::npos);
}

TEST_F(CheckpointFile, EveryBitOfItCounts) {
  write_small(path_);
  const std::string good = content();
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    put(bad);
    ASSERT_NE(refusal(), "") << "bit " << bit;
  }
}

TEST_F(CheckpointFile, ManyWrongBitsAreNoticedToo) {
  write_small(path_);
  const std::string good = content();
  std::mt19937 random(6);
  for (int i = 0; i < 10'000; ++i) {
    std::string bad = good;
    for (unsigned flips = 1 + random() % 8; flips > 0; --flips)
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
    if (bad == good) continue;
    put(bad);
    ASSERT_NE(refusal(), "") << "try " << i;
  }
}

TEST_F(CheckpointFile, ItIsWholeOrRefused) {
  write_small(path_);
  const std::string good = content();
  for (std::size_t size = 0; size < good.size(); ++size) {
    put(good.substr(0, size));
    ASSERT_NE(refusal(), "") << size << " bytes";
  }
  put(good + "x");
  EXPECT_NE(refusal().find("something was added to it"), std::string::npos);
  put(good + good);
  EXPECT_NE(refusal(), "");
}

TEST_F(CheckpointFile, BlocksOfAnotherFileAreRefused) {
  const auto write = [&](unsigned seed) {
    CheckpointWriter writer(path_, kIdentity);
    writer.section("a", random_bytes(64, seed));
    writer.section("b", random_bytes(64, seed + 1));
    writer.commit();
    return content();
  };
  const std::string one = write(1), other = write(5);
  ASSERT_EQ(one.size(), other.size());
  // The second of two blocks of equal size, and the end.
  const std::size_t head = 40, header = 16 + kIdentity.size() + 8;
  const std::size_t middle = one.size() - head - (one.size() - header - head) / 2;
  put(one.substr(0, middle) + other.substr(middle));
  EXPECT_NE(refusal().find("a block of it is damaged"), std::string::npos);
}

TEST_F(CheckpointFile, TheOldOneStaysUntilTheNewOneIsWhole) {
  write_small(path_);
  const std::string old = content();
  {
    CheckpointWriter writer(path_, kIdentity);
    writer.section("numbers", random_bytes(5'000'000, 9));
    EXPECT_EQ(files(), 2U);
    EXPECT_THROW(CheckpointWriter(path_, kIdentity), CheckpointError);  // one at a time
    EXPECT_EQ(files(), 2U);
  }
  EXPECT_EQ(content(), old);
  EXPECT_EQ(files(), 1U);
  std::ofstream(path_ + ".tmp") << "what a killed process left";
  write_small(path_);
  EXPECT_EQ(content(), old);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CheckpointFile, AFullDiskIsReportedAndTheOldOneStays) {
  write_small(path_);
  const std::string old = content();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1'000'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  std::string said;
  try {
    CheckpointWriter writer(path_, kIdentity);
    writer.section("numbers", random_bytes(5'000'000, 9));
    writer.commit();
  } catch (const CheckpointError& error) {
    EXPECT_EQ(error.kind(), Kind::io);
    said = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(said, path_ +
                      ": cannot be written: File too large; free some space, or name a file on "
                      "another disk");
  EXPECT_EQ(content(), old);
  EXPECT_EQ(files(), 1U);
}

TEST_F(CheckpointFile, WhereNoneCanBeIsSaid) {
  const auto kind_of = [](const std::string& path) {
    try {
      CheckpointWriter(path, kIdentity);
    } catch (const CheckpointError& error) {
      return error.kind();
    }
    throw std::logic_error("it was written");
  };
  EXPECT_EQ(kind_of(folder_ + "/none/x"), Kind::cannot_create);
  EXPECT_EQ(kind_of(folder_ + "/"), Kind::cannot_create);
  EXPECT_EQ(kind_of(folder_), Kind::cannot_create);
  EXPECT_EQ(kind_of("/dev/full"), Kind::cannot_create);
  if (::geteuid() == 0) return;  // who may write everywhere
  std::filesystem::permissions(
      folder_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_EQ(kind_of(path_), Kind::no_permission);
}

}  // namespace
}  // namespace nsmc::checker
