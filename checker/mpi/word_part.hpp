// One rank's part of a search over states that are words: its set, and its part of each level.
// SPDX-License-Identifier: MIT
//
// A key belongs to the rank that a part of its bits says.  These are neither those that choose its
// place in the set nor those of the memory of recent keys: both are used whole on every rank.
// What a rank has sent lately it does not send again, as it would not look it up again.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/fields.hpp"
#include "checker/explicit/backward_runs.hpp"
#include "checker/explicit/block_loader.hpp"
#include "checker/explicit/level_worker.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/mpi/exchange.hpp"
#include "checker/mpi/ranks.hpp"
#include "checker/mpi/witness.hpp"

namespace nsmc::checker {

template <lang::System S>
class WordPart {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  static std::size_t item_bytes(const S& /*system*/) { return sizeof(std::uint64_t); }

  WordPart(const S& system, const OpenClaims<S>& claims, const Ranks& ranks, Exchange& exchange,
           std::uint64_t memory_bytes_max, const Tuning& tuning)
      : system_(system),
        ranks_(ranks),
        memory_bytes_max_(memory_bytes_max),
        codec_(system, tuning.gather),
        set_(CompactSet::reservation(memory_bytes_max),
             CompactSet::buckets_within(tuning.buckets, memory_bytes_max), tuning.compare),
        runs_(system, codec_, set_),
        pool_(CompactSet::reservation(memory_bytes_max), tuning.disk),
        shared_{
            system, codec_,
            claims, set_,
            pool_,  0,
            0,      std::vector<std::atomic<bool>>(static_cast<std::size_t>(system.step_count()))},
        worker_(shared_, SendToOwner{&exchange, ranks.rank(), owners(ranks)}) {
    set_.be_of_one_thread();
    share_memory();
  }

  // Of all levels.
  std::uint64_t found() const { return worker_.found; }
  std::uint64_t transitions() const { return worker_.transitions; }
  std::uint64_t deadlocks() const { return worker_.deadlocks; }
  const std::vector<std::uint64_t>& steps() const { return worker_.steps; }
  const std::map<std::string, std::uint64_t>& ends() const { return worker_.ends; }
  std::uint64_t memory_bytes() const { return set_.memory_bytes() + pool_.memory_bytes(); }
  bool is_full() const { return is_full_; }

  // Of the level: what was not expanded of it, and what was found one move beyond.
  std::uint64_t left() const { return left_; }
  std::uint64_t beyond() const { return worker_.found - found_before_; }

  // REQUIRES: no level was begun.
  void add_initial_states() {
    begin_round();
    shared_.next_phase = phase(0);
    for (const State& state : system_.initial())
      if (owner(Scatter::forth(codec_.word(state)), owners(ranks_)) == ranks_.rank())
        settle(worker_.add(state));
  }

  bool has_work() const { return !is_full_ && left_ > 0; }
  void expand_some() {
    const auto chunk = level_.take(0);
    left_ -= chunk->size();
    settle(worker_.expand(*chunk));
    if (!is_full_ && worker_.found > grow_at_) grow();
  }
  // A part that is full only takes what others send away from them.
  void take(int /*from*/, std::span<const std::byte> batch) {
    if (is_full_) return;
    taken_.resize(batch.size() / sizeof(std::uint64_t));
    std::memcpy(taken_.data(), batch.data(), batch.size());
    settle(worker_.take(taken_));
    if (!is_full_ && worker_.found > grow_at_) grow();
  }

  // What is beyond becomes the level, at this depth.
  void begin_level(std::int64_t depth) {
    for (const Block& block : level_.blocks()) pool_.give_back(block);
    level_.begin(std::exchange(worker_.next.blocks(), {}));
    left_ = beyond();
    found_before_ = worker_.found;
    shared_.next_phase = phase(depth + 1);
    level_.make_room(pool_, shared_.memory_bytes_max, 1);
  }

  // After each change of the open questions.
  void begin_round() { worker_.begin_level(); }
  std::vector<Witness<S>> witnesses() const {
    std::vector<Witness<S>> all;
    const auto add = [&](SeenAs as, const auto& found) {
      for (const auto& one : found)
        all.push_back({as, one.key, state(one.key), one.action.value_or(Action{})});
    };
    add(SeenAs::state, worker_.states);
    add(SeenAs::end, worker_.end_states);
    add(SeenAs::move, worker_.moves);
    if (worker_.deadlock)
      all.push_back({SeenAs::deadlock, *worker_.deadlock, state(*worker_.deadlock), {}});
    return all;
  }

