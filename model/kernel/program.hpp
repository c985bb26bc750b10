// Every kernel function of the model, in one list: how control gets from one step to the next.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/kernel/machine.hpp"
#include "model/kernel/mutate.hpp"
#include "model/kernel/userland.hpp"

namespace nsmc::kernel {

template <class K>
inline constexpr lang::Function kFunctions[] = {
    {"userland", "", userland<K>::rows},
    {"copy_process", "kernel/fork.c", copy_process<K>::rows},
    {"sys_unshare", "kernel/fork.c", sys_unshare<K>::rows},
    {"sys_setns", "kernel/nsproxy.c", sys_setns<K>::rows},
    {"pidns_get", "kernel/pid_namespace.c", pidns_get<K>::rows},
    {"sys_kill", "kernel/signal.c", sys_kill<K>::rows},
    {"sys_ptrace", "kernel/ptrace.c", sys_ptrace<K>::rows},
    {"exit_ptrace", "kernel/ptrace.c", exit_ptrace<K>::rows},
    {"sys_setsid", "kernel/sys.c", sys_setsid<K>::rows},
    {"tiocspgrp", "drivers/char/tty_io.c", tiocspgrp<K>::rows},
    {"wait_for_pgrp", "kernel/exit.c", wait_for_pgrp<K>::rows},
    {"get_task_pid", "kernel/pid.c", get_task_pid<K>::rows},
    {"copy_namespaces", "kernel/nsproxy.c", copy_namespaces<K>::rows},
    {"create_new_namespaces", "kernel/nsproxy.c", create_new_namespaces<K>::rows},
    {"free_nsproxy", "kernel/nsproxy.c", free_nsproxy<K>::rows},
    {"copy_pid_ns", "kernel/pid_namespace.c", copy_pid_ns<K>::rows},
    {"create_pid_namespace", "kernel/pid_namespace.c", create_pid_namespace<K>::rows},
    {"create_pid_cachep", "kernel/pid_namespace.c", create_pid_cachep<K>::rows},
    {"put_pid_ns", "include/linux/pid_namespace.h", put_pid_ns<K>::rows},
    {"zap_pid_ns_processes", "kernel/pid_namespace.c", zap_pid_ns_processes<K>::rows},
    {"alloc_pid", "kernel/pid.c", alloc_pid<K>::rows},
    {"alloc_pidmap", "kernel/pid.c", alloc_pidmap<K>::rows},
    {"free_pidmap", "kernel/pid.c", free_pidmap<K>::rows},
    {"free_pid", "kernel/pid.c", free_pid<K>::rows},
    {"delayed_put_pid", "kernel/pid.c", delayed_put_pid<K>::rows},
    {"process_one_work", "kernel/workqueue.c", process_one_work<K>::rows},
    {"proc_flush_task", "fs/proc/base.c", proc_flush_task<K>::rows},
    {"do_exit", "kernel/exit.c", do_exit<K>::rows},
    {"forget_original_parent", "kernel/exit.c", forget_original_parent<K>::rows},
    {"release_task", "kernel/exit.c", release_task<K>::rows},
    {"do_wait", "kernel/exit.c", do_wait<K>::rows},
    {"synchronize_rcu_tasks", "kernel/rcu/tasks.h", synchronize_rcu_tasks<K>::rows},
};

// The steps of all functions, numbered from 1 in that order; 0 is "no step".  A step has the same
// number whatever K is.
struct NumberedStep {
  lang::Row row;
  std::string_view function;
  std::string_view file;
};

// The steps on one K, by number and by address: open addressing, built once.
template <class K>
class StepTable {
 public:
  static const StepTable& get() {
    static const StepTable kTable;
    return kTable;
  }

  // Index 0 is empty.  At most 128.
  std::span<const NumberedStep> steps() const { return steps_; }

  int number(lang::StepFunction step) const {
    for (std::size_t at = home(step);; at = (at + 1) % kSlots) {
      if (slots_[at] == 0) throw std::logic_error("a step that stands in no row was called");
      if (steps_[slots_[at]].row.run == step) return slots_[at];
    }
  }

 private:
  StepTable() {
    steps_.push_back({});
    for (const lang::Function& function : kFunctions<K>)
      for (const lang::Row& row : function.rows) add({row, function.name, function.file});
    if (steps_.size() > 128) throw std::logic_error("more steps than a program counter can hold");
  }

  static constexpr std::size_t kSlots = 512;

  static std::size_t home(lang::StepFunction step) {
    const auto address = reinterpret_cast<std::uintptr_t>(step);
    return (address * 0x9E3779B97F4A7C15ULL >> 40) % kSlots;
  }

  void add(const NumberedStep& step) {
    std::size_t at = home(step.row.run);
    for (; slots_[at] != 0; at = (at + 1) % kSlots)
      if (steps_[slots_[at]].row.run == step.row.run)
        throw std::logic_error("one step stands in two rows: " + std::string(step.row.name));
    slots_[at] = static_cast<std::uint8_t>(steps_.size());
    steps_.push_back(step);
  }

