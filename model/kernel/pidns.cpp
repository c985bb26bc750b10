// The system put together: initial state, moves, ends.
// SPDX-License-Identifier: MIT
#include "model/kernel/pidns.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

#include "model/kernel/ends.hpp"

namespace nsmc::kernel {
namespace {

void require(bool condition, const char* reason) {
  if (!condition) throw std::invalid_argument(reason);
}
void require_within(int value, int least, int most, const char* name) {
  if (value < least || value > most)
    throw std::invalid_argument(std::string(name) + " must be " + std::to_string(least) + ".." +
                                std::to_string(most));
}

void check(const Config& c, const Userland& user) {
  require_within(c.tasks, 1, kTasks, "tasks");
  require_within(c.namespaces, 1, kNamespaces, "namespaces");
  require_within(c.pids, 1, kPids, "pids");
  require_within(c.nsproxies, 1, kNsproxies, "nsproxies");
  require_within(c.failures, 0, 3, "failures");
  require_within(c.calls, 0, kCallsMax, "calls");
  require_within(c.bits_per_page, 2, kBitsPerPage, "bits_per_page");
  require_within(c.pid_max, 2, std::min(kPidMax, kPages * c.bits_per_page), "pid_max");
  require_within(c.max_level, 1, kLevels, "max_level");
  require(c.reserved_pids >= 1 && c.reserved_pids < c.pid_max && c.reserved_pids < c.bits_per_page,
          "reserved_pids must be below pid_max and, as 300 is, within the first page");
  require(!c.config_pid_ns || c.config_namespaces, "PID_NS depends on NAMESPACES");
  const int starting = 1 + static_cast<int>(user.starting.size());
  require(starting <= c.tasks && starting <= c.pids && starting < c.pid_max,
          "the tasks that are there from the start exceed tasks, pids or pid_max");
}

// A process as it stands before anything is explored.
void add_process(Pidns::State& s, const Config& c, int index, int label) {
  auto& task = s.tasks[index];
  const task_ptr<Concrete> self{static_cast<Concrete::Slot>(index + 1)};
  const pid_ptr<Concrete> pid{static_cast<Concrete::Slot>(index + 1)};
  task.allocated = 1;
  task.linked = 1;
  task.exit_signal = kSigchld;
  task.group_leader = self;
  if (index > 0) task.real_parent = task_ptr<Concrete>{1};
  task.pids[PIDTYPE_PID] = pid;
  // Everybody is in the session that the global init leads.
  task.pids[PIDTYPE_PGID] = pid_ptr<Concrete>{1};
  task.pids[PIDTYPE_SID] = pid_ptr<Concrete>{1};
  task.nsproxy_ = nsproxy_ptr<Concrete>{1};
  task.cap_sys_admin = 1;
  task.label = label;
  if (label != 0) s.task_label[label - 1] = self;

  auto& number = s.pids[index];
  const int nr = index + 1;
  number.allocated = 1;
  number.count = 1;
  number.numbers[0].nr = nr;
  number.numbers[0].ns = ns_ptr<Concrete>{1};
  number.ns = ns_ptr<Concrete>{1};
  number.hashed = 1;
  number.slab = 1;

  auto& ns = s.namespaces[0];
  auto& map = ns.pidmap_[nr / c.bits_per_page];
  map.page = 1;
  map.bits = map.bits.value() | 1 << nr % c.bits_per_page;
  map.nr_free = map.nr_free.value() - 1;
  ns.last_pid = nr;
  if (c.has(Change::count_hashed)) ns.nr_hashed += 1;
  s.nsproxies[0].count += 1;
}

}  // namespace

Pidns::Pidns(const Config& config, Userland userland)
    : config_(config), userland_(std::move(userland)) {
  check(config_, userland_);
}

std::vector<Pidns::State> Pidns::initial() const {
  State s{};
  auto& ns = s.namespaces[0];
  ns.allocated = 1;
  ns.kref = 2;  // static: never freed
  ns.child_reaper = task_ptr<Concrete>{1};
  ns.pid_cachep = cache_ptr<Concrete>{1};
  if (config_.has(Change::count_hashed)) ns.hash_adding = 1;
  if (config_.has(Change::pid_max_of_ns)) ns.pid_max = config_.pid_max;
  for (int i = 0; i < config_.pidmap_entries(); ++i) ns.pidmap_[i].nr_free = config_.bits_per_page;
  ns.pidmap_[0].page = 1;
  ns.pidmap_[0].bits = 1;  // number 0
  ns.pidmap_[0].nr_free = config_.bits_per_page - 1;
  s.caches[0].allocated = 1;
  s.caches[0].nr_ids = 1;
  s.nsproxies[0].allocated = 1;
  s.nsproxies[0].count = 1;  // the swapper's
  s.nsproxies[0].pid_ns = ns_ptr<Concrete>{1};
  s.nsproxy_cachep = config_.boot != Boot::early;
  s.pid_ns_cachep = config_.boot == Boot::late;
  add_process(s, config_, 0, userland_.initial_label);
  int index = 1;
  for (const int label : userland_.starting) add_process(s, config_, index++, label);
  return {s};
}

bool Pidns::perform(State& state, int actor, lang::Chooser& chooser, Events& events) const {
  Concrete machine(state, config_, userland_, &chooser);
  machine.watches_scans = watches_scans_;
  const Concrete::Scope scope(machine);
  const bool moved = kernel::perform(machine, actor);
  events = machine.events;
  return moved;
}

bool Pidns::perform_observed(State& state, int actor, lang::Chooser& chooser, Events& events,
                             lang::Footprint& footprint) const {
  kernel::State<Observed> observed;
  static_assert(sizeof observed == sizeof state);
  auto* bytes = reinterpret_cast<std::byte*>(&observed);
  std::memcpy(bytes, &state, sizeof state);
  footprint.forget_written();
  const lang::Footprint::Watching watching(footprint, &observed);
  if (!might_move<Observed>(observed, actor) || observed.fault != 0) return false;
  Observed machine(observed, config_, userland_, &chooser);
  const Observed::Scope scope(machine);
  const bool moved = kernel::perform(machine, actor);
  events = machine.events;
  std::memcpy(static_cast<void*>(&state), bytes, sizeof state);
  return moved;
}

// An object each; those of a few bytes, all of a kind.
std::vector<std::size_t> Pidns::part_ends() {
  static const State kState{};
  std::vector<std::size_t> ends;
  const auto add = [&](const auto& part) {
    ends.push_back(static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&part + 1) -
                                            reinterpret_cast<const std::byte*>(&kState)));
  };
  for (const auto& task : kState.tasks) add(task);
  for (const auto& ns : kState.namespaces) add(ns);
  for (const auto& pid : kState.pids) add(pid);
  add(kState.nsproxies);
  add(kState.caches);
  for (const auto& stack : kState.stacks) add(stack);
  ends.push_back(sizeof(State));
  return ends;
}

bool Pidns::execute(const State& from, const Action& action, State& to, Events& events) const {
  to = from;
  events = {};
  if (from.fault.value() != 0 || action.actor > kBoot || action.unused != 0) return false;
  if (!might_move<Concrete>(from, action.actor)) return false;
  lang::Chooser chooser(action.script);
  if (!perform(to, action.actor, chooser, events) || !chooser.valid()) return false;
  for (int i = chooser.used(); i < lang::Script::kPicksMax; ++i)
    if (action.script[i] != 0) return false;  // picks that nothing asked for
  return true;
}

std::string Pidns::terminal(const State& state) const {
  if (state.fault.value() != 0) return "the kernel has stopped";
  const Concrete machine(const_cast<State&>(state), config_, userland_);  // only read
  const std::optional<End> end = end_of(machine);
  if (!end) return {};
  static constexpr const char* kWords[] = {"every program has ended", "processes sleep in wait4()",
                                           "a dying init waits for zombies that nobody reaps"};
  return kWords[static_cast<int>(*end)];
}

}  // namespace nsmc::kernel
