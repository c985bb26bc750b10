// Kernel functions of the model run on Z3 terms, from the same source: proofs for all values.
// SPDX-License-Identifier: MIT
//
// The heap has any number of objects and counts have 32 bits.  A goal about namespace `x` is about
// every namespace: x is a constant of which nothing is assumed.  No other task runs in between.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "model/kernel/pid_namespace.hpp"
#include "model/kernel/pidmap.hpp"
#include "tests/symbolic_domain.hpp"

namespace nsmc::symbolic {
namespace {

using kernel::Config, kernel::Defect, kernel::Fault, kernel::stack;
using lang::Next;
using S = Symbolic;
using Refuted = std::set<std::string>;

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
Bool same_but_for_one_more(const Int& x, const Int& taken) {  // &init_pid_ns is not counted
  const Bool counted = (x == taken) & (x != 1);
  return (counted | same_kref(x)) & ((!counted) | (at(x).kref == at(x).kref.before() + 1));
}

// What put_pid_ns() drops: any namespace, at the depth at which its recursion starts.
Int dropped() {
  auto& local = stack<S>().put_pid_ns;
  local.depth = 0;
  return local.ns.load();
}
Next get(const Int& ns) {
  stack<S>().put_pid_ns.ns = kernel::get_pid_ns<S>(kernel::ns_ptr<S>{ns});
  return lang::ret();
}

TEST(SymbolicSpike, AReferenceThatIsTakenAndDroppedLeavesNoTraceInAnyHeap) {
  const Proof proof = for_all_paths(Config{}, [](Proof& p) {
    const Int ns = dropped(), x = p.any("x");
    p.assume(one_of_many(ns) & (at(ns).kref >= 1) & (at(ns).kref < kIntMax));
    const Outcome put = attempt([&] {
      get(ns);
      return call_to_return(kernel::put_pid_ns<S>::kref_put);
    });
    EXPECT_EQ(put.fault, Fault::none);
    p.claim("every kref is as before", same_kref(x));
    p.claim("nothing is freed", same_allocation(x));
  });
  EXPECT_EQ(proof.refuted, Refuted{});
}

TEST(SymbolicSpike, AReferenceTakenFromAFullCountIsAnOopsSoTheBoundIsNeeded) {
  for_all_paths(Config{}, [](Proof& p) {
    const Int ns = dropped();
    p.assume(one_of_many(ns) & (at(ns).kref == kIntMax));
    EXPECT_EQ(attempt([&] { return get(ns); }).fault, Fault::out_of_range);
  });
}

Proof put_the_last(const Config& config) {
  return for_all_paths(config, [](Proof& p) {
    const Int ns = dropped(), parent = at(ns).parent.load(), x = p.any("x");
    p.assume(one_of_many(ns) & (at(ns).kref == 1) & (S::on().state.free_depth >= 0));
    const Outcome put = attempt(kernel::put_pid_ns<S>::kref_put);
    ASSERT_EQ(put.next.to, kernel::put_pid_ns<S>::free_pid_ns);
    const Outcome freed = attempt(put.next.to);
    EXPECT_EQ(freed.fault, Fault::none);
    p.claim("the namespace is freed", at(ns).allocated == 0);
    p.claim("no other is freed", (x == ns) | same_allocation(x));
    p.claim("no other kref changes", (x == ns) | same_kref(x));
    p.claim("the parent's reference is handed on", stack<S>().put_pid_ns.ns.load() == parent,
            {{"ns", ns}, {"parent", parent}});
    p.claim("and is dropped next", freed.next.to == kernel::put_pid_ns<S>::kref_put);
  });
}

TEST(SymbolicSpike, TheLastPutFreesExactlyItsNamespaceAndHandsTheParentsReferenceOn) {
  EXPECT_EQ(put_the_last(Config{}).refuted, Refuted{});
}
TEST(SymbolicSpike, ExactlyThatHandoverIsRefutedForTheDefectThatKeepsTheReference) {
  EXPECT_EQ(put_the_last(with(Defect::free_pid_ns_keeps_parent)).refuted,
            (Refuted{"the parent's reference is handed on", "and is dropped next"}));
}

TEST(SymbolicSpike, APutAtZeroIsAnOopsAndNoPathWithAReferenceComesThere) {
  const auto put = [](Bool (*precondition)(const Int& kref), Fault expected) {
    for_all_paths(Config{}, [&](Proof& p) {
      const Int ns = dropped();
      p.assume(one_of_many(ns) & precondition(at(ns).kref));
      EXPECT_EQ(attempt(kernel::put_pid_ns<S>::kref_put).fault, expected);
    });
  };
  put([](const Int& kref) { return kref == 0; }, Fault::refcount_underflow);
  put([](const Int& kref) { return (kref >= 1) & (kref <= kIntMax); }, Fault::none);
}

TEST(SymbolicSpike, NothingThatIsTakenOrDroppedChangesInitPidNsNotEvenOnPathsThatOops) {
  for (const bool config_pid_ns : {true, false}) {
    Config config;
    config.config_pid_ns = config_pid_ns;
    const Proof proof = for_all_paths(config, [](Proof& p) {
      const Int ns = dropped();  // any pointer
      attempt([&] {
        if (p.any("choice") == 0) return get(ns);
        const Next next = kernel::put_pid_ns<S>::kref_put();
        return next.kind == Next::Kind::go ? next.to() : next;
      });
      p.claim("init_pid_ns is as before", same_kref(1) & same_allocation(1));
    });
    EXPECT_EQ(proof.refuted, Refuted{});
  }
}

// copy_pid_ns() up to where it would create a namespace.
Proof copy_pid_ns(const Config& config) {
  return for_all_paths(config, [](Proof& p) {
    auto& local = stack<S>().copy_pid_ns;
    const Int flags = stack<S>().copy_process.flags, old_ns = local.old_ns.load(), x = p.any("x");
    const Bool newpid = (flags & kernel::CL_NEWPID) != 0;
    const Bool thread = (flags & kernel::CL_THREAD) != 0;
    p.assume((old_ns == 1) | ((old_ns > 1) & (at(old_ns).kref >= 1)));
    p.assume((at(old_ns).allocated == 1) & (at(old_ns).kref < kIntMax));
    p.assume((at(old_ns).level >= 0) & (at(old_ns).level < kIntMax));
    const Outcome got = attempt(kernel::copy_pid_ns<S>::get_old);
    ASSERT_EQ(got.fault, Fault::none);
    if (got.next.to == kernel::create_pid_namespace<S>::alloc) {
      p.claim("one is created only for CLONE_NEWPID without CLONE_THREAD", newpid & !thread);
      p.claim("and one level down", stack<S>().create_pid_namespace.level == at(old_ns).level + 1);
      p.claim("while a reference is held", same_but_for_one_more(x, old_ns));
      return;
    }
    if (got.next.kind == Next::Kind::call) call_to_return(got.next.to);
    p.claim("nothing is freed", same_allocation(x));
    if (stack<S>().ret == 0) {
      p.claim("success is for clones without CLONE_NEWPID", !newpid);
      p.claim("the same namespace is returned", local.new_ns.load() == old_ns);
      p.claim("with one more reference", same_but_for_one_more(x, old_ns));
    } else {
      p.claim("an error is for CLONE_NEWPID with CLONE_THREAD", newpid & thread);
      p.claim("it is EINVAL", stack<S>().ret == kernel::kEinval);
      p.claim("with EINVAL every kref is as before", same_kref(x), {{"x", x}, {"flags", flags}});
    }
  });
}

TEST(SymbolicSpike, CopyPidNsReturnsTheSameNamespaceWithAReferenceOrEinvalWithNone) {
  const Proof proof = copy_pid_ns(Config{});
  EXPECT_EQ(proof.refuted, Refuted{});
  EXPECT_EQ(proof.paths, 6);  // &init_pid_ns or another, times three answers
}
TEST(SymbolicSpike, ExactlyEinvalsBalanceIsRefutedForTheDefectThatKeepsTheReference) {
  EXPECT_EQ(copy_pid_ns(with(Defect::copy_pid_ns_einval_keeps_reference)).refuted,
            Refuted{"with EINVAL every kref is as before"});
}

TEST(SymbolicSpike, CopyPidNsWithAllThatItCallsMakesOneChildOrChangesNoNamespace) {
  Config config;
  config.failures = 3;
  int made = 0, failed = 0, asleep = 0;
  const Proof proof = for_all_paths(config, [&](Proof& p) {
    const Int old_ns = stack<S>().copy_pid_ns.old_ns.load(), x = p.any("x");
    stack<S>().copy_process.flags = kernel::CL_NEWPID;
    p.assume(one_of_many(old_ns) & (at(old_ns).kref >= 1) & (at(old_ns).kref < kIntMax - 1));
    p.assume((at(old_ns).level >= 0) & (at(old_ns).level < kIntMax - 1));
    p.assume((S::on().state.pid_ns_cachep == 1) & (S::on().state.failures == 0));
    const Outcome got = attempt([] { return call_to_return(kernel::copy_pid_ns<S>::get_old); });
    EXPECT_EQ(got.fault, Fault::none);
    if (got.next.kind == Next::Kind::block) {  // on pid_caches_mutex
      ++asleep;
    } else if (stack<S>().ret == 0) {
      ++made;
      const Int ns = stack<S>().copy_pid_ns.new_ns.load();
      p.claim("it is new", (at(ns).allocated.before() == 0) & (at(ns).kref == 1));
      p.claim("a child", (at(ns).parent.load() == old_ns) & (at(ns).level == at(old_ns).level + 1));
      p.claim("with a reference", at(old_ns).kref == at(old_ns).kref.before() + 1);
      p.claim("that is all", (x == old_ns) | (x == ns) | (same_kref(x) & same_allocation(x)));
    } else {
      ++failed;
      p.claim("there is no memory", stack<S>().ret == kernel::kEnomem);
      p.claim("no namespace is left", same_allocation(x));
      p.claim("none has changed", (at(x).allocated == 0) | same_kref(x));
    }
  });
  EXPECT_EQ(proof.refuted, Refuted{});
  EXPECT_TRUE(made > 0 && failed > 0 && asleep > 0);
}

// kernel/pid.c's own constants on a 64-bit machine.
constexpr int kBits = 8 * 4096, kLimit = 4 * 1024 * 1024;  // BITS_PER_PAGE, PID_MAX_LIMIT
Config real_constants() {
  Config config;
  config.pid_max = kLimit;
  config.reserved_pids = 300;
  config.bits_per_page = kBits;
  return config;
}

TEST(SymbolicSpike, NumbersArePagesAndOffsetsOfThePidmapWithRealConstants) {
  ASSERT_EQ(real_constants().pidmap_entries(), 128);
  const Proof proof = for_all_paths(real_constants(), [](Proof& p) {
    const Int nr = p.any("nr"), page = nr / kBits, offset = nr % kBits;
    p.assume((nr >= 0) & (nr < kLimit));
    p.claim("the page is in range", (page >= 0) & (page < 128));
    p.claim("so is the offset", (offset >= 0) & (offset < kBits));
    p.claim("mk_pid() is the inverse", kernel::mk_pid<S>(page, offset) == nr);
    p.claim("alloc_pidmap() looks at every page, and twice at one it starts inside",
            kernel::max_scan<S>(nr) * kBits >= kLimit - kBits + (offset != 0 ? kBits : 0));
  });
  EXPECT_EQ(proof.refuted, Refuted{});
}

// next_pidmap() of any namespace, after any number that meets the precondition.
template <class Precondition, class Judge>
void next_pidmap(Precondition precondition, Judge judge) {
  const Proof proof = for_all_paths(real_constants(), [&](Proof& p) {
    const Int ns = p.any("ns"), last = p.any("last");
    p.assume(one_of_many(ns));
    p.assume(precondition(ns, last));
    Int next = 0;
    const Outcome got = attempt([&] {
      next = kernel::next_pidmap<S>(kernel::ns_ptr<S>{ns}, last);
      return lang::ret();
    });
    judge(p, last, next, got.fault);
  });
  EXPECT_EQ(proof.refuted, Refuted{});
}

TEST(SymbolicSpike, NextPidmapFindsTheNumberAfterLastOnEachOfThe128Pages) {
  next_pidmap(
      [](const Int& ns, const Int& last) {
        const auto& page = at(ns).pidmap_.at((last + 1) / kBits);
        return (last >= -1) & (last < kLimit - 1) & (page.page == 1) &
               S::test_bit(page.bits, (last + 1) % kBits);
      },
      [](Proof& p, const Int& last, const Int& next, Fault fault) {
        EXPECT_EQ(fault, Fault::none);
        p.claim("it is the next number", next == last + 1);
      });
}
TEST(SymbolicSpike, NextPidmapFromTheLastPagesOnGivesALargerNumberOrNone) {
  next_pidmap(
      [](const Int&, const Int& last) { return (last >= kLimit - 3 * kBits) & (last < kIntMax); },
      [](Proof& p, const Int& last, const Int& next, Fault fault) {
        EXPECT_EQ(fault, Fault::none);
        p.claim("none, or larger", (next == -1) | ((next > last) & (next < kLimit)));
      });
}
TEST(SymbolicSpike, NextPidmapAfterANegativeNumberReadsBeforeThePidmap) {  // CVE-2011-1593
  next_pidmap(
      [](const Int&, const Int& last) { return (last >= kIntMin) & (last < -kBits); },
      [](Proof&, const Int&, const Int&, Fault fault) { EXPECT_EQ(fault, Fault::out_of_range); });
}

}  // namespace
}  // namespace nsmc::symbolic
