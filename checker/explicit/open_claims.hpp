// The claims whose answer is not known yet, and the premises not met yet.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/saved_run.hpp"

namespace nsmc::checker {

// Each claim asks one question for its answer and one for its premise: a predicate, and the value
// that settles it.  A settled question is not asked again.  Since states and moves are shown in
// breadth-first order, the first that settles a claim ends a shortest run.
//
// A premise is looked for wherever its function can be asked: `premise` in every state (for a claim
// with scope end: in every end), `premise_move` of every move.  A claim without either has met its
// premise once it was asked at all.
template <lang::System S>
class OpenClaims {
 public:
  using State = typename S::State;
  using Claim = lang::Property<S>;

  // `system`, `claims` and `findings` outlive this object.
  OpenClaims(const S& system, std::span<const Claim> claims, std::vector<Finding<S>>& findings)
      : system_(system), claims_(claims), findings_(findings) {
    findings_.assign(claims.size(), {});
    for (std::size_t i = 0; i < claims.size(); ++i) add(i, claims[i]);
  }

  bool asks_states() const { return !at_states_.empty(); }
  bool asks_moves() const { return !at_moves_.empty(); }

  // The open questions by kind, for a search that judges now and shows later: their numbers are
  // valid until something is shown.  Asking is const: many threads may.
  std::size_t state_questions() const { return at_states_.size(); }
  std::size_t end_questions() const { return at_ends_.size(); }
  std::size_t move_questions() const { return at_moves_.size(); }
  bool settles_state(std::size_t question, const State& state) const {
    return is_settled(at_states_[question], state);
  }
  bool settles_end(std::size_t question, const State& state) const {
    return is_settled(at_ends_[question], state);
  }
  bool settles_move(std::size_t question, const lang::Move<S>& move) const {
    return is_settled(at_moves_[question], move);
  }

  // `run(asked)` is called when there is something to show; it gives the run to this state or move.
  template <class GetRun>
  void see_state(const State& state, GetRun run) {
    ask(at_states_, state, run);
  }
  template <class GetRun>
  void see_end(const State& state, GetRun run) {
    ask(at_ends_, state, run);
  }
  template <class GetRun>
  void see_move(const lang::Move<S>& move, GetRun run) {
    ask(at_moves_, move, run);
  }

  // What is settled, for a later search that does not ask it again.
  void save(FieldWriter& to) const {
    for (const Finding<S>& finding : findings_) {
      to.number(finding.premise_reached ? 1 : 0);
      to.number(finding.run ? 1 : 0);
      if (finding.run) save_run<S>(*finding.run, to);
    }
  }
  // REQUIRES: nothing was asked yet.  Each run is performed again.  Throws EngineDisagreement.
  void load(FieldReader& from) {
    for (std::size_t i = 0; i < findings_.size(); ++i) {
      if (from.number_up_to(1) == 1) {
        findings_[i].premise_reached = true;
        close_question(i, true);
      }
      if (from.number_up_to(1) == 0) continue;
      const Run<S> run = load_run<S>(from);
      close_question(i, false);
      settle(i, false, [&](const Asked<S>&) { return Shown<S>{run, perform(system_, run)}; });
    }
  }

  // What was not found: an answer if every state was expanded.
  void close(bool complete) {
    for (std::size_t i = 0; i < claims_.size(); ++i)
      if (complete && !findings_[i].run)
        findings_[i].verdict =
            claims_[i].expect == lang::Expect::always ? Verdict::holds : Verdict::violated;
  }

 private:
  template <class Predicate>
  struct Question {
    std::size_t claim = 0;
    bool of_premise = false;
    bool settled_by = true;
    const Predicate* predicate = nullptr;  // empty: true everywhere
  };
  template <class Predicate>
  using Questions = std::vector<Question<Predicate>>;
  using OfState = std::function<bool(const S&, const State&)>;
  using OfMove = std::function<bool(const S&, const lang::Move<S>&)>;

  void add(std::size_t i, const Claim& claim) {
    const bool of_move = claim.scope == lang::Scope::move;
    if (of_move ? !claim.holds_move : !claim.holds)
      throw std::logic_error("claim " + claim.id + " has no predicate for its scope");
    Questions<OfState>& of_states = claim.scope == lang::Scope::end ? at_ends_ : at_states_;
    const bool settled_by = claim.expect == lang::Expect::sometimes;
    if (of_move) {
      at_moves_.push_back({i, false, settled_by, &claim.holds_move});
    } else {
      of_states.push_back({i, false, settled_by, &claim.holds});
    }
    const bool no_premise = !claim.premise && !claim.premise_move;
    if (claim.premise || (no_premise && !of_move))
      of_states.push_back({i, true, true, &claim.premise});
    if (claim.premise_move || (no_premise && of_move))
      at_moves_.push_back({i, true, true, &claim.premise_move});
  }

  template <class Predicate, class Seen>
  bool is_settled(const Question<Predicate>& question, const Seen& seen) const {
    const bool value = !*question.predicate || (*question.predicate)(system_, seen);
    return value == question.settled_by;
  }

  template <class Predicate, class Seen, class GetRun>
  void ask(Questions<Predicate>& questions, const Seen& seen, GetRun run) {
    std::erase_if(questions, [&](const Question<Predicate>& question) {
      if (!is_settled(question, seen)) return false;
      settle(question.claim, question.of_premise, run);
      return true;
    });
  }

  void close_question(std::size_t claim, bool of_premise) {
    const auto is_it = [&](const auto& question) {
      return question.claim == claim && question.of_premise == of_premise;
    };
    std::erase_if(at_states_, is_it);
    std::erase_if(at_ends_, is_it);
    std::erase_if(at_moves_, is_it);
  }

  template <class GetRun>
  void settle(std::size_t i, bool premise, GetRun run) {
    Finding<S>& finding = findings_[i];
    Shown<S> shown = run(Asked<S>{&claims_[i], premise});
    if (premise) {
      finding.premise_reached = true;
      return;
    }
    confirm(system_, &claims_[i], shown.run, shown.end);
    finding.run = std::move(shown.run);
    finding.verdict =
        claims_[i].expect == lang::Expect::always ? Verdict::violated : Verdict::holds;
  }

  const S& system_;
  std::span<const Claim> claims_;
  std::vector<Finding<S>>& findings_;
  Questions<OfState> at_states_;
  Questions<OfState> at_ends_;
  Questions<OfMove> at_moves_;
};

}  // namespace nsmc::checker
