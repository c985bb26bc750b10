// A search of more than one sitting.
// SPDX-License-Identifier: MIT
#include "checker/cli/long_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "checker/cli/program.hpp"
#include "checker/cli/settings.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {
namespace {

using checker::Checkpoints;

// Over a progress line, if there is one.
void say(const std::string& what) {
  fmt::print(stderr, "{}nsmc: {}\n", isatty(STDERR_FILENO) == 1 ? "\r\x1b[K" : "", what);
}

const char* word(Switch value) {
  return value == Switch::on ? "on" : value == Switch::off ? "off" : "auto";
}

// What has to be the same when a search goes on; limits need not be.
std::string identity(const CheckOptions& o, const Bound& bound) {
  const traces::Scenario& scenario = bound.scenario;
  std::string text = "kernel " + (scenario.kernel ? scenario.kernel->text : kSeedKernel) + "\n" +
                     "bounds " + config_text(bound.system->config()) + "\n" +
                     "reductions symmetry=" + word(o.reductions.symmetry) +
                     " dead-fields=" + word(o.reductions.dead_fields) + "\nclaims";
  for (const Claim& claim : bound.claims) text += " " + claim.id;
  std::istringstream lines(traces::to_text(scenario));
  for (std::string line; std::getline(lines, line);) text += "\nscenario " + line;
  return text + "\nprogram nsmc " NSMC_VERSION " " + this_program() + "\n";
}

}  // namespace

std::unique_ptr<Checkpoints> checkpoints_of(const CheckOptions& o,
                                            const std::vector<Bound>& bound) {
  if (o.checkpoint.empty()) return nullptr;
  if (bound.size() != 1)
    throw std::invalid_argument("--checkpoint is for one scenario, and here are " +
                                std::to_string(bound.size()) + "; name one of them");
  Checkpoints::Plan plan;
  plan.path = o.checkpoint;
  plan.identity = identity(o, bound.front());
  plan.seconds_between = o.checkpoint_seconds;
  plan.resume = o.resume;
  plan.on_failure = [](const std::string& why) {
    say("no checkpoint: " + why + "; the search goes on without");
  };
  plan.on_resume = [path = o.checkpoint](std::uint64_t states) {
    say("goes on from " + path + " with " + traces::thousands(states) + " states");
  };
  if (o.resume && !checker::checkpoint_exists(o.checkpoint))
    say("there is no " + o.checkpoint + " yet: begins at the beginning");
  return std::make_unique<Checkpoints>(std::move(plan));
}

int close_checkpoints(const Checkpoints& checkpoints, const Answer& answer, int code) {
  if (answer.result.complete()) return code;
  if (checkpoints.is_saved()) {
    say(checkpoints.path() +
        " has all that was found: the same command with --resume goes on from there");
    return code;
  }
  const bool says_nothing = code == kInconclusive || stop_signal() != 0;
  return says_nothing && checkpoints.has_failed() ? exit_code_of(checkpoints.failure()) : code;
}

}  // namespace nsmc::cli
