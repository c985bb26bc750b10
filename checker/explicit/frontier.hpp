// The keys that were found and not expanded yet, in blocks, in the order in which they were found.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "checker/explicit/reservation.hpp"

namespace nsmc::checker {

// Blocks of keys for all threads.  A block that was given back is given out again.
class BlockPool {
 public:
  static constexpr std::size_t kKeys = std::size_t{1} << 15;

  explicit BlockPool(std::size_t reserve_bytes) : memory_(reserve_bytes) {}

  std::size_t memory_bytes() const { return given_ * kBytes; }

  // nullptr: more than bytes_max, or the system refuses.
  std::uint64_t* get(std::size_t bytes_max) {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      std::uint64_t* block = spare_.back();
      spare_.pop_back();
      return block;
    }
    const std::size_t bytes = (given_ + 1) * kBytes;
    if (bytes > bytes_max || !memory_ || !memory_.open(bytes)) return nullptr;
    return reinterpret_cast<std::uint64_t*>(memory_.begin() + kBytes * given_++);
  }
  void give_back(std::uint64_t* block) {
    const std::lock_guard lock(mutex_);
    spare_.push_back(block);
  }

 private:
  static constexpr std::size_t kBytes = kKeys * sizeof(std::uint64_t);

  Reservation memory_;
  std::mutex mutex_;
  std::size_t given_ = 0;
  std::vector<std::uint64_t*> spare_;
};

// What one thread found.
class KeyBlocks {
 public:
  struct Block {
    std::uint64_t* keys;
    std::size_t size;
  };

  // Where the next keys can be written, before wrote(); empty if there is no memory.
  std::span<std::uint64_t> room(BlockPool& pool, std::size_t bytes_max) {
    if (blocks_.empty() || blocks_.back().size == BlockPool::kKeys) {
      std::uint64_t* keys = pool.get(bytes_max);
      if (keys == nullptr) return {};
      blocks_.push_back({keys, 0});
    }
    return {blocks_.back().keys + blocks_.back().size, BlockPool::kKeys - blocks_.back().size};
  }
  void wrote(std::size_t count) { blocks_.back().size += count; }

  std::vector<Block>& blocks() { return blocks_; }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  std::vector<Block> blocks_;
};

}  // namespace nsmc::checker
