// One rank's part of a search over wide states: its store, of which the end is its frontier.
// SPDX-License-Identifier: MIT
//
// A state belongs to the rank that its hash says.  It is sent as the bytes in which it differs from
// the one sent there before, and stored where it belongs with its parent's rank and index: a run is
// walked from rank to rank.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/fields.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/state_packer.hpp"
#include "checker/explicit/state_store.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/mpi/delta.hpp"
#include "checker/mpi/exchange.hpp"
#include "checker/mpi/ranks.hpp"
#include "checker/mpi/witness.hpp"
#include "model/lang/local.hpp"

namespace nsmc::checker {

template <lang::System S>
class RecordedPart {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  static std::size_t item_bytes(const S& /*system*/) {
    return sizeof(Sent) + Delta(sizeof(State)).bytes_max();
  }

  RecordedPart(const S& system, const OpenClaims<S>& claims, const Ranks& ranks, Exchange& exchange,
               std::uint64_t memory_bytes_max, const Tuning& tuning)
      : system_(system),
        claims_(claims),
        ranks_(ranks),
        exchange_(exchange),
        memory_bytes_max_(memory_bytes_max),
        packer_(system.significant_bits(), lang::part_ends(system), false, tuning),
        store_(packer_.packed_bytes(), {Store::kStatesMax, memory_bytes_max, tuning.disk,
                                        tuning.chunk_bytes, tuning.slots_log2}),
        steps_(static_cast<std::size_t>(system.step_count())),
        rows_(static_cast<std::size_t>(ranks.size()), Delta(sizeof(State))),
        taken_row_(sizeof(State)),
        taken_packed_(packer_.packed_bytes()) {
    if (packer_.state_bytes() != sizeof(State))
      throw std::logic_error("significant_bits() must give a mask for each byte of a state");
    if (ranks.size() > std::numeric_limits<Rank>::max())
      throw std::invalid_argument("more ranks than a record has numbers for");
  }
  RecordedPart(const RecordedPart&) = delete;
  RecordedPart& operator=(const RecordedPart&) = delete;

  // Of all levels.
  std::uint64_t found() const { return store_.size(); }
  std::uint64_t transitions() const { return transitions_; }
  std::uint64_t deadlocks() const { return deadlocks_; }
  const std::vector<std::uint64_t>& steps() const { return steps_; }
  const std::map<std::string, std::uint64_t>& ends() const { return ends_; }
  std::uint64_t memory_bytes() const { return store_.memory_bytes() + packer_.memory_bytes(); }
  bool is_full() const { return is_full_; }

  // Of the level: what was not expanded of it, and what was found one move beyond.
  std::uint64_t left() const { return level_end_ - expanded_; }
  std::uint64_t beyond() const { return store_.size() - level_end_; }

  // REQUIRES: no level was begun.
  void add_initial_states() {
    begin_round();
    for (const State& state : system_.initial())
      if (owner(state) == ranks_.rank()) {
        pend(state, nullptr, nullptr, Store::kNoParent, {});
        insert_pending();
      }
  }

  bool has_work() const { return !is_full_ && expanded_ < level_end_; }
  void expand_some() {
    for (std::size_t i = 0; i < kChunk && has_work(); ++i) expand(static_cast<Index>(expanded_++));
  }
  // A part that is full only takes what others send away from them.
  void take(int from, std::span<const std::byte> batch) {
    taken_row_.begin_row();
    const State* before = nullptr;
    while (!batch.empty() && !is_full_) {
      Sent sent{};
      if (batch.size() < sizeof sent) throw std::runtime_error("half a state was sent");
      std::memcpy(&sent, batch.data(), sizeof sent);
      batch = batch.subspan(sizeof sent);
      State& state = before == taken_.data() ? taken_[1] : taken_[0];
      taken_row_.read(batch, &state);
      const std::byte* packed = pend(state, before, taken_packed_.data(), sent.parent,
                                     {sent.action, static_cast<Rank>(from)});
      std::memcpy(taken_packed_.data(), packed, taken_packed_.size());
      before = &state;
      if (pending_.size() == kPendingMax) insert_pending();
    }
    insert_pending();
  }

  // What is beyond becomes the level.
  void begin_level(std::int64_t /*depth*/) { level_end_ = store_.size(); }

