// The list of mutations, and their names.
// SPDX-License-Identifier: MIT
#include "model/kernel/mutate.hpp"
#include "model/kernel/mutate_fields.hpp"
#include "model/kernel/program.hpp"

namespace nsmc::kernel {

using Kind = Mutation::Kind;
using Goal = Mutation::Goal;
using lang::Next;

std::vector<Mutation> mutations(const Record& record) {
  std::vector<Mutation> all;
  const Fields& fields = Fields::get();
  for (std::size_t number = 1; number < record.size(); ++number) {
    const StepRecord& step = record[number];
    if (step.goals.empty()) continue;
    Mutation m;
    m.step = static_cast<std::uint8_t>(number);
    const auto add = [&](Kind kind) {
      m.kind = kind;
      all.push_back(m);
    };
    if (step.fields.any()) {
      add(Kind::skip);
      add(Kind::twice);
    }
    const Goal first = *step.goals.begin();
    const bool always_goes =
        step.goals.size() == 1 && first.kind == static_cast<std::uint8_t>(Next::Kind::go);
    if (always_goes && first.to != number) {
      m.follower = first.to;
      add(Kind::swap);
      m.follower = Mutation::kNoStep;
    }
    for (const Goal& from : step.goals) {
      m.from = from;
      for (const Goal& to : step.goals) {
        m.to = to;
        if (to != from) add(Kind::redirect);
      }
      // The call is left out.
      m.to = {static_cast<std::uint8_t>(Next::Kind::go), from.then, 0};
      if (from.then != 0 && step.goals.count(m.to) == 0) add(Kind::redirect);
    }
    m.from = m.to = {};
    if (step.scanned) {
      add(Kind::blind);
      add(Kind::next_one);
    }
    for (std::size_t lock = 0; lock < step.locks.size(); ++lock) {
      m.field = static_cast<std::uint16_t>(lock);
      if (step.locks[lock]) add(Kind::unlock);
    }
    for (std::size_t field = 0; field < step.fields.size(); ++field) {
      if (!step.fields[field]) continue;
      m.field = static_cast<std::uint16_t>(field);
      add(Kind::lose);
      if (fields.is_number(m.field)) {
        add(Kind::one_more);
        add(Kind::one_less);
      }
      if (fields.is_pointer(m.field) && step.set[field]) add(Kind::null);
    }
  }
  return all;
}

std::string name(const Mutation& m) {
  const auto steps = all_steps();
  const auto step = [&](int number) {
    const NumberedStep& s = steps[static_cast<std::size_t>(number)];
    return std::string(s.function) + "/" + std::string(s.row.name);
  };
  const auto goal = [&](const Goal& g) -> std::string {
    switch (static_cast<Next::Kind>(g.kind)) {
      case Next::Kind::go:
        return step(g.to);
      case Next::Kind::call:
        return step(g.to) + "()+" + step(g.then);
      case Next::Kind::ret:
        return "return";
      case Next::Kind::block:
        return "wait";
      default:
        return "end";
    }
  };
  static constexpr const char* kWords[] = {"",         "skip",     "twice",    "swap", "redirect",
                                           "lose",     "one-more", "one-less", "null", "blind",
                                           "next-one", "unlock",   ""};
  std::string text = step(m.step) + ":";
  if (m.kind == Kind::redirect) return text + goal(m.from) + "=>" + goal(m.to);
  text += kWords[static_cast<int>(m.kind)];
  if (m.kind == Kind::unlock) text += m.field == 0 ? " tasklist_lock" : " pid_caches_mutex";
  if (m.kind == Kind::swap) text += " " + step(m.follower);
  if (m.kind == Kind::lose || m.kind == Kind::null || m.kind == Kind::one_more ||
      m.kind == Kind::one_less)
    text += " " + Fields::get().name(m.field);
  return text;
}

}  // namespace nsmc::kernel
