// The blocks of the level that is being expanded, cut into chunks that threads take.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
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

  explicit Level(std::size_t threads) : stretches_(threads) {}

  // In any thread; nothing: all were taken.  Each thread has a stretch of its own, as what was
  // found together has moves to the same states, and then helps the others.
  std::optional<Chunk> take(std::size_t thread) {
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      Stretch& stretch = stretches_[(thread + i) % stretches_.size()];
      if (stretch.next.load(std::memory_order_relaxed) >= stretch.end) continue;
      const std::size_t at = stretch.next.fetch_add(1, std::memory_order_relaxed);
      if (at < stretch.end) return Chunk{&blocks_[chunks_[at].block], chunks_[at].from};
    }
    return {};
  }

  // The rest is for one thread, while the others are at rest.

  bool is_empty() const { return chunks_.empty(); }
  bool is_taken() const {
    return std::all_of(stretches_.begin(), stretches_.end(),
                       [](const Stretch& stretch) { return stretch.next >= stretch.end; });
  }
  // A stretch for each thread, of whole blocks.
  void begin(std::vector<Block> blocks) {
    blocks_ = std::move(blocks);
    chunks_.clear();
    std::size_t block = 0;
    for (std::size_t thread = 0; thread < stretches_.size(); ++thread) {
      stretches_[thread].next = chunks_.size();
      for (; block < blocks_.size() * (thread + 1) / stretches_.size(); ++block)
        for (std::size_t from = 0; from < blocks_[block].size; from += kChunk)
          chunks_.push_back({block, from});
      stretches_[thread].end = chunks_.size();
    }
  }
  std::vector<Block>& blocks() { return blocks_; }

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
    for (const Stretch& stretch : stretches_) {
      if (stretch.next >= stretch.end) continue;
      const Place next = chunks_[stretch.next];
      const std::size_t last = chunks_[stretch.end - 1].block;
      for (std::size_t i = next.block; i <= last; ++i)
        f(blocks_[i], i == next.block ? next.from : 0);
    }
  }

 private:
  struct Place {
    std::size_t block, from;
  };
  struct alignas(64) Stretch {  // a cache line, as it is written for each chunk
    std::atomic<std::size_t> next{0};
    std::size_t end = 0;
  };

  std::vector<Block> blocks_;
  std::vector<Place> chunks_;
  std::vector<Stretch> stretches_;
};

}  // namespace nsmc::checker
