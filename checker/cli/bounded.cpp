// The kernel handed to the bounded search, and the runs that come back.
// SPDX-License-Identifier: MIT
#include "checker/cli/bounded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>

#include "checker/cli/kernel_on_terms.hpp"
#include "checker/explicit/reexecute.hpp"
#include "checker/symbolic/bounded.hpp"
#include "props/lifetime.hpp"
#include "props/namespaces.hpp"
#include "props/numbers.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

using kernel::Pidns;
using symbolic::World;
using RowOnTerms = props::RowOn<Terms>;

// The families whose predicates are written for any K.
std::vector<RowOnTerms> rows_on_terms() {
  std::vector<RowOnTerms> all;
  const auto add = [&](std::span<const RowOnTerms> rows) {
    all.insert(all.end(), rows.begin(), rows.end());
  };
  add(props::lifetime<Terms>::rows);
  add(props::namespaces<Terms>::rows);
  add(props::numbers<Terms>::rows);
  return all;
}

symbolic::BoundedClaim on_terms(const std::string& id) {
  static const std::vector<RowOnTerms> kRows = rows_on_terms();
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](auto& r) { return r.id == id; });
  if (row == kRows.end())
    throw std::invalid_argument(fmt::format("--bmc cannot be asked about {}; it knows {}",
                                            id.empty() ? "a condition" : "`" + id + "`",
                                            fmt::join(bounded_properties(), ", ")));
  const auto judge = [](auto* of_state, auto* of_move) {
    return [of_state, of_move](int actor) {
      if (of_state != nullptr) return of_state().term();
      if (of_move != nullptr) return actor < 0 ? nullptr : of_move({actor}).term();
      return symbolic::truth(true);
    };
  };
  return {judge(row->holds, row->holds_move), judge(row->premise, row->premise_move)};
}

bool move(Terms& machine, int actor) {
  auto& state = machine.state;
  return Terms::plain(state.fault.value()) == 0 && kernel::might_move<Terms>(state, actor) &&
         kernel::perform(machine, actor);
}

// A state of bytes in the order of symbolic::cells_of<Terms>().
std::vector<std::int64_t> flat(const Pidns::State& state) {
  // Which fields are bitmaps and which have a flag is known to the fold over terms alone.
  struct Shape {
    int width = 0;
    bool flag = false;
  };
  static thread_local std::vector<Shape> shapes;
  if (shapes.empty()) {
    const symbolic::FieldTable& table = Terms::table(World::exact);
    const symbolic::Space space(table, symbolic::any_value);
    Terms::State::each_field(
        Terms::places(World::exact), [&](const auto&, int, const char*, const auto& cell) {
          Shape shape;
          if constexpr (requires { cell.kWidth; }) shape.width = cell.kWidth;
          shape.flag = !table.fields[table.unwritten(cell.number)].name.empty();
          shapes.push_back(shape);
        });
  }
  std::vector<std::int64_t> values;
  std::size_t at = 0;
  Pidns::State::each_field(state, [&](const char*, int, const char*, const auto& field) {
    const Shape shape = shapes.at(at++);
    int value = 0;
    if constexpr (requires { field.slot(); })
      value = field.slot();
    else
      value = field.value();
    if (shape.width == 0) values.push_back(value);
    for (int bit = 0; bit < shape.width; ++bit) values.push_back(value >> bit & 1);
    if (shape.flag) values.push_back(field.poisoned() ? 1 : 0);
  });
  return values;
}

// Cells that keep symbolic states apart: where everybody is, and what programs branch on.
bool is_control(const symbolic::Cells::Cell& cell) {
  static thread_local const std::vector<std::size_t> kFields = [] {
    const symbolic::Space space(Terms::table(World::exact), symbolic::any_value);
    auto& state = Terms::places(World::exact);
    return std::vector{state.stacks[0].pc[0].number, state.fault.number,
                       state.tasks[0].label.number, state.tasks[0].next_call.number};
  }();
  return std::find(kFields.begin(), kFields.end(), cell.field) != kFields.end();
}

// The run on bytes, judged by the claim on bytes.
lang::Run<Pidns> confirmed(const Pidns& system, const Claim& claim,
                           const std::vector<symbolic::BoundedMove>& moves) {
  lang::Run<Pidns> run;
  Pidns::State state = system.initial().front();
  for (const symbolic::BoundedMove& m : moves) {
    Pidns::Action action;
    action.actor = static_cast<std::uint8_t>(m.actor);
    for (std::size_t i = 0; i < m.picks.size(); ++i)
      action.script.set(static_cast<int>(i), m.picks[i]);
    Pidns::State after{};
    Pidns::Events events;
    if (!system.execute(state, action, after, events))
      throw checker::EngineDisagreement("the run that the solver found against " + claim.id +
                                        ": not possible: " + system.label(state, action));
    state = after;
    run.actions.push_back(action);
  }
  checker::confirm<Pidns>(system, &claim, run, state);
  return run;
}

}  // namespace

std::vector<std::string> bounded_properties() {
  const std::vector<RowOnTerms> rows = rows_on_terms();
  std::vector<std::string> ids;
  for (const props::Row& row : props::catalogue())
    if (std::any_of(rows.begin(), rows.end(), [&](auto& r) { return r.id == row.id; }))
      ids.emplace_back(row.id);
  return ids;
}

checker::Result<System> search_bounded(const Bound& bound, const checker::Limits& limits,
                                       const BoundedSettings& settings,
                                       const checker::OnProgress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const Pidns& system = *bound.system;
  std::vector<symbolic::BoundedClaim> claims;
  for (const Claim& claim : bound.claims) claims.push_back(on_terms(property_of(bound, claim)));
  symbolic::BoundedSearch search(Terms::table(World::exact), symbolic::cells_of<Terms>(),
                                 is_control);
  Terms machine(World::exact, system.config(), system.userland(),
                [&](const symbolic::FieldInfo& field, std::span<const symbolic::Term> place) {
                  return search.read(field, place);
                });
  const symbolic::Moves moves{&machine.space, kernel::kBoot + 1, [&] { machine.begin_path(); },
                              [&](int actor) { return move(machine, actor); }};
  symbolic::BoundedLimits bounds;
  bounds.depth = limits.depth_max;
  bounds.rlimit = settings.rlimit;
  bounds.apart = settings.apart;
  bounds.goes_on = [&](const symbolic::BoundedResult& so_far) {
    checker::Progress p;
    p.depth = so_far.depth;
    p.states = so_far.states;
    p.transitions = so_far.paths;
    p.frontier = so_far.frontier;
    p.seconds = seconds();
    progress(p);
    return p.seconds < limits.seconds_max && so_far.states < limits.states_max &&
           (limits.stop == nullptr || !limits.stop->load());
  };
  const symbolic::BoundedResult found =
      search.search(moves, flat(system.initial().front()), claims, bounds);

  checker::Result<System> result;
  result.states = found.states;
  result.transitions = found.paths;
  result.depth = found.depth;
  result.seconds = seconds();
  if (!found.exhausted)
    result.incomplete = fmt::format("only runs of at most {} moves were looked at", found.depth);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const symbolic::BoundedFinding& one = found.findings[i];
    checker::Finding<System> finding;
    finding.premise_reached = one.premise_reached;
    if (one.run) {
      finding.verdict = checker::Verdict::violated;
      finding.run = confirmed(system, bound.claims[i], *one.run);
    } else if (found.exhausted && one.answer == symbolic::Answer::unsat) {
      finding.verdict = checker::Verdict::holds;
    }
    result.findings.push_back(std::move(finding));
  }
  return result;
}

}  // namespace nsmc::cli
