// States and moves as people read them, and the bits that states use: folds over each_field().
// SPDX-License-Identifier: MIT
#include <string>

#include "model/kernel/field_places.hpp"
#include "model/kernel/holders.hpp"

namespace nsmc::kernel {
namespace {

using lang::Field;

template <class Cell>
inline constexpr const char* kTargetName = nullptr;
template <lang::Holds what>
inline constexpr const char* kTargetName<lang::PtrCell<Concrete, task_struct, what>> = "t";
template <lang::Holds what>
inline constexpr const char* kTargetName<lang::PtrCell<Concrete, pid_struct, what>> = "pid";
template <lang::Holds what>
inline constexpr const char* kTargetName<lang::PtrCell<Concrete, pid_namespace, what>> = "ns";
template <lang::Holds what>
inline constexpr const char* kTargetName<lang::PtrCell<Concrete, nsproxy, what>> = "nsproxy";
template <lang::Holds what>
inline constexpr const char* kTargetName<lang::PtrCell<Concrete, pid_cache, what>> = "cache";

// How many objects a pointer of this type can point at in this run.
template <class Cell>
int bound_of(const Config& c) {
  const std::string_view target = kTargetName<Cell>;
  if (target == "t") return c.tasks;
  if (target == "pid") return c.pids;
  if (target == "ns") return c.namespaces;
  if (target == "nsproxy") return c.nsproxies;
  return kCaches;
}

// The objects of a kind that this run can use.
int bound_of(std::string_view kind, const Config& c) {
  if (kind == "t") return c.tasks;
  if (kind == "pid") return c.pids;
  if (kind == "ns") return c.namespaces;
  if (kind == "nsproxy") return c.nsproxies;
  if (kind == "cache") return kCaches;
  if (kind == "variable") return kVariables;
  return kLabels;
}

bool in_use(std::string_view kind, int index, const Config& c) {
  if (index < 0) return true;
  if (kind == "stack") return index < c.tasks || index == kSoftirq;
  return index < bound_of(kind, c);
}

std::string step_text(int step) {
  if (step == 0) return "-";
  const NumberedStep& s = all_steps()[static_cast<std::size_t>(step)];
  return std::string(s.function) + "/" + std::string(s.row.name);
}

std::string errno_text(int value) {
  for (const auto& [error, name] : kErrors)
    if (error == value) return "-" + std::string(name);
  return std::to_string(value);
}

template <class Cell>
std::size_t offset_of(const Cell& cell, const Pidns::State& state) {
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&cell) -
                                  reinterpret_cast<const char*>(&state));
}

// Numbers 0, 1 and 3 of a bitmap page: "{0,1,3}".
std::string set_text(int bits, int base) {
  std::string text = "{";
  for (int i = 0; bits >> i != 0; ++i)
    if ((bits >> i & 1) != 0) text += (text.size() > 1 ? "," : "") + std::to_string(base + i);
  return text + "}";
}

template <class Cell>
std::string value_text(std::string_view name, const Cell& cell, const Config& c,
                       const Userland& user) {
  if (cell.poisoned()) return "uninitialised";
  if constexpr (kTargetName<Cell> != nullptr) {
    return cell.slot() == 0 ? "NULL" : kTargetName<Cell> + std::to_string(cell.slot() - 1);
  } else {
    const int value = cell.value();
    if (name.starts_with("pc")) return step_text(value);
    if (name.starts_with("bits")) return set_text(value, (name.back() - '0') * c.bits_per_page);
    if (name == "exit_state")
      return value == 0 ? "0" : value == EXIT_ZOMBIE_ ? "EXIT_ZOMBIE" : "EXIT_DEAD";
    if (name == "exit_signal") return value == -1 ? "-1" : value == 0 ? "0" : "SIGCHLD";
    if (name == "label") return user.label_names[static_cast<std::size_t>(value)];
    if (name == "fault") return std::string(lang::fault_name(static_cast<lang::Fault>(value)));
    return errno_text(value);
  }
}

