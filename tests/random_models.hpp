// Small models of the kernel drawn at random, as scenarios: every call, kernel, defect and setting.
// SPDX-License-Identifier: MIT
//
// A model is kept as its parts, so that one that fails can be made smaller, part by part.  Calls
// come from the table of kernel/calls.hpp: a new row there is drawn without a change here.  Equal
// seeds give equal models on any compiler.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/kernel/calls.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"

namespace nsmc::tests {

struct Model {
  struct Program {
    std::string label;
    std::vector<std::string> calls;
  };
  std::string kernel;
  std::vector<std::string> changes;  // "with BZ-07", "without setns"
  std::vector<std::string> settings;
  std::vector<Program> programs;  // either these ...
  std::vector<std::string> free;  // ... or these

  // The scenario; `properties` empty: a survey of all.
  std::string text(const std::vector<std::string>& properties = {}) const {
    std::string text = "scenario random-model\n\"Do the engines agree?\"\n\nkernel " + kernel;
    for (const std::string& change : changes) text += " " + change;
    text += "\nconfig";
    for (const std::string& setting : settings) text += " " + setting;
    text += "\n\n";
    for (const Program& program : programs) {
      text += program.label + ":\n";
      for (const std::string& call : program.calls) text += "  " + call + "\n";
    }
    for (std::size_t i = 0; i < free.size(); ++i) text += (i == 0 ? "free " : ", ") + free[i];
    text += "\nsurvey";
    for (const std::string& id : properties) text += " " + id;
    return text + "\n";
  }
};

class RandomModels {
 public:
  explicit RandomModels(std::uint64_t seed) : random_(seed) {}

  Model next() {
    Model model;
    namespaces_.clear();
    labels_.clear();
    draw_kernel(model);
    const bool free = one_in(8);
    free ? draw_free(model) : draw_programs(model);
    draw_settings(model, free);
    return model;
  }

 private:
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  int between(int lo, int hi) {
    return lo + static_cast<int>(below(static_cast<std::size_t>(hi - lo + 1)));
  }
  template <class Range>
  auto& of(const Range& range) {
    return range[below(std::size(range))];
  }
  std::string word(std::initializer_list<const char*> words) {
    return *(words.begin() + below(words.size()));
  }

  void draw_kernel(Model& model) {
    model.kernel = of(kernel::kernels()).name;
    if (one_in(2)) model.changes.push_back("with " + std::string(of(kernel::kDefects).name));
    if (const auto& row = of(kernel::kChanges); row.change && one_in(4))
      model.changes.push_back((one_in(2) ? "with " : "without ") + std::string(row.id));
  }

  std::string flags() {
    return word({"CLONE_NEWPID", "CLONE_NEWPID", "CLONE_NEWPID", "CLONE_PARENT", "CLONE_NEWNET",
                 "CLONE_NEWPID|CLONE_NEWNET", "CLONE_NEWPID|CLONE_PARENT", "CLONE_VM|CLONE_SIGHAND",
                 "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM", "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM",
                 "CLONE_NEWPID|CLONE_THREAD|CLONE_SIGHAND|CLONE_VM"});
  }

  // What a row of the table is called with; empty: it needs what is not there.
  std::string from_table(const kernel::SyscallRow& row, bool free) {
    using kernel::Takes;
    const std::string name(row.name);
    switch (row.takes) {
      case Takes::nothing:
        return name + "()";
      case Takes::flags:
        return name + "(" +
               word({"CLONE_NEWPID", "CLONE_NEWPID", "CLONE_NEWNET", "CLONE_NEWUSER"}) + ")";
      case Takes::task:
        return free ? "" : name + "(" + of(labels_) + ")";
      case Takes::a_namespace:
        if (free) return name + "()";
        return namespaces_.empty() ? "" : name + "(" + of(namespaces_) + ")";
      case Takes::number:
        return name + "(" + std::to_string(between(0, 6)) + ")";
      default:
        return name + "(" + std::string(row.words[row.words[1].empty() ? 0 : below(2)]) + ")";
    }
  }

