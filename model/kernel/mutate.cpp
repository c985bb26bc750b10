// Mutations applied.
// SPDX-License-Identifier: MIT
#include "model/kernel/mutate.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "model/kernel/mutate_fields.hpp"
#include "model/kernel/program.hpp"

namespace nsmc::kernel {
namespace {

using Kind = Mutation::Kind;
using Goal = Mutation::Goal;
using lang::Next;

using Bytes = std::uint8_t*;

Bytes bytes_of(State<Concrete>& state) { return reinterpret_cast<Bytes>(&state); }

bool is_zero(const std::uint8_t* cell, const FieldAt& field) {
  return std::all_of(cell, cell + field.size, [](std::uint8_t byte) { return byte == 0; });
}

// Each write that matters to anybody: f(field, its bytes before, its bytes now).  What is in an
// object that is freed, or new and not set yet, is not read; a local that is cleared is not needed.
template <class F>
void each_change(State<Concrete>& before, State<Concrete>& now, F&& f) {
  for (const FieldAt& field : Fields::get().all()) {
    const Bytes was = bytes_of(before) + field.offset, is = bytes_of(now) + field.offset;
    if (std::memcmp(was, is, field.size) == 0 || field.is_poison(is)) continue;
    const bool is_freed = field.allocated != field.offset && bytes_of(now)[field.allocated] == 0;
    if (!is_freed && !(field.is_plain_local && is_zero(is, field))) f(field, was, is);
  }
}

Goal goal_of(const Next& next) {
  const auto number = [](lang::StepFunction step) {
    return static_cast<std::uint8_t>(step == nullptr ? 0 : step_number(step));
  };
  return {static_cast<std::uint8_t>(next.kind), number(next.to), number(next.then)};
}
Next next_of(const Goal& goal) {
  const auto function = [](int number) -> lang::StepFunction {
    return number == 0 ? nullptr : all_steps()[static_cast<std::size_t>(number)].row.run;
  };
  return {static_cast<Next::Kind>(goal.kind), function(goal.to), function(goal.then)};
}

bool blocks(const Goal& goal) { return goal.kind == static_cast<std::uint8_t>(Next::Kind::block); }

// The locks that are held from one step to the next.
auto locks_of(State<Concrete>& state) {
  return std::array{&state.tasklist_lock, &state.pid_caches_mutex};
}
std::bitset<2> held(Concrete& machine) {
  std::bitset<2> mine;
  const auto locks = locks_of(machine.state);
  for (std::size_t i = 0; i < locks.size(); ++i) mine[i] = locks[i]->value() == machine.context + 1;
  return mine;
}

Next run_step(int number) { return all_steps()[static_cast<std::size_t>(number)].row.run(); }

Next recorded(Concrete& machine, int number) {
  State<Concrete> before = machine.state;
  machine.scanned = false;
  const std::bitset<2> locks = held(machine);
  const Next next = run_step(number);
  if (recording == nullptr) return next;
  recording->resize(all_steps().size());
  StepRecord& record = (*recording)[static_cast<std::size_t>(number)];
  record.locks = record.goals.empty() ? locks : record.locks & locks;
  record.goals.insert(goal_of(next));
  record.scanned = record.scanned || machine.scanned;
  each_change(before, machine.state, [&](const FieldAt& field, Bytes, Bytes is) {
    record.fields.set(field.of_class);
    if (!is_zero(is, field)) record.set.set(field.of_class);
  });
  return next;
}

// What it writes to a class of fields is disturbed.
Next with_wrong_writes(Concrete& machine, int number, const Mutation& m) {
  State<Concrete> before = machine.state;
  const Next next = run_step(number);
  each_change(before, machine.state, [&](const FieldAt& field, Bytes was, Bytes is) {
    if (field.of_class != m.field) return;
    if (m.kind == Kind::lose) std::memcpy(is, was, field.size);
    if (m.kind == Kind::null) field.clear(is);
    if (m.kind == Kind::one_more) field.add(is, 1);
    if (m.kind == Kind::one_less) field.add(is, -1);
  });
  return next;
}

}  // namespace

Next mutated(Concrete& machine, int number) {
  // A guard that is dropped may leave a loop inside of one move: the kernel hangs.
  constexpr int kRoundsMax = 64;
  const Mutation& m = machine.config->mutation;
  if (m.kind == Kind::keep_record) return recorded(machine, number);
  if (++machine.mutated_steps > kRoundsMax) Concrete::oops(lang::Fault::bug);
  const State<Concrete> before = machine.state;
  switch (m.kind) {
    case Kind::skip: {
      const Next next = run_step(number);
      machine.state = before;
      return next;
    }
    case Kind::twice: {
      const Next first = run_step(number);
      return first.kind == Next::Kind::block ? first : run_step(number);
    }
    case Kind::swap: {
      const Next last = run_step(m.follower);
      if (last.kind != Next::Kind::block) run_step(number);
      return last;
    }
    case Kind::redirect: {
      const Next next = run_step(number);
      if (goal_of(next) != m.from) return next;
      if (blocks(m.to)) machine.state = before;
      return next_of(m.to);
    }
    case Kind::unlock: {
      auto& lock = *locks_of(machine.state)[m.field];
      if (lock.value() != 0 && lock.value() != machine.context + 1) return lang::block();
      lock = machine.context + 1;
      return run_step(number);
    }
    case Kind::blind:
    case Kind::next_one: {
      machine.found_to_skip = m.kind == Kind::blind ? kTasks + kPids + kPidMax : 1;
      const Next next = run_step(number);
      machine.found_to_skip = 0;
      return next;
    }
    default:
      return with_wrong_writes(machine, number, m);
  }
}

bool gives_up_lock_before(Concrete& machine, int number) {
  const Mutation& m = machine.config->mutation;
  if (m.kind != Kind::unlock || m.step != number) return false;
  auto& lock = *locks_of(machine.state)[m.field];
  if (lock.value() == machine.context + 1) lock = 0;
  return true;
}

}  // namespace nsmc::kernel
