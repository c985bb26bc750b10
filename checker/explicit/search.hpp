// Breadth-first search of all reachable states: exact, sequential, shortest runs.
// SPDX-License-Identifier: MIT
//
// States are expanded strictly in the order in which they were found, so the first state or move
// that settles a claim is at the least possible depth; a limit cuts the search short but cannot
// make a run longer.  Every state is judged when it is found, every move when it is made: a state
// that was found and not expanded has been judged too.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/pending.hpp"
#include "checker/explicit/reduction.hpp"
#include "checker/explicit/remembered.hpp"
#include "checker/explicit/search_clock.hpp"
#include "checker/explicit/state_packer.hpp"
#include "checker/explicit/state_store.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/explicit/why_cut.hpp"

namespace nsmc::checker {

template <lang::System S, class Hash, class Store, Reduction<S> R>
class Search {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  Search(const S& system, R& reduction, std::span<const lang::Property<S>> claims,
         const Limits& limits, const OnProgress& on_progress, double progress_seconds,
         const Tuning& tuning)
      : system_(system),
        reduction_(reduction),
        limits_(limits),
        clock_(on_progress, progress_seconds),
        claims_(system, claims, result_.findings),
        checkpoints_(tuning.checkpoints),
        packer_(system.significant_bits(), lang::part_ends(system),
                tuning.parts_grow && tuning.disk.empty(), tuning),
        store_(packer_.packed_bytes(), {limits.states_max, limits.memory_bytes_max, tuning.disk,
                                        tuning.chunk_bytes, tuning.slots_log2}),
        remembers_from_(tuning.remembers_from) {
    if (packer_.state_bytes() != sizeof(State))
      throw std::logic_error("significant_bits() must give a mask for each byte of a state");
    result_.step_counts.assign(static_cast<std::size_t>(system.step_count()), 0);
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  Result<S> run() {
    if (!go_on()) {
      add_initial_states();
      begin_level();
    }
    while (result_.incomplete.empty() && expanded_ < store_.size()) {
      known_before_ = store_.size();
      if (expanded_ == level_end_) {
        ++depth_;
        begin_level();
      }
      if (limit_reached()) break;
      const std::uint64_t end = std::min((expanded_ / kBatch + 1) * kBatch, level_end_);
      std::uint64_t index = expanded_;
      while (index < end && !is_refused_) expand(static_cast<Index>(index++));
      insert_pending(index);
    }
    count_steps();
    if (!result_.complete() && known_before_ > 0) write_checkpoint();
    result_.states = store_.size();
    result_.depth = depth_found();
    if (store_.size() > level_end_) begin_level();  // what a search that was cut has of the next
    // Of the states alone: what is remembered of moves depends on where a search was resumed.
    result_.memory_bytes = store_.memory_bytes() + packer_.memory_bytes();
    result_.seconds = clock_.seconds_in_all();
    claims_.close(result_.complete());
    return std::move(result_);
  }

 private:
  using Index = typename Store::Index;
  // States that are expanded before what was found is looked up, and between looks at the clock.
  static constexpr std::uint64_t kBatch = 64, kExpansionsPerClock = 4 * kBatch;
  static constexpr const char* kSearch = "search";
  static constexpr bool kReduces = !std::is_same_v<R, NoReduction<S>>;
  static constexpr bool kLocal = lang::Local<S> && !kReduces;

  void add_initial_states() {
    std::vector<State> initial = system_.initial();
    for (State& state : initial) reduction_.normalise(state);
    for (std::size_t i = 0; i < initial.size() && result_.incomplete.empty(); ++i) {
      initial_.push_back(i);
      pend(Store::kNoParent, initial[i]);
      insert_pending(0);
      if (store_.size() < initial_.size()) initial_.pop_back();
    }
  }

  void begin_level() {
    result_.levels.push_back(store_.size() - level_end_);
    level_end_ = store_.size();
    remembered_.begin_level();
  }

  void expand(Index index) {
    const std::uint64_t transitions = result_.transitions;
    if constexpr (kLocal) {
      if (remembers_moves()) return expand_remembered(index);
    }
    packer_.unpack(store_.packed(index), &state_);
    reduction_.successors(state_, [&](const State& before, const Action& action, const State& after,
                                      const Events& events) {
      count_move(events);
      see_move(index, before, action, after, events);
      pend(index, after);
    });
    if (result_.transitions == transitions) see_end(index);
  }

  // Whether moves are remembered by now.
  bool remembers_moves() {
    if (remembered_.has_begun()) return true;
    if (packer_.parts() == nullptr || !system_.is_local() || expanded_ < remembers_from_ ||
        system_.actors() > RememberedMoves<S>::kActorsMax)
      return false;
    remembered_.begin(system_, *packer_.parts(), claims_, store_.size(), limits_.memory_bytes_max);
    return true;
  }

  // The same without the states themselves, unless somebody wants to see them.
  void expand_remembered(Index index) {
    const std::uint64_t transitions = result_.transitions;
    const std::byte* from = store_.packed(index);
    bool is_unpacked = false;
    const auto take = [&](const Action& action, const Events& events, bool finds, const auto& go) {
      const std::byte* packed = pack_one_more(go, [&] {
        from = store_.packed(index);
        remembered_.has_moved(from);
      });
      Questions unsettled = remembered_.unsettled(claims_);
      if (claims_.asks_moves(unsettled) && !is_refused_) {
        if (!std::exchange(is_unpacked, true)) packer_.unpack(from, &state_);
        packer_.unpack(packed, &found_);
        unsettled = remembered_.ask(claims_, unsettled, {state_, action, found_, events});
        see_move(index, state_, action, found_, events, unsettled);
      }
      if (finds) pending_.add(index);
    };
    result_.transitions += remembered_.each(index, from, claims_, take);
    if (result_.transitions == transitions) {
      packer_.unpack(from, &state_);
      see_end(index);
    }
  }

  void count_move(const Events& events) {
    ++result_.transitions;
    system_.each_step(events,
                      [this](int step) { ++result_.step_counts[static_cast<std::size_t>(step)]; });
  }
  // Of the moves that were remembered.
  void count_steps() { remembered_.add_steps(result_.step_counts); }
  void see_move(Index index, const State& before, const Action& action, const State& after,
                const Events& events, Questions unsettled = 0) {
    claims_.see_move(
        {before, action, after, events},
        [&](const Asked<S>& asked) { return show(asked, index, after, &action); }, unsettled);
  }

  void see_end(Index index) {
    claims_.see_end(state_, [&](const Asked<S>& asked) { return show(asked, index, state_); });
    const std::string end(system_.terminal(state_));
    if (!end.empty()) {
      ++result_.ends[end];
    } else if (result_.deadlocks++ == 0) {
      Shown<S> shown = show({}, index, state_);
      confirm<S>(system_, nullptr, shown.run, shown.end);
      result_.deadlock = std::move(shown.run);
    }
  }

  // `after`: an initial state, if it has no parent, or one that follows state_.
  void pend(Index parent, const State& after) {
    const State* to = &after;
    if constexpr (kReduces) {
      found_ = after;
      reduction_.normalise(found_);
      to = &found_;
    }
    pack_one_more([&](std::byte* packed) {
      if (parent == Store::kNoParent) return packer_.pack(to, packed);
      packer_.pack_like(&state_, store_.packed(parent), to, packed);
    });
    pending_.add(parent);
  }
  // One that will be pending, once more if all states had to be packed anew for it.
  template <class Pack>
  const std::byte* pack_one_more(Pack&& pack, auto&&... packed_anew) {
    std::byte* packed = pending_.room(packer_.packed_bytes());
    pack(packed);
    if (!packer_.is_too_narrow() || is_refused_) [[likely]]
      return packed;
    is_refused_ = !lay_out_anew();
    (packed_anew(), ...);
    packed = pending_.room(packer_.packed_bytes());
    pack(packed);
    return packed;
  }
  // For numbers of parts that did not fit.  False: there is no memory for it.
  bool lay_out_anew() {
    PartPacker& parts = *packer_.parts();
    PartLayout layout = parts.fitting_layout();
    const auto convert = [&](const std::byte* before, std::byte* after) {
      layout.convert(parts.layout(), before, after);
    };
    if (!store_.repack(layout.packed_bytes(), convert)) return false;
    pending_.repack(packer_.packed_bytes(), layout.packed_bytes(), convert);
    parts.lay_out(std::move(layout));
    return true;
  }

  // The successors of a batch of states, up to `end`, wait until all are there, while the cache
  // lines in which they will be looked up are on their way: docs/adr/0002-explicit-engine.md has
  // the figures.
  void insert_pending(std::uint64_t end) {
    share_memory();
    const std::size_t packed_bytes = packer_.packed_bytes();
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      pending_[i].tag = store_.tag(pending_.packed(i, packed_bytes));
      store_.prefetch_slot(pending_[i].tag);
    }
    for (std::size_t i = 0; i < pending_.size(); ++i) store_.prefetch_state(pending_[i].tag);
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const PendingStates::One& pending = pending_[i];
      const std::byte* packed = pending_.packed(i, packed_bytes);
      if (pending.parent != expanded_ && pending.parent != Store::kNoParent) {
        expanded_ = pending.parent;
        known_before_ = store_.size();
      }
      const Insertion insertion = is_refused_ ? Insertion::memory_refused
                                              : store_.insert(packed, pending.tag, pending.parent);
      if (insertion != Insertion::added && insertion != Insertion::known) {
        stop_because(refusal(insertion));
        is_cut_ = true;
        count_steps();
        for (; end > expanded_ + 1; --end) forget(static_cast<Index>(end - 1));
        break;
      }
      if (insertion == Insertion::added) see_state(i, packed);
    }
    pending_.clear();
    remembered_.end_waiting();
    if (!is_cut_) expanded_ = end;
  }