  // After each change of the open questions.
  void begin_round() {
    state_seen_.assign(claims_.state_questions(), false);
    end_seen_.assign(claims_.end_questions(), false);
    move_seen_.assign(claims_.move_questions(), false);
    deadlock_seen_ = false;
    witnesses_.clear();
  }
  const std::vector<Witness<S>>& witnesses() const { return witnesses_; }

  // What this rank has between two rounds.
  void save(CheckpointWriter& to) const {
    FieldWriter fields;
    for (const std::uint64_t number :
         {store_.size(), expanded_, level_end_, transitions_, deadlocks_})
      fields.number(number);
    fields.numbers(steps_);
    fields.number(ends_.size());
    for (const auto& [name, count] : ends_) {
      fields.text(name);
      fields.number(count);
    }
    to.section(kPart, fields.all());
    packer_.save(to);
    store_.save(to, store_.size());
  }
  // REQUIRES: nothing was added yet.  The open questions are as they were, and a round has begun.
  void load(const CheckpointReader& from, std::int64_t /*depth*/) {
    packer_.load(from);
    share_memory();
    store_.load(from, "a rank's checkpoint");
    FieldReader fields(from, kPart);
    if (fields.number() != store_.size()) from.refuse("states of it are missing");
    expanded_ = fields.number_up_to(store_.size());
    level_end_ = fields.number_up_to(store_.size());
    transitions_ = fields.number();
    deadlocks_ = fields.number();
    const std::vector<std::uint64_t> steps = fields.numbers();
    if (steps.size() != steps_.size()) from.refuse("its system has other steps");
    steps_ = steps;
    for (std::uint64_t left = fields.number(); left > 0; --left) {
      const std::string name = fields.text();
      ends_[name] = fields.number();
    }
    fields.end();
  }

  // All ranks together: the run to a state of rank `from`, along the parents.
  Run<S> run_to(int from, std::uint64_t where, std::int64_t /*depth*/) const {
    struct Step {
      Index parent;
      Origin origin;
      std::size_t initial;
    };
    Run<S> run;
    for (auto index = static_cast<Index>(where);;) {
      Step step{};
      if (from == ranks_.rank()) {
        step = {store_.parent(index), store_.action(index), 0};
        if (step.parent == Store::kNoParent) step.initial = initial_of(index);
      }
      ranks_.broadcast(step, from);
      run.initial = step.initial;
      if (step.parent == Store::kNoParent) break;
      run.actions.push_back(step.origin.action);
      index = step.parent;
      from = step.origin.rank;
    }
    std::reverse(run.actions.begin(), run.actions.end());
    return run;
  }

 private:
  static constexpr const char* kPart = "part";
  static constexpr std::size_t kChunk = 16;       // states expanded between two looks at what came
  static constexpr std::size_t kPendingMax = 64;  // states whose cache lines are on their way
  using Rank = std::uint16_t;
  // What led to a state, and on which rank its parent is.
  struct Origin {
    Action action;
    Rank rank;
  };
  using Store = StateStore<Origin>;
  using Index = typename Store::Index;
  struct Sent {
    Index parent;
    Action action;
  };
  struct Pending {
    Index parent;
    Origin origin;
    std::uint32_t tag;
  };

  int owner(const State& state) const {
    const auto* bytes = reinterpret_cast<const std::byte*>(&state);
    const std::uint64_t hash = Xxh3{}(bytes, sizeof state) >> 32;
    return static_cast<int>(hash * static_cast<std::uint64_t>(ranks_.size()) >> 32);
  }

  void expand(Index index) {
    packer_.unpack(store_.packed(index), &state_);
    const std::uint64_t transitions = transitions_;
    system_.successors(state_, [&](const Action& action, const State& after, const Events& events) {
      ++transitions_;
      system_.each_step(events, [this](int step) { ++steps_[static_cast<std::size_t>(step)]; });
      for (std::size_t i = 0; i < move_seen_.size(); ++i) {
        if (move_seen_[i] || !claims_.settles_move(i, {state_, action, after, events})) continue;
        move_seen_[i] = true;
        witnesses_.push_back({SeenAs::move, index, state_, action});
      }
      const int to = owner(after);
      if (to != ranks_.rank()) return send(to, {index, action}, after);
      pend(after, &state_, store_.packed(index), index, {action, static_cast<Rank>(to)});
    });
    if (transitions_ == transitions) see_end(index);
    insert_pending();
  }

