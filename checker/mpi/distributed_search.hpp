// Breadth-first search by many processes: states belong to ranks, and all work on the same level.
// SPDX-License-Identifier: MIT
//
// Each rank expands the states that it owns and sends what it finds to the owners, in batches,
// while it goes on.  The search goes in rounds: one ends when the level is finished or a second is
// over, then every state that was sent has arrived, and all ranks agree on what they have.  What
// was found for a claim is then told to all, its run is gathered, and each rank performs it anew.
// So the ranks have the same open questions at the same time, a run is a shortest one because no
// deeper level was begun, and counts and verdicts are those of one process.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/checkpoint/checkpoint_file.hpp"
#include "checker/checkpoint/fields.hpp"
#include "checker/explicit/open_claims.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/saved_run.hpp"
#include "checker/explicit/search_clock.hpp"
#include "checker/explicit/tuning.hpp"
#include "checker/explicit/why_cut.hpp"
#include "checker/mpi/exchange.hpp"
#include "checker/mpi/rank_files.hpp"
#include "checker/mpi/ranks.hpp"
#include "checker/mpi/recorded_part.hpp"
#include "checker/mpi/witness.hpp"
#include "checker/mpi/word_part.hpp"

namespace nsmc::checker {

struct Distribution {
  std::size_t batch_bytes = std::size_t{32} << 10;
  double round_seconds = 1;
  Tuning tuning;
  RankFiles* files = nullptr;  // where the ranks write what they can go on from; nullptr: nowhere
};

// Of all ranks.
struct Distributed {
  Traffic traffic;
  std::uint64_t rounds = 0;
  std::uint64_t states_least = 0, states_most = 0;  // of one rank
};

template <lang::System S>
class DistributedSearch {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Events = typename S::Events;

  // memory_bytes_max and on_progress are of this rank, the other limits of all together; each rank
  // is given the same claims.  `distributed` is told at the end.
  DistributedSearch(const S& system, std::span<const lang::Property<S>> claims, const Ranks& ranks,
                    const Limits& limits, const OnProgress& on_progress, const Distribution& how,
                    Distributed& distributed)
      : system_(system),
        ranks_(ranks),
        limits_(limits),
        clock_(on_progress, how.round_seconds / 2),
        how_(how),
        distributed_(distributed),
        claims_(system, claims, result_.findings),
        exchange_(ranks, how.batch_bytes, Part::item_bytes(system)),
        part_(system, claims_, ranks, exchange_, limits.memory_bytes_max, how.tuning) {}
  DistributedSearch(const DistributedSearch&) = delete;
  DistributedSearch& operator=(const DistributedSearch&) = delete;

  Result<S> run() {
    if (!go_on()) part_.add_initial_states();
    agree();
    while (reason_.empty() && (all(Sum::left) > 0 || begin_level()) && !is_too_deep()) {
      work_a_round();
      agree();
      if (all(Sum::checkpoint_is_due) > 0 && reason_.empty()) write_checkpoint();
    }
    // A part that was full has lost what it was sent.
    if (!reason_.empty() && all(Sum::full) == 0) write_checkpoint();
    return finish();
  }

 private:
  using Part = std::conditional_t<lang::Batched<S>, WordPart<S>, RecordedPart<S>>;
  static constexpr std::uint64_t kQuotaMin = 4096;

  // What the ranks add up after each round.
  enum class Sum : std::uint8_t {
    found,
    transitions,
    left,    // of the level
    beyond,  // it
    memory_bytes,
    full,        // ranks that can take no more
    stopped,     // ranks that were asked to stop
    time_is_up,  // the first one says so
    checkpoint_is_due
  };
  static constexpr std::size_t kSums = 9;
  static constexpr const char* kSearch = "search";
  std::uint64_t& all(Sum sum) { return sums_[static_cast<std::size_t>(sum)]; }
  std::uint64_t all(Sum sum) const { return sums_[static_cast<std::size_t>(sum)]; }

