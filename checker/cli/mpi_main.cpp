// nsmc-mpi: one scenario explored by many processes.  The command line.
// SPDX-License-Identifier: MIT
//
// The first rank reads the scenario, tells the others, and prints; so files are read and written
// where it runs, but for the checkpoints, of which each rank has its own.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "checker/cli/asked.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/mpi_search.hpp"
#include "checker/cli/program.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/shipped.hpp"
#include "checker/mpi/rank_files.hpp"
#include "checker/mpi/ranks.hpp"
#include "traces/result_json.hpp"

namespace nsmc::cli {
namespace {

constexpr const char* kFooter =
    "Started by mpirun; `./nsmc mpi -n 4 SCENARIO ...` builds it first and does so.  Reductions\n"
    "are off.  Exit codes are those of `nsmc check`; mpirun has its own for a process that was "
    "lost.\n"
    "\n"
    "A process that is lost ends all of them: go on with the same command and --resume.  To stop\n"
    "early and keep everything: kill -USR1 to mpirun.\n"
    "\n"
    "Start with:\n"
    "  mpirun -n 4 nsmc-mpi traces/runs/kernel-steps.scn\n"
    "  mpirun -n 4 nsmc-mpi traces/runs/four-tasks.scn --checkpoint run --checkpoint-every 600\n"
    "docs/scale.md tells what is sent, how fast it is, and what larger searches need.";

const checker::Ranks* all_ranks = nullptr;
bool has_ended = false;  // all ranks know that this one is at its end

// What a rank is told: the first one has read it.
struct Told {
  std::string path, text;
};

extern "C" void stop_and_keep(int /*signal*/) { std::raise(SIGTERM); }

struct Command {
  CLI::App app{"Explore one scenario by many processes, and compare the answer", "nsmc-mpi"};
  CheckOptions o;
  std::string scenario, progress = "auto";
  MpiOptions mpi;

