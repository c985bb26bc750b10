// Searches with states left out, and such that leave out too many on purpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "checker/cli/reduced.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/quotient.hpp"
#include "tests/engines.hpp"

namespace nsmc::tests {

struct Reduced {
  struct Said {
    Opinion opinion;
    std::string not_because = {};  // why the whole search was made instead
  };
  std::string name;
  std::function<Said(const Bound&)> ask;
};

inline std::vector<Reduced> reduced_searches() {
  using cli::Switch;
  const auto with = [](const cli::Reductions& reductions) {
    return [reductions](const Bound& bound) {
      const auto result = cli::search(bound, {}, reductions);
      return Reduced::Said{opinion_of(result), result.not_reduced_because};
    };
  };
  return {{"symmetry", with({Switch::automatic, Switch::off})},
          {"dead fields", with({Switch::off, Switch::automatic})},
          {"both", with({Switch::automatic, Switch::automatic})}};
}

// A scenario without programs, on any kernel.
inline std::string any_calls_in_any_order(std::mt19937_64& random) {
  static constexpr const char* kCalls[] = {"clone(CLONE_NEWPID)",
                                           "wait4()",
                                           "signal(SIGCHLD, SIG_IGN)",
                                           "kill(SIGKILL)",
                                           "clone(CLONE_PARENT)",
                                           "clone(CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)",
                                           "unshare(CLONE_NEWPID)",
                                           "prctl(PR_SET_PDEATHSIG)",
                                           "setsid()"};
  const auto below = [&](std::size_t end) { return random() % end; };
  const auto kernels = kernel::kernels();
  std::string text = "scenario any-calls\n\"Do the engines agree?\"\n\nkernel " +
                     std::string(kernels[below(kernels.size())].name) +
                     "\n\nconfig tasks=" + std::to_string(3 + below(2)) +
                     " namespaces=" + std::to_string(2 + below(2)) +
                     " pids=4 nsproxies=3 pid_max=5 calls=" + std::to_string(3 + below(3)) +
                     " steps=" + (below(2) == 0 ? "kernel" : "syscall") + "\n\nfree fork(), exit()";
  for (const char* call : kCalls)
    if (below(3) == 0) text += std::string(", ") + call;
  return text + "\n\nsurvey\n";
}

// One that does something else to states before it merges them.
template <class Spoil>
class Spoilt {
 public:
  explicit Spoilt(const System& system) : quotient_(system, {.dead_fields = false}) {}
  void normalise(System::State& state) const {
    Spoil()(state);
    quotient_.normalise(state);
  }
  template <class Emit>
  void successors(const System::State& from, Emit&& emit) {
    quotient_.successors(from, emit);
  }
  bool is_exact() const { return quotient_.is_exact(); }

 private:
  kernel::Quotient quotient_;
};
template <class Spoil>
Reduced::Said searched_spoilt(const Bound& bound) {
  Spoilt<Spoil> reduction(*bound.system);
  return {opinion_of(checker::search_reduced<System>(*bound.system, reduction, bound.claims, {}))};
}

struct ForgetsReapers {
  void operator()(System::State& s) const {
    for (auto& ns : s.namespaces) ns.child_reaper = kernel::task_ptr<kernel::Concrete>{};
  }
};
struct ForgetsSignals {
  void operator()(System::State& s) const {
    for (auto& task : s.tasks) task.sigkill = 0;
  }
};
struct ForgetsLocks {
  void operator()(System::State& s) const { s.tasklist_lock = 0; }
};
// Two names that programs and questions speak of.
struct RenamesWhatClaimsName {
  void operator()(System::State& s) const { std::swap(s.task_label[0], s.task_label[1]); }
};
// A pointer that does not go with its slot.
struct LeavesParentsBehind {
  void operator()(System::State& s) const {
    using kernel::Concrete;
    for (auto& task : s.tasks)
      if (task.real_parent.slot() > 2)
        task.real_parent =
            kernel::task_ptr<Concrete>{static_cast<Concrete::Slot>(task.real_parent.slot() - 1)};
  }
};

inline std::vector<Reduced> broken_reductions() {
  return {{"forgets who the reaper is", searched_spoilt<ForgetsReapers>},
          {"forgets pending signals", searched_spoilt<ForgetsSignals>},
          {"forgets who holds a lock", searched_spoilt<ForgetsLocks>},
          {"renames what a claim names", searched_spoilt<RenamesWhatClaimsName>},
          {"leaves a pointer behind", searched_spoilt<LeavesParentsBehind>}};
}

}  // namespace nsmc::tests