  // False if there is none.
  bool begin_level() {
    if (all(Sum::beyond) == 0) return false;
    ++depth_;
    part_.begin_level(depth_);
    all(Sum::left) = std::exchange(all(Sum::beyond), 0);
    result_.levels.push_back(all(Sum::left));
    return true;
  }
  bool is_too_deep() {
    if (depth_ < limits_.depth_max) return false;
    reason_ = depth_reached(limits_);
    return true;
  }

  void work_a_round() {
    const Exchange::OnBatch take = [this](int from, std::span<const std::byte> batch) {
      part_.take(from, batch);
    };
    const double end = std::min(clock_.seconds() + how_.round_seconds, limits_.seconds_max);
    const std::uint64_t found_max = part_.found() + quota();
    while (part_.has_work() && part_.found() < found_max && clock_.seconds() < end &&
           !is_stopped()) {
      part_.expand_some();
      exchange_.progress(take);
    }
    exchange_.finish(take);
    ++distributed_.rounds;
  }
  // Of the states that may still be found, this rank's part, so that a limit is passed by little.
  std::uint64_t quota() const {
    const std::uint64_t rest = limits_.states_max - std::min(limits_.states_max, all(Sum::found));
    return rest / static_cast<std::uint64_t>(ranks_.size()) / 2 + kQuotaMin;
  }

  void agree() {
    all(Sum::found) = part_.found();
    all(Sum::transitions) = part_.transitions();
    all(Sum::left) = part_.left();
    all(Sum::beyond) = part_.beyond();
    all(Sum::memory_bytes) = part_.memory_bytes() + exchange_.memory_bytes();
    all(Sum::full) = part_.is_full() ? 1 : 0;
    all(Sum::stopped) = is_stopped() ? 1 : 0;
    all(Sum::time_is_up) = ranks_.is_first() && clock_.seconds() >= limits_.seconds_max ? 1 : 0;
    all(Sum::checkpoint_is_due) =
        ranks_.is_first() && how_.files != nullptr && how_.files->is_due() ? 1 : 0;
    ranks_.sum(sums_);
    show_all();
    part_.begin_round();
    look_at_limits();
    report();
  }

  // A rank that is full has thrown states away, so that nothing is left does not mean that nothing
  // is missing.
  void look_at_limits() {
    if (all(Sum::full) == 0 && all(Sum::left) + all(Sum::beyond) == 0) return;
    if (all(Sum::stopped) > 0) {
      reason_ = "stopped on request" + at_depth();
    } else if (all(Sum::full) > 0) {
      reason_ = memory_reached(limits_) + " on " + std::to_string(all(Sum::full)) + " of " +
                std::to_string(ranks_.size()) + " ranks" + at_depth();
    } else if (all(Sum::found) > limits_.states_max) {
      reason_ = states_reached(limits_.states_max) + at_depth();
    } else if (all(Sum::time_is_up) > 0) {
      reason_ = time_reached(limits_) + at_depth();
    }
  }

  // One after another, each rank's witnesses are told to all, those first that the first rank has:
  // after one is shown, others may have nothing to show any more, and are not told.
  void show_all() {
    const auto found = part_.witnesses();
    const auto nobody = static_cast<std::uint64_t>(ranks_.size());
    for (auto next = found.begin();;) {
      while (next != found.end() && !is_news(*next)) ++next;
      std::uint64_t who = next == found.end() ? nobody : static_cast<std::uint64_t>(ranks_.rank());
      ranks_.least({&who, 1});
      if (who == nobody) return;
      const int from = static_cast<int>(who);
      Witness<S> witness;
      if (from == ranks_.rank()) witness = *next++;
      ranks_.broadcast(witness, from);
      show(from, witness);
    }
  }

  // A move as a claim is asked about it.
  struct Performed {
    State after{};
    Events events{};
  };
  Performed perform(const Witness<S>& move) const {
    Performed performed;
    if (!system_.execute(move.state, move.action, performed.after, performed.events))
      throw EngineDisagreement("a move is not possible: " +
                               std::string(system_.label(move.state, move.action)));
    return performed;
  }

