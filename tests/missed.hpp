// Whether somebody misses what was forgotten of a state.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/cli/binding.hpp"
#include "model/kernel/dead_fields.hpp"
#include "props/props.hpp"
#include "tests/naive_explorer.hpp"

namespace nsmc::tests {

// A state in which something was forgotten has the same moves, up to what is forgotten after them,
// and all claims say the same of both.  Gives what is different; `any`: something was forgotten.
inline std::string missed(const cli::Bound& bound, const cli::System::State& state, bool& any) {
  const kernel::DeadFields dead(true);
  const cli::System& system = *bound.system;
  cli::System::State forgetful = state;
  dead.forget(forgetful);
  any = naive::bytes_of(forgetful) != naive::bytes_of(state);
  if (!any) return "";
  std::vector<cli::Claim> claims = bound.claims;
  for (const props::Row& row : props::catalogue()) claims.push_back(props::property(row));
  const auto moves_of = [&](const cli::System::State& from) {
    std::vector<std::string> all;
    system.successors(from, [&](const auto& action, cli::System::State after, const auto& events) {
      std::string told(reinterpret_cast<const char*>(&action), sizeof action);
      for (const cli::Claim& claim : claims)
        for (const auto* predicate : {&claim.holds_move, &claim.premise_move})
          if (*predicate) told += (*predicate)(system, {from, action, after, events}) ? "1" : "0";
      dead.forget(after);
      all.push_back(told + naive::bytes_of(after));
    });
    return all;
  };
  if (moves_of(state) != moves_of(forgetful)) return "other moves";
  for (const cli::Claim& claim : claims)
    for (const auto* predicate : {&claim.holds, &claim.premise})
      if (*predicate && (*predicate)(system, state) != (*predicate)(system, forgetful))
        return claim.id + " says something else";
  return "";
}

}  // namespace nsmc::tests
