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
#include "traces/scenario.hpp"

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
    for (std::size_t i = 0; i < settings.size(); ++i)
      text += (i == 0 ? "\nconfig " : " ") + settings[i];
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

// The parts of a scenario; its question is left behind.
inline Model model_of(const traces::Scenario& scenario) {
  const auto written = [](const traces::Arg& arg) {
    if (arg.is_integer()) return std::to_string(arg.integer);
    std::string names = arg.names.front().text;
    for (std::size_t i = 1; i < arg.names.size(); ++i) names += "|" + arg.names[i].text;
    return names;
  };
  Model model;
  model.kernel = scenario.kernel ? scenario.kernel->text : "2.6.24-seed";
  for (const traces::Change& change : scenario.changes)
    model.changes.push_back((change.with ? "with " : "without ") + change.id.text);
  for (const traces::Setting& setting : scenario.config)
    model.settings.push_back(setting.key.text + "=" + written(setting.value));
  for (const traces::Program& program : scenario.programs) {
    model.programs.push_back({program.label.text, {}});
    for (const traces::Call& call : program.calls)
      model.programs.back().calls.push_back(traces::to_text(call));
  }
  for (const traces::Call& call : scenario.free_calls) model.free.push_back(traces::to_text(call));
  return model;
}

class RandomModels {
  template <class Range>
  const auto& of(const Range& range) {
    return range[below(std::size(range))];
  }

 public:
  // Half of the models are drawn from nothing, and half are one of `examples` with a few changes:
  // most of those come near to a bug.
  RandomModels(std::uint64_t seed, std::vector<Model> examples)
      : random_(seed), examples_(std::move(examples)) {}

  // Now and then a changed example contradicts itself: it speaks of a task that is gone.
  Model next() {
    namespaces_.clear();
    labels_.clear();
    if (!examples_.empty() && one_in(2)) return changed(of(examples_));
    Model model;
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
  std::string word(std::initializer_list<const char*> words) {
    return *(words.begin() + below(words.size()));
  }

  void draw_kernel(Model& model) {
    model.kernel = of(kernel::kernels()).name;
    if (!one_in(3)) seed_defect(model);
    if (const auto& row = of(kernel::kChanges); row.change && one_in(4))
      model.changes.push_back((one_in(2) ? "with " : "without ") + std::string(row.id));
  }

  void seed_defect(Model& model) {
    model.changes.push_back("with " + std::string(of(kernel::kDefects).name));
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
    const auto tasks = static_cast<std::size_t>(one_in(4) ? 2 : between(3, 4));
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
      for (int more = between(0, 2); more > 0; --more) {
        const auto at = static_cast<std::ptrdiff_t>(below(program.calls.size() + 1));
        program.calls.insert(program.calls.begin() + at, call(false));
      }
      if (one_in(2)) program.calls.push_back(word({"exit()", "exit()", "exit_group()"}));
    }
  }
  std::string creating(const std::string& label) {
    if (one_in(4)) return label + " = fork()";
    if (one_in(8)) return label + " = clone3(" + std::to_string(between(1, 5)) + ")";
    const std::string flags_of_it = flags();
    if (flags_of_it.find("NEWPID") == std::string::npos)
      return label + " = clone(" + flags_of_it + ")";
    namespaces_.push_back("n" + label);
    return label + ", n" + label + " = clone(" + flags_of_it + ")";
  }

  Model changed(Model model) {
    for (const Model::Program& program : model.programs) labels_.push_back(program.label);
    if (one_in(3)) model.kernel = of(kernel::kernels()).name;
    if (one_in(3)) seed_defect(model);
    if (one_in(4)) set(model, "failures", std::to_string(between(1, 2)));
    if (one_in(4)) set(model, "steps", "syscall");
    if (model.programs.empty()) return model;
    if (std::vector<std::string>& calls = some_program(model).calls; !calls.empty() && one_in(3))
      calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(below(calls.size())));
    for (std::vector<std::string>& calls = some_program(model).calls; one_in(2);) {
      const auto at = static_cast<std::ptrdiff_t>(below(calls.size() + 1));
      calls.insert(calls.begin() + at, call(false));
    }
    return model;
  }
  static void set(Model& model, const std::string& key, const std::string& value) {
    std::erase_if(model.settings, [&](const auto& s) { return s.starts_with(key + "="); });
    model.settings.push_back(key + "=" + value);
  }
  Model::Program& some_program(Model& model) {
    return model.programs[below(model.programs.size())];
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
    const auto number = [&](const char* key, int lo, int hi) {
      set(model, key, std::to_string(between(lo, hi)));
    };
    number("pid_max", 5, 8);
    number("bits_per_page", 3, 8);
    number("reserved_pids", 1, 2);
    if (free) number("calls", 2, 4);
    if (!free && one_in(4)) number("tasks", 4, 5);
    if (one_in(2)) number("namespaces", 1, 4);
    if (one_in(10)) number("pids", 4, 6);
    if (one_in(10)) number("nsproxies", 1, 4);
    if (one_in(8)) number("max_level", 1, 4);
    if (one_in(3)) number("failures", 1, 2);
    if (one_in(6)) set(model, "steps", "syscall");
    if (one_in(4)) set(model, "ptrace", "y");
    if (one_in(4)) set(model, "PROC_FS", "y");
    if (one_in(8)) set(model, "trace_exit", "y");
    if (one_in(40)) set(model, "PID_NS", "n");
    if (one_in(12)) set(model, "boot", word({"initcalls", "early"}));
  }

  std::mt19937_64 random_;
  std::vector<Model> examples_;
  std::vector<std::string> labels_;
  std::vector<std::string> namespaces_;
};

}  // namespace nsmc::tests