  void see_end(Index index) {
    for (std::size_t i = 0; i < end_seen_.size(); ++i) {
      if (end_seen_[i] || !claims_.settles_end(i, state_)) continue;
      end_seen_[i] = true;
      witnesses_.push_back({SeenAs::end, index, state_, {}});
    }
    const std::string end(system_.terminal(state_));
    if (!end.empty()) {
      ++ends_[end];
      return;
    }
    ++deadlocks_;
    if (!deadlock_seen_) witnesses_.push_back({SeenAs::deadlock, index, state_, {}});
    deadlock_seen_ = true;
  }

  void send(int to, const Sent& sent, const State& state) {
    std::vector<std::byte>& batch = exchange_.batch(to);
    Delta& row = rows_[static_cast<std::size_t>(to)];
    if (batch.empty()) row.begin_row();
    const auto* bytes = reinterpret_cast<const std::byte*>(&sent);
    batch.insert(batch.end(), bytes, bytes + sizeof sent);
    row.append(&state, batch);
    exchange_.added(to);
  }

  // `before`: a state that this one is much like, and what it was packed to; or nullptr.
  const std::byte* pend(const State& state, const State* before, const std::byte* before_packed,
                        Index parent, const Origin& origin) {
    const std::size_t at = pending_.size() * packer_.packed_bytes();
    packed_.resize(std::max(packed_.size(), at + packer_.packed_bytes() + BitPacker::kSlack));
    std::byte* const packed = packed_.data() + at;
    if (before != nullptr) {
      packer_.pack_like(before, before_packed, &state, packed);
    } else {
      packer_.pack(&state, packed);
    }
    pending_.push_back({parent, origin, store_.tag(packed)});
    store_.prefetch_slot(pending_.back().tag);
    return packed;
  }

  void insert_pending() {
    const std::byte* packed = packed_.data();
    store_.set_memory_bytes_max(memory_bytes_max_ -
                                std::min<std::uint64_t>(memory_bytes_max_, packer_.memory_bytes()));
    for (const Pending& pending : pending_) {
      const Insertion insertion =
          store_.insert(packed, pending.tag, pending.parent, pending.origin);
      is_full_ = insertion != Insertion::added && insertion != Insertion::known;
      if (is_full_) break;
      if (insertion == Insertion::added) judge(packed);
      packed += packer_.packed_bytes();
    }
    pending_.clear();
  }

  void share_memory() {
    store_.set_memory_bytes_max(memory_bytes_max_ -
                                std::min<std::uint64_t>(memory_bytes_max_, packer_.memory_bytes()));
  }

  void judge(const std::byte* packed) {
    if (state_seen_.empty()) return;
    packer_.unpack(packed, &judged_);
    for (std::size_t i = 0; i < state_seen_.size(); ++i) {
      if (state_seen_[i] || !claims_.settles_state(i, judged_)) continue;
      state_seen_[i] = true;
      witnesses_.push_back({SeenAs::state, store_.size() - 1, judged_, {}});
    }
  }

  std::size_t initial_of(Index index) const {
    State state{};
    packer_.unpack(store_.packed(index), &state);
    const std::vector<State> initial = system_.initial();
    std::size_t i = 0;
    while (std::memcmp(&initial.at(i), &state, sizeof state) != 0) ++i;
    return i;
  }

  const S& system_;
  const OpenClaims<S>& claims_;
  const Ranks& ranks_;
  Exchange& exchange_;
  std::uint64_t memory_bytes_max_;
  StatePacker packer_;
  Store store_;
  std::uint64_t expanded_ = 0;   // indices below are done
  std::uint64_t level_end_ = 0;  // indices below are of this level or an earlier one
  bool is_full_ = false;
  std::uint64_t transitions_ = 0, deadlocks_ = 0;
  std::vector<std::uint64_t> steps_;
  std::map<std::string, std::uint64_t> ends_;
  // Of each open question: this rank has found an answer in this round.
  std::vector<bool> state_seen_, end_seen_, move_seen_;
  bool deadlock_seen_ = false;
  std::vector<Witness<S>> witnesses_;
  State state_{};            // being expanded
  State judged_{};           // new
  std::vector<Delta> rows_;  // by the rank to which they go
  // Received: two in turn, since each is much like the one before it.
  Delta taken_row_;
  std::array<State, 2> taken_{};
  std::vector<std::byte> taken_packed_;
  std::vector<Pending> pending_;
  std::vector<std::byte> packed_;
};

}  // namespace nsmc::checker
