// Mutations applied, listed and named.
// SPDX-License-Identifier: MIT
#include "model/kernel/mutate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "model/kernel/program.hpp"

namespace nsmc::kernel {
namespace {

using Kind = Mutation::Kind;
using Goal = Mutation::Goal;
using lang::Next;

// --- the fields of a state, by where they stand --------------------------------------------------

// One field: where it is, and how its value is disturbed.  Fields of the same name in objects of
// the same kind are one class.
struct FieldAt {
  std::size_t offset = 0, size = 0;
  std::uint16_t of_class = 0;
  std::size_t allocated =
      0;  // of its object: where that flag stands; its own offset if it has none
  bool is_plain_local = false;  // that owns nothing
  bool (*is_poison)(const std::uint8_t* cell) = nullptr;
  void (*add)(std::uint8_t* cell, int by) = nullptr;  // of numbers
  void (*clear)(std::uint8_t* cell) = nullptr;        // of pointers
};

template <class Cell>
void add_to(std::uint8_t* bytes, int by) {
  Cell cell;
  std::memcpy(&cell, bytes, sizeof cell);
  const int value = cell.value() + by;
  if (cell.poisoned() || value < Cell::kLo || value > Cell::kHi) return;
  cell = value;
  std::memcpy(bytes, &cell, sizeof cell);
}
template <class Cell>
bool is_poison(const std::uint8_t* bytes) {
  Cell cell;
  std::memcpy(&cell, bytes, sizeof cell);
  return cell.poisoned();
}
template <class Cell>
void make_null(std::uint8_t* bytes) {
  const Cell cell{};
  std::memcpy(bytes, &cell, sizeof cell);
}

class Fields {
 public:
  static const Fields& get() {
    static const Fields kFields;
    return kFields;
  }
  const std::vector<FieldAt>& all() const { return all_; }
  const std::string& name(int of_class) const { return names_[static_cast<std::size_t>(of_class)]; }
  bool is_number(int of_class) const { return numbers_[static_cast<std::size_t>(of_class)]; }
  bool is_pointer(int of_class) const { return pointers_[static_cast<std::size_t>(of_class)]; }

 private:
  Fields() {
    State<Concrete> state = {};
    std::size_t allocated = 0;
    State<Concrete>::each_field(state, [&](const char* object, int, const char* field, auto& cell) {
      using Cell = std::remove_cvref_t<decltype(cell)>;
      const std::string name = class_name(object, field);
      if (name.empty()) return;
      FieldAt at;
      at.offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&cell) -
                                           reinterpret_cast<const char*>(&state));
      at.size = sizeof cell;
      at.of_class = class_of(name);
      at.is_poison = is_poison<Cell>;
      if (std::string_view(field) == "allocated") allocated = at.offset;
      at.is_plain_local = std::string_view(object) == "stack";
      at.allocated = *object != 0 && !at.is_plain_local ? allocated : at.offset;
      if constexpr (requires { typename Cell::Target; }) {
        at.clear = make_null<Cell>;
        at.is_plain_local = at.is_plain_local && Cell::kHolds == lang::Holds::nothing;
        pointers_[at.of_class] = true;
      } else {
        at.add = add_to<Cell>;
        // Of a flag, to lose a write is to negate it.
        numbers_[at.of_class] = Cell::kHi - Cell::kLo > 1;
      }
      all_.push_back(at);
    });
  }

  // "pid.nr" for each of pid.nr0, pid.nr1, ...; empty for what is not the kernel's.
  static std::string class_name(std::string_view object, std::string_view field) {
    constexpr std::string_view kNotTheKernels[] = {"label",    "next_call", "calls",
                                                   "failures", "fault",     "free_depth"};
    constexpr std::string_view kForScenarios[] = {"task_label", "ns_label", "variable"};
    if (std::count(std::begin(kNotTheKernels), std::end(kNotTheKernels), field) != 0 ||
        std::count(std::begin(kForScenarios), std::end(kForScenarios), object) != 0)
      return "";
    field = field.substr(0, field.find_last_not_of("0123456789") + 1);
    if (object == "stack" && field == "pc") return "";
    return object.empty() ? std::string(field) : std::string(object) + "." + std::string(field);
  }

