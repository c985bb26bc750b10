// nsmc mutate: systematic defects of the model, and who notices each.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>

#include "checker/cli/commands.hpp"
#include "checker/cli/exam.hpp"
#include "checker/cli/jobs.hpp"
#include "checker/cli/survivors.hpp"
#include "traces/mutants_json.hpp"

namespace nsmc::cli {
namespace {

using kernel::Mutation;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What became of one mutant: the mark of the exam that noticed it, or the worst of all.
struct Fate {
  Mutation mutation;
  std::string name;
  Mark mark;
  std::string exam;
  double seconds = 0;
};

// The exams that take the step, the small ones first, until one notices by an answer; fewer states
// than pinned are worth less.
Fate examine(const Exams& exams, const Mutation& mutation) {
  const auto begin = Clock::now();
  Fate fate{mutation, kernel::name(mutation), {}, "", 0};
  for (const Exam& exam : exams.all) {
    if (!exam.steps[static_cast<std::size_t>(mutation.step - 1)]) continue;
    if (stop_signal() != 0) break;
    const Mark m = mark(exam, mutation);
    const bool settled = is_noticed(m.kind) && m.kind != Mark::Kind::smaller;
    if (settled || m.kind > fate.mark.kind) {
      fate.mark = m;
      fate.exam = exam.name;
    }
    if (settled) break;
  }
  fate.seconds = seconds_since(begin);
  return fate;
}

constexpr const char* kMarks[] = {"same",     "other",   "cut",      "answer",
                                  "property", "witness", "deadlock", "smaller"};
const char* word(Mark::Kind kind) { return kMarks[static_cast<int>(kind)]; }

std::vector<Mutation> drawn(std::vector<Mutation> all, const MutateOptions& o) {
  if (!o.only.empty())
    std::erase_if(
        all, [&](const Mutation& m) { return kernel::name(m).find(o.only) == std::string::npos; });
  if (o.sample == 0 || o.sample >= all.size()) return all;
  // Not std::shuffle, whose result is the library's own.
  std::mt19937_64 random(o.seed);
  for (std::size_t i = 0; i < o.sample; ++i)
    std::swap(all[i], all[i + random() % (all.size() - i)]);
  all.resize(o.sample);
  std::sort(all.begin(), all.end());
  return all;
}

struct Tally {
  std::map<Mark::Kind, std::size_t> marks;
  std::size_t argued = 0;
  std::vector<const Fate*> unexplained;  // missed, and not in the file
  std::vector<const Fate*> stale;        // in the file, and noticed

  std::size_t of(Mark::Kind kind) const {
    const auto found = marks.find(kind);
    return found == marks.end() ? 0 : found->second;
  }
  std::size_t noticed() const {
    std::size_t sum = 0;
    for (const auto& [kind, count] : marks)
      if (is_noticed(kind)) sum += count;
    return sum;
  }
  std::size_t missed() const { return of(Mark::Kind::other) + of(Mark::Kind::cut); }
  // Of those that are another system.
  double score() const {
    const std::size_t differ = noticed() + missed();
    return differ == 0 ? 100 : 100.0 * static_cast<double>(noticed()) / static_cast<double>(differ);
  }
};

Tally tally(const std::vector<Fate>& fates, const Survivors& survivors) {
  Tally t;
  for (const Fate& fate : fates) {
    ++t.marks[fate.mark.kind];
    const bool is_missed = fate.mark.kind == Mark::Kind::other || fate.mark.kind == Mark::Kind::cut;
    const bool is_listed = survivors.has(fate.name);
    if (is_missed && is_listed) ++t.argued;
    if (is_missed && !is_listed) t.unexplained.push_back(&fate);
    if (!is_missed && is_listed) t.stale.push_back(&fate);
  }
  return t;
}

std::string noticed_by(const Fate& fate) {
  return fmt::format("{} {}{}", word(fate.mark.kind), fate.mark.by,
                     fate.exam.empty() ? "" : " in " + fate.exam);
}

void print_text(const std::vector<Fate>& fates, const Tally& t, const Exams& exams,
                const MutateOptions& o, double seconds) {
  if (o.verbose)
    for (const Fate& fate : fates)
      fmt::print("{:<60} {:>6.2f} s  {}\n", fate.name, fate.seconds, noticed_by(fate));
  fmt::print("exams      {} of the shipped scenarios, on their own kernels and on the last one\n",
             exams.all.size());
  fmt::print("mutants    {}{}\n", fates.size(),
             o.sample == 0 ? "" : fmt::format(" drawn with --seed {}", o.seed));
  fmt::print("same       {} make no difference to any transition of any exam\n",
             t.of(Mark::Kind::same));
  fmt::print(
      "noticed    {}: {} by a property, {} by an answer, {} by a witness that is lost, {} by "
      "a deadlock,\n           {} by fewer states than pinned\n",
      t.noticed(), t.of(Mark::Kind::property), t.of(Mark::Kind::answer), t.of(Mark::Kind::witness),
      t.of(Mark::Kind::deadlock), t.of(Mark::Kind::smaller));
  fmt::print("missed     {}, of which {} stand in {} with a reason\n", t.missed(), t.argued,
             o.survivors);
  fmt::print("score      {:.1f} % of those that differ are noticed\n", t.score());
  fmt::print("time       {:.1f} s\n", seconds);
  for (const Fate* fate : t.unexplained)
    fmt::print("missed, and no reason is given: {} ({})\n", fate->name, word(fate->mark.kind));
  for (const Fate* fate : t.stale)
    fmt::print("not missed any more: {} ({})\n", fate->name, noticed_by(*fate));
}

void print_json(const std::vector<Fate>& fates, const Tally& t, const MutateOptions& o) {
  traces::MutantsResult result;
  result.seed = o.seed;
  for (int kind = 0; kind < static_cast<int>(std::size(kMarks)); ++kind)
    result.marks.emplace_back(kMarks[kind], t.of(static_cast<Mark::Kind>(kind)));
  result.argued = t.argued;
  result.score = t.score();
  for (const Fate& fate : fates)
    result.mutants.push_back(
        {fate.name, word(fate.mark.kind), fate.mark.by, fate.exam, o.times ? fate.seconds : 0});
  fmt::print("{}\n", traces::mutants_json(result));
}

}  // namespace

int mutate(const MutateOptions& o) {
  const auto begin = Clock::now();
  const Survivors survivors = Survivors::read(o.survivors);
  const Exams set = exams(o.jobs);
  const std::vector<Mutation> every = kernel::mutations(set.record);
  std::vector<std::string> names;
  for (const Mutation& m : every) names.push_back(kernel::name(m));
  survivors.require_known(names);
  const std::vector<Mutation> mutants = drawn(every, o);
  if (o.list) {
    for (const Mutation& m : mutants) fmt::print("{}\n", kernel::name(m));
    return kOk;
  }
  std::vector<Fate> fates;
  ProgressLine line(o.progress, "mutants");
  in_order(
      mutants.size(), o.jobs, [&](std::size_t i) { return examine(set, mutants[i]); },
      [&](Fate&& fate) { fates.push_back(std::move(fate)); });
  const Tally t = tally(fates, survivors);
  if (o.json)
    print_json(fates, t, o);
  else
    print_text(fates, t, set, o, seconds_since(begin));
  if (stop_signal() != 0) return 128 + stop_signal();
  return t.unexplained.empty() && t.stale.empty() ? kOk : kViolation;
}

}  // namespace nsmc::cli
