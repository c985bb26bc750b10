// Errors and their exit codes.
// SPDX-License-Identifier: MIT
#include "checker/cli/program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "checker/checker.hpp"
#include "checker/cli/commands.hpp"
#include "checker/explicit/reexecute.hpp"
#include "traces/files.hpp"
#include "traces/json_input.hpp"
#include "traces/scenario_error.hpp"

namespace nsmc::cli {

bool use_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

int exit_code_of(checker::CheckpointError::Kind kind) {
  using Kind = checker::CheckpointError::Kind;
  switch (kind) {
    case Kind::no_input:
      return kNoInput;
    case Kind::bad_data:
      return kBadData;
    case Kind::cannot_create:
      return kCannotCreate;
    case Kind::io:
      return kInputOutput;
    case Kind::no_permission:
      return kNoPermission;
    case Kind::memory:
      return kInconclusive;
  }
  return kInternal;
}

std::string this_program() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::ostringstream text;
  text << std::hex << std::hash<std::string>{}(bytes) << "-" << bytes.size();
  return text.str();
}

namespace {

int fail(int code, const std::string& message) {
  std::fflush(stdout);
  fmt::print(stderr, "nsmc: {}\n", message);
  return code;
}

// Every error is one message and one exit code.
int guarded(int argc, char** argv, int (*run)(int, char**)) {
  try {
    catch_stop_signals();
    return run(argc, argv);
  } catch (const traces::ScenarioError& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}", error.render(isatty(STDERR_FILENO) == 1 && use_colour()));
    return error.kind() == traces::ScenarioError::Kind::unreadable ? kNoInput : kBadData;
  } catch (const traces::FileError& error) {
    return fail(error.exit_code, error.what());
  } catch (const checker::CheckpointError& error) {
    return fail(exit_code_of(error.kind()), error.what());
  } catch (const traces::TraceError& error) {
    return fail(kBadData, error.what());
  } catch (const NotARun& error) {
    return fail(kNotConforming, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(kNoInput, error.what());
  } catch (const checker::EngineDisagreement& error) {
    return fail(kDisagreement, error.what());
  } catch (const std::invalid_argument& error) {
    return fail(kUsage, error.what());
  } catch (const std::exception& error) {
    return fail(kInternal, std::string("internal error: ") + error.what());
  }
}

}  // namespace

int run_program(int argc, char** argv, int (*run)(int, char**)) {
  const int code = guarded(argc, argv, run);
  // A result that could not be written was not given.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::perror("nsmc: cannot write the output");
  return kInputOutput;
}

}  // namespace nsmc::cli
