// What changes the way of a search and never its result.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "checker/checkpoint/checkpoints.hpp"
#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/compact_set.hpp"
#include "checker/explicit/state_store.hpp"

namespace nsmc::checker {

struct Tuning {
  // Which states were visited: `recorded` keeps each with its parent and action, in any size.
  // `automatic` is search_compact() for systems that say that their states are words
  // (lang::Batched).
  enum class Visited : std::uint8_t { automatic, recorded };

  BitPacker::Gather gather = BitPacker::fastest();
  std::size_t chunk_bytes = StoreLimits{}.chunk_bytes;
  unsigned slots_log2 = StoreLimits{}.slots_log2;

  // Of the recorded way: states that are so large when packed bit by bit are packed as the numbers
  // of their parts.
  std::size_t parts_from_bytes = 100;
  // Their numbers have as few bits as they can have so far; if not, 32 from the start.
  bool parts_grow = true;
  // Of systems that are lang::Local: after so many states, moves are made once and remembered.
  std::uint64_t remembers_from = 4'096;

  // Where the search writes what it can go on from, and maybe goes on from; nullptr: nowhere.
  Checkpoints* checkpoints = nullptr;
  // A folder for what is found and does not fit into memory; empty: none.
  std::string disk{};

  Visited visited = Visited::automatic;
  // Of the compact way:
  unsigned threads = 1;
  CompactSet::Compare compare = CompactSet::fastest();
  std::uint64_t buckets = 8 * CompactSet::kBucketsMin;
};

}  // namespace nsmc::checker
