// What nsmc props has to say, before it is text or JSON.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "checker/cli/runs/command.hpp"
#include "checker/cli/runs/hunt.hpp"
#include "checker/cli/runs/reach.hpp"

namespace nsmc::cli {

struct ToldFailure {
  Failure failure;
  std::string says;           // the property
  std::string scenario;       // the least one, as it can be kept
  std::string why;            // what is false
  std::string scenario_path;  // where both were written; empty: nowhere
  std::string trace_path;
};

struct Told {
  PropsOptions options;
  HuntOptions hunted_for;
  Hunted hunted;  // without failures: they are here
  Reach steps, premises;
  std::vector<ToldFailure> failures;
  std::string reproduce;  // the command
  int exit_code = 0;
};

std::string to_text(const Told& told);
std::string to_json(const Told& told);  // nsmc-props/1, ended by a newline

// The errors that clone() was refused with, by name.
std::vector<std::string> refusals_of(const Extremes& extremes);

// As many as at this rate.
std::uint64_t calls_a_minute(const Hunted& hunted);

}  // namespace nsmc::cli
