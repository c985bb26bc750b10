// nsmc: a formal model checker for the life of Linux PID namespaces.  The command line.
// SPDX-License-Identifier: MIT

#include <CLI/CLI.hpp>
#include <algorithm>

#include "checker/cli/bounded.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/program.hpp"
#include "checker/cli/prove.hpp"
#include "traces/text.hpp"

namespace nsmc::cli {

namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "   0  every answer is as expected, and every search was complete\n"
    "  11  a state in which nobody can move, and no program has ended\n"
    "  12  a property is violated, an answer is not the expected one, or graph: there is no way\n"
    "  20  inconclusive: a limit of states, memory or time was reached; check --checkpoint FILE\n"
    "      says how to go on\n"
    "  21  gate: fewer states than pinned, a lost witness, a scenario that is gone, a dead step\n"
    "  22  a counterexample could not be re-executed: a bug in nsmc\n"
    "  24  a trace is not a run of the model\n"
    "  64 usage, 65 bad data, 66 no input, 70 internal error, 73 cannot create, 74 I/O,\n"
    "  77 no permission, 130 interrupted (after printing partial results).  A search that was cut\n"
    "  short and whose last checkpoint could not be written ends with 73, 74 or 77\n"
    "\n"
    "Start with:\n"
    "  nsmc check                                  the 2007 code: what holds, what does not\n"
    "  nsmc replay traces/scenarios/bz-07-stealth-child.scn\n"
    "  nsmc report traces/scenarios/bz-07-stealth-child.scn --html bz-07.html\n"
    "  nsmc check --property I17 --kernel 2.6.27   a bare question about one kernel\n"
    "  nsmc prove                                  what holds for any size, and is proved\n"
    "  nsmc gate                                   all that nsmc.toml holds fixed, for CI\n"
    "  nsmc graph --live traces/scenarios/bz-60-init-waits-for-its-list.scn\n"
    "  nsmc explain I17                            what a property means\n"
    "  nsmc explain BZ-07                          what a bug is, and its shortest run\n"
    "Programs of their own, of the same launcher: `props` (property test runs), `certify`, "
    "`bench`, `mpi`.\n";

void add_switch(CLI::App& cmd, const char* name, Switch& value, const char* says) {
  cmd.add_option_function<std::string>(
         name,
         [&value](const std::string& word) {
           value = word == "on" ? Switch::on : word == "off" ? Switch::off : Switch::automatic;
         },
         says)
      ->check(CLI::IsMember({"on", "off", "auto"}));
}

void add_check(CLI::App& app, CheckOptions& o, std::string& progress, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "check", "Explore scenarios, or the default runs, and compare the answers");
  cmd->add_option("paths", o.paths, "scenarios (*.scn) and folders of them");
  cmd->add_option("--property", o.properties, "ask whether this property holds (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--kernel", o.kernel, "the kernel to ask about; see `nsmc list kernels`");
  cmd->add_option("--with", o.with, "with this change; see `nsmc list changes` (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--without", o.without, "without this change (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--defect", o.defect, "with this seeded defect: see how it shows");
  cmd->add_option("--config", o.settings, "key=value, over the scenario's own (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option_function<std::string>(
         "--steps", [&o](const std::string& steps) { o.settings.push_back("steps=" + steps); },
         "where others may run: kernel (at every step boundary) or syscall (between calls)")
      ->check(CLI::IsMember({"kernel", "syscall"}));
  cmd->add_option("--out", o.out, "write the runs behind the answers to this folder, as ITF JSON");
  cmd->add_flag("--json", o.json, "print the result as JSON (nsmc-result/1)");
  cmd->add_flag("--no-times", o.no_times,
                "--json: 0 for how long it took, the same bytes each time")
      ->needs("--json");
  cmd->add_option("--distinct", o.distinct,
                  "for each violation, so many counterexamples with different causes")
      ->check(CLI::PositiveNumber);
  cmd->add_flag("--stats", o.statistics, "of each search: states by depth, moves by kernel step");
  cmd->add_option("--jobs", o.jobs, "searches at a time (default: one per processor)");
  cmd->add_option("--states-max", o.states_max, "stop a search after this many states")
      ->check(CLI::PositiveNumber);
  cmd->add_option("--seconds-max", o.seconds_max, "stop a search after this many seconds")
      ->check(CLI::PositiveNumber);
  cmd->add_option("--memory-max", o.memory_gib_max,
                  "stop a search at this many GiB (default: 70 % of what there is)")
      ->check(CLI::PositiveNumber);
  CLI::Option* checkpoint = cmd->add_option(
      "--checkpoint", o.checkpoint,
      "of one scenario: keep in this file what a search has found, to go on from there");
  cmd->add_option("--checkpoint-every", o.checkpoint_seconds,
                  "... so many seconds after the last time (default: 60), and when it is cut short")
      ->check(CLI::NonNegativeNumber)
      ->needs(checkpoint);
  cmd->add_flag("--resume", o.resume, "... and go on from that file, if it is there")
      ->needs(checkpoint);
  cmd->add_option("--disk", o.disk,
                  "a folder for the older states when memory is used up, until the search ends");
  add_switch(*cmd, "--symmetry", o.reductions.symmetry,
             "look at one of the states that differ in the names of slots only: on, off or auto");
  add_switch(*cmd, "--dead-fields", o.reductions.dead_fields,
             "... that differ in values only that nothing reads any more: on, off or auto");
  cmd->add_option("--progress", progress, "auto, json or none")
      ->check(CLI::IsMember({"auto", "json", "none"}));
  cmd->callback([&] {
    if (progress == "json") o.progress = ProgressStyle::json;
    if (progress == "none") o.progress = ProgressStyle::none;
    code = check(o);
  });
}

