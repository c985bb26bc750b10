// Why a claim is false at the end of a run, in one sentence made from the state.
// SPDX-License-Identifier: MIT
#include "props/lifetime.hpp"
#include "props/props.hpp"
#include "props/reaper.hpp"
#include "props/view.hpp"

namespace nsmc::props {
namespace {

using K = Concrete;

std::string t(int slot) { return slot == 0 ? "NULL" : "t" + std::to_string(slot - 1); }

// Who holds a counted reference to this object, by the names of fields: "pid1.ns, nsproxy1.pid_ns".
template <template <class> class Obj>
std::string holders(const State<K>& state, int slot) {
  std::string list;
  State<K>::each_field(
      state, [&](const char* kind, int index, const char* name, const auto& field) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, K::Ref<Obj>>) {
          if (field.slot() != slot) return;
          if (!list.empty()) list += ", ";
          list += kind + std::to_string(index) + "." + name;
        }
      });
  return list.empty() ? "nobody" : list;
}

std::string about_counts(const State<K>& state) {
  for (int i = 1; i < kNamespaces; ++i) {
    const auto& ns = state.namespaces[i];
    if (ns.allocated.value() == 0 || !initialised(ns.kref)) continue;
    if (ns.kref.value() != references<K, pid_namespace>(i + 1))
      return "ns" + std::to_string(i) + ".kref is " + std::to_string(ns.kref.value()) +
             " and its holders are: " + holders<pid_namespace>(state, i + 1);
  }
  for (int i = 1; i < kNsproxies; ++i) {
    const auto& proxy = state.nsproxies[i];
    if (proxy.allocated.value() == 1 && proxy.count.value() != references<K, nsproxy>(i + 1))
      return "nsproxy" + std::to_string(i) + ".count is " + std::to_string(proxy.count.value()) +
             " and its holders are: " + holders<nsproxy>(state, i + 1);
  }
  return {};
}

std::string about_zombies() {
  for (int slot = 1; slot <= kTasks; ++slot)
    if (lost_zombie<K>(slot))
      return t(slot) +
             " is a zombie with exit_signal -1: wait4() cannot see it, it is past its own exit, "
             "and "
             "no context is about to release it";
  return {};
}

std::string about_reapers(const State<K>& state) {
  for (int i = 1; i < kNamespaces; ++i) {
    const auto& ns = state.namespaces[i];
    if (ns.allocated.value() == 0 || !published<K>(ns)) continue;
    const int slot = ns.child_reaper.slot();
    const std::string name = "ns" + std::to_string(i);
    if (slot > 1 && state.tasks[slot - 1].exit_state.value() != 0)
      return name + ".child_reaper is " + t(slot) + ", which is dead";
    std::string member;
    reaper<K>::any_other_member(i, [&](int task) {
      member = t(task);
      return true;
    });
    if (slot == 0 && !member.empty())
      return name + ".child_reaper is NULL while " + member + " is still in it";
  }
  return {};
}

std::string about_parents(const State<K>& state) {
  for (int slot = 2; slot <= kTasks; ++slot) {
    if (state.tasks[slot - 1].linked.value() == 0) continue;
    const int parent = state.tasks[slot - 1].real_parent.slot();
    if (parent == 0 || state.tasks[parent - 1].linked.value() == 0)
      return t(slot) + " is attached and its real_parent is " +
             (parent == 0 ? "NULL" : t(parent) + ", which was released");
  }
  return {};
}

std::string about_last_pid(const Pidns::State& before, const Pidns::State& after) {
  for (int i = 0; i < kNamespaces; ++i)
    if (before.namespaces[i].last_pid.value() > after.namespaces[i].last_pid.value())
      return "ns" + std::to_string(i) + ".last_pid goes back from " +
             std::to_string(before.namespaces[i].last_pid.value()) + " to " +
             std::to_string(after.namespaces[i].last_pid.value()) +
             ", so the numbers between are handed out again";
  return {};
}

}  // namespace

std::string because(const Pidns& system, const Row* row, std::span<const Pidns::Action> run) {
  Pidns::State before = system.initial().front();
  Pidns::State after = before;
  std::string last = "the initial state";
  Pidns::Events events;
  for (const Pidns::Action& action : run) {
    before = after;
    last = system.actor(action) + " in " + system.label(before, action);
    if (!system.execute(before, action, after, events)) return {};
  }
  if (const int fault = after.fault.value(); fault != 0)
    return "the kernel stops with " + std::string(lang::fault_name(static_cast<Fault>(fault))) +
           " in " + system.step_name(events.oops_step - 1) + ", called by " + last + ".";
  return system.judge(after, [&]() -> std::string {
    std::string why;
    const std::string_view id = row == nullptr ? "" : row->id;
    if (id == "I1" || id == "I31") why = about_counts(after);
    if (id == "I4" || id == "I35") why = about_zombies();
    if (id == "I17" || id == "I18") why = about_reapers(after);
    if (id == "I20") why = about_parents(after);
    if (id == "I15") why = about_last_pid(before, after);
    if (id == "I27") why = "a link or child_reaper was written without tasklist_lock by " + last;
    if (why.empty()) why = "the last step, " + last + ", makes it false";
    return why + ".";
  });
}

}  // namespace nsmc::props
