// The verbs of the command line, and the exit codes they end with.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "checker/cli/progress.hpp"
#include "checker/cli/reduced.hpp"

namespace nsmc::cli {

// The kernel of a scenario that names none: the code of October 2007 as it was posted.
inline constexpr const char* kSeedKernel = "2.6.24-seed";

// TLC's numbers where they exist, sysexits.h for the rest; documented in `nsmc --help`.
enum ExitCode : int {
  kOk = 0,
  kDeadlock = 11,
  kViolation = 12,      // a safety property is violated, or an answer is not the expected one
  kInconclusive = 20,   // a limit was reached first
  kShrunken = 21,       // gate: fewer states than pinned, a lost witness, a dead step
  kDisagreement = 22,   // a counterexample could not be re-executed
  kNotConforming = 24,  // a trace is not a run of the model
  kUsage = 64,
  kBadData = 65,
  kNoInput = 66,
  kInternal = 70,
  kCannotCreate = 73,
  kInputOutput = 74,
  kNoPermission = 77
};

struct CheckOptions {
  std::vector<std::string> paths;       // scenarios and folders; empty: the default runs
  std::vector<std::string> properties;  // a bare question instead of scenarios
  std::string kernel;
  std::vector<std::string> with, without;  // changes, over the kernel's own
  std::string defect;                      // a seeded defect, to see how it shows
  std::vector<std::string> settings;       // key=value, over those of the scenario
  std::string out;                         // where traces are written; empty: nowhere
  bool json = false;
  bool no_times = false;         // write 0 for how long it took: equal answers are equal bytes
  std::size_t jobs = 0;          // searches at a time; 0: one per processor
  std::uint64_t states_max = 0;  // 0: no limit
  double seconds_max = 0;        // 0: no limit
  double memory_gib_max = 0;     // 0: 70 % of what there is
  ProgressStyle progress = ProgressStyle::automatic;
  Reductions reductions;
  std::string checkpoint;          // a file to go on from later; empty: none
  double checkpoint_seconds = 60;  // between two of them
  bool resume = false;             // go on from it, if it is there
  std::string disk;                // a folder for states beyond memory_gib_max; empty: none
  bool statistics = false;         // of each search: states by depth, moves by step
  std::size_t distinct = 0;        // so many counterexamples with different causes
  std::uint32_t bmc = 0;           // bounded search on terms, to this many moves; 0: the explorer
  std::uint32_t rlimit = 0;        // of its solver, for one check; 0: no limit
};
int check(const CheckOptions& options);

struct GraphOptions {
  CheckOptions asked;                   // paths, kernel, changes, settings, limits, json, no_times
  bool live = false;                    // judge what must happen in the end
  std::vector<std::string> properties;  // only these of props/liveness.hpp; implies `live`
  bool unfair_locks = false;            // a lock may pass over somebody for ever
  std::string out;                      // a folder for the runs that violate; empty: none
  std::string from, to;                 // a way between these conditions; empty: none is asked
  std::string aut, dot, quotient, rv;   // files to write; empty: none
  bool rv_exact = false;                // the automaton of `rv` counts
};
int graph(const GraphOptions& options);

struct GateOptions {
  std::string path;    // of the gate file; empty: nsmc.toml, here or in the tree
  std::string budget;  // "5m"; empty: what the file says
  std::vector<std::string> with, without;    // changes, over what the file says of all runs
  bool strict = false;                       // a step that no run takes is a failure
  bool times = false;                        // write how long things took into reports
  bool known = false;                        // keep the runs of known bugs too: notes in SARIF
  bool pins = false;                         // print the sizes instead, ready for the file
  bool json = false;                         // on standard output
  std::string junit, sarif, ktap, markdown;  // files; "-": standard output; empty: none
  std::string out;       // a folder for all reports and the runs behind failures
  std::size_t jobs = 0;  // searches at a time; 0: one per processor
  ProgressStyle progress = ProgressStyle::automatic;
};
int gate(const GateOptions& options);

struct MutateOptions {
  std::string only;        // mutants whose names contain this
  std::size_t sample = 0;  // so many, drawn; 0: all
  std::uint64_t seed = 1;  // of the draw
  std::string survivors;   // the file of those that are missed; empty: none is
  bool list = false;       // only name them
  bool verbose = false;    // a line for each
  bool json = false, times = true;
  std::size_t jobs = 0;  // mutants at a time; 0: one per processor
  ProgressStyle progress = ProgressStyle::automatic;
};
int mutate(const MutateOptions& options);

// A trace that is well-formed and no run of the model: exit code 24.
struct NotARun : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ReplayOptions {
  std::string path;                        // a trace, or a scenario whose run is searched first
  std::string property;                    // which claim of a survey
  std::vector<std::string> with, without;  // changes: where would they have stopped the run
  bool straight = false;
  bool all_fields = false;
  bool itf = false;  // print the trace as ITF instead
  // One step instead of the run; with none of these the whole run is shown.
  std::optional<std::size_t> step;  // none: the last
  std::vector<std::string> shows;   // panes: fields, tree, holders, pids, lives
  bool moves = false;               // what else is possible after the step
  std::vector<std::size_t> takes;   // of these moves, by number from 1, one after another
  bool json = false;                // the step as JSON (nsmc-step/1)
};
int replay(const ReplayOptions& options);

// Whether files are well-formed ITF, and those of nsmc true.  Throws TraceError and NotARun.
int itf_check(const std::vector<std::string>& paths);

struct ReportFiles {
  std::string path;                     // as of ReplayOptions
  std::string property;                 // as of ReplayOptions
  std::string html, mermaid, perfetto;  // files; "-": standard output; empty: none
};
int report(const ReportFiles& options);

// The matrix of kernels and properties over the shipped runs, as Markdown.
int history();
// Which changes make the answer to a scenario another one, from the 2007 code on.
int bisect(const std::string& path);

int list(const std::string& what, bool markdown);
int explain(const std::string& id);

// Whether to colour standard output: a terminal, and NO_COLOR is not set (no-color.org).
bool use_colour();

}  // namespace nsmc::cli