// A field as people call it; empty if this run does not use it, or the scenario has no name for it.
std::string field_name(std::string_view kind, int index, std::string_view name, const Config& c,
                       const Userland& user) {
  if (!in_use(kind, index, c)) return {};
  std::string full;
  if (kind == "stack") {
    full = (index == kSoftirq ? "softirq" : "t" + std::to_string(index)) + "/";  // a detail
  } else if (index >= 0 && (kind == "variable" || kind == "task_label" || kind == "ns_label")) {
    const auto at = static_cast<std::size_t>(index);
    const std::string& given = kind == "variable"     ? user.variable_names[at]
                               : kind == "task_label" ? user.label_names[at + 1]
                                                      : user.namespace_names[at + 1];
    if (given.empty()) return {};
    full = (kind == "variable" ? "result " : "") + given;
  } else if (index >= 0) {
    full = std::string(kind) + std::to_string(index) + ".";
  }
  return full + std::string(name);
}

std::string clone_flags_text(int flags) {
  constexpr std::pair<int, const char*> kNames[] = {{CL_NEWUSER, "CLONE_NEWUSER"},
                                                    {CL_NEWPID, "CLONE_NEWPID"},
                                                    {CL_NEWNET, "CLONE_NEWNET"},
                                                    {CL_PARENT, "CLONE_PARENT"},
                                                    {CL_THREAD, "CLONE_THREAD"},
                                                    {CL_SIGHAND, "CLONE_SIGHAND"},
                                                    {CL_VM, "CLONE_VM"}};
  std::string text;
  for (const auto& [flag, name] : kNames)
    if ((flags & flag) != 0) text += (text.empty() ? "" : "|") + std::string(name);
  return text;
}

std::string call_text(const Call& call, const Userland& user) {
  const auto target = [&] {
    return call.task == 0 ? std::string("...")
                          : user.label_names[static_cast<std::size_t>(call.task)];
  };
  switch (call.syscall) {
    case Syscall::clone:
      return call.argument == 0 ? "fork()" : "clone(" + clone_flags_text(call.argument) + ")";
    case Syscall::exit:
      return "exit()";
    case Syscall::exit_group:
      return "exit_group()";
    case Syscall::wait4:
      return call.argument != 0 ? "wait4(WNOHANG)" : "wait4()";
    case Syscall::kill:
      return "kill(" + (call.argument == -1 ? "-1" : target()) + ", SIGKILL)";
    case Syscall::signal:
      return call.argument != 0 ? "signal(SIGCHLD, SIG_IGN)" : "signal(SIGCHLD, SIG_DFL)";
    default:
      break;
  }
  const SyscallRow& row = *find_syscall(call.syscall);
  const auto argument = [&]() -> std::string {
    switch (row.takes) {
      case Takes::nothing:
        return "";
      case Takes::flags:
        return clone_flags_text(call.argument);
      case Takes::task:
        return target();
      case Takes::a_namespace:
        return call.namespace_label == 0
                   ? "..."
                   : user.namespace_names[static_cast<std::size_t>(call.namespace_label)];
      case Takes::number:
        return std::to_string(call.argument);
      case Takes::word:
        return std::string(row.words[static_cast<std::size_t>(call.argument)]);
    }
    return "";
  };
  return std::string(row.name) + "(" + argument() + ")";
}

}  // namespace

