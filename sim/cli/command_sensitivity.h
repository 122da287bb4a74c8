// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// `nvcim sensitivity`: how much each weight of a network matters, as a file for `nvcim select` and `nvcim sweep`.
void add_sensitivity_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action);

}  // namespace nvcim::cli
