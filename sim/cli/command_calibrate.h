// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

void add_calibrate_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action);

}  // namespace nvcim::cli