  Command() {
    app.footer(kFooter);
    app.add_option("scenario", scenario, "a scenario (*.scn)")->required();
    app.add_option("--kernel", o.kernel, "the kernel to ask about; see `nsmc list kernels`");
    app.add_option("--with", o.with, "with this change; see `nsmc list changes` (may be repeated)")
        ->allow_extra_args(false);
    app.add_option("--without", o.without, "without this change (may be repeated)")
        ->allow_extra_args(false);
    app.add_option("--defect", o.defect, "with this seeded defect: see how it shows");
    app.add_option("--config", o.settings, "key=value, over the scenario's own (may be repeated)")
        ->allow_extra_args(false);
    auto* json = app.add_flag("--json", o.json, "print the result as JSON (nsmc-result/1)");
    app.add_flag("--no-times", o.no_times, "--json: 0 for how long it took")->needs(json);
    app.add_flag("--stats", o.statistics, "states by depth, moves by kernel step");
    app.add_option("--states-max", o.states_max, "stop after this many states, of all together")
        ->check(CLI::PositiveNumber);
    app.add_option("--seconds-max", o.seconds_max, "stop after this many seconds")
        ->check(CLI::PositiveNumber);
    app.add_option("--memory-max", o.memory_gib_max,
                   "stop at this many GiB on one machine (default: 70 % of what it has)")
        ->check(CLI::PositiveNumber);
    app.add_option("--disk", o.disk, "a folder on each machine for what memory does not hold");
    CLI::Option* files = app.add_option("--checkpoint", mpi.checkpoint,
                                        "each rank writes FILE.gGENERATION.RANK-of-RANKS");
    app.add_option("--checkpoint-every", mpi.checkpoint_seconds, "in seconds (default: 60)")
        ->needs(files)
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--resume", mpi.resume, "go on from the last generation that all ranks have")
        ->needs(files);
    app.add_option("--batch", mpi.batch_bytes, "bytes that are sent at a time (default: 32768)")
        ->check(CLI::Range(1 << 10, 1 << 24));
    app.add_flag("--traffic", mpi.traffic, "say on standard error what was sent");
    app.add_option("--progress", progress, "auto, json or none")
        ->check(CLI::IsMember({"auto", "json", "none"}));
  }
};

Told read(Command& command) {
  require_known(command.o);
  std::vector<traces::Scenario> scenarios = scenarios_at(command.scenario);
  if (scenarios.size() != 1)
    throw std::invalid_argument(command.scenario + " has " + std::to_string(scenarios.size()) +
                                " scenarios; nsmc-mpi takes one");
  apply(command.o, scenarios[0]);
  bind(scenarios[0]);  // its mistakes are told here
  return {scenarios[0].path, traces::to_text(scenarios[0])};
}

int show(const CheckOptions& o, const Answer& a, int code) {
  traces::ScenarioRecord record = record_of(a);
  if (o.no_times) record.seconds = 0;
  // mpirun gives each process a terminal of its own, whatever its output goes to: no colour.
  const ReportOptions report{
      .colour = false, .show_runs = true, .statistics = o.statistics, .distinct = 0, .proved = {}};
  const std::string text = o.json ? traces::to_json(NSMC_VERSION, code, {record})
                                  : report_line(a, report) + report_details(a, report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return code;
}

int explore_and_show(Command& command, const Told& told) {
  CheckOptions& o = command.o;
  if (command.progress == "json") o.progress = ProgressStyle::json;
  if (command.progress == "none" || !all_ranks->is_first()) o.progress = ProgressStyle::none;
  traces::Scenario scenario = traces::parse_scenario("", told.text);
  scenario.path = told.path;
  std::signal(SIGUSR1, stop_and_keep);
  const Answer a = answer(bind(scenario), [&](const Bound& bound) {
    return search_on_ranks(bound, *all_ranks, o, command.mpi);
  });
  has_ended = true;
  // A signal may have reached some ranks only.
  std::uint64_t not_stopped_by = ~static_cast<std::uint64_t>(stop_signal());
  all_ranks->least({&not_stopped_by, 1});
  const int signal = static_cast<int>(~not_stopped_by);
  const int code = signal != 0 ? 128 + signal : exit_code({&a, 1});
  return all_ranks->is_first() ? show(o, a, code) : code;
}

// What the first rank finds wrong with the arguments, or prints instead of a search (--help), the
// others need not: they are told that there is nothing to do.
int run_first(int argc, char** argv) {
  const auto nothing_to_do = [] {
    has_ended = true;
    std::string none;
    all_ranks->broadcast(none);
  };
  Command command;
  Told told;
  try {
    command.app.parse(argc, argv);
    told = read(command);
  } catch (const CLI::ParseError& error) {
    nothing_to_do();
    return command.app.exit(error) == 0 ? kOk : kUsage;
  } catch (...) {
    nothing_to_do();
    throw;
  }
  all_ranks->broadcast(told.text);
  all_ranks->broadcast(told.path);
  return explore_and_show(command, told);
}

int run(int argc, char** argv) {
  try {
    if (all_ranks->is_first()) return run_first(argc, argv);
    Told told;
    all_ranks->broadcast(told.text);
    if (told.text.empty()) {
      has_ended = true;
      return kOk;
    }
    all_ranks->broadcast(told.path);
    Command command;
    command.app.parse(argc, argv);  // the same arguments as the first rank's
    return explore_and_show(command, told);
  } catch (const checker::ToldByTheFirst&) {
    has_ended = true;
    return kOk;
  } catch (const checker::NothingBegun&) {
    has_ended = true;
    throw;
  }
}

}  // namespace
}  // namespace nsmc::cli

int main(int argc, char** argv) {
  const nsmc::checker::Ranks ranks(&argc, &argv);
  nsmc::cli::all_ranks = &ranks;
  const int code = nsmc::cli::run_program(argc, argv, nsmc::cli::run);
  // The others wait for this rank, and would do so for ever.
  if (!nsmc::cli::has_ended) ranks.abort(code);
  return code;
}
