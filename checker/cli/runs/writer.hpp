// Writes the programs of one scenario, call by call, by weight.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/cli/runs/dice.hpp"
#include "model/kernel/calls.hpp"
#include "traces/scenario.hpp"

namespace nsmc::cli {

struct CallKind {
  const char* name;
  int weight;
};

class Writer {
 public:
  // Knows the names that the scenario has already.
  Writer(traces::Scenario& s, Dice& dice);

  // The first program, and calls anywhere.
  void start(int calls);
  // A namespace in a namespace, and so on, `depth` times; then calls anywhere.
  void start_chain(int depth, int calls);
  // A process that makes children until no more fit, and children of those; then calls anywhere.
  void start_crowd(int tasks, int calls);
  // One process after the other makes children, kills them all and leaves: the numbers wrap.
  void start_generations(int generations);
  // To the end of any program, or anywhere in it.
  void add_call();

 private:
  std::string new_name(std::vector<std::string>& names, const char* letter);
  const std::string& any(const std::vector<std::string>& names);
  void begin();
  bool has_room(std::size_t program) const;
  // Creates a process in a program; the place of its own program, or none if it has no name.
  std::size_t spawn(std::size_t program, const char* flags);
  traces::Call random_call();
  void create(traces::Call& call);
  void bind(traces::Call& call);
  void take(traces::Call& call, const kernel::SyscallRow& row);

  traces::Scenario& s_;
  Dice& dice_;
  std::vector<CallKind> kinds_;
  int youngest_ = 0;  // how often in a hundred a call goes to the youngest process
  std::vector<std::string> tasks_, namespaces_, results_;
};

}  // namespace nsmc::cli
