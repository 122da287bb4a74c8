// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/command_line.h"
#include "sim/report/result_folder.h"

namespace nvcim::cli {

/// Ends a command: the result folder and what is printed, or neither. A text that cannot be printed leaves no folder.
/// @param json  result.json, printed with --json. @param text  printed otherwise, unless quiet
/// Errors: as sim::write_result_folder and print_out.
void write_and_print(const CommonOptions& options, const std::filesystem::path& out,
                     const std::vector<sim::OutputFile>& files, bool replace, const std::string& json,
                     const std::string& text);

}  // namespace nvcim::cli
