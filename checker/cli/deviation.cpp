// Two systems side by side on one run.
// SPDX-License-Identifier: MIT
#include "checker/cli/deviation.hpp"

#include <fmt/format.h>

namespace nsmc::cli {
namespace {

constexpr std::size_t kDifferencesShown = 3;

bool is_local(const std::string& field) { return field.find('/') != std::string::npos; }

// What the same actor begins here on another kernel.
std::string instead_of(const System& system, const System::State& s, const System::Action& a) {
  std::string instead;
  system.successors(s, [&](const System::Action& other, const auto&, const auto&) {
    if (instead.empty() && other.actor == a.actor) instead = system.label(s, other);
  });
  return instead;
}

bool settles(const System& system, const Claim& claim, const lang::Move<System>& move) {
  const bool wanted = claim.expect == lang::Expect::sometimes;
  if (claim.scope == lang::Scope::move) return claim.holds_move(system, move) == wanted;
  bool can_move = false;
  if (claim.scope == lang::Scope::end)
    system.successors(move.after, [&](const auto&, const auto&, const auto&) { can_move = true; });
  return !can_move && claim.holds(system, move.after) == wanted;
}

}  // namespace

Deviation deviation(const Bound& bound, const Bound& other, const lang::Run<System>& run,
                    std::size_t claim) {
  Deviation d;
  System::State here = bound.system->initial().at(run.initial);
  System::State there = other.system->initial().at(run.initial);
  for (std::size_t k = 1; k <= run.actions.size(); ++k) {
    const System::Action& action = run.actions[k - 1];
    const System::State before_here = here, before_there = there;
    System::Events events;
    bound.system->execute(before_here, action, here, events);
    events = {};
    const bool possible = other.system->execute(before_there, action, there, events);
    if (!possible ||
        other.system->label(before_there, action) != bound.system->label(before_here, action)) {
      d.impossible = k;
      d.instead = instead_of(*other.system, before_there, action);
      return d;
    }
    if (d.differs == 0) {
      const auto is = other.system->fields(there);
      const auto was = bound.system->fields(here);
      for (std::size_t i = 0; i < is.size(); ++i)
        if (is[i].value != was[i].value && !is_local(is[i].name))
          d.differences.push_back({is[i].name, is[i].value, was[i].value});
      if (!d.differences.empty()) d.differs = k;
    }
    if (k == run.actions.size())
      d.settled =
          settles(*other.system, other.claims.at(claim), {before_there, action, there, events});
  }
  return d;
}

std::string deviation_text(const Deviation& d, const traces::Trace& trace, const std::string& who) {
  const auto step = [&trace](std::size_t k) {
    return fmt::format("step {} ({} in {})", k, trace.steps[k].actor, trace.steps[k].action);
  };
  std::string text;
  if (d.differs != 0) {
    text = fmt::format("{}, {} leaves ", who, step(d.differs));
    for (std::size_t i = 0; i < std::min(kDifferencesShown, d.differences.size()); ++i)
      text += fmt::format("{}{} = {} and not {}", i == 0 ? "" : ", ", d.differences[i].field,
                          d.differences[i].is, d.differences[i].was);
    if (d.differences.size() > kDifferencesShown)
      text += fmt::format(" (and {} more)", d.differences.size() - kDifferencesShown);
    text += "; ";
  } else {
    text = who + ", ";
  }
  if (d.impossible != 0)
    return text + step(d.impossible) + " is no longer possible" +
           (d.instead.empty() ? "." : ": it does " + d.instead + " there.");
  return text + (d.settled ? "all steps can be made, and the end is as bad."
                           : "all steps can be made, and the end is not what it was.");
}

}  // namespace nsmc::cli
