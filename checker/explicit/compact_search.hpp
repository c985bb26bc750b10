// Breadth-first search over states that are words: eight bytes a state, level by level, in threads.
// SPDX-License-Identifier: MIT
//
// All threads work on one level until it is finished; only then is judged what they found in it.
// So the verdicts, the counts and the lengths of runs do not depend on how many there are, or on
// who was first.  Between levels, and in pauses in which the table grows, one thread plans and the
// others wait: nothing is locked while they work.
//
// No state has a parent.  A run is walked backwards when it is asked for: backward_runs.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/backward_runs.hpp"
#include "checker/explicit/block_loader.hpp"
#include "checker/explicit/level_worker.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/search_clock.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/explicit/why_cut.hpp"

namespace nsmc::checker {

template <lang::System S, class Scatter = Mix>
class CompactSearch {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  CompactSearch(const S& system, std::span<const lang::Property<S>> claims, const Limits& limits,
                const OnProgress& on_progress, double progress_seconds, const Tuning& tuning = {})
      : system_(system),
        limits_(limits),
        clock_(on_progress, progress_seconds),
        checkpoints_(tuning.checkpoints),
        codec_(system, tuning.gather),
        claims_(system, claims, result_.findings),
        set_(CompactSet::reservation(limits.memory_bytes_max),
             CompactSet::buckets_within(tuning.buckets, limits.memory_bytes_max), tuning.compare),
        runs_(system, codec_, set_),
        pool_(CompactSet::reservation(limits.memory_bytes_max), tuning.disk),
        shared_{
            system,  codec_,
            claims_, set_,
            pool_,   0,
            0,       std::vector<std::atomic<bool>>(static_cast<std::size_t>(system.step_count()))},
        level_(std::max(1U, tuning.threads)) {
    if (lang::Batched<S> && shared_.step_seen.size() > lang::Moves::kStepsMax)
      throw std::logic_error("too many steps for moves in batches");
    for (unsigned i = 0; i < std::max(1U, tuning.threads); ++i)
      workers_.push_back(std::make_unique<LevelWorker<S, Scatter>>(shared_));
    if (workers_.size() == 1) set_.be_of_one_thread();
    share_memory();
  }
  CompactSearch(const CompactSearch&) = delete;
  CompactSearch& operator=(const CompactSearch&) = delete;

