// Turns a plan into moves; judges where it pays.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/execute.hpp"

#include <optional>

#include "props/props.hpp"
#include "props/view.hpp"

namespace nsmc::cli {
namespace {

using kernel::Concrete;
using kernel::kBoot;

constexpr std::uint64_t kMovesMax = 100'000;

// The detours of a plan, met one after the other.
class Detours {
 public:
  explicit Detours(const std::vector<Detour>& all) : all_(all) {}
  // How far from the first alternative the turn goes that comes now; 0 on the beaten path.
  int take(std::uint64_t turn) {
    while (next_ < all_.size() && all_[next_].at < turn) ++next_;
    return next_ < all_.size() && all_[next_].at == turn ? all_[next_].by : 0;
  }
  // Those of the turns that one move can have, as it asks for them.
  lang::Script script(std::uint64_t turn) {
    lang::Script script;
    take(turn);
    for (std::size_t i = next_; i < all_.size(); ++i) {
      if (all_[i].at >= turn + lang::Script::kPicksMax) break;
      script.set(static_cast<int>(all_[i].at - turn), all_[i].by);
    }
    return script;
  }

 private:
  const std::vector<Detour>& all_;
  std::size_t next_ = 0;
};

// Whether last_pid is stored in this move.
bool gives_a_number(const System::Events& events) {
  using kernel::alloc_pidmap;
  static const int kBitmap = kernel::step_number<Concrete>(alloc_pidmap<Concrete>::set_last_pid);
  static const int kIdr = kernel::step_number<Concrete>(alloc_pidmap<Concrete>::idr_alloc_cyclic);
  const auto taken = [&](int step) { return (events.steps[step / 64] >> step % 64 & 1U) != 0; };
  return taken(kBitmap) || taken(kIdr);
}

int top_of(const System::State& state, int actor) {
  return actor == kBoot ? 0 : props::standing_at<Concrete>(state.stacks[actor]);
}

class Execution {
 public:
  Execution(const Plan& plan, const System& system, const Judges& judges)
      : system_(system),
        judges_(judges),
        switches_(plan.switches),
        choices_(plan.choices),
        state_(system.initial().front()),
        tasks_(static_cast<unsigned>(system.config().tasks)) {
    if (judges.user_space) observer_.emplace(system);
  }

  Executed result() {
    kernel::Changes asked;
    kernel::changes_asked = &asked;
    while (executed_.violated.empty() && executed_.moves < kMovesMax) {
      asked = {};
      if (!move()) {
        executed_.ended = true;
        judge_state(true);
        if (observer_ && state_.fault.value() == 0) observer_->rests();
        listen();
        break;
      }
      for (std::size_t c = 0; c < Coverage::kChanges; ++c)
        if (asked.has(static_cast<kernel::Change>(c)))
          executed_.reached.step_asked_change.set(began_at_ * Coverage::kChanges + c);
    }
    kernel::changes_asked = nullptr;
    return std::move(executed_);
  }

 private:
  // False: nothing can move, or the kernel has stopped.
  bool move() {
    if (state_.fault.value() != 0) return false;
    const int first = (actor_ + switches_.take(executed_.moves)) % (kBoot + 1);
    for (int k = 0; k <= kBoot; ++k) {
      const int actor = (first + k) % (kBoot + 1);
      if (kernel::might_move<Concrete>(state_, actor) && move(actor)) return true;
    }
    return false;
  }

  bool move(int actor) {
    before_ = state_;
    const int from = top_of(state_, actor);
    System::Action action;
    action.actor = static_cast<std::uint8_t>(actor);
    lang::Chooser chooser(choices_.script(choices_made_));
    System::Events events;
    if (!system_.perform(state_, actor, chooser, events)) return false;
    choices_made_ += static_cast<std::uint64_t>(chooser.used());
    action.script = chooser.taken();
    executed_.run.actions.push_back(action);
    ++executed_.moves;
    if (from == 0 && actor < kernel::kSoftirq && before_.tasks[actor].sigkill.value() == 0)
      ++executed_.calls;
    cover(actor, from, events);
    if (observer_) observer_->moved(before_, actor, state_, events);
    actor_ = events.spun != 0 ? (actor + 1) % (kBoot + 1) : actor;
    const bool call_ended = actor != kBoot && state_.stacks[actor].pc[0].value() == 0;
    if (call_ended) ++calls_ended_;
    // What a predicate costs grows with the machine.
    const auto every = judges_.every == 1 ? 1U : judges_.every * (1U + tasks_ / 8U);
    const bool is_turn = executed_.moves % every == 0 || (call_ended && calls_ended_ % every == 0);
    // What shows in this move alone is rare enough to be judged each time.
    const bool is_event = events.signal_to != 0 || events.unlocked_write != 0 || events.spun != 0;
    if (is_turn || is_event || state_.fault.value() != 0) {
      judge_move(action, events);
      if (executed_.violated.empty()) judge_state(false);
    }
    listen();
    return true;
  }

  void cover(int actor, int from, const System::Events& events) {
    system_.each_step(events, [&](int step) { executed_.reached.steps.set(at(step)); });
    if (gives_a_number(events)) executed_.extremes.look(before_, state_);
    if (events.clone_returned != 0) executed_.extremes.refused(events.clone_result);
    began_at_ = at(from);
    if (actor != actor_)
      executed_.reached.switches.set(at(left_at_) * Coverage::kSteps + began_at_);
    left_at_ = top_of(state_, actor);
  }

  void listen() {
    if (!observer_ || !executed_.violated.empty() || observer_->disagreement().what.empty()) return;
    executed_.violated = kUserSpace;
    executed_.disagreement = observer_->disagreement();
  }

  void judge_move(const System::Action& action, const System::Events& events) {
    const lang::Move<System> move{before_, action, state_, events};
    judge([&](const props::Row& row, bool looks) {
      if (looks && row.premise_move != nullptr && row.premise_move(move)) met(row);
      return row.holds_move == nullptr || row.holds_move(move);
    });
  }

  void judge_state(bool at_end) {
    judge([&](const props::Row& row, bool looks) {
      if (row.at_ends && !at_end) return true;
      if (looks && row.premise != nullptr && row.premise()) met(row);
      return row.holds == nullptr || row.holds();
    });
  }

  template <class F>
  void judge(const F& holds) {
    system_.judge(state_, [&] {
      for (const props::Row* row : judges_.rows) {
        const bool looks = judges_.known == nullptr || !judges_.known->premises[place(*row)];
        if (holds(*row, looks) || judges_.told[place(*row)]) continue;
        executed_.violated = row->id;
        return;
      }
    });
  }

  static std::size_t at(int step) { return static_cast<std::size_t>(step); }
  static std::size_t place(const props::Row& row) {
    return static_cast<std::size_t>(&row - props::catalogue().data());
  }
  void met(const props::Row& row) { executed_.reached.premises.set(place(row)); }

  const System& system_;
  const Judges& judges_;
  Detours switches_, choices_;
  System::State state_, before_;
  const unsigned tasks_;
  std::optional<Observer> observer_;
  int actor_ = 0;
  int left_at_ = 0;           // the step at which the last mover stands
  std::size_t began_at_ = 0;  // the step at which it stood before
  std::uint64_t choices_made_ = 0;
  std::uint64_t calls_ended_ = 0;
  Executed executed_;
};

}  // namespace

Executed execute(const Plan& plan, const System& system, const Judges& judges) {
  return Execution(plan, system, judges).result();
}

}  // namespace nsmc::cli
