// Plans that are a little less than a plan.
// SPDX-License-Identifier: MIT
#include <rapidcheck/seq/Create.h>
#include <rapidcheck/shrinkable/Create.h>

#include <algorithm>

#include "checker/cli/runs/generate.hpp"
#include "model/kernel/calls.hpp"

namespace nsmc::cli {
namespace {

using traces::Call;
using traces::Program;

bool speaks_of(const Call& call, const std::string& name) {
  return std::any_of(call.args.begin(), call.args.end(), [&](const traces::Arg& arg) {
    return std::any_of(arg.names.begin(), arg.names.end(),
                       [&](const traces::Name& n) { return n.text == name; });
  });
}

// Takes names away, and whatever can no longer be said: the program of the task, calls about it,
// and the names that those calls gave.
void forget(std::vector<Program>& programs, std::vector<std::string> names) {
  while (!names.empty()) {
    const std::string gone = names.back();
    names.pop_back();
    const auto lose = [&](const Call& call) {
      for (const traces::Name& bound : call.binds) names.push_back(bound.text);
    };
    for (auto program = programs.begin(); program != programs.end();) {
      if (program->label.text == gone) {
        for (const Call& call : program->calls) lose(call);
        program = programs.erase(program);
        continue;
      }
      auto& calls = program->calls;
      const auto kept = std::stable_partition(
          calls.begin(), calls.end(), [&](const Call& call) { return !speaks_of(call, gone); });
      for (auto call = kept; call != calls.end(); ++call) lose(*call);
      calls.erase(kept, calls.end());
      ++program;
    }
  }
}

Plan without_calls(const Plan& plan, std::size_t program, std::size_t from, std::size_t to) {
  Plan less = plan;
  auto& calls = less.scenario.programs[program].calls;
  std::vector<std::string> names;
  for (std::size_t i = from; i < to; ++i)
    for (const traces::Name& bound : calls[i].binds) names.push_back(bound.text);
  const auto begin = calls.begin();
  calls.erase(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to));
  forget(less.scenario.programs, std::move(names));
  return less;
}

// Halves first, then quarters, ..., then one by one; from the end.
template <class F>
void each_range(std::size_t size, const F& f) {
  for (std::size_t length = size; length > 0; length /= 2)
    for (std::size_t to = size; to > 0; to -= std::min(to, length)) {
      f(to - std::min(to, length), to);
      if (length == size) break;
    }
}

void add_less_calls(const Plan& plan, std::vector<Plan>& all) {
  const auto& programs = plan.scenario.programs;
  for (std::size_t p = programs.size(); p-- > 0;)
    each_range(programs[p].calls.size(), [&](std::size_t from, std::size_t to) {
      all.push_back(without_calls(plan, p, from, to));
    });
}

void add_less_detours(const Plan& plan, std::vector<Detour> Plan::*which, std::vector<Plan>& all) {
  each_range((plan.*which).size(), [&](std::size_t from, std::size_t to) {
    Plan less = plan;
    auto& detours = less.*which;
    detours.erase(detours.begin() + static_cast<std::ptrdiff_t>(from),
                  detours.begin() + static_cast<std::ptrdiff_t>(to));
    all.push_back(std::move(less));
  });
}

// Programs of tasks that nobody creates, and programs without calls.
void add_less_tasks(const Plan& plan, std::vector<Plan>& all) {
  for (std::size_t p = plan.scenario.programs.size(); p-- > 0;) {
    if (plan.scenario.programs.size() == 1 || !plan.scenario.programs[p].calls.empty()) continue;
    Plan less = plan;
    less.scenario.programs.erase(less.scenario.programs.begin() + static_cast<std::ptrdiff_t>(p));
    all.push_back(std::move(less));
  }
}

// Flags one by one; names that nobody uses.
void add_simpler_calls(const Plan& plan, std::vector<Plan>& all) {
  const auto& programs = plan.scenario.programs;
  for (std::size_t p = 0; p < programs.size(); ++p)
    for (std::size_t c = 0; c < programs[p].calls.size(); ++c) {
      const Call& call = programs[p].calls[c];
      const bool flags = call.function.text == "clone" || call.function.text == "unshare";
      for (std::size_t f = 0; flags && f < call.args[0].names.size(); ++f) {
        Plan less = plan;
        Call& simpler = less.scenario.programs[p].calls[c];
        auto& names = simpler.args[0].names;
        const bool makes = names[f].text == "CLONE_NEWPID";
        names.erase(names.begin() + static_cast<std::ptrdiff_t>(f));
        if (names.empty() && call.function.text == "unshare") continue;
        if (names.empty()) {
          simpler.function.text = "fork";
          simpler.args.clear();
        }
        if (makes && simpler.binds.size() > 1) {
          const std::string gone = simpler.binds[1].text;
          simpler.binds.pop_back();
          forget(less.scenario.programs, {gone});
        }
        all.push_back(std::move(less));
      }
      if (call.binds.empty()) continue;
      const std::string& last = call.binds.back().text;
      const bool used = std::any_of(programs.begin(), programs.end(), [&](const Program& program) {
        return program.label.text == last ||
               std::any_of(program.calls.begin(), program.calls.end(),
                           [&](const Call& other) { return speaks_of(other, last); });
      });
      if (used) continue;
      all.push_back(plan);
      all.back().scenario.programs[p].calls[c].binds.pop_back();
    }
}

void add_less_settings(const Plan& plan, std::vector<Plan>& all) {
  for (std::size_t i = 0; i < plan.scenario.config.size(); ++i) {
    all.push_back(plan);
    auto& config = all.back().scenario.config;
    config.erase(config.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

rc::Seq<Plan> shrinks_of(const Plan& plan) {
  std::vector<Plan> all;
  add_less_calls(plan, all);
  add_less_detours(plan, &Plan::switches, all);
  add_less_detours(plan, &Plan::choices, all);
  add_less_tasks(plan, all);
  add_simpler_calls(plan, all);
  add_less_settings(plan, all);
  return rc::seq::fromContainer(std::move(all));
}

}  // namespace

rc::Shrinkable<Plan> shrinkable(Plan plan) {
  // Not the function itself: RapidCheck would hold it as a const one, which clang refuses.
  return rc::shrinkable::shrinkRecur(std::move(plan), [](const Plan& p) { return shrinks_of(p); });
}

}  // namespace nsmc::cli