  // The one that was added last; it waited as the first, second ...
  void see_state(std::size_t which, const std::byte* packed) {
    const auto unpacked = [&]() -> const State& {
      packer_.unpack_next(packed, &judged_);
      return judged_;
    };
    const Questions unsettled = remembered_.add(which, packed, claims_.open_states(), unpacked);
    if (!claims_.asks_states(unsettled)) return;
    const auto index = static_cast<Index>(store_.size() - 1);
    claims_.see_state(
        unpacked(), [&](const Asked<S>& asked) { return show(asked, index, judged_); }, unsettled);
  }

  // A state that was expanded will be expanded once more.
  void forget(Index index) {
    State state{};
    packer_.unpack(store_.packed(index), &state);
    const std::uint64_t transitions = result_.transitions;
    each_move_of(state, [&](const Events& events) {
      --result_.transitions;
      system_.each_step(
          events, [this](int step) { --result_.step_counts[static_cast<std::size_t>(step)]; });
    });
    if (result_.transitions < transitions) return;
    const std::string end(system_.terminal(state));
    if (!end.empty()) {
      if (--result_.ends[end] == 0) result_.ends.erase(end);
    } else if (--result_.deadlocks == 0) {
      result_.deadlock.reset();
    }
  }
  template <class F>
  void each_move_of(const State& state, F&& see) const {
    reduction_.successors(state, [&](const State&, const Action&, const State&,
                                     const Events& events) { see(events); });
  }

