// The blocks of the level that is being expanded, cut into chunks that threads take.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "checker/explicit/frontier.hpp"

namespace nsmc::checker {

class Level {
 public:
  using Block = BlockPool::Block;
  static constexpr std::size_t kChunk = 512;  // keys expanded between two looks at the limits

  // Keys of a block from one on: kChunk, or what is left of it.
  struct Chunk {
    const Block* block;
    std::size_t from;
    std::size_t size() const { return std::min(kChunk, block->size - from); }
  };

  // In any thread; nothing: all were taken.
  std::optional<Chunk> take() {
    const std::size_t at = next_.fetch_add(1, std::memory_order_relaxed);
    if (at >= chunks_.size()) return {};
    return Chunk{&blocks_[chunks_[at].block], chunks_[at].from};
  }

  // The rest is for one thread, while the others are at rest.

  bool is_empty() const { return chunks_.empty(); }
  bool is_taken() const { return next_ >= chunks_.size(); }
  void add(const Block& block) {
    for (std::size_t from = 0; from < block.size; from += kChunk)
      chunks_.push_back({blocks_.size(), from});
    blocks_.push_back(block);
  }
  std::vector<Block>& blocks() { return blocks_; }
  void clear() {
    blocks_.clear();
    chunks_.clear();
    next_ = 0;
  }

  // With a disk no thread is ever without a block: its own full ones can go there, and before it
  // has any, one of the level's.
  void make_room(BlockPool& pool, std::size_t bytes_max, std::size_t blocks) {
    if (!pool.has_disk()) return;
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block)
      if (pool.left(bytes_max) < blocks) pool.free_by_disk(*block);
  }
  void move_to_disk(BlockPool& pool) {
    for (Block& block : blocks_) pool.free_by_disk(block);
  }

  // f(block, from) for what was not taken.
  template <class F>
  void each_left(F f) const {
    if (is_taken()) return;
    const Place next = chunks_[next_];
    for (std::size_t i = next.block; i < blocks_.size(); ++i)
      f(blocks_[i], i == next.block ? next.from : 0);
  }

 private:
  struct Place {
    std::size_t block, from;
  };

  std::vector<Block> blocks_;
  std::vector<Place> chunks_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace nsmc::checker
