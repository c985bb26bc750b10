// On any state, exactly one symbolic path is the concrete run, and it ends in the same state.
// SPDX-License-Identifier: MIT
//
// So nothing that is proved or found on terms rests on trust in the domain that made them.  Every
// step of the kernel is compared, on states that are random in every field, on states of random
// walks, and on states that the solver found for each path, changed here and there.  RapidCheck
// draws a seed for each batch of states; a std::mt19937_64 draws the states, whose thousands of
// entries would be slow as RapidCheck's values.  What fails is made small field by field instead.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "tests/random_states.hpp"

namespace nsmc::agreement {
namespace {

using kernel::Call;
using kernel::Config;
using kernel::Defect;
using kernel::kSoftirq;
using kernel::Syscall;

// RC_PARAMS from outside wins: it is how RapidCheck says to repeat what has failed.
const char* const kParameters = [] {
  setenv("RC_PARAMS", "seed=2007 noshrink=1 max_size=1", 0);
  return std::getenv("RC_PARAMS");
}();

// NSMC_THOROUGH=1 asks for all of it, as `.ci/run --long` does: several times as long.
const bool kThorough = std::getenv("NSMC_THOROUGH") != nullptr;

// --- what is compared ------------------------------------------------------------------------

// Those that a scenario has besides.
const std::vector<Call> kLaterCalls = {
    {Syscall::unshare, kernel::CL_NEWPID | kernel::CL_NEWUSER},
    {Syscall::setns},
    {Syscall::setsid},
    {Syscall::prctl, 0},
    {Syscall::prctl, 1},
    {Syscall::open_pid_ns, 0, 2},
    {Syscall::open_proc, 0, 2},
    {Syscall::waitid},
    {Syscall::wait_pgrp},
    {Syscall::tiocspgrp},
    {Syscall::ptrace_attach, 0, 2},
    {Syscall::stop},
    {Syscall::clone3, 3},
    {Syscall::set_pid_max, 3},
    {Syscall::task_work_add, 0, 2},
    {Syscall::synchronize_rcu_tasks},
};
const std::vector<Call> kFreeCalls = {
    {Syscall::clone, 0},
    {Syscall::clone, kernel::CL_NEWPID},
    {Syscall::clone, kernel::CL_NEWPID | kernel::CL_NEWNET},
    {Syscall::clone, kernel::CL_THREAD | kernel::CL_SIGHAND | kernel::CL_VM},
    {Syscall::clone, kernel::CL_PARENT},
    {Syscall::exit},
    {Syscall::exit_group},
    {Syscall::wait4, 0},
    {Syscall::wait4, 1},
    {Syscall::kill},
    {Syscall::kill, -1},
    {Syscall::signal, 1},
    {Syscall::fcntl_setown, 0, 2},
    {Syscall::drop_capabilities},
    {Syscall::readdir_proc, 3},
    {Syscall::readdir_proc, -2},
};

// The bounds that the checker has without being told, failing allocations, and any call.
Setting standard() {
  Setting s{"standard", {}, {}};
  s.config.failures = 3;
  s.user.free_calls = kFreeCalls;
  return s;
}
Setting with(Setting s, const std::string& name, const std::function<void(Setting&)>& change) {
  s.name = name;
  change(s);
  return s;
}
Setting with(Setting s, Defect defect) {
  const auto row = std::find_if(std::begin(kernel::kDefects), std::end(kernel::kDefects),
                                [&](auto& d) { return d.defect == defect; });
  s.name += " with " + std::string(row->name);
  s.config.defect = defect;
  return s;
}
Setting repaired() {
  // But for one without which a defect of copy_namespaces() cannot show.
  return with(standard(), "all fixes", [](Setting& s) {
    s.config.changes = kernel::kernels().back().changes.without(kernel::Change::ns_cgroup);
  });
}
Setting scenario() {
  return with(standard(), "a scenario", [](Setting& s) {
    s.user = {};
    s.user.initial_label = 1;
    s.user.starting = {2};
    s.user.programs[1] = {{Syscall::clone, kernel::CL_NEWPID, 3, 1, 0},
                          {Syscall::kill, 0, 3, 0, 1},
                          {Syscall::wait4, 0, 0, 0, 2}};
    s.user.programs[2] = {{Syscall::fcntl_setown, 0, 3}, {Syscall::clone, 0, 4}, {Syscall::exit}};
    s.user.programs[3] = {{Syscall::signal, 1}, {Syscall::signal, 0}, {Syscall::readdir_proc, 0}};
  });
}
std::vector<Setting> others() {
  const Setting base = standard();
  std::vector<Setting> all = {
      scenario(),
      with(base, "counted calls, no failures",
           [](Setting& s) {
             s.config.calls = 3;
             s.config.failures = 0;
           }),
      repaired(),
      with(repaired(), "later calls",
           [](Setting& s) {
             s.user.free_calls = kLaterCalls;
             s.config.ptrace = true;
             s.config.config_proc_fs = true;
             s.config.changes = s.config.changes.without(kernel::Change::proc_unmounted);
           }),
      with(base, "without PID_NS", [](Setting& s) { s.config.config_pid_ns = false; }),
      with(base, "all that there is",
           [](Setting& s) {
             s.config.tasks = kernel::kTasks;
             s.config.namespaces = kernel::kNamespaces;
             s.config.pids = kernel::kPids;
             s.config.nsproxies = kernel::kNsproxies;
             s.config.pid_max = 31;
             s.config.bits_per_page = 8;
             s.config.config_proc_fs = true;
           }),
      with(base, "hardly anything",
           [](Setting& s) {
             s.config.tasks = s.config.namespaces = s.config.pids = s.config.nsproxies = 2;
             s.config.pid_max = 4;
             s.config.bits_per_page = 2;
             s.config.reserved_pids = 1;
           }),
  };
  if (!kThorough) return all;
  for (const Defect defect :
       {Defect::alloc_pidmap_without_test, Defect::copy_process_attach_unlocked,
        Defect::parent_read_uninitialised})
    all.push_back(with(repaired(), defect));
  return all;
}

// Two tasks: one may be the global init's child, one more is like it; the softirq only puts.
std::vector<int> contexts_of(std::size_t step, const std::vector<int>& tasks) {
  const std::string& name = steps<Terms>()[step].name;
  if (name.starts_with("delayed_put_pid/") || name.starts_with("process_one_work/"))
    return {kSoftirq};
  std::vector<int> contexts = tasks;
  if (name.starts_with("put_pid_ns/")) contexts.push_back(kSoftirq);
  return contexts;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The paths of all steps under one setting.
std::vector<Paths> relation_of(const Setting& setting, const std::vector<int>& tasks) {
  symbolic::Solver solver;
  std::vector<Paths> relation;
  for (std::size_t step = 0; step < steps<Terms>().size(); ++step)
    for (const int context : contexts_of(step, tasks))
      relation.emplace_back(setting, step, context, solver);
  return relation;
}

// --- the comparison --------------------------------------------------------------------------

// Of the paths; nearly all are taken, each by its example, or else the test sees too little.
constexpr double kCoverage = 0.98;

class Comparison {
 public:
  Comparison(const std::vector<Paths>& relation, Setting bytes, int walked)
      : bytes_(std::move(bytes)),
        relation_(relation),
        taken_(relation_.size()),
        states_(bytes_, 2007, walked) {
    for (std::size_t r = 0; r < relation_.size(); ++r) by_step_[relation_[r].step()].push_back(r);
  }

  // Each step on `count` states, in any of its contexts; a difference for each step that has any.
  std::string batch(std::uint64_t seed, int count) {
    states_.seed(seed);
    for (int i = 0; i < count; ++i) {
      Flat state = states_.below(2) == 0 ? states_.anything() : states_.reached();
      if (states_.below(2) == 0) states_.change(state, 1 + states_.below(12));
      for (const auto& [step, contexts] : by_step_) {
        const std::size_t r = contexts[states_.below(contexts.size())];
        const std::vector<Path>& paths = relation_[r].list();
        Flat mine = state;
        if (states_.below(2) == 0) {
          RandomStates::put(paths[states_.below(paths.size())], mine);
          if (states_.below(4) != 0) states_.change(mine, 1 + states_.below(8));
        }
        ++runs_;
        run(r, mine);
      }
    }
    return differences_found();
  }
  // Each path's example in one random state; or only until one differs.
  std::string examples(bool all = true) {
    for (std::size_t r = 0; r < relation_.size(); ++r)
      for (const Path& path : relation_[r].list()) {
        if (!all && !found_.empty()) break;
        Flat state = states_.anything();
        RandomStates::put(path, state);
        run(r, state);
      }
    return differences_found();
  }

  const std::vector<Paths>& relation() const { return relation_; }
  const std::set<std::size_t>& taken(std::size_t r) const { return taken_[r]; }
  std::uint64_t runs() const { return runs_; }

  struct Coverage {
    std::size_t taken = 0, all = 0;
    double share() const { return all == 0 ? 1 : double(taken) / double(all); }
  };
  // Of the paths that end in a fault, or do not, without those that no bytes can take.
  Coverage coverage(bool faults) const {
    Coverage c;
    for (std::size_t r = 0; r < relation_.size(); ++r)
      for (std::size_t p = 0; p < relation_[r].list().size(); ++p)
        if ((relation_[r].list()[p].outcome.fault != lang::Fault::none) == faults) {
          if (!relation_[r].list()[p].possible) continue;
          ++c.all;
          c.taken += taken_[r].count(p);
        }
    return c;
  }

 private:
  void run(std::size_t r, const Flat& state) {
    if (differences(bytes_, relation_[r], state, &taken_[r]).empty()) return;
    std::string& text = found_[relation_[r].step()];
    if (text.empty()) text = report(bytes_, relation_[r], state);
  }
  std::string differences_found() const {
    std::string all;
    for (const auto& [step, text] : found_) all += text;
    return all;
  }

  Setting bytes_;
  const std::vector<Paths>& relation_;
  std::map<std::size_t, std::vector<std::size_t>> by_step_;
  std::vector<std::set<std::size_t>> taken_;
  RandomStates states_;
  std::map<std::size_t, std::string> found_;  // by step
  std::uint64_t runs_ = 0;
};

// 100 seeds of RapidCheck, a batch for each.
bool agree(const std::string& name, Comparison& comparison, int batch) {
  return rc::check(name, [&] {
    const auto seed =
        *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
    if (const std::string text = comparison.batch(seed, batch); !text.empty()) RC_FAIL(text);
  });
}

void print(const std::string& name, const Comparison& comparison, double seconds) {
  const auto ends = comparison.coverage(false), faults = comparison.coverage(true);
  std::cout << "    " << name << ": " << comparison.runs() << " runs in "
            << comparison.relation().size() << " steps and contexts; paths taken: " << ends.taken
            << " of " << ends.all << ", and " << faults.taken << " of " << faults.all
            << " that end in a fault; " << seconds << " s\n";
}

TEST(Agreement, EveryStepOnRandomStates) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Paths> relation = relation_of(standard(), {1, 2});
  const double extracted = seconds_since(start);
  Comparison comparison(relation, standard(), 4000);
  EXPECT_EQ(comparison.examples(), "");
  EXPECT_TRUE(agree("standard", comparison, kThorough ? 100 : 30));
  for (std::size_t r = 0; r < comparison.relation().size(); ++r) {
    const Paths& paths = comparison.relation()[r];
    std::cout << "    " << steps<Terms>()[paths.step()].name << " in context " << paths.context()
              << ": " << comparison.taken(r).size() << " of " << paths.list().size() << " paths\n";
  }
  std::cout << "    RC_PARAMS: " << kParameters << "; all paths in " << extracted << " s\n";
  print("standard", comparison, seconds_since(start));
  EXPECT_GE(comparison.coverage(false).share(), kCoverage);
  EXPECT_GE(comparison.coverage(true).share(), kCoverage);
}

class AgreementUnder : public testing::TestWithParam<Setting> {};

TEST_P(AgreementUnder, EveryStep) {
  const Setting& setting = GetParam();
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Paths> relation = relation_of(setting, {setting.user.free() ? 1 : 0});
  Comparison comparison(relation, setting, 500);
  EXPECT_EQ(comparison.examples(), "");
  EXPECT_TRUE(agree(setting.name, comparison, kThorough ? 10 : 2));
  print(setting.name, comparison, seconds_since(start));
  EXPECT_GE(comparison.coverage(false).share(), kCoverage);
  EXPECT_GE(comparison.coverage(true).share(), kCoverage);
}
INSTANTIATE_TEST_SUITE_P(Settings, AgreementUnder, testing::ValuesIn(others()), [](auto& tested) {
  std::string name = tested.param.name;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

// The first choice of one step has two alternatives, that of the next one sixteen.
TEST(Agreement, OneNameMayHaveTwoIntervals) {
  const auto choice = [](int alternatives) {
    return symbolic::variable("agreement", symbolic::Sort::integer, 0, alternatives - 1);
  };
  EXPECT_EQ(choice(2)->hi, 1);
  EXPECT_EQ(choice(16)->hi, 15);
}

TEST(Agreement, AllStepsAreCompared) {
  EXPECT_EQ(steps<Terms>().size(), kernel::all_steps().size() - 1);
  EXPECT_EQ(steps<Concrete>().size(), steps<Terms>().size());
  for (std::size_t i = 0; i < steps<Terms>().size(); ++i) {
    EXPECT_EQ(steps<Terms>()[i].name, steps<Concrete>()[i].name);
    EXPECT_EQ(number_of<Terms>(steps<Terms>()[i].run), static_cast<int>(i));
    EXPECT_EQ(number_of<Concrete>(steps<Concrete>()[i].run), static_cast<int>(i));
  }
}

// --- what is different is seen ---------------------------------------------------------------

// Every fourth one, and others the next day, unless the run is thorough.
TEST(AgreementSees, AnyDefectInTheBytesAlone) {
  const std::vector<Paths> relation = relation_of(repaired(), {1});
  constexpr std::time_t kSecondsPerDay = 86400;
  auto turn = static_cast<std::size_t>(std::time(nullptr) / kSecondsPerDay);
  for (const kernel::DefectRow& row : kernel::kDefects) {
    if (++turn % 4 != 0 && !kThorough) continue;
    // No state within these bounds has a fifth task or a fourth namespace.
    if (row.where == kernel::kPropsAlone) continue;
    Comparison comparison(relation, with(repaired(), row.defect), 200);
    std::string text = comparison.examples(false);
    for (std::uint64_t seed = 1; text.empty() && seed <= 50; ++seed)
      text = comparison.batch(seed, 10);
    EXPECT_NE(text, "") << row.name;
  }
}

// A path that is wrong in any one thing is noticed in the state that the solver found for it.  Of
// the paths a sixth, unless the run is thorough.
TEST(AgreementSees, AnyPathThatIsWrong) {
  const Setting setting = standard();
  RandomStates states(setting, 2007, 1);
  int seen = 0, tried = 0, unreached = 0;
  for (const Paths& paths : relation_of(setting, {1}))
    for (std::size_t p = 0; p < paths.list().size(); ++p) {
      const Path& path = paths.list()[p];
      if (!path.possible || (!kThorough && (seen++ % 6) != 0)) continue;
      Flat state = states.anything();
      RandomStates::put(path, state);
      std::set<std::size_t> taken;
      ASSERT_EQ(differences(setting, paths, state, &taken), "");
      if (taken.count(p) == 0) {
        ++unreached;
        continue;
      }
      const auto wrong = [&](auto&& change) {
        Path other = path;
        change(other);
        ++tried;
        EXPECT_NE(differences(setting, paths.with(p, other), state), "")
            << report(setting, paths.with(p, other), state);
      };
      const auto other_value = [](Term t) {
        return t->sort == symbolic::Sort::truth ? symbolic::negate(t)
                                                : symbolic::add(t, symbolic::number(1));
      };
      for (std::size_t i = 0; i < path.guard.size(); ++i)
        wrong([&](Path& o) { o.guard[i] = symbolic::negate(o.guard[i]); });
      for (std::size_t i = 0; i < path.post.size(); ++i)
        wrong([&](Path& o) { o.post[i].second = other_value(o.post[i].second); });
      for (std::size_t i = 0; i < kReports; ++i)
        wrong([&](Path& o) { o.reports[i] = other_value(o.reports[i]); });
      wrong([&](Path& o) { o.outcome.then = o.outcome.then < 0 ? 0 : -1; });
      wrong([](Path& o) {
        const bool bug = o.outcome.fault == lang::Fault::bug;
        o.outcome.fault = bug ? lang::Fault::panic : lang::Fault::bug;
      });
    }
  std::cout << "    " << tried << " wrong paths seen; " << unreached
            << " paths were not taken by their example\n";
}

}  // namespace
}  // namespace nsmc::agreement
