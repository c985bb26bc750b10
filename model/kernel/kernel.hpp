// What kernel code takes for granted: current, locks, error numbers, build options.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "model/kernel/kernel_stack.hpp"
#include "model/lang/pointer.hpp"
#include "model/lang/step.hpp"

namespace nsmc::kernel {

using lang::block;
using lang::call;
using lang::Fault;
using lang::go;
using lang::halt;
using lang::Next;
using lang::ret;
using lang::Row;

template <class K>
using task_ptr = lang::Ptr<K, task_struct>;
template <class K>
using ns_ptr = lang::Ptr<K, pid_namespace>;
template <class K>
using pid_ptr = lang::Ptr<K, pid_struct>;
template <class K>
using nsproxy_ptr = lang::Ptr<K, nsproxy>;
template <class K>
using cache_ptr = lang::Ptr<K, pid_cache>;

// Errors, as the kernel returns them: negative.
inline constexpr int kEperm = -1, kEsrch = -3, kEchild = -10, kEagain = -11, kEnomem = -12,
                     kEexist = -17, kEinval = -22, kEnospc = -28, kEnosys = -38,
                     kErestartsys = -512, kErestartnointr = -513;

inline constexpr std::pair<int, std::string_view> kErrors[] = {
    {kEperm, "EPERM"},
    {kEsrch, "ESRCH"},
    {kEchild, "ECHILD"},
    {kEagain, "EAGAIN"},
    {kEnomem, "ENOMEM"},
    {kEexist, "EEXIST"},
    {kEinval, "EINVAL"},
    {kEnospc, "ENOSPC"},
    {kEnosys, "ENOSYS"},
    {kErestartsys, "ERESTARTSYS"},
    {kErestartnointr, "ERESTARTNOINTR"},
};

// clone() flags that matter here, renumbered to fit a byte.
inline constexpr int CL_NEWPID = 1, CL_THREAD = 2, CL_SIGHAND = 4, CL_VM = 8, CL_PARENT = 16,
                     CL_NEWNET = 32,  // NEWNET: any namespace copied after the PID namespace
    CL_NEWUSER = 64,                  // of unshare() alone
    CL_SET_TID = 128;                 // no flag, but reported as one: clone3() asked for a number
inline constexpr int CL_NEW_ANY = CL_NEWPID | CL_NEWNET, CL_ALL = 63;

// The task that runs; the kernel's `current`.
template <class K>
task_ptr<K> current() {
  return task_ptr<K>{static_cast<typename K::Slot>(K::on().context + 1)};
}

// The kernel stack of whoever runs.
template <class K>
kernel_stack<K>& stack() {
  return K::on().state.stacks[K::on().context];
}

template <class K>
const Config& config() {
  return *K::on().config;
}
template <class K>
bool fixed_by(Change change) {
  return config<K>().has(change);
}
template <class K>
bool seeded(Defect defect) {
  return config<K>().defect == defect;
}
template <class K>
bool CONFIG_PID_NS() {
  return config<K>().config_namespaces && config<K>().config_pid_ns;
}

// &init_pid_ns, and the global init.
template <class K>
ns_ptr<K> init_pid_ns() {
  return ns_ptr<K>{1};
}
template <class K>
task_ptr<K> global_init() {
  return task_ptr<K>{1};
}

template <class K>
[[noreturn]] void BUG() {
  K::oops(Fault::bug);
}
// All of these at once: one condition, where && would be a branch for each.
template <class... Bool>
auto all(const Bool&... conditions) {
  return (conditions & ...);
}
template <class K>
void BUG_ON(typename K::Bool condition) {
  if (condition) BUG<K>();
}

// Returns a value to the caller of a kernel function.
template <class K>
Next ret(typename K::Int value) {
  stack<K>().ret = value;
  return ret();
}

// The locals of a task that has left the kernel.  Those that own something are empty by now, or
// what they own is seen to leak.
template <class K>
void clear_stack() {
  kernel_stack<K>::each_field(stack<K>(), [](const char*, auto& field) {
    using Cell = std::remove_cvref_t<decltype(field)>;
    if constexpr (requires { typename Cell::Target; }) {
      if constexpr (Cell::kHolds == lang::Holds::nothing) field = typename Cell::Target{};
    } else {
      field = 0;
    }
  });
}

// Moves a pointer out of a field: what the callee left for its caller, or a reference handed over.
template <class Cell>
typename Cell::Target take(Cell& cell) {
  const typename Cell::Target target = cell;
  cell = typename Cell::Target{};
  return target;
}

// tasklist_lock.  Write regions that span a step boundary hold it in the state; read regions never
// do, so that taking it for reading is only a test.
template <class K>
bool write_trylock_tasklist() {
  auto& lock = K::on().state.tasklist_lock;
  if (lock != 0) return false;
  lock = K::on().context + 1;
  return true;
}
template <class K>
void write_unlock_tasklist() {
  K::on().state.tasklist_lock = 0;
}
template <class K>
typename K::Bool read_trylock_tasklist() {
  return K::on().state.tasklist_lock == 0;
}
// For writes that need tasklist_lock held for writing; reported, not fatal, as lockdep would.
template <class K>
void lockdep_assert_tasklist() {
  if (K::on().state.tasklist_lock != K::on().context + 1) K::on().report_unlocked_write();
}

}  // namespace nsmc::kernel
