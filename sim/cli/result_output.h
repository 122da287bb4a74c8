// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/command_line.h"
#include "sim/report/result.h"
#include "sim/report/result_folder.h"

namespace nvcim::cli {

/// Ends a command: the result folder and what is printed, or neither. A text that cannot be printed leaves no folder.
/// @param out     empty: no folder, only what is printed
/// @param result  becomes result.json, which --json prints, and result.csv; version and `repeat` are filled in
/// @param repeat  the command that gives the result again, from its own folder
/// @param files   the other files of the folder, manifest.json among them
/// @param text    printed without --json, unless quiet
/// Errors: as sim::write_result_folder and print_out.
void write_and_print(const CommonOptions& options, const std::filesystem::path& out, sim::Result result,
                     const std::string& repeat, std::vector<sim::OutputFile> files, bool replace,
                     const std::string& text);

}  // namespace nvcim::cli
