// From moves to what user space observes of them.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/observe.hpp"

#include "model/kernel/program.hpp"

namespace nsmc::cli {
namespace {

using kernel::Change;
using State = System::State;

// Features and semantics; and two fixes that have changed what a man page says.
KernelFacts facts_of(const kernel::Changes& changes) {
  KernelFacts facts;
  facts.has_setns = changes.has(Change::setns);
  facts.init_is_immune = changes.has(Change::bz_19);
  facts.init_makes_no_sibling = changes.has(Change::bz_09);
  facts.session_is_inherited = changes.has(Change::bz_23);
  facts.has_subreapers = changes.has(Change::subreaper);
  facts.subreapers_stay_inside = changes.has(Change::bz_55);
  facts.levels_are_limited = changes.has(Change::bz_17);
  facts.too_deep_is_enospc = changes.has(Change::enospc);
  facts.flags_are_looked_at_first = changes.has(Change::tighten);
  facts.has_set_tid = changes.has(Change::set_tid);
  facts.pid_max_is_of_the_ns = changes.has(Change::pid_max_of_ns);
  facts.pid_max_is_unlimited_first = changes.has(Change::bz_67);
  facts.refused_elsewhere = changes.has(Change::thread_only) ? "CLONE_THREAD"
                            : changes.has(Change::bz_45)     ? "CLONE_SIGHAND"
                                                             : "CLONE_VM";
  facts.parent_refused_elsewhere = changes.has(Change::tighten) && !changes.has(Change::bz_46);
  return facts;
}

MachineFacts facts_of(const kernel::Config& config) {
  MachineFacts facts;
  facts.tasks = config.tasks;
  facts.namespaces = config.namespaces;
  facts.pids = config.pids;
  facts.nsproxies = config.nsproxies;
  facts.pid_max = config.pid_max;
  facts.reserved_pids = config.reserved_pids;
  facts.pid_max_limit = config.pidmap_entries() * config.bits_per_page;
  facts.max_level = config.max_level;
  facts.memory_fails = config.failures > 0;
  facts.can_ptrace = config.ptrace;
  return facts;
}

std::vector<std::string> names_of(const kernel::Userland& user) {
  std::vector<std::string> names = {user.label_names[static_cast<std::size_t>(user.initial_label)]};
  for (const int label : user.starting)
    names.push_back(user.label_names[static_cast<std::size_t>(label)]);
  return names;
}

struct Flag {
  int bit;
  const char* name;
};
constexpr Flag kFlags[] = {
    {kernel::CL_NEWPID, "CLONE_NEWPID"},   {kernel::CL_THREAD, "CLONE_THREAD"},
    {kernel::CL_SIGHAND, "CLONE_SIGHAND"}, {kernel::CL_VM, "CLONE_VM"},
    {kernel::CL_PARENT, "CLONE_PARENT"},   {kernel::CL_NEWNET, "CLONE_NEWNET"},
    {kernel::CL_NEWUSER, "CLONE_NEWUSER"},
};

Asked asked(const kernel::Call& call, const kernel::Userland& user) {
  using kernel::Syscall;
  const auto name = [](const auto& names, int label) {
    return label > 0 ? names[static_cast<std::size_t>(label)] : std::string{};
  };
  Asked asked;
  asked.number = call.argument;
  const kernel::SyscallRow* row = kernel::find_syscall(call.syscall);
  if (row != nullptr) {
    asked.call = row->name;
    if (row->takes == kernel::Takes::word)
      asked.words.emplace(row->words[static_cast<std::size_t>(call.argument)]);
  }
  switch (call.syscall) {
    case Syscall::clone:
      asked.call = "clone";
      break;
    case Syscall::exit:
      asked.call = "exit";
      break;
    case Syscall::exit_group:
      asked.call = "exit_group";
      break;
    case Syscall::wait4:
      asked.call = "wait4";
      if (call.argument == 1) asked.words = {"WNOHANG"};
      break;
    case Syscall::kill:
      asked.call = "kill";
      break;
    case Syscall::signal:
      asked.call = "signal";
      if (call.argument == 1) asked.words = {"SIG_IGN"};
      break;
    default:
      break;
  }
  if (call.syscall == Syscall::clone || call.syscall == Syscall::unshare)
    for (const Flag& flag : kFlags)
      if ((call.argument & flag.bit) != 0) asked.words.emplace(flag.name);
  if (kernel::creates(call.syscall))
    asked.names_child = name(user.label_names, call.task);
  else
    asked.target = name(user.label_names, call.task);
  if (call.syscall == Syscall::setns)
    asked.target = name(user.namespace_names, call.namespace_label);
  else
    asked.names_ns = name(user.namespace_names, call.namespace_label);
  return asked;
}

// Field NSpid of /proc/PID/status: a number at each level.
std::vector<int> nspid_of(const State& state, int slot) {
  std::vector<int> numbers;
  const int pid = state.tasks[slot].pids[kernel::PIDTYPE_PID].slot();
  if (pid == 0) return numbers;
  const auto& of = state.pids[pid - 1];
  for (int level = 0; level <= of.level.value(); ++level)
    numbers.push_back(of.numbers[level].nr.value());
  return numbers;
}

}  // namespace

Observer::Observer(const System& system)
    : system_(system),
      world_(facts_of(system.config().changes), facts_of(system.config()),
             names_of(system.userland())),
      born_(1 + static_cast<int>(system.userland().starting.size())) {
  for (int slot = 0; slot < born_; ++slot) who_[static_cast<std::size_t>(slot)] = slot + 1;
}

void Observer::moved(const State& before, int actor, const State& after,
                     const System::Events& events) {
  if (actor >= kernel::kSoftirq) return;  // nobody's move
  const Who me = who_[static_cast<std::size_t>(actor)];
  const int label = before.tasks[actor].label.value();
  const int call = before.tasks[actor].next_call.value();
  if (before.stacks[actor].pc[0].value() == 0) begins(before, actor);
  static const int kUnlink = kernel::step_number<>(kernel::release_task<kernel::Concrete>::unlink);
  if ((events.steps[kUnlink / 64] >> kUnlink % 64 & 1) != 0) releases(before, after);
  if (events.clone_returned != 0 && events.clone_result >= 0) births(before, actor, after);
  if (before.tasks[actor].exit_state.value() == 0 && after.tasks[actor].exit_state.value() != 0)
    world_.dies(me);
  if (events.returned != 0) {
    if (events.result > kernel::kErestartsys) {
      world_.returns(me, events.result);
      looks(actor, after);
      note(label, call, events.result);
    } else {
      world_.interrupted(me);
    }
  }
  note(label, -1, 0);
}

void Observer::begins(const State& before, int actor) {
  const auto& task = before.tasks[actor];
  const Who me = who_[static_cast<std::size_t>(actor)];
  if (task.sigkill.value() == 1) return world_.killed(me);
  const kernel::Userland& user = system_.userland();
  const auto& program = user.programs[static_cast<std::size_t>(task.label.value())];
  world_.begins(me, asked(program[static_cast<std::size_t>(task.next_call.value())], user));
}

void Observer::releases(const State& before, const State& after) {
  for (int slot = 0; slot < system_.config().tasks; ++slot)
    if (before.tasks[slot].linked.value() == 1 && after.tasks[slot].linked.value() == 0)
      world_.gone(who_[static_cast<std::size_t>(slot)]);
}

void Observer::births(const State& before, int actor, const State& after) {
  for (int slot = 0; slot < system_.config().tasks; ++slot) {
    if (before.tasks[slot].linked.value() == 1 || after.tasks[slot].linked.value() == 0) continue;
    who_[static_cast<std::size_t>(slot)] = ++born_;
    world_.born(who_[static_cast<std::size_t>(actor)], born_, nspid_of(after, slot));
  }
}

// As if it called getpid() and getppid().  The last thread of a dead process may still be there to
// look, and a faulty model may point anywhere: what cannot be followed is number 0.
void Observer::looks(int actor, const State& after) {
  const auto number_of = [&](int task, int ns) {
    if (task == 0 || ns == 0) return 0;
    const int leader = after.tasks[task - 1].group_leader.slot();
    if (leader == 0) return 0;
    const int pid = after.tasks[leader - 1].pids[kernel::PIDTYPE_PID].slot();
    if (pid == 0) return 0;
    for (const auto& number : after.pids[pid - 1].numbers)
      if (number.ns.slot() == ns) return number.nr.value() + 0;
    return 0;
  };
  const auto& task = after.tasks[actor];
  const int pid = task.pids[kernel::PIDTYPE_PID].slot();
  if (pid == 0 || task.group_leader.slot() == 0) return;
  const int ns = after.pids[pid - 1].ns.slot();
  const int parent = after.tasks[task.group_leader.slot() - 1].real_parent.slot();
  world_.sees(who_[static_cast<std::size_t>(actor)], number_of(actor + 1, ns),
              number_of(parent, ns));
}

void Observer::note(int label, int call, int result) {
  if (world_.wrong().empty() || !disagreement_.what.empty()) return;
  disagreement_.what = world_.wrong();
  disagreement_.call = call;
  disagreement_.result = result;
  if (label > 0)
    disagreement_.task = system_.userland().label_names[static_cast<std::size_t>(label)];
}

}  // namespace nsmc::cli
