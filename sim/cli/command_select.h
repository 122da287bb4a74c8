// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// `nvcim select`: which cells of a chip are worth verifying, as a write plan for `nvcim program --plan`.
void add_select_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action);

}  // namespace nvcim::cli
