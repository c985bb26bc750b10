// Slots are names: renamed states have the renamed moves, and claims do not tell them apart.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/kernel/quotient.hpp"
#include "props/props.hpp"
#include "tests/missed.hpp"
#include "tests/naive_explorer.hpp"
#include "tests/random_moves.hpp"

namespace nsmc::tests {
namespace {

using cli::Bound;
using cli::System;
using kernel::Heap;
using kernel::Pidns;
using kernel::Renaming;
using kernel::ScanOrder;
using kernel::SlotKind;
using kernel::Symmetry;
using naive::bytes_of;
using State = Pidns::State;

constexpr std::uint64_t kSeed = 20071010;

State normal_form(const Heap& heap, const State& state, bool* tied = nullptr) {
  return heap.rename(state, heap.to_normal_form(state, tied));
}

TEST(Symmetry, ARenamingCanBeTakenBack) {
  std::size_t renamed = 0, moved = 0;
  each_walked(kSeed, 1, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Heap heap(bound.system->config());
    const Renaming names = random_renaming(heap, random);
    const State other = heap.rename(state, names);
    ASSERT_EQ(bytes_of(heap.rename(other, names.inverse())), bytes_of(state));
    ++renamed;
    moved += bytes_of(other) != bytes_of(state) ? 1 : 0;
  });
  EXPECT_GT(moved, renamed / 2);
  EXPECT_GT(renamed, 2000U);
}

// By the words for people, which are another fold over the fields: each object is found under its
// new name with the same values, pointers under theirs.
TEST(Symmetry, EveryFieldOfEveryObjectGoesWithItsSlot) {
  const std::map<std::string, SlotKind> kinds = {{"t", SlotKind::task},
                                                 {"ns", SlotKind::name_space},
                                                 {"pid", SlotKind::pid},
                                                 {"nsproxy", SlotKind::nsproxy},
                                                 {"cache", SlotKind::cache}};
  std::size_t compared = 0;
  each_walked(kSeed + 1, 1, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Heap heap(bound.system->config());
    const Renaming names = random_renaming(heap, random);
    // "ns2" under its new name; other words are left as they are.
    const auto rename = [&](const std::string& word) {
      const std::size_t digits = word.find_last_not_of("0123456789") + 1;
      const auto kind = kinds.find(word.substr(0, digits));
      if (kind == kinds.end() || digits == word.size()) return word;
      const std::size_t slot = std::stoul(word.substr(digits)) + 1;
      return kind->first + std::to_string(names(kind->second, slot) - 1);
    };
    const auto rename_first = [&](const std::string& name) {
      const std::size_t end = name.find_first_of("./");
      return end == std::string::npos ? name : rename(name.substr(0, end)) + name.substr(end);
    };
    const auto is_task_number = [](const std::string& name) {
      return name == "tasklist_lock" || name == "pid_caches_mutex" || name.ends_with(".cursor");
    };
    std::map<std::string, std::string> expected, found;
    for (const lang::Field& field : bound.system->fields(state))
      expected[rename_first(field.name)] =
          is_task_number(field.name) && field.value != "0"
              ? std::to_string(names(SlotKind::task, std::stoul(field.value)))
              : rename(field.value);
    for (const lang::Field& field : bound.system->fields(heap.rename(state, names)))
      found[field.name] = field.value;
    ASSERT_EQ(found, expected);
    compared += found.size();
  });
  EXPECT_GT(compared, 500'000U);
}

// What a move leads to and reports, up to names.
using Moves = std::multiset<std::string>;
Moves moves_of(const Symmetry& symmetry, const System& system, const State& state, bool& scans,
               bool& tied) {
  Moves moves;
  System watching = system;
  watching.watch_scans();
  watching.successors(state, [&](const auto&, const State& after, kernel::Events events) {
    bool is_tied = false;
    const Renaming names = symmetry.heap().to_normal_form(after, &is_tied);
    tied = tied || is_tied;
    scans = scans || events.scan_order != ScanOrder::does_not_matter;
    std::string told;
    for (std::uint8_t* slot : {&events.signal_from, &events.signal_to})
      if (*slot != 0) *slot = static_cast<std::uint8_t>(names(SlotKind::task, *slot));
    for (const int value :
         {static_cast<int>(events.steps[0] % 65521), static_cast<int>(events.steps[1] % 65521),
          int{events.unlocked_write}, int{events.clone_returned}, int{events.clone_flags},
          int{events.clone_capable}, int{events.clone_result}, int{events.returned},
          int{events.result}, int{events.wait_returned}, int{events.wait_result},
          int{events.oops_step}, int{events.signal_from}, int{events.signal_to},
          int{events.signal_nr}, int{events.spun}})
      told += std::to_string(value) + " ";
    moves.insert(told + bytes_of(symmetry.heap().rename(after, names)));
  });
  return moves;
}

TEST(Symmetry, ARenamedStateHasTheRenamedMoves) {
  std::size_t compared = 0, moves = 0, scanned = 0, tied_states = 0;
  each_walked(kSeed + 2, 2, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Symmetry symmetry(*bound.system);
    if (symmetry.heap().leftovers_matter(state)) return;
    const State other = symmetry.heap().rename(state, random_renaming(symmetry.heap(), random));
    bool scans = false, tied = false;
    const Moves of_state = moves_of(symmetry, *bound.system, state, scans, tied);
    const Moves of_other = moves_of(symmetry, *bound.system, other, scans, tied);
    if (scans) {
      ++scanned;
      return;
    }
    // Objects that cannot be told apart have no names to be compared by.
    if (tied) {
      ++tied_states;
      return;
    }
    ASSERT_EQ(of_state, of_other) << bound.scenario.path;
    ++compared;
    moves += of_state.size();
  });
  std::printf("%zu states, %zu moves; in %zu states a scan takes the first of several\n", compared,
              moves, scanned);
  EXPECT_LT(tied_states, compared / 100);
  EXPECT_GT(compared, 4000U);
  EXPECT_LT(scanned, compared / 10);
}