  std::vector<NumberedStep> steps_;
  std::array<std::uint8_t, kSlots> slots_ = {};
};

// All steps; index 0 is empty.
std::span<const NumberedStep> all_steps();

// The number of a step.  REQUIRES: it stands in a row of kFunctions<K>.
template <class K = Concrete>
int step_number(lang::StepFunction step) {
  return StepTable<K>::get().number(step);
}

// Whether a task that is not in the kernel can make a call: it is attached, and does not exit.
template <class K>
typename K::Bool may_enter_kernel(const task_struct<K>& task) {
  return all(K::peek(task.linked) == 1, K::peek(task.PF_EXITING) == 0);
}

// Who moves, besides the contexts of kernel_stack.hpp: the device initcalls at boot.
inline constexpr int kBoot = kContexts;

// Whether `actor` may be able to move; false is certain.  REQUIRES: the kernel has not stopped.
template <class K>
typename K::Bool might_move(const State<K>& state, int actor) {
  if (actor == kBoot)
    return (K::peek(state.nsproxy_cachep) == 0) | (K::peek(state.pid_ns_cachep) == 0);
  if (K::plain(K::peek(state.stacks[actor].pc[0])) != 0) return true;
  if (actor != kSoftirq) return may_enter_kernel<K>(state.tasks[actor]);
  typename K::Bool waiting = false;
  for (const auto& pid : state.pids) waiting = waiting | (K::peek(pid.rcu) == 1);
  for (const auto& ns : state.namespaces) waiting = waiting | (K::peek(ns.work) == 1);
  return waiting;
}

// The program counters of one context, as a stack.
template <class K>
class CallStack {
 public:
  explicit CallStack(kernel_stack<K>& stack) : pc_(stack.pc) {
    while (depth_ < kStackDepth && K::plain(pc_[depth_].value()) != 0) ++depth_;
  }
  bool empty() const { return depth_ == 0; }
  int top() const { return K::plain(pc_[depth_ - 1].value()); }
  void go(lang::StepFunction to) { pc_[depth_ - 1] = step_number<K>(to); }
  void push(int number) { pc_[depth_++] = number; }
  void pop() { pc_[--depth_] = 0; }
  void clear() { depth_ = 0; }

 private:
  typename K::template Array<typename K::template Num<0, 127>, kStackDepth>& pc_;
  int depth_ = 0;
};

// Where a context starts that is not in the kernel.  What runs for nobody's sake is the end of a
// grace period or a work item, in any order.
template <class K>
int entry_step(K& machine, int context) {
  static const int kUser = step_number<K>(userland<K>::user_mode);
  static const int kSoft = step_number<K>(delayed_put_pid<K>::put);
  static const int kWork = step_number<K>(process_one_work<K>::run);
  if (context != kSoftirq) return kUser;
  if (!leaves_work<K>() || !K::template any<pid_namespace>(process_one_work<K>::is_pending))
    return kSoft;
  const bool callbacks = static_cast<bool>(
      K::template any<pid_struct>([](pid_ptr<K>, auto& pid) { return K::peek(pid.rcu) == 1; }));
  return callbacks && machine.pick(2) == 0 ? kSoft : kWork;
}

// Runs a step: as it is, or as the Config's mutation has it.
template <class K>
lang::Next step_of(K& machine, int number) {
  if constexpr (std::is_same_v<K, Concrete>)
    if (machine.config->mutation.is_about(number)) return mutated(machine, number);
  return StepTable<K>::get().steps()[static_cast<std::size_t>(number)].row.run();
}
template <class K>
bool may_switch_before(K& machine, int number) {
  if (!StepTable<K>::get().steps()[static_cast<std::size_t>(number)].row.why.empty()) return true;
  if constexpr (std::is_same_v<K, Concrete>)
    return machine.config->mutation.is_about(number) && gives_up_lock_before(machine, number);
  return false;
}

// The interpreter of step tables: the only place that moves a program counter.  Runs `context` from
// where it stands to the next place where another may run, as the granularity of the machine's
// Config defines it.  False: it cannot move, and nothing has changed.
// REQUIRES: the machine is the one that runs, K::on().
template <class K>
bool run(K& machine, int context) {
  machine.context = context;
  CallStack<K> stack(machine.state.stacks[context]);
  const bool idle = stack.empty();
  if (idle) stack.push(entry_step<K>(machine, context));
  const bool switch_at_rows = machine.config->steps == Granularity::kernel;
  for (bool moved = false;; moved = true) {
    const int number = stack.top();
    lang::Next next{};
    try {
      next = step_of(machine, number);
    } catch (const lang::Oops& oops) {
      machine.state.fault = static_cast<int>(oops.fault);
      machine.stopped(number);
      return true;
    }
    if (next.kind == lang::Next::Kind::block) {
      if (!moved && idle) stack.pop();
      return moved;
    }
    machine.took_step(number);
    switch (next.kind) {
      case lang::Next::Kind::go:
        stack.go(next.to);
        break;
      case lang::Next::Kind::call:
        stack.go(next.then);
        stack.push(step_number<K>(next.to));
        break;
      case lang::Next::Kind::ret:
        stack.pop();
        break;
      default:
        stack.clear();
        break;
    }
    if (stack.empty()) return true;
    if (switch_at_rows && may_switch_before(machine, stack.top())) return true;
  }
}

// One move of `actor`.  False: it cannot move, and nothing has changed.
// REQUIRES: the machine is the one that runs, and might_move().
template <class K>
bool perform(K& machine, int actor) {
  if (actor != kBoot) return run(machine, actor);
  // Both are device initcalls and run in link order.
  auto& state = machine.state;
  (K::peek(state.nsproxy_cachep) == 0 ? state.nsproxy_cachep : state.pid_ns_cachep) = 1;
  return true;
}

extern template class StepTable<Concrete>;
extern template bool run<Concrete>(Concrete& machine, int context);
extern template class StepTable<Observed>;
extern template bool run<Observed>(Observed& machine, int context);

}  // namespace nsmc::kernel
