// Random states of the kernel, reachable or not, with weight on what decides.
// SPDX-License-Identifier: MIT
#pragma once

#include <random>

#include "model/kernel/pidns.hpp"
#include "tests/agreement.hpp"

namespace nsmc::agreement {

class RandomStates {
 public:
  // Walks the real system first, from its initial states: those states are drawn as well.
  RandomStates(const Setting& setting, std::uint64_t seed, int walked) : random_(seed) {
    for (std::size_t i = 0; i < Entries::all().size(); ++i) rules_.push_back(rule_of(i));
    const kernel::Pidns system(setting.config, setting.user);
    while (static_cast<int>(walked_.size()) < walked) walk(system);
  }

  void seed(std::uint64_t seed) { random_.seed(seed); }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  // Every field random in its range.  A third of the states has fields that were never written.
  Flat anything() {
    const bool poison = below(3) == 0;
    Flat flat(Entries::all().size());
    for (std::size_t i = 0; i < flat.size(); ++i)
      flat[i] = Entries::all()[i].flag ? poison && may_be_set(i) && below(24) == 0 : draw(i);
    Entries::all().settle(flat);
    return flat;
  }
  // A state that the system reaches.
  const Flat& reached() { return walked_[below(walked_.size())]; }
  // The state with some entries drawn again.
  void change(Flat& flat, std::size_t entries) {
    for (; entries > 0; --entries) {
      const std::size_t i = below(flat.size());
      flat[i] = Entries::all()[i].flag ? may_be_set(i) && below(2) == 0 : draw(i);
    }
    Entries::all().settle(flat);
  }
  // The state with the example of a path in it.
  static void put(const Path& path, Flat& flat) {
    for (const auto& [i, value] : path.example) flat[i] = value;
    Entries::all().settle(flat);
  }

 private:
  // `often` with probability `weight` of 8, else anything in the range.
  struct Rule {
    std::vector<int> often;
    std::size_t weight = 0;
  };

  static Rule rule_of(std::size_t i) {
    const symbolic::FieldInfo& info = Entries::all()[i].info;
    const std::string& name = info.name;
    const auto ends = [&](const char* word) { return name.ends_with(word); };
    if (ends(".allocated")) return {{1}, 7};
    if (ends("_cachep") && info.target == symbolic::kNoKind) return {{1}, 6};
    if (ends(".linked") || ends(".hashed") || ends(".listed") || ends(".page")) return {{1}, 4};
    if (ends(".PF_EXITING") || ends(".sigkill") || ends(".rcu")) return {{0}, 4};
    if (ends("tasklist_lock") || ends("_mutex")) return {{0}, 5};
    if (ends(".exit_state")) return {{0, kernel::EXIT_ZOMBIE_, kernel::EXIT_DEAD_}, 7};
    if (ends(".exit_signal")) return {{-1, kernel::kSigchld}, 7};
    if (info.lo == kernel::kMinusErrnoMax)
      return {{0, 0, 0, 1, 2, -1, -3, -10, -11, -12, -22, -512, -513}, 7};
    if (info.target != symbolic::kNoKind) return {{1, 2, 3}, 4};
    if (info.hi > 2) return {{0, 1, 2}, 4};
    return {};
  }

  int draw(std::size_t i) {
    const Rule& rule = rules_[i];
    if (below(8) < rule.weight) return rule.often[below(rule.often.size())];
    const symbolic::FieldInfo& info = Entries::all()[i].info;
    return static_cast<int>(info.lo) +
           static_cast<int>(below(static_cast<std::size_t>(info.hi - info.lo + 1)));
  }
  static bool may_be_set(std::size_t flag) { return Entries::all()[flag].initial != nullptr; }
  void walk(const kernel::Pidns& system) {
    constexpr int kLength = 200;
    Bytes state = system.initial().front();
    for (int i = 0; i < kLength; ++i) {
      walked_.emplace_back();
      Entries::all().flatten(state, walked_.back());
      Bytes chosen;
      std::size_t moves = 0;
      system.successors(state, [&](const auto&, const Bytes& to, const kernel::Events&) {
        if (below(++moves) == 0) chosen = to;
      });
      if (moves == 0) return;
      state = chosen;
    }
  }

  std::mt19937_64 random_;
  std::vector<Rule> rules_;
  std::vector<Flat> walked_;
};

}  // namespace nsmc::agreement
