// From the options of nsmc-mpi to a search by all ranks.
// SPDX-License-Identifier: MIT
#include "checker/cli/mpi_search.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <sstream>

#include "checker/cli/limits.hpp"
#include "checker/cli/program.hpp"
#include "checker/mpi/distributed_search.hpp"

namespace nsmc::cli {
namespace {

// What has to be the same for a search to go on.
std::string identity(const Bound& bound) {
  std::string lines = fmt::format("program nsmc-mpi {} {}\n", NSMC_VERSION, this_program());
  std::istringstream text(traces::to_text(bound.scenario));
  int number = 0;
  for (std::string line; std::getline(text, line);)
    if (!line.empty()) lines += fmt::format("scenario-{} {}\n", ++number, line);
  return lines;
}

checker::RankFiles::Plan plan(const Bound& bound, const MpiOptions& mpi) {
  checker::RankFiles::Plan plan;
  plan.path = mpi.checkpoint;
  plan.identity = identity(bound);
  plan.seconds_between = mpi.checkpoint_seconds;
  plan.resume = mpi.resume;
  plan.on_failure = [](const std::string& why) {
    fmt::print(stderr, "nsmc: no checkpoint was written, and the search goes on: {}\n", why);
  };
  plan.on_resume = [](std::uint64_t generation, std::uint64_t states) {
    fmt::print(stderr, "nsmc: goes on from generation {} with {} states\n", generation, states);
  };
  return plan;
}

void tell_traffic(const checker::Result<System>& result, const checker::Distributed& distributed,
                  int ranks) {
  const checker::Traffic& sent = distributed.traffic;
  const auto of = [](std::uint64_t count, std::uint64_t all) {
    return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(all, 1));
  };
  fmt::print(stderr,
             "nsmc: {} ranks, {} rounds; sent {} states in {} messages, {} bytes: {:.3f} of a "
             "state found, {:.1f} bytes each; {:.1f} bytes of memory per state; {} to {} states on "
             "a rank; {:.3f} s\n",
             ranks, distributed.rounds, sent.items, sent.messages, sent.bytes,
             of(sent.items, result.states), of(sent.bytes, sent.items),
             of(result.memory_bytes, result.states), distributed.states_least,
             distributed.states_most, result.seconds);
}

}  // namespace

checker::Result<System> search_on_ranks(const Bound& bound, const checker::Ranks& ranks,
                                        const CheckOptions& o, const MpiOptions& mpi) {
  checker::Distribution how;
  if (mpi.batch_bytes > 0) how.batch_bytes = mpi.batch_bytes;
  how.tuning.disk = o.disk;
  std::optional<checker::RankFiles> files;
  if (!mpi.checkpoint.empty()) {
    files.emplace(ranks, plan(bound, mpi));
    how.files = &*files;
  }
  const auto say = [&](const char* what) {
    if (how.files != nullptr && ranks.is_first()) fmt::print(stderr, "nsmc: {}\n", what);
  };
  say("should a process be lost, all of them end: go on with the same command and --resume");
  ProgressLine line(o.progress, bound.scenario.name.text);
  checker::Distributed distributed;
  checker::OnProgress on_progress;
  if (o.progress != ProgressStyle::none)
    on_progress = [&line](const checker::Progress& p) { line(p); };
  checker::Limits limits = limits_of(o);
  limits.memory_bytes_max /= static_cast<std::uint64_t>(ranks.on_this_machine());
  auto result = checker::search_distributed<System>(*bound.system, bound.claims, ranks, limits,
                                                    on_progress, how, distributed);
  line.clear();
  if (!result.complete())
    say("cut short: the same command and --resume go on from the last checkpoint");
  if (mpi.traffic && ranks.is_first()) tell_traffic(result, distributed, ranks.size());
  return result;
}

}  // namespace nsmc::cli
