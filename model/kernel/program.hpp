// Every kernel function of the model, in one list: how control gets from one step to the next.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>

#include "model/kernel/machine.hpp"
#include "model/kernel/userland.hpp"

namespace nsmc::kernel {

template <class K>
inline constexpr lang::Function kFunctions[] = {
    {"userland", "", userland<K>::rows},
    {"copy_process", "kernel/fork.c", copy_process<K>::rows},
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
    {"do_exit", "kernel/exit.c", do_exit<K>::rows},
    {"forget_original_parent", "kernel/exit.c", forget_original_parent<K>::rows},
    {"release_task", "kernel/exit.c", release_task<K>::rows},
    {"do_wait", "kernel/exit.c", do_wait<K>::rows},
};

// The steps of all functions, numbered from 1 in that order; 0 is "no step".
struct NumberedStep {
  lang::Row row;
  std::string_view function;
  std::string_view file;
};

// All steps; index 0 is empty.  At most 128.
std::span<const NumberedStep> all_steps();

// The number of a step.  REQUIRES: it stands in a row.
int step_number(lang::StepFunction step);

// Whether a task that is not in the kernel can make a call: it is attached, and does not exit.
template <class K>
typename K::Bool may_enter_kernel(const task_struct<K>& task) {
  return all(K::peek(task.linked) == 1, K::peek(task.PF_EXITING) == 0);
}

// Runs `context` from where it stands to the next place where another may run, as the granularity
// of the machine's Config defines it.  False: it cannot move, and nothing has changed.
bool run(Concrete& machine, int context);

}  // namespace nsmc::kernel
