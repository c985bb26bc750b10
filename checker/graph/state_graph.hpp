// The reachable states with the moves between them: what an argument about whole runs needs.
// SPDX-License-Identifier: MIT
//
// The states lie in the exact store of checker/explicit, in breadth-first order, with their
// parents.  Of a move there are the state that it leads to and one byte: what it is
// owed, and to whom.  The k-th edge of a state is its k-th successor, so the rest is found by
// asking again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/bit_packer.hpp"
#include "checker/explicit/state_store.hpp"
#include "checker/graph/csr.hpp"
#include "model/lang/leads_to.hpp"

namespace nsmc::checker {

struct EdgeLabel {
  static constexpr unsigned kParties = 64;  // sets of them are 64-bit masks
  std::uint8_t byte = 0;
  EdgeLabel() = default;
  EdgeLabel(unsigned party, lang::Fairness fairness)
      : byte(static_cast<std::uint8_t>(party | static_cast<unsigned>(fairness) << 6U)) {}
  unsigned party() const { return byte & 63U; }
  lang::Fairness fairness() const { return static_cast<lang::Fairness>(byte >> 6U); }
  // The party as a set, empty if the move is owed less than `least`.
  std::uint64_t owed(lang::Fairness least) const {
    return fairness() >= least ? std::uint64_t{1} << party() : 0;
  }
};

template <lang::System S>
class StateGraph {
 public:
  using State = typename S::State;
  using Action = typename S::Action;
  using Index = std::uint32_t;

  // Explores all of it, or as far as the limits let it.
  explicit StateGraph(const S& system, const Limits& limits = {})
      : system_(system),
        packer_(system.significant_bits()),
        store_(packer_.packed_bytes(), {limits.states_max, limits.memory_bytes_max}) {
    if (packer_.state_bytes() != sizeof(State))
      throw std::logic_error("significant_bits() must give a mask for each byte of a state");
    build(limits);
  }
  StateGraph(const StateGraph&) = delete;
  StateGraph& operator=(const StateGraph&) = delete;

  const S& system() const { return system_; }
  Index size() const { return static_cast<Index>(store_.size()); }
  const Csr& edges() const { return edges_; }
  const std::vector<EdgeLabel>& labels() const { return labels_; }
  const std::vector<std::string>& parties() const { return parties_; }
  std::uint32_t depth() const { return depth_.empty() ? 0 : depth_.back(); }
  std::uint32_t depth(Index i) const { return depth_[i]; }
  double seconds() const { return seconds_; }
  // Why states or moves are missing; empty: nothing is.  Then, and only then, may be said what all
  // runs have in common.
  const std::string& incomplete() const { return incomplete_; }
  bool complete() const { return incomplete_.empty(); }
  // Whether the moves of a state are there; of others nothing is known.
  bool expanded(Index i) const { return i < expanded_; }
  std::uint64_t memory_bytes() const {
    return store_.memory_bytes() + edges_.memory_bytes() + labels_.capacity() +
           depth_.capacity() * sizeof(depth_[0]);
  }

  State state(Index i) const {
    State s{};
    packer_.unpack(store_.packed(i), &s);
    return s;
  }
  // The set of parties with a move that is owed at least this.
  std::uint64_t enabled(Index i, lang::Fairness least) const {
    std::uint64_t set = 0;
    for (std::uint64_t e = edges_.first[i]; e < edges_.first[i + 1]; ++e)
      set |= labels_[e].owed(least);
    return set;
  }
  // The k-th move of a state.
  Action move(Index i, std::uint64_t k) const {
    Action result{};
    bool found = false;
    system_.successors(state(i), [&](const Action& action, const State&, const auto&) {
      if (k-- != 0) return;
      result = action;
      found = true;
    });
    if (!found) throw std::logic_error("successors() gave fewer moves when it was asked again");
    return result;
  }
  // The state before it on the run of run_to(); itself, if that has no move.
  Index parent(Index i) const {
    return store_.parent(i) == Store::kNoParent ? i : store_.parent(i);
  }
  // A shortest run to a state.
  Run<S> run_to(Index i) const {
    Run<S> run;
    for (; store_.parent(i) != Store::kNoParent; i = store_.parent(i))
      run.actions.push_back(store_.action(i));
    std::reverse(run.actions.begin(), run.actions.end());
    run.initial = initial_[i];
    return run;
  }

