// The reference of user space refuses wrong stories, and accepts right ones.
// SPDX-License-Identifier: MIT
#include "checker/cli/runs/user_space.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace nsmc::cli {
namespace {

// The global init is 1, P is 2; both are there from the start.
class Story : public testing::Test {
 protected:
  static MachineFacts machine() {
    MachineFacts m;
    m.tasks = m.pids = 8;
    m.namespaces = m.nsproxies = 6;
    m.pid_max = 12;
    m.pid_max_limit = 16;
    m.can_ptrace = true;
    return m;
  }
  static Asked call(const std::string& name, std::set<std::string> words = {}) {
    Asked asked;
    asked.call = name;
    asked.words = std::move(words);
    return asked;
  }
  void whole(Who who, const Asked& asked, int result) {
    world.begins(who, asked);
    world.returns(who, result);
  }
  // A call of `who` that gives this child, which has the last of its numbers at home.
  void makes(Who who, Who child, const std::vector<int>& nspid, std::set<std::string> words = {},
             int result = 0) {
    world.begins(who, call("clone", std::move(words)));
    world.born(who, child, nspid);
    world.returns(who, result != 0 ? result : nspid[0]);
  }
  void exits(Who who) {
    world.begins(who, call("exit"));
    world.dies(who);
  }
  void an_init_with_a_dead_thread_ends(bool is_traced) {
    makes(2, 3, {3, 1}, {"CLONE_NEWPID"});
    Asked thread = call("clone", {"CLONE_THREAD", "CLONE_SIGHAND", "CLONE_VM"});
    thread.names_child = "T";
    world.begins(3, thread);
    world.born(3, 4, {4, 2});
    world.returns(3, 2);
    Asked attach = call("ptrace_attach");
    attach.target = "T";
    if (is_traced) whole(2, attach, 0);
    exits(4);
    world.begins(3, call("exit"));
    world.rests();
  }

