// What one engine says of a model, in a form in which any two can be compared.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "tests/naive_explorer.hpp"

namespace nsmc::tests {

using checker::Verdict;

struct Opinion {
  struct OfClaim {
    Verdict verdict = Verdict::unknown;
    int moves = -1;  // of its shortest run; -1: it has none
    bool premise = false;
    bool operator==(const OfClaim&) const = default;
  };
  std::vector<OfClaim> claims;
  std::string incomplete;
  std::uint64_t states = 0, transitions = 0, deadlocks = 0;
  std::uint32_t depth = 0;
  int deadlock_moves = -1;
  std::map<std::string, std::uint64_t> ends;
  std::vector<std::uint64_t> step_counts;
};

template <class S>
Opinion opinion_of(const checker::Result<S>& result) {
  Opinion opinion;
  for (const checker::Finding<S>& f : result.findings)
    opinion.claims.push_back(
        {f.verdict, f.run ? static_cast<int>(f.run->actions.size()) : -1, f.premise_reached});
  opinion.incomplete = result.incomplete;
  opinion.states = result.states;
  opinion.transitions = result.transitions;
  opinion.deadlocks = result.deadlocks;
  opinion.depth = result.depth;
  if (result.deadlock) opinion.deadlock_moves = static_cast<int>(result.deadlock->actions.size());
  opinion.ends = result.ends;
  opinion.step_counts = result.step_counts;
  return opinion;
}

template <class S>
Opinion opinion_of(const naive::Explored& explored, const std::vector<lang::Property<S>>& claims) {
  Opinion opinion;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const naive::ClaimSeen& seen = explored.claims[i];
    const bool is_true =
        (claims[i].expect == lang::Expect::always) != seen.settled_after.has_value();
    opinion.claims.push_back({is_true ? Verdict::holds : Verdict::violated,
                              seen.settled_after ? static_cast<int>(*seen.settled_after) : -1,
                              seen.premise});
  }
  if (!explored.whole) opinion.incomplete = "too many states";
  opinion.states = explored.states.size();
  opinion.transitions = explored.transitions;
  opinion.deadlocks = explored.deadlocks;
  opinion.depth = explored.depth;
  if (explored.deadlock_after) opinion.deadlock_moves = static_cast<int>(*explored.deadlock_after);
  opinion.ends = explored.named_ends;
  opinion.step_counts = explored.step_counts;
  return opinion;
}

inline std::string text_of(const Opinion::OfClaim& claim) {
  const char* words[] = {"holds", "violated", "unknown"};
  return std::string(words[static_cast<int>(claim.verdict)]) +
         (claim.moves < 0 ? "" : " with a run of " + std::to_string(claim.moves) + " moves") +
         (claim.premise ? "" : ", premise never met");
}

// What two engines say differently, one line each; empty: nothing.
inline std::string differences(const Opinion& one, const Opinion& other,
                               std::span<const std::string> ids) {
  std::string all;
  const auto differ = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) all += what + ": " + a + " | " + b + "\n";
  };
  const auto figure = [&](const char* what, auto a, auto b) {
    differ(what, std::to_string(a), std::to_string(b));
  };
  differ("cut short", one.incomplete, other.incomplete);
  figure("states", one.states, other.states);
  figure("transitions", one.transitions, other.transitions);
  figure("depth", one.depth, other.depth);
  figure("deadlocks", one.deadlocks, other.deadlocks);
  figure("moves to a deadlock", one.deadlock_moves, other.deadlock_moves);
  if (one.ends != other.ends) all += "ends\n";
  if (one.step_counts != other.step_counts) all += "how often which step was taken\n";
  for (std::size_t i = 0; i < ids.size(); ++i)
    differ(ids[i], i < one.claims.size() ? text_of(one.claims[i]) : "not asked",
           i < other.claims.size() ? text_of(other.claims[i]) : "not asked");
  return all;
}

}  // namespace nsmc::tests