TEST(Symmetry, TheNormalFormIsOneForAllNames) {
  std::size_t compared = 0, tied_states = 0;
  each_walked(kSeed + 3, 2, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Heap heap(bound.system->config());
    bool tied = false;
    const State normal = normal_form(heap, state, &tied);
    const State other = normal_form(heap, heap.rename(state, random_renaming(heap, random)));
    tied_states += tied ? 1 : 0;
    if (!tied) {
      ASSERT_EQ(bytes_of(normal), bytes_of(other)) << bound.scenario.path;
    }
    ASSERT_TRUE(heap.to_normal_form(normal).is_identity() || tied) << bound.scenario.path;
    ++compared;
  });
  std::printf("%zu of %zu states have objects that cannot be told apart\n", tied_states, compared);
  EXPECT_GT(compared, 4000U);
  EXPECT_LT(tied_states, compared / 100);
}

// All renamings of the slots that a small system uses.
std::vector<Renaming> all_renamings(const Heap& heap) {
  std::vector<Renaming> all = {Renaming()};
  for (std::size_t k = 0; k < kernel::kSlotKinds; ++k) {
    const auto kind = static_cast<SlotKind>(k);
    std::vector<int> slots;
    for (int slot = Heap::pinned(kind) + 1; slot <= heap.slots(kind); ++slot) slots.push_back(slot);
    std::vector<int> to = slots;
    std::vector<Renaming> more;
    do {
      for (Renaming names : all) {
        for (std::size_t i = 0; i < slots.size(); ++i)
          names.set(kind, static_cast<std::size_t>(slots[i]), static_cast<std::size_t>(to[i]));
        more.push_back(names);
      }
    } while (std::next_permutation(to.begin(), to.end()));
    all = std::move(more);
  }
  return all;
}

// The orbits, one by one, by trying all names of all slots.
TEST(Symmetry, ThereAreAsManyNormalFormsAsOrbits) {
  const Bound bound = cli::bind(traces::parse_scenario(
      "small",
      "scenario small\n\"small\"\nkernel 2.6.24-seed\n"
      "config tasks=3 namespaces=2 pids=3 nsproxies=2 pid_max=4 steps=kernel calls=5\n"
      "free fork(), clone(CLONE_NEWPID), exit(), wait4()\nsurvey\n"));
  const Heap heap(bound.system->config());
  const std::vector<Renaming> renamings = all_renamings(heap);
  std::set<std::string> least, normal;
  const naive::Explored explored = naive::explore(*bound.system);
  for (const std::string& bytes : explored.states) {
    State state{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&state));
    std::string smallest = bytes;
    for (const Renaming& names : renamings)
      smallest = std::min(smallest, bytes_of(heap.rename(state, names)));
    least.insert(smallest);
    normal.insert(bytes_of(normal_form(heap, state)));
  }
  std::printf("%zu states, %zu orbits\n", explored.states.size(), least.size());
  EXPECT_EQ(normal.size(), least.size());
  EXPECT_LT(least.size(), explored.states.size());
}

// Properties and questions: a name in a question is a label, and labels go with their slots.
TEST(Symmetry, NoClaimTellsRenamedStatesApart) {
  std::size_t asked = 0;
  each_walked(kSeed + 4, 1, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Heap heap(bound.system->config());
    const State other = heap.rename(state, random_renaming(heap, random));
    std::vector<cli::Claim> claims = bound.claims;
    for (const props::Row& row : props::catalogue()) claims.push_back(props::property(row));
    for (const cli::Claim& claim : claims) {
      const auto same = [&](const auto& predicate) {
        if (!predicate) return;
        ++asked;
        ASSERT_EQ(predicate(*bound.system, state), predicate(*bound.system, other)) << claim.id;
      };
      same(claim.holds);
      same(claim.premise);
    }
  });
  EXPECT_GT(asked, 100'000U);
}

