// One thread's part of a level: expands keys, adds what it finds, judges it, and counts.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/checkpoint/fields.hpp"
#include "checker/explicit/compact_set.hpp"
#include "checker/explicit/frontier.hpp"
#include "checker/explicit/level.hpp"
#include "checker/explicit/mix.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/recently_seen.hpp"
#include "checker/explicit/word_codec.hpp"

namespace nsmc::checker {

// What all workers of a search share.  The claims and the set's size change between levels and
// pauses only, when no worker works.
template <lang::System S>
struct LevelShared {
  const S& system;
  const WordCodec<S>& codec;
  const OpenClaims<S>& claims;
  CompactSet& set;
  BlockPool& pool;
  std::uint64_t memory_bytes_max;
  unsigned next_phase = 0;  // of what is found in this level
  std::vector<std::atomic<bool>> step_seen;
  std::atomic<int> steps_seen{0};
};

// Which of the keys that a worker has found are its own to look up: all.  Another route takes keys
// away and brings them elsewhere.
struct KeepAll {
  // Moves those to be kept to the front; how many.
  std::size_t operator()(std::uint64_t* /*keys*/, std::size_t count) const { return count; }
};

template <lang::System S, class Scatter = Mix, class Route = KeepAll>
class LevelWorker {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;
  static constexpr std::size_t kChunk = Level::kChunk;

  // What settles an open question: the key of a state, and the move out of it if it is a move's.
  struct Witness {
    std::uint64_t key;
    std::optional<Action> action;
    auto operator<=>(const Witness& other) const { return key <=> other.key; }
  };
  enum class Flow : std::uint8_t { done, table_full, memory_full };

  explicit LevelWorker(LevelShared<S>& shared, Route route = {})
      : shared_(shared), route_(std::move(route)) {
    steps.assign(static_cast<std::size_t>(shared.system.step_count()), 0);
    if constexpr (lang::Batched<S>) moves_.emplace(kChunk * shared.system.moves_max());
  }

  // Of all levels.
  std::uint64_t transitions = 0;
  std::uint64_t found = 0;
  std::vector<std::uint64_t> steps;
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t deadlocks = 0;

  // Of this level.
  KeyBlocks next;
  std::vector<Witness> states, end_states, moves;
  std::optional<std::uint64_t> deadlock;  // the least key

  void begin_level() {
    state_seen_.assign(shared_.claims.state_questions(), false);
    end_seen_.assign(shared_.claims.end_questions(), false);
    move_seen_.assign(shared_.claims.move_questions(), false);
    states.clear();
    end_states.clear();
    moves.clear();
    deadlock.reset();
  }

  // REQUIRES: nothing is pending.
  Flow expand(std::span<const std::uint64_t> keys) {
    words_.resize(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) words_[i] = Scatter::back(keys[i]);
    if constexpr (lang::Batched<S>) {
      if (shared_.claims.move_questions() == 0) {
        expand_batch();
        return flush();
      }
    }
    after_.clear();
    for (const std::uint64_t word : words_) expand_one(word);
    pend(after_.data(), after_.size());
    return flush();
  }

  // Adds a state without a move to it: an initial one.
  Flow add(const State& state) {
    const std::uint64_t word = shared_.codec.word(state);
    pend(&word, 1);
    return flush();
  }

  // The same for keys that may be on disk.
  Flow expand(const Level::Chunk& chunk) {
    buffer_.resize(chunk.size());
    return expand(shared_.pool.read(*chunk.block, chunk.from, buffer_));
  }

  // Adds what another worker has found.  REQUIRES: nothing is pending.
  Flow take(std::span<const std::uint64_t> keys) {
    pending_.resize(std::max(pending_.size(), keys.size()));
    std::copy(keys.begin(), keys.end(), pending_.begin());
    pending_size_ = keys.size();
    return flush();
  }

  // Its counts, what it has found in this level, what is pending, and how large its blocks are.
  // REQUIRES: it is at rest.
  void save(FieldWriter& to) const {
    for (const std::uint64_t number : {transitions, found, deadlocks}) to.number(number);
    for (const std::uint64_t count : steps) to.number(count);
    to.number(ends.size());
    for (const auto& [name, count] : ends) {
      to.text(name);
      to.number(count);
    }
    for (const auto* kind : {&states, &end_states, &moves}) save(*kind, to);
    to.number(deadlock ? 1 : 0);
    to.number(deadlock.value_or(0));
    for (const auto* seen : {&state_seen_, &end_seen_, &move_seen_})
      for (const bool is_seen : *seen) to.number(is_seen ? 1 : 0);
    to.number(pending_size_ - flushed_);
    for (std::size_t i = flushed_; i < pending_size_; ++i) to.number(pending_[i]);
  }
  // Adds what another one saved.  REQUIRES: a level has begun.
  void load(FieldReader& from) {
    for (std::uint64_t* number : {&transitions, &found, &deadlocks}) *number += from.number();
    for (std::size_t step = 0; step < steps.size(); ++step) count_step(step, from.number());
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string name = from.text();
      ends[name] += from.number();
    }
    for (auto* kind : {&states, &end_states, &moves}) load(from, *kind);
    const bool has_deadlock = from.number() != 0;
    const std::uint64_t key = from.number();
    if (has_deadlock) deadlock = std::min(deadlock.value_or(key), key);
    for (auto* seen : {&state_seen_, &end_seen_, &move_seen_})
      for (std::size_t i = 0; i < seen->size(); ++i)
        if (from.number() != 0) (*seen)[i] = true;
    for (std::uint64_t left = from.number(); left > 0; --left) {
      pending_.resize(std::max(pending_.size(), pending_size_ + 1));
      pending_[pending_size_++] = from.number();
    }
  }

