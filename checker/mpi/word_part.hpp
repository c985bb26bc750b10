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
#include "checker/explicit/level_worker.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/mpi/counts.hpp"
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
        set_(reservation(), std::max(tuning.buckets, CompactSet::kBucketsMin), tuning.compare),
        pool_(reservation()),
        shared_{
            system, codec_,
            claims, set_,
            pool_,  0,
            0,      std::vector<std::atomic<bool>>(static_cast<std::size_t>(system.step_count()))},
        worker_(shared_, SendToOwner{&exchange, ranks.rank(), owners(ranks)}) {
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

  bool has_work() const { return !is_full_ && next_chunk_ < chunks_.size(); }
  void expand_some() {
    const Keys chunk = chunks_[next_chunk_++];
    left_ -= chunk.size();
    settle(worker_.expand(chunk));
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
    for (const Block& block : level_) pool_.give_back(block.keys);
    level_ = std::move(worker_.next.blocks());
    worker_.next.blocks().clear();
    cut_level();
    found_before_ = worker_.found;
    shared_.next_phase = phase(depth + 1);
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
    for (const std::uint64_t number :
         {worker_.found, worker_.transitions, worker_.deadlocks, found_before_, left_, beyond()})
      fields.number(number);
    save_counts(worker_.steps, worker_.ends, fields);
    to.section(kPart, fields.all());
    for (unsigned phase = 0; phase < CompactSet::kPhases; ++phase) {
      std::vector<std::uint64_t> keys;
      const auto flush = [&] {
        to.section(kKeys[phase], std::as_bytes(std::span(keys)));
        keys.clear();
      };
      set_.find(phase, [&](std::uint64_t key) {
        keys.push_back(key);
        if (keys.size() == BlockPool::kKeys) flush();
        return false;
      });
      flush();
    }
    for (std::size_t i = next_chunk_; i < chunks_.size(); ++i)
      to.section(kLeft, std::as_bytes(chunks_[i]));
    for (const Block& block : worker_.next.blocks())
      to.section(kBeyond, std::as_bytes(Keys(block.keys, block.size)));
  }
  // REQUIRES: nothing was added yet.  The open questions are as they were.
  void load(const CheckpointReader& from, std::int64_t depth) {
    FieldReader fields(from, kPart);
    worker_.found = fields.number();
    worker_.transitions = fields.number();
    worker_.deadlocks = fields.number();
    found_before_ = fields.number();
    const std::uint64_t left = fields.number(), beyond = fields.number();
    load_counts(worker_.steps, worker_.ends, fields);
    fields.end();
    for (unsigned phase = 0; phase < CompactSet::kPhases; ++phase)
      each_keys(from, kKeys[phase], [&](Keys keys) { put(keys, phase); });
    KeyBlocks level;
    each_keys(from, kLeft, [&](Keys keys) { append(keys, level); });
    level_ = std::move(level.blocks());
    cut_level();
    each_keys(from, kBeyond, [&](Keys keys) { append(keys, worker_.next); });
    if (left_ != left || worker_.found - found_before_ != beyond)
      from.refuse("its level has another size");
    shared_.next_phase = phase(depth + 1);
  }

  // All ranks together: the run to a state of rank `from`, backwards, level by level.
  Run<S> run_to(int /*from*/, std::uint64_t where, std::int64_t depth) const {
    Run<S> run;
    Step step{where, {}};
    for (; depth > 0; --depth) {
      const std::uint64_t word = Scatter::back(step.key);
      const bool found = set_.find(phase(depth - 1), [&](std::uint64_t key) {
        return leads_to(key, word, step.action) && (step.key = key, true);
      });
      std::uint64_t who = static_cast<std::uint64_t>(found ? ranks_.rank() : ranks_.size());
      ranks_.least({&who, 1});
      if (who == static_cast<std::uint64_t>(ranks_.size()))
        throw EngineDisagreement("a state has no predecessor when it is looked for");
      ranks_.broadcast(step, static_cast<int>(who));
      run.actions.push_back(step.action);
    }
    std::reverse(run.actions.begin(), run.actions.end());
    const std::vector<State> initial = system_.initial();
    while (codec_.word(initial.at(run.initial)) != Scatter::back(step.key)) ++run.initial;
    return run;
  }

 private:
  static constexpr const char* kPart = "part";
  static constexpr const char* kKeys[] = {"keys 0", "keys 1", "keys 2"};
  static constexpr const char* kLeft = "level";
  static constexpr const char* kBeyond = "beyond";

  using Scatter = Mix;
  using Block = KeyBlocks::Block;
  using Keys = std::span<const std::uint64_t>;

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

  void cut_level() {
    chunks_.clear();
    next_chunk_ = 0;
    left_ = 0;
    for (const Block& block : level_) {
      left_ += block.size;
      for (std::size_t from = 0; from < block.size; from += Worker::kChunk)
        chunks_.emplace_back(block.keys + from, std::min(Worker::kChunk, block.size - from));
    }
  }

  template <class F>
  void each_keys(const CheckpointReader& from, const char* section, F f) {
    CheckpointSection keys = from.open(section);
    std::vector<std::uint64_t> piece(BlockPool::kKeys);
    while (const std::size_t bytes = keys.read(std::as_writable_bytes(std::span(piece))))
      f(Keys(piece.data(), bytes / sizeof(std::uint64_t)));
  }
  void put(Keys keys, unsigned phase) {
    std::vector<std::uint64_t> added(keys.size());
    while (!keys.empty()) {
      keys = keys.subspan(set_.insert(keys.data(), keys.size(), phase, added.data()).looked_at);
      if (!keys.empty() && !grow()) throw std::bad_alloc();
    }
  }
  void append(Keys keys, KeyBlocks& to) {
    while (!keys.empty()) {
      const auto room = to.room(pool_, shared_.memory_bytes_max);
      if (room.empty()) throw std::bad_alloc();
      const std::size_t count = std::min(room.size(), keys.size());
      std::copy_n(keys.begin(), count, room.begin());
      to.wrote(count);
      keys = keys.subspan(count);
    }
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
  }
  std::size_t reservation() const {
    return std::max<std::size_t>(
        std::min<std::uint64_t>(memory_bytes_max_, Reservation::physical_bytes()),
        CompactSet::bytes(1 << 20));
  }

  bool leads_to(std::uint64_t from, std::uint64_t to, Action& by) const {
    bool found = false;
    system_.successors(state(from), [&](const Action& action, const State& after, const Events&) {
      if (found || codec_.word(after) != to) return;
      found = true;
      by = action;
    });
    return found;
  }

  static unsigned phase(std::int64_t depth) {
    return static_cast<unsigned>(depth % CompactSet::kPhases);
  }
  State state(std::uint64_t key) const { return codec_.state(Scatter::back(key)); }

  static constexpr std::size_t kLargeTable = std::size_t{64} << 20;

  const S& system_;
  const Ranks& ranks_;
  std::uint64_t memory_bytes_max_;
  WordCodec<S> codec_;
  CompactSet set_;
  BlockPool pool_;
  LevelShared<S> shared_;
  Worker worker_;
  std::vector<Block> level_;
  std::vector<Keys> chunks_;
  std::size_t next_chunk_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t found_before_ = 0;  // in earlier levels
  std::uint64_t grow_at_ = 0;
  bool is_full_ = false;
  std::vector<std::uint64_t> taken_;
};

}  // namespace nsmc::checker
