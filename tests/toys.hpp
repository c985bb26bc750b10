// Toy systems with known answers: what every engine must get right before it sees a kernel.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "model/lang/system.hpp"

namespace nsmc::toys {

// A toy's moves are numbered 0..moves()-1.  It gives `bool move(State&, int) const`, which makes
// the move or returns false (what it did then is dropped), and `State widest() const`, in which all
// bits are set that ever are. Every move is a named step of its own, so that step counts add up to
// transitions.
template <class Toy, class ToyState>
struct Numbered {
  using State = ToyState;
  struct Action {
    std::uint8_t number = 0;
  };
  using Events = Action;

  template <class Emit>
  void successors(const State& s, Emit&& emit) const {
    for (int i = 0; i < toy().moves(); ++i) {
      const Action action{static_cast<std::uint8_t>(i)};
      State after = s;
      if (toy().move(after, i)) emit(action, after, action);
    }
  }
  bool execute(const State& s, const Action& action, State& after, Events& events) const {
    after = s;
    events = action;
    return toy().move(after, action.number);
  }
  std::vector<State> initial() const { return {State{}}; }
  std::vector<std::uint8_t> significant_bits() const {
    const auto bits = std::bit_cast<std::array<std::uint8_t, sizeof(State)>>(toy().widest());
    return {bits.begin(), bits.end()};
  }
  int step_count() const { return toy().moves(); }
  std::string step_name(int i) const { return "move " + std::to_string(i); }
  template <class F>
  void each_step(const Events& events, F&& f) const {
    f(int{events.number});
  }
  std::string terminal(const State&) const { return ""; }
  std::vector<lang::Field> fields(const State& s) const {
    std::string bytes;
    for (const std::uint8_t byte : std::bit_cast<std::array<std::uint8_t, sizeof(State)>>(s))
      bytes += std::to_string(byte) + " ";
    return {{"bytes", bytes}};
  }
  std::string actor(const Action&) const { return "toy"; }
  std::string label(const State&, const Action& action) const { return step_name(action.number); }

 private:
  const Toy& toy() const { return static_cast<const Toy&>(*this); }
};

template <class S>
using Claims = std::vector<lang::Property<S>>;

// Gray and Lamport, "Consensus on Transaction Commit", TODS 2006; TLA+ Examples, TwoPhase.tla.
// Messages are a set that only grows; Prepared(rm) is a bit.  288 states for 3 resource managers,
// 8832 for 5 (both Stateright's figures).
inline constexpr std::uint8_t working = 0, prepared = 1, committed = 2, aborted = 3;  // an RM
inline constexpr std::uint8_t no_decision = 0, commit_sent = 1, abort_sent = 2;       // the TM
struct TwoPhaseState {
  std::array<std::uint8_t, 8> rm{};
  std::uint8_t decision = no_decision;  // the TM's state, and its message Commit or Abort
  std::uint8_t tm_prepared = 0;
  std::uint8_t msg_prepared = 0;
};
struct TwoPhase : Numbered<TwoPhase, TwoPhaseState> {
  int managers = 3;