  bool is_news(const Witness<S>& witness) const {
    const auto any = [](std::size_t questions, auto settles) {
      for (std::size_t i = 0; i < questions; ++i)
        if (settles(i)) return true;
      return false;
    };
    switch (witness.as) {
      case SeenAs::state:
        return any(claims_.state_questions(),
                   [&](std::size_t i) { return claims_.settles_state(i, witness.state); });
      case SeenAs::end:
        return any(claims_.end_questions(),
                   [&](std::size_t i) { return claims_.settles_end(i, witness.state); });
      case SeenAs::move: {
        const Performed to = perform(witness);
        const lang::Move<S> move{witness.state, witness.action, to.after, to.events};
        return any(claims_.move_questions(),
                   [&](std::size_t i) { return claims_.settles_move(i, move); });
      }
      case SeenAs::deadlock:
        break;
    }
    return !result_.deadlock;
  }

  // On all ranks, in the same order: the run is gathered from them.
  void show(int from, const Witness<S>& witness) {
    const auto run_to = [&](std::int64_t depth) {
      return part_.run_to(from, witness.where, depth);
    };
    switch (witness.as) {
      case SeenAs::state:
        return claims_.see_state(witness.state, [&](const Asked<S>& asked) {
          return asked.premise ? Shown<S>{} : Shown<S>{run_to(depth_ + 1), witness.state};
        });
      case SeenAs::end:
        return claims_.see_end(witness.state, [&](const Asked<S>& asked) {
          return asked.premise ? Shown<S>{} : Shown<S>{run_to(depth_), witness.state};
        });
      case SeenAs::move: {
        const Performed to = perform(witness);
        return claims_.see_move({witness.state, witness.action, to.after, to.events},
                                [&](const Asked<S>& asked) {
                                  if (asked.premise) return Shown<S>{};
                                  Shown<S> shown{run_to(depth_), to.after};
                                  shown.run.actions.push_back(witness.action);
                                  return shown;
                                });
      }
      case SeenAs::deadlock:
        result_.deadlock = run_to(depth_);
        confirm<S>(system_, nullptr, *result_.deadlock, witness.state);
    }
  }

  // --- checkpoints, between two rounds

  void write_checkpoint() {
    if (how_.files == nullptr) return;
    how_.files->save([this](CheckpointWriter& to) {
      FieldWriter fields;
      fields.number(static_cast<std::uint64_t>(depth_ + 1));
      fields.real(clock_.seconds_in_all());
      fields.numbers(result_.levels);
      fields.number(result_.deadlock ? 1 : 0);
      if (result_.deadlock) save_run<S>(*result_.deadlock, fields);
      claims_.save(fields);
      to.section(kSearch, fields.all());
      part_.save(to);
    });
  }

  bool go_on() {
    const auto file = how_.files == nullptr ? nullptr : how_.files->take();
    if (file == nullptr) return false;
    FieldReader fields(*file, kSearch);
    depth_ = static_cast<std::int64_t>(fields.number()) - 1;
    const double seconds_before = fields.real();
    result_.levels = fields.numbers();
    if (fields.number_up_to(1) == 1) {
      result_.deadlock = load_run<S>(fields);
      confirm<S>(system_, nullptr, *result_.deadlock, checker::perform(system_, *result_.deadlock));
    }
    claims_.load(fields);
    fields.end();
    part_.begin_round();
    part_.load(*file, depth_);
    std::uint64_t states = part_.found();
    ranks_.sum({&states, 1});
    how_.files->resumed(states);
    clock_.go_on(seconds_before, states);
    return true;
  }

