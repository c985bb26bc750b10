// Blocks of keys out of a checkpoint: into memory, and what has no room there onto the disk.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/explicit/frontier.hpp"

namespace nsmc::checker {

class BlockLoader {
 public:
  // `spared`: so many blocks are left in memory for those that have to be there.
  BlockLoader(BlockPool& pool, std::size_t bytes_max, std::size_t spared, CheckpointSection keys)
      : pool_(pool), bytes_max_(bytes_max), spared_(spared), keys_(std::move(keys)) {}

  // The next keys; nothing: there is no room for them.
  std::optional<BlockPool::Block> load(std::size_t size, bool may_be_on_disk) {
    BlockPool::Block block{nullptr, size, 0};
    const bool to_disk = may_be_on_disk && pool_.has_disk() && pool_.left(bytes_max_) <= spared_;
    if (to_disk) {
      room_.resize(size);
      block.keys = room_.data();
    } else {
      block.keys = pool_.get(bytes_max_);
    }
    if (block.keys == nullptr) return {};
    keys_.read(std::as_writable_bytes(std::span(block.keys, size)));
    if (to_disk && pool_.move_to_disk(block) == nullptr) return {};
    return block;
  }

 private:
  BlockPool& pool_;
  std::size_t bytes_max_, spared_;
  CheckpointSection keys_;
  std::vector<std::uint64_t> room_;
};

}  // namespace nsmc::checker
