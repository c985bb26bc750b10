// Breadth-first search over states that are words: eight bytes a state, level by level, in threads.
// SPDX-License-Identifier: MIT
//
// All threads work on one level until it is finished; only then is judged what they found in it.
// So the verdicts, the counts and the lengths of runs do not depend on how many there are, or on
// who was first.  Between levels, and in pauses in which the table grows, one thread plans and the
// others wait: nothing is locked while they work.
//
// No state has a parent.  A run is walked backwards when it is asked for: the set knows the depth
// of each state modulo 3, so the predecessors of a state at depth d are among those with d - 1.
// (Of those that many levels away from it modulo 3, one further up would have put it nearer, and
// none further down is known yet or has a move to it.)
#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/level_worker.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/tuning.hpp"

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
        on_progress_(on_progress),
        progress_seconds_(progress_seconds),
        codec_(system, tuning.gather),
        claims_(system, claims, result_.findings),
        set_(reservation(), first_buckets(tuning), tuning.compare),
        pool_(reservation()),
        shared_{system,
                codec_,
                claims_,
                set_,
                pool_,
                0,
                0,
                std::vector<std::atomic<bool>>(static_cast<std::size_t>(system.step_count()))} {
    if (lang::Batched<S> && shared_.step_seen.size() > lang::Moves::kStepsMax)
      throw std::logic_error("too many steps for moves in batches");
    const unsigned threads = std::max(1U, tuning.threads);
    for (unsigned i = 0; i < threads; ++i)
      workers_.push_back(std::make_unique<LevelWorker<S, Scatter>>(shared_));
    share_memory();
  }
  CompactSearch(const CompactSearch&) = delete;
  CompactSearch& operator=(const CompactSearch&) = delete;

  Result<S> run() {
    add_initial_states();
    std::barrier<Plan> barrier(static_cast<std::ptrdiff_t>(workers_.size()), Plan{this});
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < workers_.size(); ++i)
        others.emplace_back([this, i, &barrier] { work(*workers_[i], barrier); });
      work(*workers_[0], barrier);
    }
    if (failure_) std::rethrow_exception(failure_);
    return finish();
  }

 private:
  using Worker = LevelWorker<S, Scatter>;
  using Flow = typename Worker::Flow;
  using Clock = std::chrono::steady_clock;
  using Keys = std::span<const std::uint64_t>;
  struct Plan {
    CompactSearch* search;
    void operator()() noexcept { search->plan(); }
  };

  // --- in each thread
  // -----------------------------------------------------------------------------

  void work(Worker& me, std::barrier<Plan>& barrier) {
    for (;;) {
      barrier.arrive_and_wait();
      if (done_) return;
      try {
        work_on_level(me);
      } catch (...) {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) failure_ = std::current_exception();
        pause_ = true;
      }
    }
  }

  void work_on_level(Worker& me) {
    if (me.is_pending() && !goes_on(me.flush())) return;
    while (!pause_.load(std::memory_order_relaxed)) {
      const std::size_t at = next_chunk_.fetch_add(1, std::memory_order_relaxed);
      if (at >= chunks_.size()) return;
      const std::uint64_t found = me.found;
      const std::uint64_t transitions = me.transitions;
      const Flow flow = me.expand(chunks_[at]);
      expanded_.fetch_add(chunks_[at].size(), std::memory_order_relaxed);
      transitions_.fetch_add(me.transitions - transitions, std::memory_order_relaxed);
      const std::uint64_t states = found_.fetch_add(me.found - found) + (me.found - found);
      if (!goes_on(flow)) return;
      if (states > grow_at_) pause_ = true;
      if (&me == workers_[0].get()) look_at_the_clock();
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
    return states > limits_.states_max || seconds() >= limits_.seconds_max || is_stopped();
  }
  bool is_stopped() const {
    return limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed);
  }

  // --- while the others wait
  // ----------------------------------------------------------------------

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
    if (stop_for_limit()) return end_level();
    if ((table_full_ || found_ > grow_at_) && !grow()) return end_level();
    if (next_chunk_ < chunks_.size() || any_pending()) return;
    end_level();
    if (done_) return;
    if (depth_ >= limits_.depth_max) {
      stop_because("depth limit of " + std::to_string(limits_.depth_max) + " reached");
    } else if (chunks_.empty()) {
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
      return stop_because("state limit of " + std::to_string(limits_.states_max) + " reached" +
                          at_depth());
    if (memory_full_) return stop_because(memory_reason());
    if (seconds() < limits_.seconds_max) return false;
    std::ostringstream limit;
    limit << "time limit of " << limits_.seconds_max << " s reached";
    return stop_because(limit.str() + at_depth());
  }
  std::string memory_reason() const {
    return "memory limit of " + std::to_string(limits_.memory_bytes_max) + " bytes reached" +
           at_depth();
  }
  bool stop_because(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    done_ = true;
    return true;
  }

  // The level is finished, or will never be: shows what was found in it, and turns to the next.
  void end_level() {
    show();
    for (const Block& block : level_) pool_.give_back(block.keys);
    level_.clear();
    chunks_.clear();
    for (const auto& worker : workers_) {
      for (const Block& block : worker->next.blocks()) add_block(block);
      worker->next.blocks().clear();
      worker->begin_level();
    }
    next_chunk_ = 0;
    if (!chunks_.empty()) ++depth_;
    shared_.next_phase = phase(depth_ + 1);
  }
  using Block = KeyBlocks::Block;
  void add_block(const Block& block) {
    level_.push_back(block);
    for (std::size_t from = 0; from < block.size; from += Worker::kChunk)
      chunks_.emplace_back(block.keys + from, std::min(Worker::kChunk, block.size - from));
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
      claims_.see_end(state(witness.key),
                      [&](const Asked<S>& asked) { return shown(asked, witness.key, depth_); });
    for (const auto& witness : states)
      claims_.see_state(state(witness.key), [&](const Asked<S>& asked) {
        return shown(asked, witness.key, depth_ + 1);
      });
    if (deadlocks.empty() || result_.deadlock) return;
    const std::uint64_t key = *std::min_element(deadlocks.begin(), deadlocks.end());
    Run<S> run = run_to(key, depth_);
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
      Shown<S> last = shown(asked, key, depth_);
      last.run.actions.push_back(action);
      last.end = after;
      return last;
    });
  }

  // That a premise is met is known, and no run of it is asked for.
  Shown<S> shown(const Asked<S>& asked, std::uint64_t key, std::int64_t depth) const {
    if (asked.premise) return {};
    return {run_to(key, depth), state(key)};
  }

  Run<S> run_to(std::uint64_t key, std::int64_t depth) const {
    Run<S> run;
    std::uint64_t word = Scatter::back(key);
    for (; depth > 0; --depth) {
      const bool found = set_.find(phase(depth - 1), [&](std::uint64_t from) {
        return leads_to(from, word, run.actions) && (word = Scatter::back(from), true);
      });
      if (!found) throw EngineDisagreement("a state has no predecessor when it is looked for");
    }
    std::reverse(run.actions.begin(), run.actions.end());
    const std::vector<State> initial = system_.initial();
    while (codec_.word(initial.at(run.initial)) != word) ++run.initial;
    return run;
  }
  bool leads_to(std::uint64_t from, std::uint64_t to, std::vector<Action>& actions) const {
    bool found = false;
    system_.successors(state(from), [&](const Action& action, const State& after, const Events&) {
      if (found || codec_.word(after) != to) return;
      found = true;
      actions.push_back(action);
    });
    return found;
  }

  bool grow() {
    const std::uint64_t now = set_.buckets();
    // Twice as large costs less time; one and a half leaves less unused.
    std::uint64_t wanted = now * (set_.memory_bytes() < kLargeTable ? 4 : 3) / 2;
    const std::uint64_t others = pool_.memory_bytes();
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
    result_.depth = static_cast<std::uint32_t>(std::max<std::int64_t>(depth_, 0));
    result_.memory_bytes = memory_bytes();
    result_.seconds = seconds();
    if (!reason_.empty()) {
      const std::uint64_t left = found_ - std::min<std::uint64_t>(found_, expanded_);
      result_.incomplete = reason_ + "; " + std::to_string(left) +
                           (left == 1 ? " state was" : " states were") + " not expanded";
    }
    claims_.close(result_.complete());
    return std::move(result_);
  }

  void look_at_the_clock() {
    if (!on_progress_) return;
    const double now = seconds();
    if (now - reported_.seconds < progress_seconds_) return;
    Progress next{.depth = static_cast<std::uint32_t>(std::max<std::int64_t>(depth_, 0)),
                  .states = found_,
                  .transitions = transitions_,
                  .frontier = found_ - std::min<std::uint64_t>(found_, expanded_),
                  .memory_bytes = memory_bytes(),
                  .seconds = now,
                  .steps_taken = shared_.steps_seen,
                  .steps_known = static_cast<int>(shared_.step_seen.size())};
    next.states_per_second_now =
        static_cast<double>(next.states - reported_.states) / (now - reported_.seconds);
    next.frontier_shrinks = next.frontier < reported_.frontier;
    reported_ = next;
    on_progress_(next);
  }

  static unsigned phase(std::int64_t depth) {
    return static_cast<unsigned>(depth % CompactSet::kPhases);
  }
  State state(std::uint64_t key) const { return codec_.state(Scatter::back(key)); }
  std::size_t memory_bytes() const { return set_.memory_bytes() + pool_.memory_bytes(); }
  std::string at_depth() const {
    return " at depth " + std::to_string(std::max<std::int64_t>(depth_, 0));
  }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }
  std::uint64_t first_buckets(const Tuning& tuning) const {
    const std::uint64_t wanted = std::max(tuning.buckets, CompactSet::kBucketsMin);
    return CompactSet::bytes(wanted) <= limits_.memory_bytes_max ? wanted : CompactSet::kBucketsMin;
  }
  std::size_t reservation() const {
    return std::max<std::size_t>(
        std::min<std::uint64_t>(limits_.memory_bytes_max, Reservation::physical_bytes()),
        CompactSet::bytes(1 << 20));
  }

  static constexpr std::size_t kLargeTable = std::size_t{64} << 20;

  const S& system_;
  const Limits& limits_;
  const OnProgress& on_progress_;
  double progress_seconds_;
  Clock::time_point started_ = Clock::now();
  Progress reported_;  // of the first thread

  Result<S> result_;
  WordCodec<S> codec_;
  OpenClaims<S> claims_;
  CompactSet set_;
  BlockPool pool_;
  LevelShared<S> shared_;
  std::vector<std::unique_ptr<Worker>> workers_;

  // The level: written by plan() only.
  std::int64_t depth_ = 0;
  std::vector<Block> level_;
  std::vector<Keys> chunks_;
  std::uint64_t grow_at_ = 0;
  std::string reason_;
  bool done_ = false;

  std::atomic<std::size_t> next_chunk_{0};
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
