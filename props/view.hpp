// What predicates share: counting holders, and who is in the middle of what.
// SPDX-License-Identifier: MIT
//
// A predicate reads the machine it stands on (K::on()) and changes nothing.  It must not trip over
// what it judges: pointers are compared by slot, and `initialised` guards what was never written.
//
// What it reads decides how often it is asked: where nothing of that has changed its answer is
// known (docs/adr/0021-claims-remembered.md).  So what tells more is read first, and a program
// counter, which each step writes, last.
//
// Where K's values are terms, && and if are branches of the predicate, and every branch costs the
// solver a question; implies(), also() and the folds below make one term of both sides.
#pragma once

#include <climits>

#include "model/kernel/program.hpp"

namespace nsmc::props {

using namespace kernel;  // predicates are sentences about kernel objects

// C++ makes an int of bool | bool: both are taken.
template <class Bool, class F>
auto implies(const Bool& premise, F&& conclusion) {
  if constexpr (std::is_integral_v<Bool>)
    return premise == 0 || static_cast<bool>(conclusion());
  else
    return premise.never() ? Bool(true) : Bool(conclusion()) | !premise;
}
template <class Bool, class F>
auto also(const Bool& first, F&& second) {
  return !implies(first, [&] { return !second(); });
}

template <class Cell>
auto initialised(const Cell& cell) {
  return !cell.poisoned();
}

// Whether K has bytes, watched or not.
template <class K>
concept Bytes = requires {
  typename K::Watch;
};

// The fields that this run can use; on terms there is no bound to that.
template <class K, class F>
void each_used_field(F&& f) {
  if constexpr (Bytes<K>)
    K::on().each_used_field(f);
  else
    State<K>::each_field(K::on().state, f);
}

// How many counted fields point at this object, wherever they are.
template <class K, template <class> class Obj>
typename K::Int references(int slot) {
  typename K::Int count = 0;
  each_used_field<K>([&](const auto&, int, const char*, const auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>,
                                 typename K::template Ref<Obj>>)
      count = count + K::one_if(field.slot() == slot);
  });
  return count;
}

// How many of these objects the run can use.
template <template <class> class Obj, class Watch, int N>
int used(const lang::Array<Obj<ByteMachine<Watch>>, N>&) {
  using K = ByteMachine<Watch>;
  return K::template bound_of<Obj>(*K::on().config);
}
template <class Objects>
int used(const Objects&) {
  return INT_MAX;  // on terms
}

// The levels at which a pid can have a number: up to its own, once that is known.
template <class K>
int levels_of(const pid_struct<K>& pid) {
  if constexpr (Bytes<K>)
    return pid.level.poisoned() ? kLevels : pid.level.value() + 1;
  else
    return kLevels;
}

// Calls f(index, object) for the allocated objects.
template <class Objects, class F>
void each_allocated(Objects& objects, F&& f) {
  int index = 0;
  for (auto& object : objects) {
    if (index == used(objects)) break;
    if (object.allocated.value() == 1) f(index, object);
    ++index;
  }
}
// Whether f(index, object) is true for each allocated object, for any.
template <class Objects, class F>
auto all_allocated(Objects& objects, F&& f) {
  int index = 0;
  using Bool = decltype(objects.begin()->allocated.value() == 1);
  Bool all = true;
  for (auto& object : objects) {
    if (index == used(objects)) break;
    all = also(all, [&] {
      return implies(object.allocated.value() == 1, [&] { return Bool(f(index, object)); });
    });
    ++index;
  }
  return all;
}
template <class Objects, class F>
auto any_allocated(Objects& objects, F&& f) {
  return !all_allocated(objects, [&](int index, auto& object) { return !f(index, object); });
}

// The sum of f(index, object) over the allocated objects.
template <class K, class Objects, class F>
typename K::Int sum_allocated(Objects& objects, F&& f) {
  typename K::Int sum = 0;
  if constexpr (Bytes<K>)
    each_allocated(objects, [&](int index, auto& object) { sum += f(index, object); });
  else {
    int index = 0;
    for (auto& object : objects)
      sum = sum + K::if_else(object.allocated.value() == 1, f(index++, object), typename K::Int(0));
  }
  return sum;
}

