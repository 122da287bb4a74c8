// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"
#include "sim/parallel/ranks.h"

namespace nvcim::cli {

/// `nvcim sweep`: accuracy over write budget. @param arguments  the command line as typed
void add_sweep_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks, Action& action);

}  // namespace nvcim::cli