TEST(Symmetry, NoClaimTellsRenamedMovesApart) {
  std::size_t asked = 0;
  each_walked(kSeed + 5, 1, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    const Heap heap(bound.system->config());
    const Renaming names = random_renaming(heap, random);
    const State other = heap.rename(state, names);
    bound.system->successors(state, [&](const auto& action, const State& after,
                                        const kernel::Events& events) {
      const State other_after = heap.rename(after, names);
      Pidns::Action other_action = action;
      if (action.actor < kernel::kTasks)
        other_action.actor =
            static_cast<std::uint8_t>(names(SlotKind::task, action.actor + 1U) - 1);
      kernel::Events other_events = events;
      for (std::uint8_t* slot : {&other_events.signal_from, &other_events.signal_to})
        *slot = static_cast<std::uint8_t>(names(SlotKind::task, *slot));
      for (const props::Row& row : props::catalogue()) {
        const auto same = [&](bool (*predicate)(const props::MoveOn<kernel::Concrete>&)) {
          if (predicate == nullptr) return;
          ++asked;
          const auto says = [&](const State& from, const auto& by, const State& to, const auto& e) {
            return bound.system->judge(to, [&] { return predicate(props::Move{from, by, to, e}); });
          };
          ASSERT_EQ(says(state, action, after, events),
                    says(other, other_action, other_after, other_events))
              << row.id;
        };
        same(row.holds_move);
        same(row.premise_move);
      }
    });
  });
  EXPECT_GT(asked, 100'000U);
}

TEST(DeadFields, NobodyMissesWhatIsForgotten) {
  std::size_t forgotten = 0;
  each_walked(kSeed + 6, 3, [&](const Bound& bound, const State& state, std::mt19937_64&) {
    if (!kernel::DeadFields::refusal(*bound.system).empty()) return;
    bool any = false;
    ASSERT_EQ(missed(bound, state, any), "") << bound.scenario.path;
    forgotten += any ? 1 : 0;
  });
  std::printf("in %zu states something is forgotten\n", forgotten);
  EXPECT_GT(forgotten, 500U);
}

// All states of a small system; each of these needs conditions that the other does not.
void expect_nothing_missed(const std::string& programs) {
  const Bound bound = cli::bind(traces::parse_scenario(
      "dying-init", "scenario dying-init\n\"Who reads what a dying init ignores?\"\n\n" + programs +
                        "\nsurvey\n"));
  std::size_t forgotten = 0;
  for (const std::string& bytes : naive::explore(*bound.system).states) {
    State state{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&state));
    bool any = false;
    ASSERT_EQ(missed(bound, state, any), "");
    forgotten += any ? 1 : 0;
  }
  EXPECT_GT(forgotten, 0U);
}
// Children are told to a parent that is exiting, and the last thread to exit still forks before.
TEST(DeadFields, AnInitThatDiesIsStillAParent) {
  expect_nothing_missed(
      "kernel 2.6.24-seed\n\nP:\n  I = clone(CLONE_NEWPID)\n"
      "I:\n  signal(SIGCHLD, SIG_IGN)\n  A = fork()\n  exit()\n"
      "A:\n  B = fork()\n  exit()\nB:\n  exit()\n");
}
// An init without children gets those of somebody who came from outside.
TEST(DeadFields, AnInitThatDiesIsStillAReaper) {
  expect_nothing_missed(
      "kernel 3.18\n\nP:\n  I, N = clone(CLONE_NEWPID)\n  setns(N)\n  B = fork()\n"
      "I:\n  exit()\nB:\n  C = fork()\n  exit()\nC:\n  exit()\n");
}

// That property is asked of moves when free_depth is forgotten.
TEST(DeadFields, OnlyOnePropertyReadsFreeDepth) {
  std::size_t asked = 0;
  each_walked(kSeed + 7, 1, [&](const Bound& bound, const State& state, std::mt19937_64& random) {
    State other = state;
    other.free_depth = static_cast<int>(random() % (kernel::kLevels + 1));
    for (const props::Row& row : props::catalogue()) {
      if (row.id == "L10") continue;
      for (auto* predicate : {row.holds, row.premise}) {
        if (predicate == nullptr) continue;
        ++asked;
        ASSERT_EQ(bound.system->judge(state, predicate), bound.system->judge(other, predicate));
      }
    }
  });
  EXPECT_GT(asked, 50'000U);
}

}  // namespace
}  // namespace nsmc::tests
