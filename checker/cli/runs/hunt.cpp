// The loop of property test runs, and shrinking.
// SPDX-License-Identifier: MIT
//
// Plans that reached something new are kept and varied (as in Zalewski's afl and in FuzzChick:
// Lampropoulos, Hicks, Pierce, OOPSLA 2019).  Runs are made in batches, each from what was known
// before it, so that the number of threads makes no difference.
#include "checker/cli/runs/hunt.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "checker/cli/jobs.hpp"
#include "checker/cli/runs/dice.hpp"
#include "props/props.hpp"

namespace nsmc::cli {
namespace {

constexpr std::size_t kBatch = 128;
constexpr int kSchedulesPerShrink = 12;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Executed execute_plan(const Plan& plan, const Judges& judges) {
  return execute(plan, *bind(plan.scenario).system, judges);
}

// With its own schedule, or with others: the turns of a plan with fewer calls are not the same.
std::optional<Plan> violates(const Plan& plan, const Judges& judges, std::uint64_t seed,
                             std::uint64_t& tried) {
  try {
    const Bound bound = bind(plan.scenario);
    const auto fails = [&](const Plan& p) {
      ++tried;
      return !execute(p, *bound.system, judges).violated.empty();
    };
    if (fails(plan)) return plan;
    for (int i = 0; i < kSchedulesPerShrink; ++i) {
      Plan other = rescheduled(plan, seed + static_cast<std::uint64_t>(i));
      if (size_of(other) < size_of(plan) && fails(other)) return other;
    }
  } catch (const traces::ScenarioError&) {
    // What is left makes no sense: too many tasks at the start, say.
  }
  return std::nullopt;
}

// To a plan of which nothing can be taken away.
void shrink(Failure& failure, const HuntOptions& options) {
  Judges judges;
  for (const props::Row* row : options.rows)
    if (row->id == failure.property) judges.rows = {row};
  judges.user_space = failure.property == kUserSpace;
  judges.every = 1;
  Plan least = failure.found;
  for (bool better = true; better && stop_signal() == 0;) {
    better = false;
    rc::Seq<rc::Shrinkable<Plan>> candidates = shrinkable(least).shrinks();
    while (auto candidate = candidates.next()) {
      const auto less =
          violates(candidate->value(), judges, options.seed + failure.tried, failure.tried);
      if (!less) continue;
      least = *less;
      better = true;
      break;
    }
  }
  if (judges.user_space) failure.disagreement = execute_plan(least, judges).disagreement;
  failure.least = std::move(least);
}

class Hunt {
 public:
  Hunt(const HuntOptions& options, const std::function<void(const Hunted&)>& progress)
      : options_(options), progress_(progress) {}

  Hunted run() {
    const double begin = seconds_now();
    const auto is_over = [&] {
      return (!result_.failures.empty() && !options_.keep_going) || stop_signal() != 0 ||
             (options_.runs_max > 0 && result_.runs >= options_.runs_max) ||
             (options_.seconds_max > 0 && result_.seconds >= options_.seconds_max);
    };
    while (!is_over()) {
      batch();
      result_.seconds = seconds_now() - begin;
      progress_(result_);
    }
    for (Failure& failure : result_.failures) shrink(failure, options_);
    return std::move(result_);
  }

 private:
  struct Tried {
    Plan plan;
    Executed executed;
  };

  void batch() {
    const Coverage known = result_.reached;
    const std::size_t kept = kept_.size();
    const Judges judges{options_.rows, options_.user_space && !user_space_told_, 8, &known, told_};
    const std::uint64_t first = result_.runs;
    std::size_t size = kBatch;
    if (options_.runs_max > 0)
      size = std::min<std::uint64_t>(size, options_.runs_max - result_.runs);
    const auto work = [&](std::size_t i) {
      Tried tried{plan(first + i, kept), {}};
      tried.executed = execute_plan(tried.plan, judges);
      return tried;
    };
    // What is kept may change only when no thread looks at it any more.
    std::vector<Tried> done;
    in_order(size, options_.jobs, work, [&](Tried&& tried) { done.push_back(std::move(tried)); });
    for (Tried& tried : done) take(std::move(tried));
  }

  Plan plan(std::uint64_t run, std::size_t kept) const {
    Dice dice(Dice(options_.seed).next() + run);
    // One after another: in which order the arguments of a call are evaluated is up to the
    // compiler.
    if (kept > 0 && dice.chance(50)) {
      const std::uint64_t seed = dice.next();
      return variant_of(kept_[static_cast<std::size_t>(dice.below(static_cast<int>(kept)))], seed);
    }
    const std::uint64_t seed = dice.next();
    return random_plan(options_.subject, dice.from_to(1, options_.calls_max), seed);
  }

  void take(Tried&& tried) {
    // Of those that were begun with it.
    if (!result_.failures.empty() && !options_.keep_going) return;
    const Executed& e = tried.executed;
    ++result_.runs;
    result_.calls += e.calls;
    result_.moves += e.moves;
    if (e.violated.empty() && !e.ended) ++result_.cut;
    const bool is_new = e.reached.exceeds(result_.reached);
    result_.reached.add(e.reached);
    result_.extremes.add(e.extremes);
    if (!e.violated.empty())
      fail(e.violated, std::move(tried.plan));
    else if (is_new)
      kept_.push_back(std::move(tried.plan));
    result_.kept = kept_.size();
  }

  void fail(const std::string& property, Plan&& plan) {
    if (was_told(property)) return;  // in the same batch
    result_.failures.push_back({property, result_.runs, std::move(plan), {}, 0, {}});
  }

  // Whether it was before; it is from now on.
  bool was_told(const std::string& property) {
    if (property == kUserSpace) return std::exchange(user_space_told_, true);
    const auto place = static_cast<std::size_t>(props::find(property) - props::catalogue().data());
    const bool before = told_[place];
    told_.set(place);
    return before;
  }

  const HuntOptions& options_;
  const std::function<void(const Hunted&)>& progress_;
  std::bitset<Coverage::kProperties> told_;
  bool user_space_told_ = false;
  Hunted result_;
  std::vector<Plan> kept_;
};

}  // namespace

Hunted hunt(const HuntOptions& options, const std::function<void(const Hunted&)>& progress) {
  return Hunt(options, progress).run();
}

}  // namespace nsmc::cli