  explicit TwoPhase(int count) : managers(count) {}
  int moves() const { return 2 + 5 * managers; }
  unsigned all() const { return (1U << managers) - 1; }
  State widest() const {
    State s{.decision = 3, .tm_prepared = 0xff, .msg_prepared = 0xff};
    for (int i = 0; i < managers; ++i) s.rm[static_cast<std::size_t>(i)] = 3;
    return s;
  }
  bool move(State& s, int number) const {
    if (number < 2) {
      if (s.decision != no_decision || (number == 0 && s.tm_prepared != all())) return false;
      s.decision = number == 0 ? commit_sent : abort_sent;
      return true;
    }
    const auto bit = static_cast<std::uint8_t>(1U << ((number - 2) / 5));
    std::uint8_t& rm = s.rm[static_cast<std::size_t>((number - 2) / 5)];
    switch ((number - 2) % 5) {
      case 0:  // TMRcvPrepared
        s.tm_prepared |= bit;
        return s.decision == no_decision && (s.msg_prepared & bit) != 0;
      case 1:  // RMPrepare
        s.msg_prepared |= bit;
        return std::exchange(rm, prepared) == working;
      case 2:  // RMChooseToAbort
        return std::exchange(rm, aborted) == working;
      case 3:  // RMRcvCommitMsg
        rm = committed;
        return s.decision == commit_sent;
      default:  // RMRcvAbortMsg
        rm = aborted;
        return s.decision == abort_sent;
    }
  }
  bool any(const State& s, std::uint8_t state) const {
    bool found = false;
    for (int i = 0; i < managers; ++i) found |= s.rm[static_cast<std::size_t>(i)] == state;
    return found;
  }
};

// Two jugs, of 5 and 3 litres: 4 litres take six moves.  16 states.
struct Jugs {
  std::uint8_t big = 0, small = 0;
};
struct DieHard : Numbered<DieHard, Jugs> {
  static int moves() { return 6; }
  static State widest() { return {7, 3}; }
  static bool move(State& s, int number) {
    const int big = s.big;
    const int small = s.small;
    const int total = big + small;
    const int new_big[] = {5, big, 0, big, total < 5 ? total : 5, total < 3 ? 0 : total - 3};
    const int new_small[] = {small, 3, small, 0, total < 5 ? 0 : total - 5, total < 3 ? total : 3};
    s = {static_cast<std::uint8_t>(new_big[number]), static_cast<std::uint8_t>(new_small[number])};
    return true;
  }
};

// Tests a lock and takes it in two moves: both are in after four, test test take take.
struct MutexState {
  std::array<std::uint8_t, 2> pc{};  // 0 outside, 1 saw the lock free, 2 inside
  std::uint8_t lock = 0;
};
struct BrokenMutex : Numbered<BrokenMutex, MutexState> {
  static int moves() { return 2; }
  static State widest() { return {{3, 3}, 1}; }
  static bool move(State& s, int number) {
    std::uint8_t& pc = s.pc[static_cast<std::size_t>(number)];
    if (pc == 0 && s.lock == 1) return false;
    if (pc == 1) s.lock = 1;
    if (pc == 2) s.lock = 0;
    pc = pc == 2 ? 0 : pc + 1;
    return true;
  }
};

// Peterson, "Myths About the Mutual Exclusion Problem", IPL 1981: they are never both in.
struct PetersonState {
  std::array<std::uint8_t, 2> pc{};  // 0 outside, 1 flag raised, 2 waiting, 3 inside
  std::array<std::uint8_t, 2> flag{};
  std::uint8_t turn = 0;
};
struct Peterson : Numbered<Peterson, PetersonState> {
  static int moves() { return 2; }
  static State widest() { return {{3, 3}, {1, 1}, 1}; }
  static bool move(State& s, int number) {
    const auto me = static_cast<std::size_t>(number);
    const std::size_t other = 1 - me;
    if (s.pc[me] == 0) s.flag[me] = 1;
    if (s.pc[me] == 1) s.turn = static_cast<std::uint8_t>(other);
    if (s.pc[me] == 2 && s.flag[other] == 1 && s.turn == other) return false;
    if (s.pc[me] == 3) s.flag[me] = 0;
    s.pc[me] = s.pc[me] == 3 ? 0 : s.pc[me] + 1;
    return true;
  }
};

// Two tasks take two locks in opposite order.  Deadlock after two moves; otherwise both get done.
struct LocksState {
  std::array<std::uint8_t, 2> pc{};     // 0, 1: that many locks held; 2: both; 3: done
  std::array<std::uint8_t, 2> owner{};  // of each lock: task + 1
};
struct TwoLocks : Numbered<TwoLocks, LocksState> {
  static int moves() { return 2; }
  static State widest() { return {{3, 3}, {3, 3}}; }
  static bool move(State& s, int number) {
    const auto me = static_cast<std::size_t>(number);
    if (s.pc[me] == 3) return false;
    if (s.pc[me] == 2) {
      s.owner = {};
    } else {
      std::uint8_t& owner = s.owner[s.pc[me] == 0 ? me : 1 - me];
      if (owner != 0) return false;
      owner = static_cast<std::uint8_t>(me + 1);
    }
    ++s.pc[me];
    return true;
  }
  static std::string terminal(const State& s) {
    return s.pc[0] == 3 && s.pc[1] == 3 ? "both done" : "";
  }
};

// Counts up.  What is only true at the end is far beyond any small bound on depth or states.
struct Count {
  std::uint32_t value = 0;
};
struct Counter : Numbered<Counter, Count> {
  std::uint32_t last = 200'000;
  std::uint32_t widest_value = 0x3ffff;

  static int moves() { return 1; }
  State widest() const { return {widest_value}; }
  bool move(State& s, int) const { return s.value++ < last; }
  static std::string terminal(const State&) { return "counted"; }
};

// 0 -> 1, 0 -> 2, and the bad move 1 -> 2 (number 1), which finds no new state.
struct Place {
  std::uint8_t at = 0;
};
struct Shortcut : Numbered<Shortcut, Place> {
  static int moves() { return 2; }
  static State widest() { return {3}; }
  static bool move(State& s, int number) {
    const bool bad = s.at == 1 && number == 1;
    if (s.at != 0 && !bad) return false;
    s.at = static_cast<std::uint8_t>(bad || number == 1 ? 2 : 1);
    return true;
  }
  static std::string terminal(const State&) { return "2"; }
};

// execute() does not do what successors() said: it stops one short.
struct Liar : Counter {
  bool execute(const State& s, const Action& action, State& after, Events& events) const {
    const bool possible = Counter::execute(s, action, after, events);
    after.value = after.value < 5 ? after.value : 4;
    return possible;
  }
};

// The example of checker/explicit/explicit.hpp, word for word.
struct Lamp {
  struct State {
    std::uint8_t on = 0, presses = 0;
  };
  struct Action {};  // at most 8 bytes that identify a move; here there is but one
  struct Events {};  // what moves report besides the state they lead to

  static std::vector<State> initial() { return {{}}; }
  static bool execute(const State& s, Action, State& after, Events&) {
    after = {static_cast<std::uint8_t>(1 - s.on), static_cast<std::uint8_t>(s.presses + 1)};
    return s.presses < 3;
  }
  template <class Emit>
  static void successors(const State& s, Emit&& emit) {
    State after;
    Events events;
    if (execute(s, {}, after, events)) emit(Action{}, after, events);
  }
  static std::vector<std::uint8_t> significant_bits() { return {0b1, 0b11}; }
  static int step_count() { return 1; }
  static std::string step_name(int) { return "press"; }
  static void each_step(const Events&, auto&& f) { f(0); }
  static std::string terminal(const State& s) { return s.on == 1 ? "" : "dark for ever"; }
  static std::vector<lang::Field> fields(const State& s) {
    return {{"on", std::to_string(s.on)}, {"presses", std::to_string(s.presses)}};
  }
  static std::string actor(Action) { return "hand"; }
  static std::string label(const State&, Action) { return "press"; }
};

}  // namespace nsmc::toys