 private:
  using Store = StateStore<Action>;

  void build(const Limits& limits) {
    const auto started = std::chrono::steady_clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    };
    const std::vector<State> initial = system_.initial();
    for (std::size_t i = 0; i < initial.size() && complete(); ++i) {
      const Index before = size();
      add(initial[i], Store::kNoParent, Action{});
      if (size() > before) initial_.push_back(i);
    }
    for (Index i = 0; complete() && i < store_.size(); ++i) {
      const bool looks_at_clock = i % 256 == 0;
      if (limits.stop != nullptr && limits.stop->load(std::memory_order_relaxed))
        incomplete_ = "stopped on request";
      else if (depth_[i] >= limits.depth_max)
        incomplete_ = "depth limit of " + std::to_string(limits.depth_max) + " reached";
      else if (looks_at_clock && seconds() >= limits.seconds_max)
        incomplete_ = "time limit reached";
      else if (looks_at_clock && memory_bytes() > limits.memory_bytes_max)
        incomplete_ = "memory limit reached";
      else
        expand(i);
    }
    if (!complete())
      incomplete_ += "; " + std::to_string(size() - expanded_) + " states were not expanded";
    while (edges_.size() < size()) edges_.end_node();
    seconds_ = seconds();
  }

  void expand(Index i) {
    const State from = state(i);
    system_.successors(from, [&](const Action& action, const State& after, const auto&) {
      if (!complete()) return;
      edges_.target.push_back(add(after, i, action));
      labels_.push_back({number_of(lang::party_of(system_, from, action)),
                         lang::fairness_of(system_, from, action)});
    });
    if (complete()) {
      edges_.end_node();
      ++expanded_;
      return;
    }
    edges_.target.resize(edges_.first.back());  // with half of its moves it would be another state
    labels_.resize(edges_.first.back());
  }

  Index add(const State& s, Index parent, const Action& action) {
    packed_.resize(packer_.packed_bytes() + BitPacker::kSlack);
    packer_.pack(&s, packed_.data());
    const std::uint32_t tag = store_.tag(packed_.data());
    switch (store_.insert(packed_.data(), tag, parent, action)) {
      case Insertion::added:
        depth_.push_back(parent == Store::kNoParent ? 0 : depth_[parent] + 1);
        return size() - 1;
      case Insertion::known:
        return store_.find_index(packed_.data(), tag);
      case Insertion::states_full:
        incomplete_ = "state limit of " + std::to_string(store_.states_max()) + " reached";
        return 0;
      default:
        incomplete_ = "memory limit reached";
        return 0;
    }
  }

  unsigned number_of(const std::string& party) {
    const auto at = std::find(parties_.begin(), parties_.end(), party);
    const auto number = static_cast<unsigned>(at - parties_.begin());
    if (number == EdgeLabel::kParties) {
      incomplete_ = "moves are owed to more than 64 parties";
      return 0;
    }
    if (at == parties_.end()) parties_.push_back(party);
    return number;
  }

  const S& system_;
  BitPacker packer_;
  Store store_;
  Csr edges_;
  std::vector<EdgeLabel> labels_;
  std::vector<std::string> parties_;
  std::vector<std::uint32_t> depth_;
  std::vector<std::size_t> initial_;  // by index in the store: which initial state it is
  std::vector<std::byte> packed_;
  std::uint64_t expanded_ = 0;
  std::string incomplete_;
  double seconds_ = 0;
};

}  // namespace nsmc::checker
