// nsmc-props: property test runs.  The command line.
// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "checker/cli/commands.hpp"
#include "checker/cli/program.hpp"
#include "checker/cli/runs/command.hpp"

namespace nsmc::cli {
namespace {

constexpr const char* kFooter =
    "What is printed:\n"
    "  seed       with --runs, the same seed gives the same bytes, whatever --jobs is\n"
    "  reached    kernel functions' steps that some run took, and premises that some run met: "
    "what\n"
    "             a property is about has happened. `never` is what more runs might still reach,\n"
    "             `cannot be` what this kernel has no longer or not yet; --why says which and why\n"
    "  shrunk     fewest calls, then switches of tasks, then failures, then programs; the "
    "scenario\n"
    "             is a file for `nsmc check`, and its run one for `nsmc replay`\n"
    "A violation ends the runs; with --keep-going only its property's.\n"
    "\n"
    "Exit codes: 0 nothing is violated in the runs that were made (a sample, no proof);\n"
    "12 a property is violated; 64 usage, 65 bad data, 73 cannot create, 130 interrupted: what "
    "was\n"
    "found until then is printed.\n"
    "\n"
    "Start with:\n"
    "  nsmc props                                      ten seconds of today's kernel\n"
    "  nsmc props --kernel 6.18 --time 60              finds the leak that 6.18 still has\n"
    "  nsmc props --kernel 6.18 --time 60 --keep-going and what else there is to reach\n"
    "  nsmc props --large --time 60                    33 levels, 200 tasks, 419 numbers\n"
    "  nsmc props --defect zap-skips-last --out out    a mistake that was put there, found\n"
    "  nsmc props --runs 20000 --json --no-times       for programs";

int run(int argc, char** argv) {
  CLI::App app{
      "Property test runs: random programs of system calls, schedules and failures.  What violates "
      "a\nproperty is shrunk to a scenario.  With --large as the first option: on a machine of the "
      "kernel's\nown dimensions, slower; else on one whose runs `nsmc replay` can follow."};
  app.name("nsmc props");
  app.footer(kFooter);
  PropsOptions o;
  app.add_option("--kernel", o.kernel, "the kernel to test (default: 7.0)");
  app.add_option("--with", o.with, "with this change (may be repeated)")->allow_extra_args(false);
  app.add_option("--without", o.without, "without this change (may be repeated)")
      ->allow_extra_args(false);
  app.add_option("--defect", o.defect, "with this seeded defect: see it found");
  app.add_option("--property", o.properties, "judge this property alone (may be repeated)")
      ->allow_extra_args(false);
  app.add_option("--seed", o.seed, "where the random numbers start (default: the clock)")
      ->check(CLI::PositiveNumber);
  app.add_option("--runs", o.runs, "stop after this many runs")->check(CLI::PositiveNumber);
  app.add_option("--time", o.seconds, "stop after this many seconds (default: 10)")
      ->check(CLI::PositiveNumber);
  app.add_option("--calls", o.calls, "the most calls of one program as it is made (default: 40)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--jobs", o.jobs, "threads; they make no difference to what is found (default: 1)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--keep-going", o.keep_going,
               "go on after a violation: each property is told once, all else is still judged");
  app.add_flag("--why", o.why, "tell why some steps and premises cannot be reached on this kernel");
  auto* json = app.add_flag("--json", o.json, "print the result as JSON (nsmc-props/1)");
  app.add_flag("--no-times", o.no_times, "leave out how long it took: the same bytes each time")
      ->needs(json);
  app.add_option("--out", o.out, "write what fails to this folder: a scenario, and its run as ITF");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return props_command(o);
}

}  // namespace
}  // namespace nsmc::cli

int main(int argc, char** argv) { return nsmc::cli::run_program(argc, argv, nsmc::cli::run); }
