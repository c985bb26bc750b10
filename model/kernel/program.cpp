// The interpreter of step tables: the only place that moves a program counter.
// SPDX-License-Identifier: MIT
#include "model/kernel/program.hpp"

#include <stdexcept>
#include <vector>

namespace nsmc::kernel {
namespace {

// Step functions by address: open addressing, built once.
class StepTable {
 public:
  StepTable() {
    steps_.push_back({});
    for (const lang::Function& function : kFunctions<Concrete>)
      for (const lang::Row& row : function.rows) add({row, function.name, function.file});
    if (steps_.size() > 128) throw std::logic_error("more steps than a program counter can hold");
  }

  std::span<const NumberedStep> steps() const { return steps_; }

  int number(lang::StepFunction step) const {
    for (std::size_t at = home(step);; at = (at + 1) % kSlots) {
      if (slots_[at] == 0) throw std::logic_error("a step that stands in no row was called");
      if (steps_[slots_[at]].row.run == step) return slots_[at];
    }
  }

 private:
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

const StepTable& table() {
  static const StepTable kTable;
  return kTable;
}

// The program counters of one context, as a stack.
class Stack {
 public:
  explicit Stack(kernel_stack<Concrete>& stack) : pc_(stack.pc) {
    while (depth_ < kStackDepth && pc_[depth_].value() != 0) ++depth_;
  }
  bool empty() const { return depth_ == 0; }
  int top() const { return pc_[depth_ - 1].value(); }
  void go(lang::StepFunction to) { pc_[depth_ - 1] = step_number(to); }
  void push(int number) { pc_[depth_++] = number; }
  void pop() { pc_[--depth_] = 0; }
  void clear() { depth_ = 0; }

 private:
  Concrete::Array<Concrete::Num<0, 127>, kStackDepth>& pc_;
  int depth_ = 0;
};

// Where a context starts that is not in the kernel.
int entry(int context) {
  static const int kUser = step_number(userland<Concrete>::user_mode);
  static const int kSoft = step_number(delayed_put_pid<Concrete>::put);
  return context == kSoftirq ? kSoft : kUser;
}

}  // namespace

std::span<const NumberedStep> all_steps() { return table().steps(); }

int step_number(lang::StepFunction step) { return table().number(step); }

bool run(Concrete& machine, int context) {
  const Concrete::Scope scope(machine);
  machine.context = context;
  Stack stack(machine.state.stacks[context]);
  const bool idle = stack.empty();
  if (idle) stack.push(entry(context));
  const auto steps = all_steps();
  const bool switch_at_rows = machine.config->steps == Granularity::kernel;
  for (bool moved = false;; moved = true) {
    const int number = stack.top();
    lang::Next next{};
    try {
      next = steps[static_cast<std::size_t>(number)].row.run();
    } catch (const lang::Oops& oops) {
      machine.state.fault = static_cast<int>(oops.fault);
      machine.events.oops_step = static_cast<std::uint8_t>(number);
      machine.events.steps[number / 64] |= std::uint64_t{1} << number % 64;
      return true;
    }
    if (next.kind == lang::Next::Kind::block) {
      if (!moved && idle) stack.pop();
      return moved;
    }
    machine.events.steps[number / 64] |= std::uint64_t{1} << number % 64;
    switch (next.kind) {
      case lang::Next::Kind::go:
        stack.go(next.to);
        break;
      case lang::Next::Kind::call:
        stack.go(next.then);
        stack.push(step_number(next.to));
        break;
      case lang::Next::Kind::ret:
        stack.pop();
        break;
      default:
        stack.clear();
        break;
    }
    if (stack.empty()) return true;
    if (switch_at_rows && !steps[static_cast<std::size_t>(stack.top())].row.why.empty())
      return true;
  }
}

}  // namespace nsmc::kernel
