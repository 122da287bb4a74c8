// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// `nvcim program`: one chip programmed, its time, energy and outcome, and the chip as a file.
void add_program_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action);

}  // namespace nvcim::cli