// Whether f(context, kernel stack) is true for any context.
template <class K, class F>
typename K::Bool any_context(F&& f) {
  using Bool = typename K::Bool;
  int context = 0;
  Bool none = true;
  for (auto& stack : K::on().state.stacks) {
    if (context >= used(K::on().state.tasks) && context != kSoftirq) {
      ++context;
      continue;
    }
    none = also(none, [&] { return !Bool(f(context, stack)); });
    ++context;
  }
  return !none;
}

// The step at which a context stands, 0 outside the kernel.
template <class K>
int standing_at(const kernel_stack<K>& stack) {
  int top = 0;
  for (auto& pc : stack.pc) {
    const int step = K::plain(pc.value());
    if (step == 0) break;
    top = step;
  }
  return top;
}

// Namespaces whose creation is over: everything in them was written.
template <class K>
typename K::Bool published(const pid_namespace<K>& ns) {
  return initialised(ns.kref) & initialised(ns.parent);
}

// The slot of the namespace that a linked task lives in: the deepest of its pid; 0 if none.
template <class K>
int ns_of(const State<K>& state, int task_slot) {
  if (task_slot == 0) return 0;
  const int pid = state.tasks[task_slot - 1].pids[PIDTYPE_PID].slot();
  return pid == 0 ? 0 : state.pids[pid - 1].ns.slot();
}

// The leader of a task's group.
template <class K>
int leader_of(const State<K>& state, int task_slot) {
  return state.tasks[task_slot - 1].group_leader.slot();
}

// The number of a task in its own namespace; 0 if it has none.
template <class K>
int own_number(const State<K>& state, int task_slot) {
  const int pid = state.tasks[task_slot - 1].pids[PIDTYPE_PID].slot();
  if (pid == 0) return 0;
  const auto& p = state.pids[pid - 1];
  return p.numbers[p.level.value()].nr.value();
}

// Some context is about to release this zombie, or it still runs itself.
template <class K>
typename K::Bool being_released(int task_slot) {
  const auto& state = K::on().state;
  return (state.tasks[task_slot - 1].dead_list.slot() != 0) |
         (state.stacks[task_slot - 1].pc[0].value() != 0) | any_context<K>([&](int, auto& s) {
           return (s.release_task.p.slot() == task_slot) |
                  (s.release_task.leader.slot() == task_slot) | (s.do_wait.p.slot() == task_slot);
         });
}

// A zombie that no wait4() can see and that nobody is going to release.
template <class K>
typename K::Bool lost_zombie(int task_slot) {
  const auto& t = K::on().state.tasks[task_slot - 1];
  const typename K::Bool zombie = (t.linked.value() == 1) & (t.exit_state.value() == EXIT_ZOMBIE_) &
                                  (t.exit_signal.value() == -1) & (t.tracer.slot() == 0);
  return also(zombie, [&] { return !being_released<K>(task_slot); });
}

// Some context has this pid in its hands: being made, attached, or freed.
template <class K>
typename K::Bool pid_in_flight(int pid_slot) {
  return any_context<K>([&](int, auto& s) {
    return (s.copy_process.pid.slot() == pid_slot) | (s.alloc_pid.pid.slot() == pid_slot) |
           (s.free_pid.pid.slot() == pid_slot);
  });
}

// Somebody holds this nsproxy, or it is just being freed.
template <class K>
typename K::Bool nsproxy_has_a_reason(int index) {
  if (index == 0) return true;
  return (references<K, nsproxy>(index + 1) > 0) |
         any_context<K>([&](int, auto& s) { return s.free_nsproxy.ns.slot() == index + 1; });
}

template <class K>
typename K::Bool fault_is(Fault fault) {
  return K::on().state.fault.value() == static_cast<int>(fault);
}

}  // namespace nsmc::props