void add_graph(CLI::App& app, GraphOptions& o, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "graph", "Measure the graph of a scenario's states, and judge what must happen in the end");
  cmd->add_option("paths", o.asked.paths, "scenarios (*.scn) and folders of them")->required();
  cmd->add_flag("--live", o.live, "judge the liveness properties, with a lasso for each violation");
  cmd->add_option("--property", o.properties, "judge only this one (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--kernel", o.asked.kernel, "the kernel to ask about; see `nsmc list kernels`");
  cmd->add_option("--with", o.asked.with, "with this change (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--without", o.asked.without, "without this change (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--defect", o.asked.defect, "with this seeded defect");
  cmd->add_option("--config", o.asked.settings, "key=value, over the scenario's own")
      ->allow_extra_args(false);
  cmd->add_option("--states-max", o.asked.states_max, "stop after this many states")
      ->check(CLI::PositiveNumber);
  cmd->add_option("--seconds-max", o.asked.seconds_max, "stop after this many seconds")
      ->check(CLI::PositiveNumber);
  cmd->add_flag("--unfair-locks", o.unfair_locks,
                "a lock may pass over somebody for ever, as the rwlock of 2007 may");
  cmd->add_option("--out", o.out,
                  "--live: write the runs that violate to this folder, as ITF JSON");
  CLI::Option* from =
      cmd->add_option("--from", o.from, "a shortest run past a state in which this is true, ...");
  CLI::Option* to = cmd->add_option(
      "--to", o.to, "... to one in which this is: conditions as after `sometimes`; 12: none");
  from->needs(to);
  to->needs(from);
  cmd->add_option("--aut", o.aut, "write the graph to this file, as Aldebaran (CADP, mCRL2)");
  cmd->add_option("--dot", o.dot, "write its first 2,000 states to this file, for Graphviz");
  cmd->add_option("--quotient", o.quotient,
                  "write what user space can see of it to this file, for Graphviz");
  CLI::Option* rv = cmd->add_option(
      "--rv", o.rv, "write the life of namespace ns1, as an automaton for the kernel's rv tools");
  cmd->add_flag("--rv-exact", o.rv_exact, "--rv: no run but those of the scenario")->needs(rv);
  cmd->add_flag("--json", o.asked.json, "print the result as JSON (nsmc-graph/1)");
  cmd->add_flag("--no-times", o.asked.no_times, "say nothing of time and memory");
  cmd->callback([&] { code = graph(o); });
}

void add_replay(CLI::App& app, ReplayOptions& o, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "replay", "Re-execute a trace on the model and step through it, forwards and backwards");
  cmd->add_option("path", o.path, "a trace (*.itf.json), or a scenario whose run is found anew")
      ->required();
  cmd->add_option("--property", o.property, "which property of a survey");
  cmd->add_option("--with", o.with,
                  "say where this change would have stopped the run (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--without", o.without, "the same for a change that is not made")
      ->allow_extra_args(false);
  cmd->add_flag("--straight", o.straight, "print all steps, also on a terminal");
  cmd->add_flag("--all-fields", o.all_fields, "show unchanged fields too");
  cmd->add_flag("--itf", o.itf, "print the trace as ITF JSON");
  cmd->add_option("--step", o.step, "print only this step (default of what follows: the last)");
  cmd->add_option("--show", o.shows,
                  "of the step: fields, tree (namespaces), holders (of counts), pids (numbers in "
                  "use) or lives (of tasks) (may be repeated)")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"fields", "tree", "holders", "pids", "lives"}));
  cmd->add_flag("--moves", o.moves, "list the moves that are possible after the step");
  cmd->add_option("--take", o.takes,
                  "leave the run at the step, with this one of its moves (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_flag("--json", o.json, "print the step as JSON (nsmc-step/1)")->excludes("--itf");
  cmd->callback([&] { code = replay(o); });
}