  std::uint16_t class_of(const std::string& name) {
    auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      found = names_.insert(names_.end(), name);
      numbers_.push_back(false);
      pointers_.push_back(false);
    }
    return static_cast<std::uint16_t>(found - names_.begin());
  }

  std::vector<FieldAt> all_;
  std::vector<std::string> names_;
  std::vector<bool> numbers_, pointers_;
};

// --- one step
// --------------------------------------------------------------------------------------

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
  // A guard that is dropped may leave a loop inside of one move.
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

std::vector<Mutation> mutations(const Record& record) {
  std::vector<Mutation> all;
  const Fields& fields = Fields::get();
  for (std::size_t number = 1; number < record.size(); ++number) {
    const StepRecord& step = record[number];
    if (step.goals.empty()) continue;
    Mutation m;
    m.step = static_cast<std::uint8_t>(number);
    const auto add = [&](Kind kind) {
      m.kind = kind;
      all.push_back(m);
    };
    if (step.fields.any()) {
      add(Kind::skip);
      add(Kind::twice);
    }
    const Goal first = *step.goals.begin();
    const bool always_goes =
        step.goals.size() == 1 && first.kind == static_cast<std::uint8_t>(Next::Kind::go);
    if (always_goes && first.to != number) {
      m.follower = first.to;
      add(Kind::swap);
      m.follower = Mutation::kNoStep;
    }
    for (const Goal& from : step.goals) {
      m.from = from;
      for (const Goal& to : step.goals) {
        m.to = to;
        if (to != from) add(Kind::redirect);
      }
      // The call is left out.
      m.to = {static_cast<std::uint8_t>(Next::Kind::go), from.then, 0};
      if (from.then != 0 && step.goals.count(m.to) == 0) add(Kind::redirect);
    }
    m.from = m.to = {};
    if (step.scanned) {
      add(Kind::blind);
      add(Kind::next_one);
    }
    for (std::size_t lock = 0; lock < step.locks.size(); ++lock) {
      m.field = static_cast<std::uint16_t>(lock);
      if (step.locks[lock]) add(Kind::unlock);
    }
    for (std::size_t field = 0; field < step.fields.size(); ++field) {
      if (!step.fields[field]) continue;
      m.field = static_cast<std::uint16_t>(field);
      add(Kind::lose);
      if (fields.is_number(m.field)) {
        add(Kind::one_more);
        add(Kind::one_less);
      }
      if (fields.is_pointer(m.field) && step.set[field]) add(Kind::null);
    }
  }
  return all;
}

std::string name(const Mutation& m) {
  const auto steps = all_steps();
  const auto step = [&](int number) {
    const NumberedStep& s = steps[static_cast<std::size_t>(number)];
    return std::string(s.function) + "/" + std::string(s.row.name);
  };
  const auto goal = [&](const Goal& g) -> std::string {
    switch (static_cast<Next::Kind>(g.kind)) {
      case Next::Kind::go:
        return step(g.to);
      case Next::Kind::call:
        return step(g.to) + "()+" + step(g.then);
      case Next::Kind::ret:
        return "return";
      case Next::Kind::block:
        return "wait";
      default:
        return "end";
    }
  };
  static constexpr const char* kWords[] = {"",         "skip",     "twice",    "swap", "redirect",
                                           "lose",     "one-more", "one-less", "null", "blind",
                                           "next-one", "unlock",   ""};
  std::string text = step(m.step) + ":";
  if (m.kind == Kind::redirect) return text + goal(m.from) + "=>" + goal(m.to);
  text += kWords[static_cast<int>(m.kind)];
  if (m.kind == Kind::unlock) text += m.field == 0 ? " tasklist_lock" : " pid_caches_mutex";
  if (m.kind == Kind::swap) text += " " + step(m.follower);
  if (m.kind == Kind::lose || m.kind == Kind::null || m.kind == Kind::one_more ||
      m.kind == Kind::one_less)
    text += " " + Fields::get().name(m.field);
  return text;
}

}  // namespace nsmc::kernel
