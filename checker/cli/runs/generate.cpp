// Random plans: a shape, a machine that fits it, a schedule.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/generate.hpp"

#include <algorithm>

#include "checker/cli/runs/dice.hpp"
#include "checker/cli/runs/phrases.hpp"
#include "checker/cli/runs/writer.hpp"
#include "model/kernel/kernel_stack.hpp"

namespace nsmc::cli {
namespace {

using traces::Program;

constexpr int kTurnsPerCall = 14;  // moves of one call, roughly
constexpr bool kLarge = kernel::kTasks > 8;

// What a plan is about before chance goes on; the last three cost much on a large machine.
enum class Shape : std::uint8_t { any, chain, crowd, generations };
struct ShapeKind {
  Shape shape;
  int weight;
};
constexpr ShapeKind kShapes[] = {{Shape::any, kLarge ? 85 : 76},
                                 {Shape::chain, kLarge ? 10 : 14},
                                 {Shape::crowd, kLarge ? 3 : 5},
                                 {Shape::generations, kLarge ? 2 : 5}};

int calls_of(const traces::Scenario& s) {
  int calls = 0;
  for (const Program& program : s.programs) calls += static_cast<int>(program.calls.size());
  return calls;
}

// What a machine has to have at least; 0: any.
struct Least {
  int tasks = 0;
  int namespaces = 0;
  int numbers = 0;
};

std::vector<traces::Setting> random_settings(Dice& dice, const Least& least = {}) {
  std::vector<traces::Setting> config;
  const auto set = [&](const char* key, int value) {
    config.push_back({name(key), number(value)});
  };
  const auto choose = [&](const char* key, bool yes) {
    config.push_back({name(key), word(yes ? "y" : "n")});
  };
  // Most machines are small, and full soon.
  const auto up_to = [large = dice.chance(10)](int small, int all) {
    return large ? all : std::min(small, all);
  };
  const auto at_least = [](int value, int wanted, int all) {
    return std::max(value, std::min(wanted, all));
  };
  const int tasks =
      at_least(dice.from_to(3, up_to(8, kernel::kTasks)), least.tasks, kernel::kTasks);
  const int namespaces = at_least(dice.from_to(2, up_to(6, kernel::kNamespaces)), least.namespaces,
                                  kernel::kNamespaces);
  const int bits = at_least(dice.from_to(3, up_to(8, kernel::kBitsPerPage)),
                            least.numbers / kernel::kPages + 1, kernel::kBitsPerPage);
  const int pid_max_most = bits * kernel::kPages - 1;
  const int pid_max = std::min(
      at_least(
          dice.from_to(std::max(4, bits / 2), std::min(up_to(24, kernel::kPidMax), pid_max_most)),
          least.numbers, kernel::kPidMax),
      pid_max_most);
  set("tasks", tasks);
  set("namespaces", namespaces);
  set("pids", std::min(kernel::kPids, dice.from_to(tasks, tasks + 3)));
  set("nsproxies", at_least(dice.from_to(3, up_to(8, kernel::kNsproxies)), least.namespaces + 1,
                            kernel::kNsproxies));
  set("bits_per_page", bits);
  set("pid_max", pid_max);
  set("reserved_pids", dice.from_to(1, std::min({3, bits - 1, pid_max - 1})));
  // MAX_PID_NS_LEVEL: one less than the levels that there are is the kernel's own.
  set("max_level",
      dice.chance(80) ? kernel::kLevels - (kLarge ? 1 : 0) : dice.from_to(1, kernel::kLevels - 1));
  set("failures", dice.chance(50) ? 0 : dice.from_to(1, 3));
  choose("PROC_FS", dice.chance(50));
  choose("ptrace", dice.chance(50));
  choose("trace_exit", dice.chance(50));
  return config;
}

std::vector<Detour> random_detours(Dice& dice, int turns, int most, int by_most) {
  std::vector<Detour> detours;
  for (int left = dice.below(most + 1); left > 0; --left)
    detours.push_back({static_cast<std::uint32_t>(dice.below(turns)),
                       static_cast<std::uint8_t>(dice.from_to(1, by_most))});
  std::sort(detours.begin(), detours.end(),
            [](const Detour& a, const Detour& b) { return a.at < b.at; });
  return detours;
}

void leave_the_path(Plan& plan, Dice& dice) {
  const int calls = calls_of(plan.scenario) + 1;
  plan.switches = random_detours(dice, calls * kTurnsPerCall, calls * 2, kernel::kContexts);
  plan.choices = dice.chance(40) ? std::vector<Detour>{} : random_detours(dice, calls * 4, 6, 3);
}

void write(Plan& plan, int calls, Dice& dice) {
  traces::Scenario& s = plan.scenario;
  Writer writer(s, dice);
  switch (dice.weighted(kShapes).shape) {
    case Shape::any:
      s.config = random_settings(dice);
      writer.start(calls);
      break;
    case Shape::chain: {
      // Sometimes to the limit of nesting and beyond.
      const int depth =
          dice.chance(30) ? kernel::kLevels + 1 : dice.from_to(2, std::min(kernel::kLevels, 8));
      s.config = random_settings(dice, {depth + 3, depth + 1, depth + 5});
      writer.start_chain(depth, dice.from_to(1, calls));
      break;
    }
    case Shape::crowd: {
      const int tasks = dice.from_to(3, kernel::kTasks + 2);
      s.config = random_settings(dice, {tasks, 2, tasks + 2});
      writer.start_crowd(tasks, dice.from_to(1, calls));
      break;
    }
    case Shape::generations:
      // Enough to wrap, and sometimes all numbers that there are.
      s.config = random_settings(dice, {dice.from_to(4, std::min(kernel::kTasks, 40)), 2,
                                        dice.chance(30) ? kernel::kPidMax : 0});
      writer.start_generations(dice.from_to(2, kLarge ? 20 : 4));
      break;
  }
}

}  // namespace

Plan random_plan(const Subject& subject, int calls, std::uint64_t seed) {
  Dice dice(seed);
  Plan plan;
  plan.scenario.name = name("props");
  plan.scenario.title = name("Does everything hold?");
  plan.scenario.kernel = name(subject.kernel);
  plan.scenario.changes = subject.changes;
  write(plan, calls, dice);
  leave_the_path(plan, dice);
  return plan;
}

Plan variant_of(const Plan& plan, std::uint64_t seed) {
  Dice dice(seed);
  Plan variant = plan;
  auto& programs = variant.scenario.programs;
  if (dice.chance(60)) {
    Writer writer(variant.scenario, dice);
    for (int more = dice.from_to(1, 4); more > 0; --more) writer.add_call();
  }
  if (dice.chance(30)) {
    auto& calls =
        programs[static_cast<std::size_t>(dice.below(static_cast<int>(programs.size())))].calls;
    if (calls.size() > 1)
      std::swap(calls[static_cast<std::size_t>(dice.below(static_cast<int>(calls.size())))],
                calls[static_cast<std::size_t>(dice.below(static_cast<int>(calls.size())))]);
  }
  if (dice.chance(20)) variant.scenario.config = random_settings(dice);
  if (dice.chance(60)) leave_the_path(variant, dice);
  return variant;
}

Plan rescheduled(const Plan& plan, std::uint64_t seed) {
  Dice dice(seed);
  Plan other = plan;
  leave_the_path(other, dice);
  return other;
}

}  // namespace nsmc::cli
