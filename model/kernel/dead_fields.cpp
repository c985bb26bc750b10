// What is forgotten, and why nobody misses it.
// SPDX-License-Identifier: MIT
#include "model/kernel/dead_fields.hpp"

#include <algorithm>
#include <bitset>
#include <type_traits>

namespace nsmc::kernel {
namespace {

using Whole = Pidns::State;

bool is_in_group(const Whole& s, int task_slot, int leader_slot) {
  return task_slot != 0 && s.tasks[task_slot - 1].group_leader.slot() == leader_slot;
}

// sigchld_ignored of a group leader is read in two places.  dup_task_struct() reads that of
// current's group: nobody in the group will fork once all of it are exiting.  do_notify_parent()
// reads that of the group of a real_parent.  What becomes a real_parent is a task that forks, the
// real_parent of one, a child_reaper, or what forget_original_parent() has chosen among tasks that
// do not exit, child_reapers and real_parents.  So if all of the group are exiting and none of it
// is any of these now, none of it ever will be; a new task in the slot is zeroed.
bool reads_handlers(const Whole& s, int leader_slot) {
  const auto in_group = [&](const auto& pointer) {
    return is_in_group(s, pointer.slot(), leader_slot);
  };
  return std::any_of(s.tasks.begin(), s.tasks.end(),
                     [&](const auto& t) {
                       return t.allocated.value() != 0 &&
                              (in_group(t.real_parent) ||
                               (t.group_leader.slot() == leader_slot && t.PF_EXITING.value() == 0));
                     }) ||
         std::any_of(s.namespaces.begin(), s.namespaces.end(),
                     [&](const auto& ns) { return in_group(ns.child_reaper); }) ||
         std::any_of(s.stacks.begin(), s.stacks.end(), [&](const auto& stack) {
           return in_group(stack.forget_original_parent.reaper) ||
                  in_group(stack.forget_original_parent.ancestor);
         });
}
void forget_handlers(Whole& s) {
  for (int slot = 2; slot <= kTasks; ++slot) {
    auto& task = s.tasks[slot - 1];
    if (task.allocated.value() == 1 && task.sigchld_ignored.value() == 1 &&
        task.group_leader.slot() == slot && !reads_handlers(s, slot))
      task.sigchld_ignored = 0;
  }
}

std::bitset<kPids + 1> pids_pointed_at(const Whole& s) {
  std::bitset<kPids + 1> pids;
  Whole::each_field(s, [&](const char*, int, const char*, const auto& field) {
    using Cell = std::remove_cvref_t<decltype(field)>;
    if constexpr (requires { typename Cell::Target; })
      if constexpr (std::is_same_v<typename Cell::Target, pid_ptr<Concrete>>)
        pids.set(static_cast<std::size_t>(field.slot()));
  });
  return pids;
}
// The numbers of a pid are read by whoever has a pointer to it, or finds it in the hash.  One that
// is in neither way known waits for its grace period, or has leaked; delayed_put_pid() reads
// neither numbers nor level.  Whoever makes or frees a pid points at it meanwhile.
void forget_numbers(Whole& s) {
  const auto is_out = [](const auto& pid) {
    return pid.allocated.value() == 1 && !pid.hashed.poisoned() && pid.hashed.value() == 0;
  };
  if (std::none_of(s.pids.begin(), s.pids.end(), is_out)) return;
  const auto pointed_at = pids_pointed_at(s);
  for (int slot = 1; slot <= kPids; ++slot)
    if (is_out(s.pids[slot - 1]) && !pointed_at[static_cast<std::size_t>(slot)])
      for (auto& number : s.pids[slot - 1].numbers) number = {};
}

}  // namespace

std::string DeadFields::refusal(const Pidns& system) {
  if (system.config().defect != Defect::none) return "a seeded defect may read them";
  if (system.config().mutation.kind != Mutation::Kind::none) return "a mutation may read them";
  return {};
}

void DeadFields::forget(Pidns::State& state) const {
  forget_handlers(state);
  forget_numbers(state);
  if (!keeps_free_depth_) state.free_depth = 0;  // no step of the kernel reads it
}

}  // namespace nsmc::kernel
