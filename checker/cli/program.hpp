// What each of our programs does around its work: signals, errors, exit codes, the last flush.
// SPDX-License-Identifier: MIT
#pragma once

namespace nsmc::cli {

// main(): every error is one message on stderr and one exit code.
int run_program(int argc, char** argv, int (*run)(int, char**));

}  // namespace nsmc::cli