  // A call that names no new task.
  std::string call(bool free) {
    for (std::string drawn; one_in(2);)
      if (drawn = from_table(of(kernel::kSyscalls), free); !drawn.empty()) return drawn;
    if (free && one_in(6)) return "kill(SIGKILL)";
    if (!free && one_in(6)) return "kill(" + of(labels_) + ", SIGKILL)";
    if (!free && one_in(8)) return "kill(-1, SIGKILL)";
    if (one_in(4)) return "clone(" + flags() + ")";
    return word({"exit()", "exit()", "exit_group()", "wait4()", "wait4()", "wait4(WNOHANG)",
                 "fork()", "signal(SIGCHLD, SIG_IGN)"});
  }

  // Each task but the first is made by one before it, or is there from the start.
  void draw_programs(Model& model) {
    const auto tasks = static_cast<std::size_t>(between(2, 4));
    for (std::size_t i = 0; i < tasks; ++i)
      labels_.push_back(i == 0 ? word({"init", "p"})
                               : std::string(1, static_cast<char>('a' + i - 1)));
    for (const std::string& label : labels_) model.programs.push_back({label, {}});
    for (std::size_t i = 1; i < tasks; ++i)
      if (!one_in(8)) {
        Model::Program& creator = model.programs[below(i)];
        creator.calls.push_back(creating(labels_[i]));
      }
    for (Model::Program& program : model.programs) {
      for (int more = between(1, 3); more > 0; --more) {
        const auto at = static_cast<std::ptrdiff_t>(below(program.calls.size() + 1));
        program.calls.insert(program.calls.begin() + at, call(false));
      }
    }
  }
  std::string creating(const std::string& label) {
    if (one_in(3)) return label + " = fork()";
    if (one_in(8)) return label + " = clone3(" + std::to_string(between(1, 5)) + ")";
    const std::string flags_of_it = flags();
    if (flags_of_it.find("NEWPID") == std::string::npos)
      return label + " = clone(" + flags_of_it + ")";
    namespaces_.push_back("n" + label);
    return label + ", n" + label + " = clone(" + flags_of_it + ")";
  }

  void draw_free(Model& model) {
    model.free = {"fork()", word({"exit()", "exit_group()"})};
    for (int more = between(1, 3); more > 0; --more) {
      const std::string drawn = call(true);
      if (std::find(model.free.begin(), model.free.end(), drawn) == model.free.end())
        model.free.push_back(drawn);
    }
  }

  void draw_settings(Model& model, bool free) {
    const auto set = [&](const char* key, int value) {
      model.settings.push_back(std::string(key) + "=" + std::to_string(value));
    };
    const auto on = [&](const std::string& text) { model.settings.push_back(text); };
    const int pid_max = between(5, 8);
    set("pid_max", pid_max);
    set("bits_per_page", between(3, 8));
    set("reserved_pids", between(1, 2));
    if (free) set("calls", between(2, 4));
    if (!free && one_in(4)) set("tasks", between(4, 5));
    if (!one_in(3)) set("namespaces", between(1, 4));
    if (one_in(6)) set("pids", between(4, 6));
    if (one_in(6)) set("nsproxies", between(1, 4));
    if (one_in(4)) set("max_level", between(1, 4));
    if (one_in(3)) set("failures", between(1, 2));
    if (one_in(4)) on("steps=syscall");
    if (one_in(4)) on("ptrace=y");
    if (one_in(4)) on("PROC_FS=y");
    if (one_in(8)) on("trace_exit=y");
    if (one_in(12)) on("PID_NS=n");
    if (one_in(12)) on("boot=" + word({"initcalls", "early"}));
  }

  std::mt19937_64 random_;
  std::vector<std::string> labels_;
  std::vector<std::string> namespaces_;
};

}  // namespace nsmc::tests