  Result<S> finish() {
    std::vector<std::uint64_t> counts = part_.steps();
    const Traffic& traffic = exchange_.traffic();
    for (const std::uint64_t count : {part_.deadlocks(), traffic.messages, traffic.bytes,
                                      traffic.items, exchange_.bytes_taken()})
      counts.push_back(count);
    ranks_.sum(counts);
    std::uint64_t* const beyond_steps = counts.data() + part_.steps().size();
    result_.deadlocks = beyond_steps[0];
    distributed_.traffic = {beyond_steps[1], beyond_steps[2], beyond_steps[3]};
    if (beyond_steps[2] != beyond_steps[4])
      throw EngineDisagreement("not everything that was sent has arrived");
    result_.step_counts.assign(counts.data(), beyond_steps);
    std::uint64_t extremes[] = {part_.found(), ~part_.found()};
    ranks_.least(extremes);
    distributed_.states_least = extremes[0];
    distributed_.states_most = ~extremes[1];
    gather_ends();
    result_.states = all(Sum::found);
    result_.transitions = all(Sum::transitions);
    result_.depth = depth_found();
    if (all(Sum::beyond) > 0) result_.levels.push_back(all(Sum::beyond));
    result_.memory_bytes = all(Sum::memory_bytes);
    result_.seconds = clock_.seconds_in_all();
    if (!reason_.empty())
      result_.incomplete = cut_because(reason_, all(Sum::left) + all(Sum::beyond));
    const bool is_all = all(Sum::left) + all(Sum::beyond) + all(Sum::full) == 0;
    if (result_.complete() && !is_all)
      throw EngineDisagreement("a search ends before everything was expanded");
    claims_.close(result_.complete());
    return std::move(result_);
  }

  // The names are known to the ranks that came to such an end only.
  void gather_ends() {
    std::ostringstream mine;
    for (const auto& [name, count] : part_.ends()) mine << count << ' ' << name << '\n';
    for (const std::string& text : ranks_.gather(mine.str())) {
      std::istringstream lines(text);
      std::uint64_t count = 0;
      for (std::string name; lines >> count && lines.ignore() && std::getline(lines, name);)
        result_.ends[name] += count;
    }
  }

  void report() {
    if (!clock_.is_report_due()) return;
    clock_.report({.depth = depth_found(),
                   .states = all(Sum::found),
                   .transitions = all(Sum::transitions),
                   .frontier = all(Sum::left) + all(Sum::beyond),
                   .memory_bytes = all(Sum::memory_bytes),
                   .levels = result_.levels,
                   .steps_taken = static_cast<int>(
                       std::count_if(part_.steps().begin(), part_.steps().end(),
                                     [](std::uint64_t count) { return count > 0; })),
                   .steps_known = static_cast<int>(part_.steps().size())});
  }

  bool is_stopped() const {
    return limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed);
  }
  std::uint32_t depth_found() const {
    return static_cast<std::uint32_t>(
        std::max<std::int64_t>(depth_ + (all(Sum::beyond) > 0 ? 1 : 0), 0));
  }
  std::string at_depth() const { return " at depth " + std::to_string(depth_found()); }

  const S& system_;
  const Ranks& ranks_;
  const Limits& limits_;
  SearchClock clock_;
  const Distribution& how_;
  Distributed& distributed_;

  Result<S> result_;
  OpenClaims<S> claims_;
  Exchange exchange_;
  Part part_;
  std::int64_t depth_ = -1;  // of the states being expanded
  std::vector<std::uint64_t> sums_ = std::vector<std::uint64_t>(kSums);
  std::string reason_;  // why not everything is expanded
};

// What search() says, asked of all ranks together and told to all.  Throws what search() throws: if
// another rank does not, it has to be ended.
template <lang::System S>
Result<S> search_distributed(const S& system, std::span<const lang::Property<S>> claims,
                             const Ranks& ranks, const Limits& limits,
                             const OnProgress& on_progress, const Distribution& how,
                             Distributed& distributed) {
  return DistributedSearch<S>(system, claims, ranks, limits, on_progress, how, distributed).run();
}

}  // namespace nsmc::checker
