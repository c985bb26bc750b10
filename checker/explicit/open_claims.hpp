// The claims whose answer is not known yet, and the premises not met yet.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "checker/checker.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/explicit/saved_run.hpp"
#include "model/lang/footprint.hpp"

namespace nsmc::checker {

// Each claim asks one question for its answer and one for its premise: a predicate, and the value
// that settles it.  A settled question is not asked again.  Since states and moves are shown in
// breadth-first order, the first that settles a claim ends a shortest run.
//
// A premise is looked for wherever its function can be asked: `premise` in every state (for a claim
// with scope end: in every end), `premise_move` of every move.  A claim without either has met its
// premise once it was asked at all.
// Questions about states, or about moves, a bit each: the first that there were when all were open.
using Questions = std::uint64_t;

template <class Asks>
struct ObservedQuestion {
  Questions bit;
  bool settled_by;
  const std::function<Asks>* predicate;
};

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
    at_states_.number();
    at_moves_.number();
  }

  // Of what is known not to settle these questions.
  bool asks_states(Questions unsettled) const { return at_states_.asks(unsettled); }
  bool asks_moves(Questions unsettled) const { return at_moves_.asks(unsettled); }

  // The open questions by kind, for a search that judges now and shows later: their numbers are
  // valid until something is shown.  Asking is const: many threads may.
  std::size_t state_questions() const { return at_states_.all.size(); }
  std::size_t end_questions() const { return at_ends_.all.size(); }
  std::size_t move_questions() const { return at_moves_.all.size(); }
  bool settles_state(std::size_t question, const State& state) const {
    return is_settled(at_states_.all[question], state);
  }
  bool settles_end(std::size_t question, const State& state) const {
    return is_settled(at_ends_.all[question], state);
  }
  bool settles_move(std::size_t question, const lang::Move<S>& move) const {
    return is_settled(at_moves_.all[question], move);
  }

  // The open questions that have a bit.
  Questions open_states() const { return at_states_.open; }
  Questions open_moves() const { return at_moves_.open; }
  // What a question reads is known by asking these.
  using Observed = ObservedQuestion<bool(const S&, const State&, lang::Footprint&)>;
  using ObservedMove = ObservedQuestion<bool(const S&, const lang::Move<S>&, lang::Footprint&)>;
  std::vector<Observed> observed_states() const {
    return observed<Observed>(at_states_, &Claim::holds_observed, &Claim::premise_observed);
  }
  std::vector<ObservedMove> observed_moves() const {
    return observed<ObservedMove>(at_moves_, &Claim::holds_move_observed,
                                  &Claim::premise_move_observed);
  }

  // `unsettled`: what is seen is known not to settle these.  `run(asked)` is called when there is
  // something to show; it gives the run to this state or move.
  template <class GetRun>
  void see_state(const State& state, GetRun run, Questions unsettled = 0) {
    ask(at_states_, state, run, unsettled);
  }
  template <class GetRun>
  void see_end(const State& state, GetRun run) {
    ask(at_ends_, state, run);
  }
  template <class GetRun>
  void see_move(const lang::Move<S>& move, GetRun run, Questions unsettled = 0) {
    ask(at_moves_, move, run, unsettled);
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
    Questions bit = 0;                     // of the first questions of a kind
  };
  template <class Predicate>
  struct List {
    std::vector<Question<Predicate>> all{};
    Questions open = 0;  // of those that have a bit
    bool has_more = false;

    void number() {
      Questions bit = 1;
      for (auto& question : all) question.bit = std::exchange(bit, bit << 1);
      count();
    }
    template <class Which>
    void erase_if(Which which) {
      if (std::erase_if(all, which) != 0) count();
    }
    bool asks(Questions unsettled) const { return (open & ~unsettled) != 0 || has_more; }
    void count() {
      open = 0;
      has_more = false;
      for (const auto& question : all) {
        open |= question.bit;
        has_more = has_more || question.bit == 0;
      }
    }
  };
  using OfState = std::function<bool(const S&, const State&)>;
  using OfMove = std::function<bool(const S&, const lang::Move<S>&)>;

  void add(std::size_t i, const Claim& claim) {
    const bool of_move = claim.scope == lang::Scope::move;
    if (of_move ? !claim.holds_move : !claim.holds)
      throw std::logic_error("claim " + claim.id + " has no predicate for its scope");
    List<OfState>& of_states = claim.scope == lang::Scope::end ? at_ends_ : at_states_;
    const bool settled_by = claim.expect == lang::Expect::sometimes;
    if (of_move) {
      at_moves_.all.push_back({i, false, settled_by, &claim.holds_move});
    } else {
      of_states.all.push_back({i, false, settled_by, &claim.holds});
    }
    const bool no_premise = !claim.premise && !claim.premise_move;
    if (claim.premise || (no_premise && !of_move))
      of_states.all.push_back({i, true, true, &claim.premise});
    if (claim.premise_move || (no_premise && of_move))
      at_moves_.all.push_back({i, true, true, &claim.premise_move});
  }

  template <class Predicate, class Seen>
  bool is_settled(const Question<Predicate>& question, const Seen& seen) const {
    const bool value = !*question.predicate || (*question.predicate)(system_, seen);
    return value == question.settled_by;
  }

  template <class Predicate, class Seen, class GetRun>
  void ask(List<Predicate>& questions, const Seen& seen, GetRun run, Questions unsettled = 0) {
    questions.erase_if([&](const Question<Predicate>& question) {
      if ((question.bit & unsettled) != 0 || !is_settled(question, seen)) return false;
      settle(question.claim, question.of_premise, run);
      return true;
    });
  }

  template <class Observed, class Predicate, class Member>
  std::vector<Observed> observed(const List<Predicate>& questions, Member holds,
                                 Member premise) const {
    std::vector<Observed> result;
    for (const auto& question : questions.all) {
      const auto& predicate = claims_[question.claim].*(question.of_premise ? premise : holds);
      if (question.bit != 0 && predicate)
        result.push_back({question.bit, question.settled_by, &predicate});
    }
    return result;
  }

  void close_question(std::size_t claim, bool of_premise) {
    const auto is_it = [&](const auto& question) {
      return question.claim == claim && question.of_premise == of_premise;
    };
    at_states_.erase_if(is_it);
    at_ends_.erase_if(is_it);
    at_moves_.erase_if(is_it);
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
  List<OfState> at_states_;
  List<OfState> at_ends_;
  List<OfMove> at_moves_;
};

}  // namespace nsmc::checker
