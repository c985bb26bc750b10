// The keys that were found and not expanded yet, in blocks, in the order in which they were found.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checker/checkpoint/spill_file.hpp"
#include "checker/explicit/reservation.hpp"

namespace nsmc::checker {

// Blocks of keys for all threads.  A block that was given back is given out again.  With a folder
// on disk, full blocks can be moved there: frontiers are written and read once, in order.
class BlockPool {
 public:
  static constexpr std::size_t kKeys = std::size_t{1} << 15;
  static constexpr std::size_t kBytes = kKeys * sizeof(std::uint64_t);

  struct Block {
    std::uint64_t* keys = nullptr;  // nullptr: on disk
    std::size_t size = 0;
    std::uint64_t at = 0;  // there
  };

  explicit BlockPool(std::size_t reserve_bytes, const std::string& folder = "")
      : memory_(reserve_bytes) {
    if (!folder.empty()) disk_.emplace(folder);
  }

  bool has_disk() const { return disk_.has_value(); }
  // Why a block could not be moved there; empty: each could.
  std::string disk_failure() const { return disk_ ? disk_->failure() : ""; }
  std::size_t memory_bytes() const { return (given_ - released_.size()) * kBytes; }

  // nullptr: more than bytes_max, or the system refuses.
  std::uint64_t* get(std::size_t bytes_max) {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty()) return take(spare_);
    if (memory_bytes() + kBytes > bytes_max) return nullptr;
    if (!released_.empty()) return take(released_);
    if (!memory_ || !memory_.open((given_ + 1) * kBytes)) return nullptr;
    return reinterpret_cast<std::uint64_t*>(memory_.begin() + kBytes * given_++);
  }
  void give_back(const Block& block) {
    const std::lock_guard lock(mutex_);
    if (block.keys != nullptr)
      spare_.push_back(block.keys);
    else
      free_on_disk_.push_back(block.at);
  }

  // Moves a block to disk, and gives the memory in which it was; nullptr: it stays where it is.
  std::uint64_t* move_to_disk(Block& block) {
    const std::lock_guard lock(mutex_);
    if (!disk_ || block.keys == nullptr) return nullptr;
    const std::uint64_t at = free_on_disk_.empty() ? on_disk_ : free_on_disk_.back();
    if (!disk_->write(at, std::as_bytes(std::span(block.keys, block.size)))) return nullptr;
    if (free_on_disk_.empty())
      on_disk_ += kBytes;
    else
      free_on_disk_.pop_back();
    std::uint64_t* const keys = block.keys;
    block.keys = nullptr;
    block.at = at;
    return keys;
  }

  // The same; nobody has the memory then.
  void free_by_disk(Block& block) {
    if (std::uint64_t* const keys = move_to_disk(block)) give_back({keys, 0, 0});
  }

  // Keys of a block, from the first of them on: in `room` if they were on disk.
  std::span<const std::uint64_t> read(const Block& block, std::size_t from,
                                      std::span<std::uint64_t> room) const {
    if (block.keys != nullptr) return {block.keys + from, room.size()};
    disk_->read(block.at + from * sizeof(std::uint64_t), std::as_writable_bytes(room));
    return room;
  }

  // How many blocks get() would give.
  std::size_t left(std::size_t bytes_max) const {
    const std::size_t more = memory_bytes() < bytes_max ? (bytes_max - memory_bytes()) / kBytes : 0;
    return spare_.size() + more;
  }
  // Gives the memory of blocks that nobody has to the system.
  void release_spare() {
    for (std::uint64_t* block : spare_) {
      madvise(block, kBytes, MADV_DONTNEED);
      released_.push_back(block);
    }
    spare_.clear();
  }

 private:
  static std::uint64_t* take(std::vector<std::uint64_t*>& from) {
    std::uint64_t* const block = from.back();
    from.pop_back();
    return block;
  }

  Reservation memory_;
  std::optional<SpillFile> disk_;
  std::mutex mutex_;
  std::size_t given_ = 0;
  std::vector<std::uint64_t*> spare_, released_;
  std::uint64_t on_disk_ = 0;  // bytes of the file that are or were in use
  std::vector<std::uint64_t> free_on_disk_;
};

// What one thread found.
class KeyBlocks {
 public:
  using Block = BlockPool::Block;

  // Where the next keys can be written, before wrote(); empty if there is no memory.
  std::span<std::uint64_t> room(BlockPool& pool, std::size_t bytes_max) {
    if (blocks_.empty() || blocks_.back().size == BlockPool::kKeys) {
      std::uint64_t* keys = pool.get(bytes_max);
      if (keys == nullptr && !blocks_.empty()) keys = pool.move_to_disk(blocks_.back());
      if (keys == nullptr) return {};
      blocks_.push_back({keys, 0, 0});
    }
    return {blocks_.back().keys + blocks_.back().size, BlockPool::kKeys - blocks_.back().size};
  }
  // But for the one that is being filled.
  void move_to_disk(BlockPool& pool) {
    for (std::size_t i = 0; i + 1 < blocks_.size(); ++i) pool.free_by_disk(blocks_[i]);
  }
  void wrote(std::size_t count) { blocks_.back().size += count; }

  std::vector<Block>& blocks() { return blocks_; }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  std::vector<Block> blocks_;
};

}  // namespace nsmc::checker
