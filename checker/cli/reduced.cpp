// From what is asked for to what can be merged, and back to the whole search if that says nothing.
// SPDX-License-Identifier: MIT
#include "checker/cli/reduced.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/explicit/explicit.hpp"
#include "model/kernel/quotient.hpp"

namespace nsmc::cli {
namespace {

using kernel::Quotient;

constexpr const char* kWhole = "search whole";  // which of the two a checkpoint is of
constexpr const char* kDeepestFree = "L10";     // the one property that reads free_depth

// Whether a reduction is used; `reason` is what speaks against it, if anything does.
bool decide(const char* name, Switch wanted, const std::string& reason, std::string& refused) {
  if (wanted == Switch::off) return false;
  if (reason.empty()) return true;
  if (wanted == Switch::on)
    throw std::invalid_argument("--" + std::string(name) + " on: not with this system: " + reason);
  refused += (refused.empty() ? "" : "; ") + std::string(name) + ": " + reason;
  return false;
}

bool names_any(const traces::Expr& e, std::initializer_list<std::string_view> words) {
  return std::count(words.begin(), words.end(), e.text) != 0 ||
         std::any_of(e.kids.begin(), e.kids.end(),
                     [&](const traces::Expr& kid) { return names_any(kid, words); });
}

// free_depth grows only, so it is more than a bound in some state if and only if it becomes more in
// some move, whatever was forgotten before that move.
Claim on_moves(const Claim& claim) {
  Claim moved = claim;
  moved.scope = lang::Scope::move;
  const auto of_move = [](const auto& predicate) {
    return [predicate](const System& system, const lang::Move<System>& move) {
      return predicate(system, move.after);
    };
  };
  moved.holds_move = of_move(claim.holds);
  moved.premise_move = of_move(claim.premise);
  moved.holds = nullptr;
  moved.premise = nullptr;
  return moved;
}

}  // namespace

checker::Result<System> search_whole(const System& system, std::span<const Claim> claims,
                                     const checker::Limits& limits,
                                     const checker::OnProgress& on_progress) {
  return checker::search<System>(system, claims, limits, on_progress);
}

checker::Result<System> search(const Bound& bound, const checker::Limits& limits,
                               const Reductions& reductions,
                               const checker::OnProgress& on_progress) {
  return search(bound, limits, reductions, on_progress, {});
}

checker::Result<System> search(const Bound& bound, const checker::Limits& limits,
                               const Reductions& reductions, const checker::OnProgress& on_progress,
                               const checker::Tuning& tuning) {
  const System& system = *bound.system;
  checker::Checkpoints* const checkpoints = tuning.checkpoints;
  std::string refused;
  const auto whole = [&] {
    if (checkpoints != nullptr) {
      checkpoints->search_is(kWhole);
      if (!refused.empty()) checkpoints->set_remark(refused);
    }
    return checker::search<System>(system, bound.claims, limits, on_progress, 1.0, tuning);
  };
  Quotient::Merges merges;
  merges.symmetry =
      decide("symmetry", reductions.symmetry, kernel::Symmetry::refusal(system), refused);
  merges.dead_fields =
      decide("dead-fields", reductions.dead_fields, kernel::DeadFields::refusal(system), refused);
  std::vector<Claim> claims = bound.claims;
  const bool is_property = claims.size() != 1 || !property_of(bound, claims[0]).empty();
  merges.keeps_free_depth =
      !is_property && names_any(bound.scenario.question.condition, {"free_depth", kDeepestFree});
  if (merges.dead_fields && !merges.keeps_free_depth)
    for (Claim& claim : claims)
      if (property_of(bound, claim) == kDeepestFree) claim = on_moves(claim);

  checker::Result<System> result;
  if (!merges.symmetry && !merges.dead_fields) {
    result = whole();
  } else if (checkpoints != nullptr && checkpoints->goes_on_with(kWhole)) {
    result = whole();  // as before: the search with states left out has said nothing
    refused = checkpoints->remark();
  } else {
    try {
      if (checkpoints != nullptr) checkpoints->search_is("search reduced");
      Quotient quotient(system, merges);
      result = checker::search_reduced<System>(system, quotient, claims, limits, on_progress, 1.0,
                                               tuning);
      if (merges.symmetry) result.reduced_by.emplace_back("symmetry");
      if (merges.dead_fields) result.reduced_by.emplace_back("dead-fields");
    } catch (const kernel::NotSymmetric& slots) {
      refused = slots.what();
      result = whole();
    } catch (const checker::NotReducible& run) {
      refused = run.what();
      result = whole();
    }
  }
  result.not_reduced_because = refused;
  return result;
}

}  // namespace nsmc::cli