void add_report(CLI::App& app, ReportFiles& o, int& code) {
  CLI::App* cmd =
      app.add_subcommand("report", "Write a run as a page to be mailed, or as a diagram");
  cmd->add_option("path", o.path, "a trace (*.itf.json), or a scenario whose run is found anew")
      ->required();
  cmd->add_option("--property", o.property, "which property of a survey");
  cmd->add_option("--html", o.html, "one file that a browser shows without network");
  cmd->add_option("--mermaid", o.mermaid, "a sequence diagram (`-`: standard output)");
  cmd->add_option("--perfetto", o.perfetto, "Chrome's trace events, as JSON");
  cmd->callback([&] { code = report(o); });
}

// What both engines are told is said once, as options of `prove`.
int prove_bounded(const ProveOptions& o, CheckOptions bounded) {
  if (bounded.paths.empty() && bounded.properties.empty())
    bounded.properties = bounded_properties();
  if (bounded.paths.empty() || o.kernel != kSeedKernel) bounded.kernel = o.kernel;
  bounded.defect = o.defect;
  bounded.json = o.json;
  bounded.jobs = o.jobs;
  bounded.rlimit = o.rlimit;
  return check(bounded);
}

void add_prove(CLI::App& app, ProveOptions& o, CheckOptions& bounded, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "prove", "Prove invariants for any number of namespaces, pids and tasks, by induction");
  cmd->add_option("--kernel", o.kernel, "the kernel to prove; see `nsmc list kernels`");
  cmd->add_option("--defect", o.defect, "with this seeded defect: watch a proof fail");
  cmd->add_option("--only", o.only, "only steps and contracts whose names contain this");
  cmd->add_option("--certificate", o.certificate,
                  "write each obligation to this folder, for `nsmc certify`");
  cmd->add_option("--rlimit", o.rlimit, "Z3's resource units for one check, 0: no limit");
  cmd->add_option("--jobs", o.jobs, "threads (default: one per processor)");
  cmd->add_flag("--json", o.json, "print the result as JSON (nsmc-proof/1)");
  cmd->add_flag("!--no-cache", o.use_cache, "prove again what this very program has proved");
  cmd->add_flag("--first-failure", o.first_failure, "stop at the first step that fails");
  CLI::Option* bmc =
      cmd->add_option("--bmc", bounded.bmc,
                      "instead: search all runs of at most this many moves, on terms")
          ->check(CLI::PositiveNumber);
  cmd->add_option("paths", bounded.paths, "--bmc: scenarios (*.scn) and folders of them")
      ->needs(bmc);
  cmd->add_option("--property", bounded.properties, "--bmc: ask about this (may be repeated)")
      ->allow_extra_args(false)
      ->needs(bmc);
  cmd->add_option("--config", bounded.settings, "--bmc: key=value, over the scenario's own")
      ->allow_extra_args(false)
      ->needs(bmc);
  cmd->add_option("--out", bounded.out, "--bmc: write the runs to this folder, as ITF JSON")
      ->needs(bmc);
  cmd->add_flag("--no-times", bounded.no_times, "--bmc, --json: 0 for how long it took")
      ->needs(bmc)
      ->needs("--json");
  for (const char* other : {"--only", "--certificate", "--no-cache", "--first-failure"})
    bmc->excludes(cmd->get_option(other));
  cmd->callback([&] { code = bounded.bmc > 0 ? prove_bounded(o, bounded) : prove(o); });
}

void add_gate(CLI::App& app, GateOptions& o, std::string& progress, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "gate", "Hold verdicts and sizes of all runs against nsmc.toml, and report for CI");
  cmd->add_option("file", o.path, "the gate file (default: nsmc.toml)");
  cmd->add_option("--budget", o.budget,
                  "stop after this time, such as 90s, 5m or 1h: exit code 20");
  cmd->add_option("--with", o.with, "with this change, in all runs (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_option("--without", o.without, "without this change, in all runs (may be repeated)")
      ->allow_extra_args(false);
  cmd->add_flag("--strict", o.strict, "a kernel step that no run takes is a failure too");
  cmd->add_flag("--json", o.json, "print the result as JSON (nsmc-gate/1)");
  cmd->add_option("--junit", o.junit, "write JUnit XML to this file (`-`: standard output)");
  cmd->add_option("--sarif", o.sarif, "write SARIF 2.1.0, with the runs behind failures");
  cmd->add_option("--ktap", o.ktap, "write KTAP; with `-` the exit code is 0 or 1");
  cmd->add_option("--markdown", o.markdown, "write Markdown, for the summary of a job");
  cmd->add_option("--out", o.out, "write all reports, and runs as ITF JSON, to this folder");
  cmd->add_flag("--known", o.known, "keep the runs of known bugs too; in SARIF they are notes");
  cmd->add_flag("--times", o.times, "write into the reports how long things took");
  cmd->add_flag("--pins", o.pins, "print the sizes of all searches, ready for the file");
  cmd->add_option("--jobs", o.jobs, "searches at a time (default: one per processor)");
  cmd->add_option("--progress", progress, "auto, json or none")
      ->check(CLI::IsMember({"auto", "json", "none"}));
  cmd->callback([&] {
    if (progress == "json") o.progress = ProgressStyle::json;
    if (progress == "none") o.progress = ProgressStyle::none;
    code = gate(o);
  });
}