  bool is_pending() const { return flushed_ < pending_size_; }
  // Adds what is pending; again, if the table was too full and has grown.
  Flow flush() {
    while (flushed_ < pending_size_) {
      const auto room = next.room(shared_.pool, shared_.memory_bytes_max);
      if (room.empty()) return Flow::memory_full;
      const std::size_t count = std::min(room.size(), pending_size_ - flushed_);
      const auto inserted =
          shared_.set.insert(pending_.data() + flushed_, count, shared_.next_phase, room.data());
      next.wrote(inserted.added);
      found += inserted.added;
      flushed_ += inserted.looked_at;
      judge(room.first(inserted.added));
      if (inserted.looked_at < count) return Flow::table_full;
    }
    pending_size_ = flushed_ = 0;
    return Flow::done;
  }

 private:
  static void save(const std::vector<Witness>& witnesses, FieldWriter& to) {
    to.number(witnesses.size());
    for (const Witness& witness : witnesses) {
      to.number(witness.key);
      to.number(witness.action ? 1 : 0);
      if (witness.action) to.bytes(std::as_bytes(std::span(&*witness.action, 1)));
    }
  }
  static void load(FieldReader& from, std::vector<Witness>& witnesses) {
    for (std::uint64_t left = from.number(); left > 0; --left) {
      Witness witness{from.number(), {}};
      if (from.number() != 0)
        from.bytes(std::as_writable_bytes(std::span(&witness.action.emplace(), 1)));
      witnesses.push_back(witness);
    }
  }

  void pend(const std::uint64_t* words, std::size_t count) {
    pending_.resize(std::max(pending_.size(), pending_size_ + count + 1));
    std::uint64_t* const keys = pending_.data() + pending_size_;
    const auto expect = [this](std::uint64_t key) __attribute__((always_inline)) {
      shared_.set.expect(key);
    };
    pending_size_ += route_(keys, recent_.template sift<Scatter>(words, count, keys, expect));
  }

  void expand_batch() {
    moves_->clear();
    shared_.system.make_moves(words_, *moves_);
    transitions += moves_->after().size();
    for (std::size_t step = 0; step < steps.size(); ++step) count_step(step, moves_->steps()[step]);
    for (const std::uint64_t word : moves_->ended()) see_end(word, shared_.codec.state(word));
    pend(moves_->after().data(), moves_->after().size());
  }

  void expand_one(std::uint64_t word) {
    const State before = shared_.codec.state(word);
    const std::size_t made = after_.size();
    shared_.system.successors(
        before, [&](const Action& action, const State& after, const Events& events) {
          shared_.system.each_step(
              events, [this](int step) { count_step(static_cast<std::size_t>(step), 1); });
          for (std::size_t i = 0; i < move_seen_.size(); ++i) {
            if (move_seen_[i] || !shared_.claims.settles_move(i, {before, action, after, events}))
              continue;
            move_seen_[i] = true;
            moves.push_back({Scatter::forth(word), action});
          }
          after_.push_back(shared_.codec.word(after));
        });
    transitions += after_.size() - made;
    if (after_.size() == made) see_end(word, before);
  }

  void count_step(std::size_t step, std::uint64_t count) {
    if (count == 0) return;
    if (steps[step] == 0 && !shared_.step_seen[step].exchange(true)) ++shared_.steps_seen;
    steps[step] += count;
  }

  void see_end(std::uint64_t word, const State& state) {
    const std::uint64_t key = Scatter::forth(word);
    for (std::size_t i = 0; i < end_seen_.size(); ++i) {
      if (end_seen_[i] || !shared_.claims.settles_end(i, state)) continue;
      end_seen_[i] = true;
      end_states.push_back({key, {}});
    }
    const std::string end(shared_.system.terminal(state));
    if (!end.empty()) {
      ++ends[end];
      return;
    }
    ++deadlocks;
    deadlock = std::min(deadlock.value_or(key), key);
  }

  void judge(std::span<const std::uint64_t> keys) {
    if (state_seen_.empty()) return;
    for (const std::uint64_t key : keys) {
      const State state = shared_.codec.state(Scatter::back(key));
      for (std::size_t i = 0; i < state_seen_.size(); ++i) {
        if (state_seen_[i] || !shared_.claims.settles_state(i, state)) continue;
        state_seen_[i] = true;
        states.push_back({key, {}});
      }
    }
  }

  LevelShared<S>& shared_;
  Route route_;
  RecentlySeen recent_;
  std::optional<lang::Moves> moves_;
  std::vector<std::uint64_t> buffer_;   // keys that were on disk
  std::vector<std::uint64_t> words_;    // being expanded
  std::vector<std::uint64_t> after_;    // the words of their successors, one by one
  std::vector<std::uint64_t> pending_;  // keys to be looked up
  std::size_t pending_size_ = 0;
  std::size_t flushed_ = 0;  // of them
  // Of each open question: this worker has found an answer in this level.
  std::vector<bool> state_seen_, end_seen_, move_seen_;
};

}  // namespace nsmc::checker
