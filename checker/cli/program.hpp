// What each of our programs does around its work: signals, errors, exit codes, the last flush.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "checker/checkpoint/checkpoint_file.hpp"

namespace nsmc::cli {

// main(): every error is one message on stderr and one exit code.
int run_program(int argc, char** argv, int (*run)(int, char**));

int exit_code_of(checker::CheckpointError::Kind kind);

// The model, the properties and the engines are in this program: its bytes, hashed, say whether
// anything changed.
std::string this_program();

}  // namespace nsmc::cli
