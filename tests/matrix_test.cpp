// Seeded defect by property: exactly the expected cells break, and no property is left without one.
// SPDX-License-Identifier: MIT
//
// A property that no defect can break is worth nothing, and a defect that breaks more than it
// should shows a property that says something else than its sentence.  The model with all known
// fixes is the base: in every playground it breaks nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <future>
#include <map>
#include <mutex>
#include <set>

#include "checker/cli/binding.hpp"
#include "checker/cli/reduced.hpp"
#include "checker/cli/settings.hpp"
#include "checker/cli/shipped.hpp"
#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "props/props.hpp"

namespace nsmc {
namespace {

using kernel::Call;
using kernel::Config;
using kernel::Granularity;
using kernel::Pidns;
using kernel::Syscall;

struct Playground {
  Config config;
  std::vector<Call> calls;  // in free mode; empty: the programs of `user`
  kernel::Userland user = {};
};

const Call kFork{Syscall::clone, 0};
const Call kNewPid{Syscall::clone, kernel::CL_NEWPID};
const Call kNewPidNet{Syscall::clone, kernel::CL_NEWPID | kernel::CL_NEWNET};
const Call kThread{Syscall::clone, kernel::CL_THREAD | kernel::CL_SIGHAND | kernel::CL_VM};
const Call kNewPidThread{
    Syscall::clone, kernel::CL_NEWPID | kernel::CL_THREAD | kernel::CL_SIGHAND | kernel::CL_VM};
const Call kParent{Syscall::clone, kernel::CL_PARENT};
const Call kExit{Syscall::exit};
const Call kWait{Syscall::wait4};
const Call kKill{Syscall::kill};
const Call kKillAll{Syscall::kill, -1};
const Call kReaddir{Syscall::readdir_proc, -2};
const Call kIgnore{Syscall::signal, 1};
const Call kForkSecond{Syscall::clone, 0, 2};
const Call kUnshare{Syscall::unshare, kernel::CL_NEWPID};
const Call kJoin{Syscall::setns};
const Call kOwnSecond{Syscall::fcntl_setown, 0, 2};

// The kernels of the bitmap with the fixes that the playgrounds can meet: defects of the bitmap do
// not show in an idr.
constexpr kernel::Changes kRepaired = [] {
  using kernel::Change;
  return kernel::kOlderThanThePatch.with(
      {Change::bz_07, Change::bz_08, Change::bz_09, Change::bz_10, Change::bz_11, Change::bz_15,
       Change::bz_16, Change::bz_17, Change::bz_18, Change::bz_19, Change::bz_20, Change::bz_22,
       Change::bz_37, Change::bz_53});
}();

Config bounds(int tasks, int namespaces, int pid_max, int calls) {
  Config c;
  c.tasks = tasks;
  c.namespaces = namespaces;
  c.pids = tasks;
  c.nsproxies = namespaces;
  c.pid_max = pid_max;
  c.calls = calls;
  c.changes = kRepaired;
  return c;
}

const std::map<std::string_view, Playground>& playgrounds() {
  static const std::map<std::string_view, Playground> kAll = [] {
    std::map<std::string_view, Playground> all;
    all["steps"] = {bounds(3, 2, 4, 6), {kFork, kNewPid, kExit, kWait, kKill}};
    all["threads"] = {bounds(3, 2, 4, 5), {kNewPid, kThread, kNewPidThread, kExit, kWait}};
    all["threads"].config.nsproxies = 3;
    all["failures"] = {bounds(3, 2, 4, 4), {kNewPidNet, kFork, kExit, kKill}};
    all["failures"].config.failures = 1;
    all["nested"] = {bounds(3, 3, 4, 8), {kFork, kNewPid, kExit, kWait, kKill}};
    all["nested"].config.steps = Granularity::syscall;
    all["two-creators"] = {bounds(4, 3, 6, 3), {kFork, kNewPid}};
    all["wrap"] = {bounds(3, 1, 5, 0), {kFork, kExit, kWait}};
    all["wrap"].config.reserved_pids = 3;
    all["births"] = {bounds(4, 2, 5, 4), {kNewPid, kFork, kExit}};
    all["forkers"] = {bounds(4, 1, 6, 3), {kFork}};
    all["ignoring"] = {bounds(3, 2, 4, 5), {kNewPid, kFork, kExit, kIgnore}};
    all["siblings"] = {bounds(3, 2, 4, 5), {kNewPid, kParent, kExit, kWait}};
    // What came with 3.8, on the last kernel.
    all["entered"] = {bounds(3, 2, 4, 5), {kNewPid, kFork, kUnshare, kJoin, kExit}};
    all["entered"].config.nsproxies = 3;
    all["entered"].config.changes = kernel::kernels().back().changes;
    // A pid outlives its task while somebody's files have it; the last call replaces it by nobody.
    all["owner"] = {bounds(3, 2, 4, 0), {}};
    all["owner"].user.initial_label = 1;
    all["owner"].user.programs[1] = {kForkSecond, kOwnSecond, kWait, kOwnSecond};
    all["owner"].user.programs[2] = {kOwnSecond, kExit};
    all["kill-all"] = {bounds(3, 2, 4, 4), {kNewPid, kFork, kKillAll, kExit}};
    all["readdir"] = {bounds(2, 1, 4, 2), {kReaddir, kFork}};
    all["nested-init"] = {bounds(3, 3, 4, 4), {kNewPid, kExit, kWait}};
    all["deep"] = {bounds(4, 4, 5, 7), {kNewPid, kExit, kWait}};
    all["deep"].config.steps = Granularity::syscall;
    all["deep"].config.max_level = 2;
    // Both want the first number of the second page.
    all["two-forkers"] = {bounds(4, 1, 6, 0), {}};
    all["two-forkers"].config.bits_per_page = 3;
    all["two-forkers"].user.initial_label = 1;
    all["two-forkers"].user.starting = {2};
    all["two-forkers"].user.programs[1] = all["two-forkers"].user.programs[2] = {kFork};
    return all;
  }();
  return kAll;
}

kernel::Userland userland(const Playground& playground) {
  kernel::Userland user = playground.user;
  user.free_calls = playground.calls;
  return user;
}

struct Found {
  std::set<std::string> ids;  // what breaks
  std::string incomplete;     // why the search was cut short; it must not be
};

// Expects nothing, so that any thread may ask.
Found search(const Config& config, const kernel::Userland& user) {
  const Pidns system(config, user);
  std::vector<lang::Property<Pidns>> claims;
  for (const props::Row& row : props::catalogue()) claims.push_back(props::property(row));
  const auto result = cli::search_whole(system, claims, {.states_max = 3'000'000});
  Found found{{}, result.incomplete};
  for (std::size_t i = 0; i < claims.size(); ++i)
    if (result.findings[i].verdict == checker::Verdict::violated) found.ids.insert(claims[i].id);
  return found;
}

// What breaks there; the search must be complete.
std::set<std::string> broken(std::string_view where, const Config& config,
                             const kernel::Userland& user) {
  const Found found = search(config, user);
  EXPECT_EQ(found.incomplete, "") << where;
  return found.ids;
}

std::string joined(const std::set<std::string>& ids) {
  std::string text;
  for (const props::Row& row : props::catalogue())
    if (ids.count(std::string(row.id)) != 0)
      text += (text.empty() ? "" : " ") + std::string(row.id);
  return text;
}

void print_row(std::string_view name, const std::set<std::string>& ids) {
  std::printf("%-40s", std::string(name).c_str());
  for (const props::Row& row : props::catalogue())
    std::printf("%s", ids.count(std::string(row.id)) != 0 ? "  X " : "  . ");
  std::printf("\n");
}

void print_head() {
  std::printf("%-40s", "");
  for (const props::Row& row : props::catalogue()) std::printf("%4s", std::string(row.id).c_str());
  std::printf("\n");
}

TEST(Matrix, TheRepairedModelBreaksNothingButWhatIsKnown) {
  for (const auto& [name, playground] : playgrounds()) {
    EXPECT_EQ(joined(broken(name, playground.config, userland(playground))), "") << name;
    Config today = playground.config;
    today.changes = kernel::kernels().back().changes;
    EXPECT_EQ(joined(broken(name, today, userland(playground))), "") << name << ", last kernel";
  }
}

// Where fixes are looked for: every playground, and the scenarios of a fix of its own.
struct Place {
  std::string name;
  Config config;
  kernel::Userland user;
  std::string only = "";       // for this row; empty: for each
  kernel::Changes given = {};  // besides those of the kernel

