// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// Parses and runs: prints help and errors, turns every outcome into an exit code. An abort (NVCIM_CHECK) ends with
/// code 1.
/// @param action  set by the command that was chosen, while parsing
/// @param speaks  false in processes that leave help and complaints of the command line to another
int parse_and_run(CLI::App& program, int argc, char** argv, const Action& action, bool speaks = true);

}  // namespace nvcim::cli
