// A run of the model, as user space observes it: told to the reference, move by move.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>

#include "checker/cli/binding.hpp"
#include "checker/cli/runs/user_space.hpp"

namespace nsmc::cli {

// What the reference says cannot be, and in which call of the plan that showed.
struct Disagreement {
  std::string what;  // empty: there is none
  std::string task;  // who made the call, empty: nobody with a name
  int call = -1;     // its place in that program; -1: not about what a call returns
  int result = 0;
};

// The only place that knows both the model and the reference.
class Observer {
 public:
  explicit Observer(const System& system);

  void moved(const System::State& before, int actor, const System::State& after,
             const System::Events& events);
  void rests() {
    world_.rests();
    note(-1, -1, 0);
  }
  const Disagreement& disagreement() const { return disagreement_; }

 private:
  void begins(const System::State& before, int actor);
  void releases(const System::State& before, const System::State& after);
  void births(const System::State& before, int actor, const System::State& after);
  void looks(int actor, const System::State& after);
  void note(int label, int call, int result);

  const System& system_;
  UserSpace world_;
  std::array<Who, kernel::kTasks> who_ = {};  // by slot, of the task that is in it
  int born_;
  Disagreement disagreement_;
};

}  // namespace nsmc::cli
