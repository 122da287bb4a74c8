// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"
#include "sim/parallel/ranks.h"

namespace nvcim::cli {

/// Adds `nvcim worst-case`.
void add_worst_case_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks,
                            Action& action);

}  // namespace nvcim::cli
