// The kernel model as a system: what any engine may rely on, and one kernel against the other.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "checker/explicit/explicit.hpp"
#include "model/kernel/changes.hpp"
#include "props/props.hpp"
#include "tests/naive_explorer.hpp"

namespace nsmc {
namespace {

using kernel::Call;
using kernel::Config;
using kernel::Granularity;
using kernel::Pidns;
using kernel::Syscall;

const Call kFork{Syscall::clone, 0};
const Call kNewPid{Syscall::clone, kernel::CL_NEWPID};
const Call kThread{Syscall::clone, kernel::CL_THREAD | kernel::CL_SIGHAND | kernel::CL_VM};
const Call kExit{Syscall::exit};
const Call kWait{Syscall::wait4};
const Call kKill{Syscall::kill};

Pidns system_of(Granularity steps, int calls, std::vector<Call> free, int failures = 0) {
  Config config;
  config.tasks = 3;
  config.namespaces = 2;
  config.pids = 3;
  config.nsproxies = 2;
  config.pid_max = 4;
  config.calls = calls;
  config.failures = failures;
  config.steps = steps;
  kernel::Userland user;
  user.free_calls = std::move(free);
  return {config, user};
}

using naive::bytes_of;

// Larger than the random models of differential_test.cpp.
TEST(Model, ANaiveSearchFindsTheSameStatesAndTransitionsAsTheEngine) {
  for (const Pidns& system : {system_of(Granularity::kernel, 7, {kFork, kNewPid, kExit, kWait}),
                              system_of(Granularity::syscall, 9, {kFork, kNewPid, kExit, kKill}),
                              system_of(Granularity::kernel, 6, {kNewPid, kThread, kExit}, 1)}) {
    const naive::Explored all = naive::explore(system);
    const auto result = checker::search<Pidns>(system, {}, {});
    EXPECT_EQ(result.states, all.states.size());
    EXPECT_EQ(result.transitions, all.transitions);
    EXPECT_GT(all.states.size(), 400U);
  }
}

TEST(Model, AMoveIsExecutedAsItWasFoundAndNoOtherActionIs) {
  const Pidns system = system_of(Granularity::kernel, 6, {kFork, kNewPid, kExit, kWait}, 1);
  std::mt19937 random(20071010);
  Pidns::State state = system.initial().front();
  for (int walk = 0; walk < 3000; ++walk) {
    std::map<std::string, Pidns::State> moves;
    system.successors(state, [&](const Pidns::Action& action, const Pidns::State& after,
                                 const auto&) {
      const bool is_new =
          moves.emplace(std::string(reinterpret_cast<const char*>(&action), sizeof action), after)
              .second;
      EXPECT_TRUE(is_new) << "two moves have one name";
    });
    for (const auto& [name, after] : moves) {
      Pidns::Action action;
      std::memcpy(&action, name.data(), sizeof action);
      Pidns::State executed;
      Pidns::Events events;
      ASSERT_TRUE(system.execute(state, action, executed, events));
      ASSERT_EQ(bytes_of(executed), bytes_of(after));
      // Any byte changed names another move of this state, or none.
      const std::size_t at = random() % sizeof action;
      std::string other = name;
      other[at] = static_cast<char>(other[at] ^ static_cast<char>(1 + random() % 255));
      std::memcpy(&action, other.data(), sizeof action);
      EXPECT_EQ(system.execute(state, action, executed, events), moves.count(other) == 1);
    }
    if (moves.empty()) {
      state = system.initial().front();
      continue;
    }
    auto next = moves.begin();
    std::advance(next, random() % moves.size());
    state = next->second;
  }
}

TEST(Model, AStoppedKernelStaysStopped) {
  const Pidns system = system_of(Granularity::kernel, 0, {kFork});
  Pidns::State state = system.initial().front();
  state.fault = static_cast<int>(lang::Fault::null_dereference);
  int moves = 0;
  system.successors(state, [&](const auto&, const auto&, const auto&) { ++moves; });
  EXPECT_EQ(moves, 0);
  EXPECT_EQ(system.terminal(state), "the kernel has stopped");
}

TEST(Model, RenderedStatesDifferWhereverStatesDiffer) {
  const Pidns system = system_of(Granularity::kernel, 4, {kFork, kNewPid, kExit});
  std::map<std::string, std::string> by_text;
  std::deque<Pidns::State> queue{system.initial().front()};
  std::set<std::string> seen{bytes_of(queue.front())};
  for (; !queue.empty(); queue.pop_front()) {
    std::string text;
    for (const lang::Field& field : system.fields(queue.front()))
      text += field.name + "=" + field.value + ";";
    EXPECT_TRUE(by_text.emplace(text, bytes_of(queue.front())).second) << text;
    system.successors(queue.front(), [&](const auto&, const Pidns::State& after, const auto&) {
      if (seen.insert(bytes_of(after)).second) queue.push_back(after);
    });
  }
  EXPECT_EQ(by_text.size(), seen.size());
}

TEST(Model, ContradictoryBoundsAreRefused) {
  Config config;
  config.config_namespaces = false;  // and PID_NS=y, which depends on it
  EXPECT_THROW(Pidns(config, {}), std::invalid_argument);
  config = {};
  config.reserved_pids = config.bits_per_page;  // 300 lies within the first page
  EXPECT_THROW(Pidns(config, {}), std::invalid_argument);
  config = {};
  config.pid_max = 32;
  EXPECT_THROW(Pidns(config, {}), std::invalid_argument);
}

TEST(Catalogue, KernelsAreAPrefixOfTheFixesBeforeThem) {
  kernel::Changes before;
  for (const kernel::Kernel& k : kernel::kernels()) {
    EXPECT_EQ(before.without(k.changes), kernel::Changes{}) << k.name << " loses a fix";
    before = k.changes;
  }
  for (int i = 0; i < static_cast<int>(kernel::Change::count); ++i)
    EXPECT_TRUE(before.has(static_cast<kernel::Change>(i))) << "no kernel has change " << i;
}

TEST(Catalogue, BugsNamePropertiesThatExistAndCommitsThatLookLikeCommits) {
  for (const kernel::ChangeRow& bug : kernel::kChanges) {
    for (std::size_t at = 0; at < bug.breaks.size();) {
      const std::size_t end = std::min(bug.breaks.find(' ', at), bug.breaks.size());
      EXPECT_NE(props::find(bug.breaks.substr(at, end - at)), nullptr) << bug.id;
      at = end + 1;
    }
    EXPECT_TRUE(bug.commit.empty() || bug.commit.size() == 12) << bug.id;
    EXPECT_TRUE(bug.commit.empty() || !bug.subject.empty()) << bug.id;
  }
}

TEST(Catalogue, EveryPropertyHasAPremiseAndASource) {
  std::set<std::string_view> ids;
  for (const props::Row& row : props::catalogue()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    EXPECT_NE(row.holds == nullptr, row.holds_move == nullptr) << row.id;
    EXPECT_TRUE(row.premise != nullptr || row.premise_move != nullptr) << row.id;
    EXPECT_FALSE(row.source.empty()) << row.id;
    EXPECT_EQ(row.says.back(), '.') << row.id;
  }
}

}  // namespace
}  // namespace nsmc
