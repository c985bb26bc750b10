// Kernel functions of the model, run on Z3 terms from the same source: proofs, and agreement.
// SPDX-License-Identifier: MIT
//
// The heap has any number of objects and counts have 32 bits.  A goal about namespace `x` is about
// every namespace: x is a constant of which nothing is assumed.  No other task runs in between.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "model/kernel/pid_namespace.hpp"
#include "model/kernel/pidmap.hpp"
#include "tests/symbolic_domain.hpp"

namespace nsmc::symbolic {
namespace {

using kernel::Concrete, kernel::Config, kernel::Defect, kernel::Fault, kernel::stack;
using lang::Next, lang::StepFunction;
using S = Symbolic;
using Counterexample = std::optional<z3::model>;

// Runs a kernel function to its return, with the functions that it calls.
Next call_to_return(StepFunction step) {
  std::vector<StepFunction> callers;
  for (;;) {
    const Next next = step();
    if (next.kind == Next::Kind::go) {
      step = next.to;
    } else if (next.kind == Next::Kind::call) {
      callers.push_back(next.then);
      step = next.to;
    } else if (next.kind == Next::Kind::ret && !callers.empty()) {
      step = callers.back();
      callers.pop_back();
    } else {
      return next;
    }
  }
}

template <class Path>
int for_all_paths(const Config& config, Path path, Sizes sizes = Sizes::kernel) {
  Run run(sizes);
  run.explore([&] {
    const S machine(any_state(), config);
    path();
  });
  std::cout << "    " << run.paths << " paths, " << run.obligations << " obligations, "
            << run.checks << " solver checks\n";
  return run.paths;
}

Int fresh(const char* name) { return Run::on().fresh(name); }
void assume(const Bool& condition) { Run::on().assume(condition); }
void prove(const Bool& goal, const char* what) {
  const Counterexample found = Run::on().refute(goal);
  EXPECT_FALSE(found) << what << " fails in\n" << *found;
}

Config with(Defect defect) {
  Config config;
  config.defect = defect;
  return config;
}

kernel::pid_namespace<S>& at(const Int& ns) { return *S::unchecked<kernel::pid_namespace>(ns); }
Bool one_of_many(const Int& ns) {  // allocated, and not &init_pid_ns
  return (ns > 1) & (at(ns).allocated == 1);
}
Bool same_kref(const Int& x) { return at(x).kref == at(x).kref.before(); }
Bool same_allocation(const Int& x) { return at(x).allocated == at(x).allocated.before(); }

// What put_pid_ns() drops: any namespace, at the depth at which a recursion starts.
Int dropped() {
  auto& local = stack<S>().put_pid_ns;
  local.depth = 0;
  return local.ns.load();
}

TEST(SymbolicSpike, AReferenceThatIsTakenAndDroppedLeavesNoTraceInAnyHeap) {
  for_all_paths(Config{}, [] {
    const Int ns = dropped(), x = fresh("x");
    assume(one_of_many(ns) & (at(ns).kref >= 1) & (at(ns).kref < kIntMax));
    const Outcome put = attempt([&] {
      stack<S>().put_pid_ns.ns = get_pid_ns<S>(kernel::ns_ptr<S>{ns});
      return call_to_return(kernel::put_pid_ns<S>::kref_put);
    });
    EXPECT_EQ(put.fault, Fault::none);
    prove(same_kref(x), "every kref is as before");
    prove(same_allocation(x), "nothing is freed");
  });
}

TEST(SymbolicSpike, AReferenceTakenFromAFullCountIsAnOopsSoTheBoundIsNeeded) {
  for_all_paths(Config{}, [] {
    const Int ns = dropped();
    assume(one_of_many(ns) & (at(ns).kref == kIntMax));
    const auto get = [&] {
      kernel::get_pid_ns<S>(kernel::ns_ptr<S>{ns});
      return lang::ret();
    };
    EXPECT_EQ(attempt(get).fault, Fault::out_of_range);
  });
}

// The last put; the first goal that fails, if any.
Counterexample put_the_last(const Config& config) {
  Counterexample found;
  for_all_paths(config, [&] {
    const Int ns = dropped(), parent = at(ns).parent.load(), x = fresh("x");
    auto& deepest = S::on().state.free_depth;
    assume(one_of_many(ns) & (at(ns).kref == 1) & (deepest >= 0));
    const Outcome put = attempt(kernel::put_pid_ns<S>::kref_put);
    ASSERT_EQ(put.fault, Fault::none);
    ASSERT_EQ(put.next.to, kernel::put_pid_ns<S>::free_pid_ns);
    const Outcome freed = attempt(put.next.to);
    EXPECT_EQ(freed.fault, Fault::none);
    prove(((x == ns) & (at(x).allocated == 0)) | ((x != ns) & same_allocation(x)),
          "exactly this namespace is freed");
    prove((x == ns) | same_kref(x), "no other kref changes");
    const Bool handed_on = stack<S>().put_pid_ns.ns.load() == parent;
    if (const Counterexample here = Run::on().refute(handed_on)) found = here;
    EXPECT_EQ(!found, freed.next.to == kernel::put_pid_ns<S>::kref_put);
    if (found)
      std::cout << "    refuted by ns = " << found->eval(ns.term(), true)
                << ", its parent = " << found->eval(parent.term(), true) << '\n';
  });
  return found;
}

TEST(SymbolicSpike, TheLastPutFreesExactlyItsNamespaceAndHandsTheParentsReferenceOn) {
  EXPECT_FALSE(put_the_last(Config{}));
}
TEST(SymbolicSpike, ThatTheParentsReferenceIsHandedOnIsRefutedForTheDefectThatKeepsIt) {
  EXPECT_TRUE(put_the_last(with(Defect::free_pid_ns_keeps_parent)));
}

TEST(SymbolicSpike, APutAtZeroIsAnOopsAndNoPathWithAReferenceComesThere) {
  const auto fault_if = [](Bool (*of_kref)(const Int&), Fault expected) {
    for_all_paths(Config{}, [&] {
      const Int ns = dropped();
      assume(one_of_many(ns) & of_kref(at(ns).kref));
      EXPECT_EQ(attempt(kernel::put_pid_ns<S>::kref_put).fault, expected);
    });
  };
  fault_if([](const Int& kref) { return kref == 0; }, Fault::refcount_underflow);
  fault_if([](const Int& kref) { return (kref >= 1) & (kref <= kIntMax); }, Fault::none);
}

TEST(SymbolicSpike, NothingThatIsPutOrGottenChangesInitPidNsNotEvenWhatOopses) {
  for (const bool config_pid_ns : {true, false}) {
    Config config;
    config.config_pid_ns = config_pid_ns;
    for_all_paths(config, [] {
      const Int ns = dropped();
      attempt([&] {
        if (fresh("get")) return kernel::get_pid_ns<S>(kernel::ns_ptr<S>{ns}), lang::ret();
        const Next next = kernel::put_pid_ns<S>::kref_put();
        return next.kind == Next::Kind::go ? next.to() : next;
      });
      prove(same_kref(1) & same_allocation(1), "init_pid_ns is as before");
    });
  }
}

// copy_pid_ns() without a namespace to create; the first goal that fails, if any.
Counterexample copy(const Config& config, int expected_paths) {
  Counterexample found;
  const auto goal = [&found](const Bool& holds) {
    if (const Counterexample here = Run::on().refute(holds)) found = here;
  };
  const int paths = for_all_paths(config, [&] {
    auto& local = stack<S>().copy_pid_ns;
    const Int flags = stack<S>().copy_process.flags, old_ns = local.old_ns.load(), x = fresh("x");
    const Bool newpid = (flags & kernel::CL_NEWPID) != 0;
    const Bool thread = (flags & kernel::CL_THREAD) != 0;
    assume((old_ns == 1) | ((old_ns > 1) & (at(old_ns).kref >= 1)));
    assume((at(old_ns).allocated == 1) & (at(old_ns).kref < kIntMax));
    assume((at(old_ns).level >= 0) & (at(old_ns).level < kIntMax));
    const Bool taken = (x == old_ns) & (x != 1);
    const auto one_more = [&] {
      return ((!taken) & same_kref(x)) | (taken & (at(x).kref == at(x).kref.before() + 1));
    };
    const Outcome got = attempt(kernel::copy_pid_ns<S>::get_old);
    ASSERT_EQ(got.fault, Fault::none);
    if (got.next.to == kernel::create_pid_namespace<S>::alloc) {
      goal(newpid & (!thread) & one_more());
      goal(stack<S>().create_pid_namespace.level == at(old_ns).level + 1);
      return;
    }
    if (got.next.kind == Next::Kind::call) call_to_return(got.next.to);
    goal(same_allocation(x));
    if (stack<S>().ret == 0)
      goal((!newpid) & (local.new_ns.load() == old_ns) & one_more());
    else
      goal(newpid & thread & (stack<S>().ret == kernel::kEinval) & same_kref(x));
  });
  EXPECT_EQ(paths, expected_paths);
  return found;
}

TEST(SymbolicSpike, CopyPidNsReturnsTheSameNamespaceWithAReferenceOrEinvalWithNone) {
  EXPECT_FALSE(copy(Config{}, 6));  // &init_pid_ns or another, times three answers
}
TEST(SymbolicSpike, ThatEinvalHoldsNoReferenceIsRefutedForTheDefectThatKeepsIt) {
  EXPECT_TRUE(copy(with(Defect::copy_pid_ns_einval_keeps_reference), 6));
}

TEST(SymbolicSpike, CopyPidNsWithAllThatItCallsMakesOneChildOrChangesNoNamespace) {
  Config config;
  config.failures = 3;
  int made = 0, failed = 0, asleep = 0;
  for_all_paths(config, [&] {
    const Int old_ns = stack<S>().copy_pid_ns.old_ns.load(), x = fresh("x");
    stack<S>().copy_process.flags = kernel::CL_NEWPID;
    assume(one_of_many(old_ns) & (at(old_ns).kref >= 1) & (at(old_ns).kref < kIntMax - 1));
    assume((at(old_ns).level >= 0) & (at(old_ns).level < kIntMax - 1));
    assume((S::on().state.pid_ns_cachep == 1) & (S::on().state.failures == 0));
    const Outcome got = attempt([] { return call_to_return(kernel::copy_pid_ns<S>::get_old); });
    EXPECT_EQ(got.fault, Fault::none);
    if (got.next.kind == Next::Kind::block) {  // on pid_caches_mutex
      ++asleep;
    } else if (stack<S>().ret == 0) {
      ++made;
      const Int new_ns = stack<S>().copy_pid_ns.new_ns.load();
      prove((at(new_ns).allocated.before() == 0) & (at(new_ns).kref == 1), "it is new");
      prove((at(new_ns).parent.load() == old_ns) & (at(new_ns).level == at(old_ns).level + 1),
            "it is a child of the old one");
      prove(at(old_ns).kref == at(old_ns).kref.before() + 1, "which it has a reference to");
      prove((x == old_ns) | (x == new_ns) | (same_kref(x) & same_allocation(x)), "that is all");
    } else {
      ++failed;
      prove(stack<S>().ret == kernel::kEnomem, "there is no memory");
      prove(same_allocation(x) & ((at(x).allocated == 0) | same_kref(x)), "as if never called");
    }
  });
  std::cout << "    " << made << " made, " << failed << " failed, " << asleep << " asleep\n";
  EXPECT_TRUE(made > 0 && failed > 0 && asleep > 0);
}

// kernel/pid.c's own constants on a 64-bit machine.
Config real_constants() {
  Config config;
  config.pid_max = 4 * 1024 * 1024;  // PID_MAX_LIMIT
  config.reserved_pids = 300;
  config.bits_per_page = 8 * 4096;
  return config;
}

// next_pidmap() of any namespace; a fault ends the path.
template <class Judge>
void for_all_next_pidmaps(Bool (*precondition)(const Int& ns, const Int& last), Judge judge) {
  for_all_paths(real_constants(), [&] {
    const Int ns = fresh("ns"), last = fresh("last");
    assume(one_of_many(ns));
    assume(precondition(ns, last));
    Int result = 0;
    const Outcome got = attempt([&] {
      result = kernel::next_pidmap<S>(kernel::ns_ptr<S>{ns}, last);
      return lang::ret();
    });
    judge(last, result, got.fault);
  });
}
constexpr int kBits = 32768, kLimit = 128 * kBits;

TEST(SymbolicSpike, TheNumbersOfThePidmapAreItsPagesAndOffsetsWithRealConstants) {
  ASSERT_EQ(real_constants().bits_per_page, kBits);
  ASSERT_EQ(real_constants().pidmap_entries() * kBits, kLimit);
  for_all_paths(real_constants(), [] {
    const Int nr = fresh("nr");
    assume((nr >= 0) & (nr < kLimit));
    prove(kernel::mk_pid<S>(nr / kBits, nr % kBits) == nr, "mk_pid() is the inverse");
    prove((nr / kBits < 128) & (nr % kBits >= 0) & (nr % kBits < kBits), "the index is in range");
    prove((kernel::max_scan<S>(nr) + 1) * kBits - nr % kBits >= kLimit, "all pages are looked at");
  });
}

TEST(SymbolicSpike, NextPidmapFindsTheNextNumberOnEveryOneOfThe128Pages) {
  for_all_next_pidmaps(
      [](const Int& ns, const Int& last) {
        const auto& page = at(ns).pidmap_.at((last + 1) / kBits);
        return (last >= -1) & (last + 1 < kLimit) & (page.page == 1) &
               S::test_bit(page.bits, (last + 1) % kBits);
      },
      [](const Int& last, const Int& result, Fault fault) {
        EXPECT_EQ(fault, Fault::none);
        prove(result == last + 1, "the number after last");
      });
}

TEST(SymbolicSpike, NextPidmapFromTheLastPagesReturnsALargerNumberOrNone) {
  for_all_next_pidmaps(
      [](const Int&, const Int& last) { return (last >= kLimit - 3 * kBits) & (last < kIntMax); },
      [](const Int& last, const Int& result, Fault fault) {
        EXPECT_EQ(fault, Fault::none);
        prove((result == -1) | ((result > last) & (result < kLimit)), "in the pidmap, and larger");
      });
}

TEST(SymbolicSpike, NextPidmapFromANegativeOffsetReadsBeforeThePidmap) {  // CVE-2011-1593
  for_all_next_pidmaps(
      [](const Int&, const Int& last) { return (last >= kIntMin) & (last < -kBits); },
      [](const Int&, const Int&, Fault fault) { EXPECT_EQ(fault, Fault::out_of_range); });
}

}  // namespace
}  // namespace nsmc::symbolic