std::vector<std::uint8_t> Pidns::significant_bits() const {
  const State s{};
  std::vector<std::uint8_t> bits(sizeof(State), 0);
  State::each_field(
      s, [&](std::string_view kind, int index, std::string_view name, const auto& cell) {
        using Cell = std::remove_cvref_t<decltype(cell)>;
        if (!in_use(kind, index, config_)) return;
        unsigned mask = 0;
        if constexpr (kTargetName<Cell> != nullptr) {
          mask = (1U << std::bit_width(static_cast<unsigned>(bound_of<Cell>(config_)))) - 1U;
        } else if (config_.mutation.kind != Mutation::Kind::none) {
          mask = Cell::mask();  // what mutants write may be out of the run's bounds
        } else if constexpr (std::is_same_v<Cell, Concrete::PidNr>) {
          mask = Cell::mask(config_.pidmap_entries() * config_.bits_per_page - 1);
        } else if (name.starts_with("bits")) {
          mask = (1U << config_.bits_per_page) - 1U;
        } else {
          mask = Cell::mask();
        }
        // Only these are allocated without being zeroed.
        if (kind == "ns" || kind == "pid") mask |= Cell::kNeverWritten;
        const std::size_t offset = offset_of(cell, s);
        for (std::size_t byte = 0; byte < sizeof(Cell); ++byte)
          bits[offset + byte] = static_cast<std::uint8_t>(mask >> 8 * byte);
      });
  return bits;
}

std::vector<Field> Pidns::fields(const State& state) const {
  std::vector<Field> fields;
  State::each_field(
      state, [&](std::string_view kind, int index, std::string_view name, const auto& cell) {
        std::string full = field_name(kind, index, name, config_, userland_);
        if (full.empty()) return;
        fields.push_back({std::move(full), value_text(name, cell, config_, userland_)});
      });
  return fields;
}

std::vector<FieldPlace> field_places(const Pidns& system) {
  std::vector<FieldPlace> places;
  const Pidns::State state{};
  Pidns::State::each_field(
      state, [&](std::string_view kind, int index, std::string_view name, const auto& cell) {
        std::string full = field_name(kind, index, name, system.config(), system.userland());
        if (full.empty()) return;
        places.push_back({std::move(full), offset_of(cell, state), sizeof cell});
      });
  return places;
}

std::vector<std::string> counted_fields(const Pidns& system) {
  std::vector<std::string> names;
  const Pidns::State state{};
  Pidns::State::each_field(
      state, [&](std::string_view kind, int index, std::string_view name, const auto& cell) {
        using Cell = std::remove_cvref_t<decltype(cell)>;
        if constexpr (kTargetName<Cell> != nullptr) {
          if (Cell::kHolds != lang::Holds::reference) return;
          std::string full = field_name(kind, index, name, system.config(), system.userland());
          if (!full.empty()) names.push_back(std::move(full));
        }
      });
  return names;
}

std::string Pidns::step_name(int step) const { return step_text(step + 1); }

std::string Pidns::actor(const Action& action) const {
  if (action.actor == kBoot) return "boot";
  if (action.actor == kSoftirq) return "softirq";
  return "t" + std::to_string(action.actor);
}

std::string Pidns::label(const State& from, const Action& action) const {
  if (action.actor == kBoot)
    return from.nsproxy_cachep.value() == 0 ? "nsproxy_cache_init" : "pid_namespaces_init";
  const auto& stack = from.stacks[action.actor];
  int top = 0;
  for (const auto& pc : stack.pc)
    if (pc.value() != 0) top = pc.value();
  std::string who;
  if (action.actor != kSoftirq && from.tasks[action.actor].label.value() != 0)
    who = userland_.label_names[static_cast<std::size_t>(from.tasks[action.actor].label.value())] +
          ": ";
  if (top != 0) return who + step_text(top);
  if (action.actor == kSoftirq) {
    lang::Chooser chooser(action.script);
    Concrete machine(const_cast<State&>(from), config_, userland_, &chooser);  // only read
    const Concrete::Scope scope(machine);
    return step_text(entry_step(machine, kSoftirq));
  }
  const auto& me = from.tasks[action.actor];
  if (me.sigkill.value() == 1) return who + "dies of SIGKILL";
  if (userland_.free())
    return who + call_text(userland_.free_calls[static_cast<std::size_t>(
                               userland_.free_calls.size() > 1 ? action.script[0] : 0)],
                           userland_);
  const auto& program = userland_.programs[static_cast<std::size_t>(me.label.value())];
  const auto next = static_cast<std::size_t>(me.next_call.value());
  return who + (next < program.size() ? call_text(program[next], userland_) : "user mode");
}

}  // namespace nsmc::kernel
