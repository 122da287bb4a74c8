// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// Adds `nvcim completion`: what a shell and `man` are told of the commands and options.
/// @param version  of the manual page
void add_completion_command(CLI::App& program, const std::string& version, Action& action);

}  // namespace nvcim::cli