  // What this rank has between two rounds.
  void save(CheckpointWriter& to) const {
    FieldWriter fields;
    fields.number(set_.buckets());
    fields.number(found_before_);
    worker_.save(fields);
    for (const auto& sizes : {sizes_of_level(), sizes_beyond()}) fields.numbers(sizes);
    to.section(kPart, fields.all());
    set_.save(to);
    std::vector<std::uint64_t> room;
    const auto keep = [&](const Block& block, std::size_t from) {
      room.resize(block.size - from);
      to.section(kKeys, std::as_bytes(pool_.read(block, from, room)));
    };
    level_.each_left(keep);
    for (const Block& block : worker_.next.blocks()) keep(block, 0);
  }
  // REQUIRES: nothing was added yet; the open questions are as they were, and a round has begun.
  void load(const CheckpointReader& from, std::int64_t depth) {
    FieldReader fields(from, kPart);
    const std::uint64_t buckets = fields.number_up_to(Reservation::physical_bytes());
    found_before_ = fields.number();
    worker_.load(fields);
    const std::vector<std::uint64_t> left = fields.numbers(), beyond = fields.numbers();
    fields.end();
    if (buckets < CompactSet::kBucketsMin) from.refuse("its table is too small");
    if (CompactSet::bytes(buckets) > memory_bytes_max_) throw std::bad_alloc();
    set_.load(from, buckets);
    share_memory();
    BlockLoader loader(pool_, shared_.memory_bytes_max, 2, from.open(kKeys));
    const auto load = [&](std::uint64_t size) {
      if (size > BlockPool::kKeys) from.refuse("a block of it is too large");
      const auto block = loader.load(size, size == BlockPool::kKeys);
      if (!block) throw std::bad_alloc();
      return *block;
    };
    std::vector<Block> blocks;
    for (const std::uint64_t size : left) {
      blocks.push_back(load(size));
      left_ += size;
    }
    level_.begin(std::move(blocks));
    for (const std::uint64_t size : beyond) worker_.next.blocks().push_back(load(size));
    shared_.next_phase = phase(depth + 1);
  }

  // All ranks together: the run to a state of rank `from`, backwards, level by level.
  Run<S> run_to(int /*from*/, std::uint64_t where, std::int64_t depth) const {
    Step step{where, {}};
    std::vector<Action> backwards;
    for (; depth > 0; --depth) {
      const bool found = runs_.step_back(step.key, depth, step.action);
      std::uint64_t who = static_cast<std::uint64_t>(found ? ranks_.rank() : ranks_.size());
      ranks_.least({&who, 1});
      if (who == owners(ranks_)) throw Runs::no_predecessor();
      ranks_.broadcast(step, static_cast<int>(who));
      backwards.push_back(step.action);
    }
    return runs_.run_from(step.key, std::move(backwards));
  }

 private:
  static constexpr const char* kPart = "part";
  static constexpr const char* kKeys = "keys";

  using Scatter = Mix;
  using Runs = BackwardRuns<S, Scatter>;
  using Block = KeyBlocks::Block;

  struct Step {
    std::uint64_t key;
    Action action;
  };

  static std::uint64_t owners(const Ranks& ranks) {
    return static_cast<std::uint64_t>(ranks.size());
  }
  static int owner(std::uint64_t key, std::uint64_t owners) {
    return static_cast<int>((key & 0xffffffff) * owners >> 32);
  }

  struct SendToOwner {
    Exchange* exchange;
    int mine;
    std::uint64_t owners;

    std::size_t operator()(std::uint64_t* keys, std::size_t count) const {
      if (owners == 1) return count;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t key = keys[i];
        const int to = owner(key, owners);
        if (to == mine) {
          keys[kept++] = key;
          continue;
        }
        std::vector<std::byte>& batch = exchange->batch(to);
        const auto* bytes = reinterpret_cast<const std::byte*>(&key);
        batch.insert(batch.end(), bytes, bytes + sizeof key);
        exchange->added(to);
      }
      return kept;
    }
  };
  using Worker = LevelWorker<S, Scatter, SendToOwner>;
  using Flow = typename Worker::Flow;

  std::vector<std::uint64_t> sizes_of_level() const {
    std::vector<std::uint64_t> sizes;
    level_.each_left(
        [&](const Block& block, std::size_t from) { sizes.push_back(block.size - from); });
    return sizes;
  }
  std::vector<std::uint64_t> sizes_beyond() const {
    std::vector<std::uint64_t> sizes;
    for (const Block& block : worker_.next.blocks()) sizes.push_back(block.size);
    return sizes;
  }

  void settle(Flow flow) {
    while (flow == Flow::table_full) {
      if (!grow()) return;
      flow = worker_.flush();
    }
    if (flow == Flow::memory_full) is_full_ = true;
  }

  bool grow() {
    const std::uint64_t now = set_.buckets();
    // Twice as large costs less time; one and a half leaves less unused.
    std::uint64_t wanted = now * (set_.memory_bytes() < kLargeTable ? 4 : 3) / 2;
    const auto fits = [&] {
      return CompactSet::bytes(wanted) + pool_.memory_bytes() <= memory_bytes_max_;
    };
    while (!fits() && wanted > now * 9 / 8) wanted -= now / 16;
    is_full_ = !fits() || wanted < now * 9 / 8 + 1 || !set_.grow(wanted);
    share_memory();
    return !is_full_;
  }
  void share_memory() {
    grow_at_ = set_.slots() / 100 * 85;
    shared_.memory_bytes_max =
        memory_bytes_max_ - std::min<std::uint64_t>(memory_bytes_max_, set_.memory_bytes());
    level_.make_room(pool_, shared_.memory_bytes_max, 1);
  }

  static unsigned phase(std::int64_t depth) { return Runs::phase(depth); }
  State state(std::uint64_t key) const { return runs_.state(key); }

  static constexpr std::size_t kLargeTable = std::size_t{64} << 20;

  const S& system_;
  const Ranks& ranks_;
  std::uint64_t memory_bytes_max_;
  WordCodec<S> codec_;
  CompactSet set_;
  Runs runs_;
  BlockPool pool_;
  LevelShared<S> shared_;
  Worker worker_;
  Level level_{1};
  std::uint64_t left_ = 0;          // of it, not taken
  std::uint64_t found_before_ = 0;  // in earlier levels
  std::uint64_t grow_at_ = 0;
  bool is_full_ = false;
  std::vector<std::uint64_t> taken_;
};

}  // namespace nsmc::checker