void add_mutate(CLI::App& app, MutateOptions& o, int& code) {
  CLI::App* cmd = app.add_subcommand(
      "mutate", "Make systematic defects in the model, and tell which of them nobody notices");
  cmd->add_option("--only", o.only, "only mutants whose names contain this");
  cmd->add_option("--sample", o.sample, "only so many, drawn at random")
      ->check(CLI::PositiveNumber);
  cmd->add_option("--seed", o.seed, "of the draw (default: 1)");
  cmd->add_option("--survivors", o.survivors,
                  "a file of those that may be missed: lines `NAME -- REASON`");
  cmd->add_flag("--list", o.list, "name the mutants and do nothing");
  cmd->add_flag("--verbose", o.verbose, "a line for each mutant: who notices it");
  CLI::Option* json = cmd->add_flag("--json", o.json, "print the result as JSON (nsmc-mutate/1)");
  cmd->add_flag("!--no-times", o.times, "--json: 0 for how long it took")->needs(json);
  cmd->add_option("--jobs", o.jobs, "mutants at a time (default: one per processor)");
  cmd->callback([&] { code = mutate(o); });
}

// A word that is no verb is named, with the one it resembles.
void require_verb(int argc, char** argv) {
  const std::vector<std::string> verbs = {"check",  "gate",   "graph",   "mutate",
                                          "prove",  "replay", "report",  "history",
                                          "bisect", "list",   "explain", "itf-check"};
  if (argc < 2 || argv[1][0] == '-') return;
  if (std::find(verbs.begin(), verbs.end(), argv[1]) != verbs.end()) return;
  const std::string hint = traces::did_you_mean(argv[1], verbs);
  throw std::invalid_argument("`" + std::string(argv[1]) + "` is no command" +
                              (hint.empty() ? "; see `nsmc --help`" : hint));
}

int run(int argc, char** argv) {
  CLI::App app{"nsmc: a formal model checker for the life of Linux PID namespaces"};
  app.set_version_flag("--version", std::string("nsmc ") + NSMC_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  int code = kOk;
  CheckOptions check_options, bounded_options;
  ProveOptions prove_options;
  GateOptions gate_options;
  GraphOptions graph_options;
  MutateOptions mutate_options;
  ReplayOptions replay_options;
  ReportFiles report_files;
  std::string progress = "auto", what, id;
  bool markdown = false;
  add_check(app, check_options, progress, code);
  add_gate(app, gate_options, progress, code);
  add_graph(app, graph_options, code);
  add_mutate(app, mutate_options, code);
  add_prove(app, prove_options, bounded_options, code);
  add_replay(app, replay_options, code);
  add_report(app, report_files, code);
  app.add_subcommand("history", "Print which properties hold on which kernel, as Markdown")
      ->callback([&] { code = history(); });
  CLI::App* bisect_command = app.add_subcommand(
      "bisect", "Name the change that made the answer to a scenario another one");
  bisect_command->add_option("path", id, "a scenario, or a folder of them")->required();
  bisect_command->callback([&] { code = bisect(id); });
  std::vector<std::string> itf_paths;
  CLI::App* itf_command = app.add_subcommand(
      "itf-check", "Check files in the Informal Trace Format to the letter; re-execute our own");
  itf_command->add_option("paths", itf_paths, "traces (*.itf.json) of any tool")->required();
  itf_command->callback([&] { code = itf_check(itf_paths); });
  CLI::App* list_command = app.add_subcommand("list", "List what there is");
  list_command
      ->add_option("what", what,
                   "properties, liveness, scenarios, kernels, changes, bugs or defects")
      ->required()
      ->check(CLI::IsMember(
          {"properties", "liveness", "scenarios", "kernels", "changes", "bugs", "defects"}));
  list_command->add_flag("--markdown", markdown, "properties as a table for the documentation");
  list_command->callback([&] { code = list(what, markdown); });
  CLI::App* explain_command =
      app.add_subcommand("explain", "Explain a property, a change, a kernel or a scenario");
  explain_command->add_option("id", id, "I17, BZ-07, 2.6.27, bz-07-stealth-child")->required();
  explain_command->callback([&] { code = explain(id); });
  require_verb(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return code;
}

}  // namespace
}  // namespace nsmc::cli

int main(int argc, char** argv) { return nsmc::cli::run_program(argc, argv, nsmc::cli::run); }