  void share_memory() {
    store_.set_memory_bytes_max(limits_.memory_bytes_max -
                                std::min<std::uint64_t>(limits_.memory_bytes_max, other_bytes()));
  }

  // The run that shows what is asked: to a state, and with `last` one move further, to `end`.
  Shown<S> show(const Asked<S>& asked, Index index, const State& end,
                const Action* last = nullptr) const {
    if (asked.premise && reduction_.is_exact()) return {};  // then it has one, and nobody sees it
    std::vector<State> path(1);
    packer_.unpack(store_.packed(index), &path[0]);
    for (; store_.parent(index) != Store::kNoParent; index = store_.parent(index))
      packer_.unpack(store_.packed(store_.parent(index)), &path.emplace_back());
    std::reverse(path.begin(), path.end());
    if constexpr (kReduces) return run_through(system_, reduction_, path, asked, last != nullptr);
    Run<S> run = run_along(system_, path);
    run.initial = initial_[index];
    if (last != nullptr) run.actions.push_back(*last);
    return {std::move(run), end};
  }

  bool limit_reached() {
    if (limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed))
      return stop_because("stopped on request" + at_depth());
    if (depth_ >= limits_.depth_max) return stop_because(depth_reached(limits_));
    if (expanded_ % kExpansionsPerClock != 0) return false;
    if (clock_.seconds() >= limits_.seconds_max)
      return stop_because(time_reached(limits_) + at_depth());
    if (checkpoints_ != nullptr && checkpoints_->is_due()) write_checkpoint();
    if (clock_.is_report_due()) report();
    return false;
  }

  std::string refusal(Insertion insertion) const {
    if (insertion == Insertion::states_full)
      return states_reached(store_.states_max()) + at_depth();
    if (insertion == Insertion::memory_full && !store_.disk_failure().empty())
      return store_.disk_failure() + at_depth();
    if (insertion == Insertion::memory_full) return memory_reached(limits_) + at_depth();
    return "the operating system gave no more memory" + at_depth();
  }

  bool stop_because(const std::string& reason) {
    result_.incomplete = cut_because(reason, store_.size() - expanded_);
    return true;
  }

  // --- checkpoints, between two expansions

  void write_checkpoint() {
    if (checkpoints_ == nullptr) return;
    count_steps();
    checkpoints_->save([this](CheckpointWriter& to) {
      FieldWriter fields;
      save(fields);
      to.section(kSearch, fields.all());
      packer_.save(to);
      store_.save(to, known_before_);
    });
  }

  void save(FieldWriter& to) const {
    std::uint64_t transitions = result_.transitions;
    std::vector<std::uint64_t> steps = result_.step_counts;
    // Its successors found no room, or not all: it will be expanded once more.
    if (is_cut_) {
      State cut{};
      packer_.unpack(store_.packed(static_cast<Index>(expanded_)), &cut);
      each_move_of(cut, [&](const Events& events) {
        --transitions;
        system_.each_step(events, [&](int step) { --steps[static_cast<std::size_t>(step)]; });
      });
    }
    for (const std::uint64_t number :
         {known_before_, expanded_, level_end_, std::uint64_t{depth_}, transitions,
          result_.deadlocks, std::uint64_t{reduction_.is_exact() ? 1U : 0U}})
      to.number(number);
    to.real(clock_.seconds_in_all());
    to.numbers(result_.levels);
    for (const std::uint64_t count : steps) to.number(count);
    to.number(initial_.size());
    for (const std::size_t which : initial_) to.number(which);
    to.number(result_.ends.size());
    for (const auto& [name, count] : result_.ends) {
      to.text(name);
      to.number(count);
    }
    if (result_.deadlock) save_run<S>(*result_.deadlock, to);
    claims_.save(to);
  }

  bool go_on() {
    const auto file = checkpoints_ == nullptr ? nullptr : checkpoints_->take();
    if (file == nullptr) return false;
    load_states(*file);
    FieldReader fields(*file, kSearch);
    if (fields.number() != store_.size()) file->refuse("states of it are missing");
    expanded_ = fields.number_up_to(store_.size());
    level_end_ = fields.number_up_to(store_.size());
    load(fields);
    fields.end();
    checkpoints_->resumed(store_.size());
    return true;
  }
  void load_states(const CheckpointReader& from) {
    const std::optional<PartLayout> there = packer_.load(from);
    share_memory();
    if (!there) return store_.load(from, checkpoints_->path());
    const PartLayout& here = packer_.parts()->layout();
    const auto convert = [&](const std::byte* before, std::byte* after) {
      here.convert(*there, before, after);
    };
    if (!store_.repack(here.packed_bytes(), convert)) throw std::bad_alloc();
    store_.load(from, checkpoints_->path(), there->packed_bytes(),
                *there == here ? nullptr : &convert);
  }
  void load(FieldReader& from) {
    depth_ = static_cast<std::uint32_t>(from.number());
    result_.transitions = from.number();
    result_.deadlocks = from.number();
    const bool is_exact = from.number_up_to(1) == 1;
    if constexpr (requires { reduction_.admit_extra_moves(); })
      if (!is_exact) reduction_.admit_extra_moves();
    clock_.go_on(from.real(), store_.size());
    result_.levels = from.numbers();
    for (std::uint64_t& count : result_.step_counts) count = from.number();
    initial_.resize(from.number_up_to(store_.size()));
    for (std::size_t& which : initial_) which = from.number();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      const std::string name = from.text();
      result_.ends[name] = from.number();
    }
    if (result_.deadlocks > 0) {
      result_.deadlock = load_run<S>(from);
      confirm<S>(system_, nullptr, *result_.deadlock, perform(system_, *result_.deadlock));
    }
    claims_.load(from);
  }

  std::uint64_t memory_bytes() const { return store_.memory_bytes() + other_bytes(); }
  std::uint64_t other_bytes() const { return packer_.memory_bytes() + remembered_.memory_bytes(); }
  std::uint32_t depth_found() const { return store_.size() > level_end_ ? depth_ + 1 : depth_; }
  std::string at_depth() const { return " at depth " + std::to_string(depth_found()); }

  void report() {
    count_steps();
    const auto steps_taken = std::count_if(result_.step_counts.begin(), result_.step_counts.end(),
                                           [](std::uint64_t count) { return count > 0; });
    clock_.report({.depth = depth_found(),
                   .states = store_.size(),
                   .transitions = result_.transitions,
                   .frontier = store_.size() - expanded_,
                   .memory_bytes = memory_bytes(),
                   .levels = result_.levels,
                   .steps_taken = static_cast<int>(steps_taken),
                   .steps_known = static_cast<int>(result_.step_counts.size())});
  }

  const S& system_;
  R& reduction_;
  const Limits& limits_;
  SearchClock clock_;

  Result<S> result_;
  OpenClaims<S> claims_;
  Checkpoints* checkpoints_;
  StatePacker packer_;
  Store store_;
  const std::uint64_t remembers_from_;
  Remembered<S, kLocal> remembered_;
  std::vector<std::size_t> initial_;  // by index in the store: which initial state it is
  std::uint64_t expanded_ = 0;        // indices below are done, the rest is the frontier
  std::uint64_t level_end_ = 0;       // indices below are at most at depth_
  std::uint64_t known_before_ = 0;    // states when the last expansion began
  bool is_cut_ = false;               // in the middle of an expansion
  bool is_refused_ = false;           // states could not be laid out anew
  std::uint32_t depth_ = 0;           // of the state being expanded
  State state_{};                     // the state being expanded
  State found_{};                     // one that follows state_
  State judged_{};                    // as unpack_next() left it
  PendingStates pending_;
};

}  // namespace nsmc::checker