  bool is_for(const kernel::ChangeRow& row) const {
    return row.change && (only.empty() || only == row.id);
  }
};

const std::vector<Place>& places() {
  static const std::vector<Place> kAll = [] {
    std::vector<Place> all;
    for (const auto& [name, playground] : playgrounds())
      all.push_back({std::string(name), playground.config, userland(playground)});
    for (const traces::Scenario& s : cli::shipped_scenarios())
      if (const auto& e = s.question.expectations; !e.empty() && e[0].bug) {
        const cli::Bound bound = cli::bind(s);
        all.push_back({s.name.text, bound.system->config(), bound.system->userland(),
                       e[0].bug->text, cli::changes_given(s)});
      }
    return all;
  }();
  return kAll;
}

// A place, and the changes of a kernel.
using Key = std::pair<const Place*, kernel::Changes>;

// The place on the last kernel without this change, and the same kernel with it.
Key before(const Place& place, const kernel::ChangeRow& row) {
  kernel::Changes changes = place.given;
  for (const kernel::ChangeRow* older = std::begin(kernel::kChanges); older != &row; ++older)
    if (older->change) changes = changes.with(*older->change);
  return {&place, changes};
}
Key after(const Place& place, const kernel::ChangeRow& row) {
  return {&place, before(place, row).second.with(*row.change)};
}

// What breaks in each place before and after each of its changes.  One's after is the next one's
// before, and is searched once.  Two at a time, place by place; of a search only the ids are kept,
// so that there is never more memory than for two.
const std::map<Key, Found>& found_everywhere() {
  static const std::map<Key, Found> kAll = [] {
    std::vector<Key> keys;
    for (const Place& place : places())
      for (const kernel::ChangeRow& row : kernel::kChanges)
        if (place.is_for(row))
          for (const Key& key : {before(place, row), after(place, row)})
            if (keys.empty() || keys.back() != key) keys.push_back(key);
    std::map<Key, Found> all;
    std::mutex mutex;
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < keys.size(); i = next++) {
        Config config = keys[i].first->config;
        config.changes = keys[i].second;
        Found found = search(config, keys[i].first->user);
        const std::lock_guard lock(mutex);
        all.emplace(keys[i], std::move(found));
      }
    };
    std::future<void> other = std::async(std::launch::async, work);
    work();
    other.get();
    return all;
  }();
  return kAll;
}