  Result<S> run() {
    if (!go_on()) add_initial_states();
    std::barrier<Plan> barrier(static_cast<std::ptrdiff_t>(workers_.size()), Plan{this});
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < workers_.size(); ++i)
        others.emplace_back([this, i, &barrier] { work(i, barrier); });
      work(0, barrier);
    }
    if (failure_) std::rethrow_exception(failure_);
    return finish();
  }

 private:
  using Worker = LevelWorker<S, Scatter>;
  using Flow = typename Worker::Flow;
  using Block = KeyBlocks::Block;
  static constexpr const char* kSearch = "search";
  static constexpr const char* kKeys = "keys";
  static constexpr std::uint64_t kWorkersMax = 1 << 16;
  struct Plan {
    CompactSearch* search;
    void operator()() noexcept { search->plan(); }
  };

  // --- in each thread

  void work(std::size_t thread, std::barrier<Plan>& barrier) {
    for (;;) {
      barrier.arrive_and_wait();
      if (done_) return;
      try {
        work_on_level(thread);
      } catch (...) {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) failure_ = std::current_exception();
        pause_ = true;
      }
    }
  }

  void work_on_level(std::size_t thread) {
    Worker& me = *workers_[thread];
    if (me.is_pending() && !goes_on(me.flush())) return;
    while (!pause_.load(std::memory_order_relaxed)) {
      const auto chunk = level_.take(thread);
      if (!chunk) return;
      const std::uint64_t found = me.found;
      const std::uint64_t transitions = me.transitions;
      const Flow flow = me.expand(*chunk);
      expanded_.fetch_add(chunk->size(), std::memory_order_relaxed);
      transitions_.fetch_add(me.transitions - transitions, std::memory_order_relaxed);
      const std::uint64_t states = found_.fetch_add(me.found - found) + (me.found - found);
      if (!goes_on(flow)) return;
      if (states > grow_at_) pause_ = true;
      if (thread == 0) look_at_the_clock();
      if (limit_reached(states)) pause_ = true;
    }
  }

  bool goes_on(Flow flow) {
    if (flow == Flow::done) return true;
    if (flow == Flow::memory_full) memory_full_ = true;
    if (flow == Flow::table_full) table_full_ = true;
    pause_ = true;
    return false;
  }

  bool limit_reached(std::uint64_t states) const {
    return states > limits_.states_max || clock_.seconds() >= limits_.seconds_max || is_stopped();
  }
  bool is_stopped() const {
    return limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed);
  }

  // --- while the others wait

  void plan() noexcept {
    try {
      if (!failure_) plan_or_throw();
    } catch (...) {
      failure_ = std::current_exception();
    }
    if (failure_) done_ = true;
  }

  void plan_or_throw() {
    pause_ = false;
    recount();
    if (stop_for_limit() || ((table_full_ || found_ > grow_at_) && !grow())) {
      write_checkpoint();
      return end_level();
    }
    level_.make_room(pool_, shared_.memory_bytes_max, workers_.size());
    if (checkpoints_ != nullptr && checkpoints_->is_due()) write_checkpoint();
    if (!level_.is_taken() || any_pending()) return;
    end_level();
    if (done_) return;
    if (depth_ >= limits_.depth_max) {
      stop_because(depth_reached(limits_));
      write_checkpoint();
    } else if (level_.is_empty()) {
      done_ = true;
    }
  }

  void recount() {
    std::uint64_t found = 0;
    for (const auto& worker : workers_) found += worker->found;
    found_ = found;
  }
  bool any_pending() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const auto& worker) { return worker->is_pending(); });
  }

  bool stop_for_limit() {
    if (is_stopped()) return stop_because("stopped on request" + at_depth());
    if (found_ > limits_.states_max)
      return stop_because(states_reached(limits_.states_max) + at_depth());
    if (memory_full_) return stop_because(memory_reason());
    if (clock_.seconds() < limits_.seconds_max) return false;
    return stop_because(time_reached(limits_) + at_depth());
  }
  std::string memory_reason() const {
    if (!pool_.disk_failure().empty()) return pool_.disk_failure() + at_depth();
    return memory_reached(limits_) + at_depth();
  }
  bool stop_because(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    done_ = true;
    return true;
  }

  // The level is finished, or will never be: shows what was found in it, and turns to the next.
  void end_level() {
    show();
    for (const Block& block : level_.blocks()) pool_.give_back(block);
    std::vector<Block> found;
    for (const auto& worker : workers_) {
      const std::vector<Block>& blocks = worker->next.blocks();
      found.insert(found.end(), blocks.begin(), blocks.end());
      worker->next.blocks().clear();
      worker->begin_level();
    }
    level_.begin(std::move(found));
    if (!level_.is_empty()) {
      ++depth_;
      const auto before = std::accumulate(levels_.begin(), levels_.end(), std::uint64_t{0});
      levels_.push_back(found_ - before);
    }
    shared_.next_phase = phase(depth_ + 1);
    level_.make_room(pool_, shared_.memory_bytes_max, workers_.size());
  }

  // The new states are one move beyond the level.
  void show() {
    std::vector<typename Worker::Witness> states, ends, moves;
    std::vector<std::uint64_t> deadlocks;
    for (const auto& worker : workers_) {
      states.insert(states.end(), worker->states.begin(), worker->states.end());
      ends.insert(ends.end(), worker->end_states.begin(), worker->end_states.end());
      moves.insert(moves.end(), worker->moves.begin(), worker->moves.end());
      if (worker->deadlock) deadlocks.push_back(*worker->deadlock);
    }
    for (auto* kind : {&states, &ends, &moves}) std::sort(kind->begin(), kind->end());
    for (const auto& witness : moves) show_move(witness.key, *witness.action);
    for (const auto& witness : ends)
      claims_.see_end(state(witness.key), [&](const Asked<S>& asked) {
        return runs_.shown(asked, witness.key, depth_);
      });
    for (const auto& witness : states)
      claims_.see_state(state(witness.key), [&](const Asked<S>& asked) {
        return runs_.shown(asked, witness.key, depth_ + 1);
      });
    if (deadlocks.empty() || result_.deadlock) return;
    const std::uint64_t key = *std::min_element(deadlocks.begin(), deadlocks.end());
    Run<S> run = runs_.run_to(key, depth_);
    confirm<S>(system_, nullptr, run, state(key));
    result_.deadlock = std::move(run);
  }

  void show_move(std::uint64_t key, const Action& action) {
    const State before = state(key);
    State after{};
    Events events{};
    if (!system_.execute(before, action, after, events))
      throw EngineDisagreement("a move is not possible: " +
                               std::string(system_.label(before, action)));
    claims_.see_move({before, action, after, events}, [&](const Asked<S>& asked) {
      Shown<S> last = runs_.shown(asked, key, depth_);
      last.run.actions.push_back(action);
      last.end = after;
      return last;
    });
  }

  bool grow() {
    const std::uint64_t now = set_.buckets();
    // Twice as large costs less time; one and a half leaves less unused.
    std::uint64_t wanted = now * (set_.memory_bytes() < kLargeTable ? 4 : 3) / 2;
    if (pool_.has_disk() &&
        CompactSet::bytes(wanted) + pool_.memory_bytes() > limits_.memory_bytes_max) {
      level_.move_to_disk(pool_);
      for (const auto& worker : workers_) worker->next.move_to_disk(pool_);
      pool_.release_spare();
    }
    const std::uint64_t others =
        pool_.memory_bytes() + (pool_.has_disk() ? workers_.size() * BlockPool::kBytes : 0);
    while (CompactSet::bytes(wanted) + others > limits_.memory_bytes_max && wanted > now * 9 / 8)
      wanted -= now / 16;
    const bool may = CompactSet::bytes(wanted) + others <= limits_.memory_bytes_max;
    if (!may || wanted < now * 9 / 8 + 1) return !stop_because(memory_reason());
    if (!set_.grow(wanted))
      return !stop_because("the operating system gave no more memory" + at_depth());
    table_full_ = false;
    share_memory();
    return true;
  }
  void share_memory() {
    grow_at_ = set_.slots() / 100 * 85;
    shared_.memory_bytes_max =
        limits_.memory_bytes_max -
        std::min<std::uint64_t>(limits_.memory_bytes_max, set_.memory_bytes());
  }

  void add_initial_states() {
    depth_ = -1;  // what is found in this level has depth 0
    workers_[0]->begin_level();
    shared_.next_phase = phase(0);
    for (const State& state : system_.initial()) {
      while (workers_[0]->add(state) == Flow::table_full)
        if (!grow()) return;
      if (workers_[0]->is_pending()) memory_full_ = true;
    }
  }

  Result<S> finish() {
    for (const auto& worker : workers_) {
      result_.transitions += worker->transitions;
      result_.deadlocks += worker->deadlocks;
      for (const auto& [name, count] : worker->ends) result_.ends[name] += count;
      result_.step_counts.resize(worker->steps.size());
      for (std::size_t i = 0; i < worker->steps.size(); ++i)
        result_.step_counts[i] += worker->steps[i];
    }
    result_.states = found_;
    result_.levels = levels_;
    result_.depth = static_cast<std::uint32_t>(std::max<std::int64_t>(depth_, 0));
    result_.memory_bytes = memory_bytes();
    result_.seconds = clock_.seconds_in_all();
    if (!reason_.empty())
      result_.incomplete =
          cut_because(reason_, found_ - std::min<std::uint64_t>(found_, expanded_));
    claims_.close(result_.complete());
    return std::move(result_);
  }

  void look_at_the_clock() {
    if (checkpoints_ != nullptr && checkpoints_->is_due()) pause_ = true;
    if (!clock_.is_report_due()) return;
    clock_.report({.depth = static_cast<std::uint32_t>(std::max<std::int64_t>(depth_, 0)),
                   .states = found_,
                   .transitions = transitions_,
                   .frontier = found_ - std::min<std::uint64_t>(found_, expanded_),
                   .memory_bytes = memory_bytes(),
                   .levels = levels_,
                   .steps_taken = shared_.steps_seen,
                   .steps_known = static_cast<int>(shared_.step_seen.size())});
  }

  // --- checkpoints, while all threads are at rest

  void write_checkpoint() {
    if (checkpoints_ == nullptr) return;
    checkpoints_->save([this](CheckpointWriter& to) {
      FieldWriter fields;
      save(fields);
      to.section(kSearch, fields.all());
      set_.save(to);
      std::vector<std::uint64_t> room;
      each_block([&](const Block& block, std::size_t from) {
        room.resize(block.size - from);
        to.section(kKeys, std::as_bytes(pool_.read(block, from, room)));
      });
    });
  }
  // The blocks that are to be expanded, but for the part that was, and those for the next level.
  template <class F>
  void each_block(F f) const {
    level_.each_left(f);
    for (const auto& worker : workers_)
      for (const Block& block : worker->next.blocks()) f(block, std::size_t{0});
  }

  void save(FieldWriter& to) const {
    to.number(set_.buckets());
    to.real(clock_.seconds_in_all());
    to.number(static_cast<std::uint64_t>(depth_));
    to.numbers(levels_);
    to.number(expanded_);
    claims_.save(to);
    to.number(result_.deadlock ? 1 : 0);
    if (result_.deadlock) save_run<S>(*result_.deadlock, to);
    std::vector<std::uint64_t> left;
    level_.each_left(
        [&](const Block& block, std::size_t from) { left.push_back(block.size - from); });
    to.numbers(left);
    to.number(workers_.size());
    for (const auto& worker : workers_) {
      worker->save(to);
      std::vector<std::uint64_t> sizes;
      for (const Block& block : worker->next.blocks()) sizes.push_back(block.size);
      to.numbers(sizes);
    }
  }

  bool go_on() {
    const auto file = checkpoints_ == nullptr ? nullptr : checkpoints_->take();
    if (file == nullptr) return false;
    FieldReader fields(*file, kSearch);
    const std::uint64_t buckets = fields.number_up_to(Reservation::physical_bytes());
    if (buckets < CompactSet::kBucketsMin) file->refuse("its table is too small");
    if (CompactSet::bytes(buckets) > limits_.memory_bytes_max) more_memory();
    set_.load(*file, buckets);
    share_memory();
    const double seconds_before = fields.real();
    load(fields, *file);
    fields.end();
    recount();
    clock_.go_on(seconds_before, found_);
    checkpoints_->resumed(found_);
    return true;
  }
  // It may have been written by another number of threads.
  void load(FieldReader& from, const CheckpointReader& file) {
    depth_ = static_cast<std::int64_t>(from.number());
    levels_ = from.numbers();
    shared_.next_phase = phase(depth_ + 1);
    expanded_ = from.number();
    claims_.load(from);
    if (from.number() != 0) {
      result_.deadlock = load_run<S>(from);
      confirm<S>(system_, nullptr, *result_.deadlock, perform(system_, *result_.deadlock));
    }
    for (const auto& worker : workers_) worker->begin_level();
    const std::vector<std::uint64_t> left = from.numbers();
    std::vector<std::vector<std::uint64_t>> found(from.number_up_to(kWorkersMax));
    for (std::size_t i = 0; i < found.size(); ++i) {
      workers_[i % workers_.size()]->load(from);
      found[i] = from.numbers();
    }
    BlockLoader loader(pool_, shared_.memory_bytes_max, workers_.size() + found.size(),
                       file.open(kKeys));
    const auto load = [&](std::size_t size, bool may_be_on_disk) {
      if (size > BlockPool::kKeys) file.refuse("a block of it is too large");
      const auto block = loader.load(size, may_be_on_disk);
      if (!block) more_memory();
      return *block;
    };
    std::vector<Block> blocks;
    for (const std::uint64_t size : left) blocks.push_back(load(size, true));
    level_.begin(std::move(blocks));
    for (std::size_t i = 0; i < found.size(); ++i)
      for (const std::uint64_t size : found[i])
        workers_[i % workers_.size()]->next.blocks().push_back(
            load(size, size == BlockPool::kKeys));
    for (const auto& worker : workers_) transitions_ += worker->transitions;
  }
  [[noreturn]] void more_memory() const {
    throw CheckpointError(CheckpointError::Kind::memory, checkpoints_->path(),
                          "its states take more memory than the limit", "raise the limit");
  }

  static unsigned phase(std::int64_t depth) { return BackwardRuns<S, Scatter>::phase(depth); }
  State state(std::uint64_t key) const { return runs_.state(key); }
  std::size_t memory_bytes() const { return set_.memory_bytes() + pool_.memory_bytes(); }
  std::string at_depth() const {
    return " at depth " + std::to_string(std::max<std::int64_t>(depth_, 0));
  }

  static constexpr std::size_t kLargeTable = std::size_t{64} << 20;

  const S& system_;
  const Limits& limits_;
  SearchClock clock_;

  Result<S> result_;
  Checkpoints* checkpoints_;
  WordCodec<S> codec_;
  OpenClaims<S> claims_;
  CompactSet set_;
  BackwardRuns<S, Scatter> runs_;
  BlockPool pool_;
  LevelShared<S> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;

  // The level: written by plan() only.
  std::int64_t depth_ = 0;
  std::vector<std::uint64_t> levels_;  // how many states each has
  Level level_;
  std::uint64_t grow_at_ = 0;
  std::string reason_;
  bool done_ = false;

  std::atomic<std::uint64_t> found_{0}, expanded_{0}, transitions_{0};
  std::atomic<bool> pause_{false};  // the planner is wanted
  std::atomic<bool> table_full_{false}, memory_full_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
};

// What search() says, of states of at most 64 significant bits: eight bytes a state, and as many
// threads as tuning says.  Throws std::logic_error if a state is larger, and what search() throws.
template <lang::System S>
Result<S> search_compact(const S& system, std::span<const lang::Property<S>> claims,
                         const Limits& limits, const OnProgress& on_progress = {},
                         double progress_seconds = 1.0, const Tuning& tuning = {}) {
  return CompactSearch<S>(system, claims, limits, on_progress, progress_seconds, tuning).run();
}

}  // namespace nsmc::checker