  UserSpace world{KernelFacts{}, machine(), {"init", "P"}};
};

TEST_F(Story, AForkAWaitAndNothingElse) {
  makes(2, 3, {3});
  world.sees(3, 3, 2);
  exits(3);
  world.begins(2, call("wait4"));
  world.gone(3);
  world.returns(2, 3);
  whole(2, call("wait4"), -ECHILD);
  world.rests();
  EXPECT_EQ(world.wrong(), "");
}

TEST_F(Story, ANumberIsGivenTwice) {
  makes(2, 3, {3});
  makes(2, 4, {3});
  EXPECT_EQ(world.wrong(), "number 3 is in use already");
}

TEST_F(Story, ANumberIsTooLarge) {
  makes(2, 3, {16});
  EXPECT_NE(world.wrong().find("is outside 1.."), std::string::npos) << world.wrong();
}

// Two tasks at once: the number that is asked for is looked at before the limit is lowered, or
// after.
TEST_F(Story, ALimitIsLoweredWhileANumberIsChosen) {
  Asked wanted = call("clone3"), limit = call("set_pid_max");
  wanted.number = 9;
  limit.number = 8;
  world.begins(2, wanted);
  whole(1, limit, 0);
  world.born(2, 3, {9});
  world.returns(2, 9);
  EXPECT_EQ(world.wrong(), "");
  wanted.number = 10;
  world.begins(2, wanted);
  world.born(2, 4, {10});
  EXPECT_EQ(world.wrong(), "number 10 is outside 1..7");
}

TEST_F(Story, TheFirstOfANamespaceIsNotNumberOne) {
  makes(2, 3, {3, 2}, {"CLONE_NEWPID"});
  EXPECT_EQ(world.wrong(), "the first process of a namespace is number 2 there");
}

TEST_F(Story, AProcessLacksTheNumberOfALevel) {
  makes(2, 3, {3}, {"CLONE_NEWPID"});
  EXPECT_EQ(world.wrong(), "a process at level 1 has 1 numbers");
}

TEST_F(Story, TheParentOfAnInitIsOutside) {
  makes(2, 3, {3, 1}, {"CLONE_NEWPID"});
  world.sees(3, 1, 0);
  EXPECT_EQ(world.wrong(), "");
  world.sees(3, 1, 2);
  EXPECT_EQ(world.wrong(), "getppid() is 2, and the parent is number 0");
}

// exit_notify(): who ignores SIGCHLD has no zombies; that a child is on its way out already is not
// undone by the end of its parent.
TEST_F(Story, AnHeirMayNotSeeADeadChildThatReapsItself) {
  makes(1, 3, {3});  // somebody to wait for
  whole(2, call("signal", {"SIG_IGN"}), 0);
  makes(2, 4, {4});
  exits(4);
  exits(2);
  world.begins(1, call("wait4"));
  world.gone(2);
  world.returns(1, 2);
  whole(1, call("wait4", {"WNOHANG"}), 0);
  EXPECT_EQ(world.wrong(), "");
}
TEST_F(Story, AnHeirSeesADeadChildOfSomebodyWhoListened) {
  makes(1, 3, {3});
  makes(2, 4, {4});
  exits(4);
  exits(2);
  world.begins(1, call("wait4"));
  world.gone(2);
  world.returns(1, 2);
  whole(1, call("wait4", {"WNOHANG"}), 0);
  EXPECT_EQ(world.wrong(), "wait4() returns 0, and number 4 is a dead child");
}

TEST_F(Story, AWaitGivesAStranger) {
  makes(1, 3, {3});
  exits(3);
  whole(2, call("wait4"), 3);
  EXPECT_EQ(world.wrong(), "wait4() returns 3, which is no dead child");
}

TEST_F(Story, AWaitGivesALivingChild) {
  makes(2, 3, {3});
  whole(2, call("wait4"), 3);
  EXPECT_NE(world.wrong(), "");
}

TEST_F(Story, AChildIsWaitedForTwice) {
  makes(2, 3, {3});
  exits(3);
  for (int i = 0; i < 2; ++i) {
    world.begins(2, call("wait4"));
    if (i == 0) world.gone(3);
    world.returns(2, 3);
  }
  EXPECT_NE(world.wrong(), "");
}

TEST_F(Story, EchildWithAChild) {
  makes(2, 3, {3});
  whole(2, call("wait4"), -ECHILD);
  EXPECT_NE(world.wrong().find("wait4() returns"), std::string::npos) << world.wrong();
}

TEST_F(Story, AZombieGoesAndNobodyHasWaited) {
  makes(2, 3, {3});
  exits(3);
  world.gone(3);
  EXPECT_EQ(world.wrong(), "it is gone, and nobody has waited for it");
}

TEST_F(Story, WhoIgnoresSigchldLeavesNoZombies) {
  whole(2, call("signal", {"SIG_IGN"}), 0);
  makes(2, 3, {3});
  exits(3);
  world.gone(3);
  EXPECT_EQ(world.wrong(), "");
}

// A thread that a tracer does not wait for is still there, and its number is one of the
// namespace's.
TEST_F(Story, AnInitWaitsForItsOwnThreadInTheHandsOfATracer) {
  an_init_with_a_dead_thread_ends(true);
  EXPECT_EQ(world.wrong(), "");
}
TEST_F(Story, AnInitWaitsForItsOwnThreadInNobodysHands) {
  an_init_with_a_dead_thread_ends(false);
  EXPECT_EQ(world.wrong(), "it ends and never dies");
}

TEST_F(Story, AMemberOutlivesItsInit) {
  makes(2, 3, {3, 1}, {"CLONE_NEWPID"});
  makes(3, 4, {4, 2}, {}, 2);
  exits(3);
  EXPECT_EQ(world.wrong(), "the init of a namespace is dead, and number 2 there is not gone");
}

TEST_F(Story, AProcessIsMadeWhereTheInitIsDead) {
  makes(2, 3, {3, 1}, {"CLONE_NEWPID"});
  exits(3);
  Asked join = call("setns");
  world.begins(2, join);
  world.returns(2, -ESRCH);
  EXPECT_EQ(world.wrong(), "");
}

TEST_F(Story, SomebodyDiesOfASignalThatNobodyHasSent) {
  world.killed(2);
  EXPECT_EQ(world.wrong(), "it dies of SIGKILL, and nobody has sent one");
}

TEST_F(Story, AThreadInAnotherNamespaceIsRefused) {
  whole(2, call("clone", {"CLONE_NEWPID", "CLONE_THREAD", "CLONE_SIGHAND", "CLONE_VM"}), -EINVAL);
  EXPECT_EQ(world.wrong(), "");
  whole(2, call("clone", {"CLONE_NEWPID", "CLONE_THREAD", "CLONE_SIGHAND", "CLONE_VM"}), -ENOMEM);
  EXPECT_NE(world.wrong().find("clone() returns -12"), std::string::npos) << world.wrong();
}

TEST_F(Story, WhoHasGivenUpItsCapabilityIsRefused) {
  whole(2, call("drop_capabilities"), 0);
  whole(2, call("clone", {"CLONE_NEWPID"}), -EPERM);
  EXPECT_EQ(world.wrong(), "");
  makes(2, 3, {3, 1}, {"CLONE_NEWPID"});
  EXPECT_NE(world.wrong().find("clone() succeeds"), std::string::npos) << world.wrong();
}

TEST_F(Story, ASessionLeaderIsRefusedAnother) {
  whole(2, call("setsid"), 2);
  EXPECT_EQ(world.wrong(), "");
  whole(2, call("setsid"), 2);
  EXPECT_NE(world.wrong().find("setsid() returns 2"), std::string::npos) << world.wrong();
}

TEST_F(Story, AWaiterSleepsWithADeadChild) {
  makes(2, 3, {3});
  exits(3);
  world.begins(2, call("wait4"));
  world.rests();
  EXPECT_EQ(world.wrong(), "wait4() sleeps, and a child is dead");
}

}  // namespace
}  // namespace nsmc::cli