// What breaks on the last kernel that had the bug, and no more with its fix, in any playground
// or scenario of its own, whatever else was wrong in those days.
std::set<std::string> mended(const kernel::ChangeRow& bug) {
  std::set<std::string> ids;
  for (const Place& place : places()) {
    if (!place.is_for(bug)) continue;
    const Found& without = found_everywhere().at(before(place, bug));
    const Found& with = found_everywhere().at(after(place, bug));
    for (const Found* found : {&without, &with}) EXPECT_EQ(found->incomplete, "") << place.name;
    for (const std::string& id : without.ids)
      if (with.ids.count(id) == 0) ids.insert(id);
  }
  return ids;
}

TEST(Matrix, EveryFixMendsExactlyTheListedProperties) {
  print_head();
  for (const kernel::ChangeRow& row : kernel::kChanges) {
    if (!row.change) continue;
    const std::set<std::string> ids = mended(row);
    print_row(row.id, ids);
    EXPECT_EQ(joined(ids), row.breaks) << row.id;
  }
}

TEST(Matrix, EveryDefectBreaksExactlyTheListedPropertiesAndEveryPropertyHasOne) {
  std::set<std::string> covered;
  print_head();
  for (const kernel::DefectRow& row : kernel::kDefects) {
    if (row.where == kernel::kPropsAlone) continue;
    const Playground& playground = playgrounds().at(row.where);
    Config config = playground.config;
    config.defect = row.defect;
    const std::set<std::string> ids = broken(row.where, config, userland(playground));
    print_row(row.name, ids);
    EXPECT_EQ(joined(ids), row.breaks) << row.name;
    EXPECT_FALSE(ids.empty()) << row.name;
    covered.insert(ids.begin(), ids.end());
  }
  for (const kernel::ChangeRow& row : kernel::kChanges)
    if (row.change) covered.merge(mended(row));
  for (const props::Row& row : props::catalogue())
    EXPECT_EQ(covered.count(std::string(row.id)), 1U) << row.id << " is broken by no defect";
}

// What needs more than four tasks or three namespaces, nothing here can see: only property test
// runs go there (tests/props_test.py).
TEST(Matrix, WhatIsForPropertyTestRunsAloneBreaksNothingHere) {
  for (const kernel::DefectRow& row : kernel::kDefects) {
    if (row.where != kernel::kPropsAlone) continue;
    for (const auto& [name, playground] : playgrounds()) {
      Config config = playground.config;
      config.changes = kernel::kernels().back().changes;
      config.defect = row.defect;
      EXPECT_EQ(joined(broken(name, config, userland(playground))), "")
          << row.name << " in " << name;
    }
  }
}

}  // namespace
}  // namespace nsmc
