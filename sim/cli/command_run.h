// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// Adds `nvcim run`; when it is chosen, parsing fills `action`. @param arguments  the command line, for the manifest
void add_run_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action);

}  // namespace nvcim::cli
