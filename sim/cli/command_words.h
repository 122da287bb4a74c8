// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

/// The words of a command line, before CLI11 sees them.
namespace nvcim::cli {

/// Options of every command may stand before it: they are moved behind it. @param words  the program's name first
std::vector<std::string> with_command_first(std::vector<std::string> words);

/// What CLI11 lets pass: an empty value, as of a shell variable that is not set, an empty element of a list, a value
/// for an option that takes none. Errors: CommandLineError.
/// @param words  as with_command_first() gives them
void check_words(const CLI::App& program, const std::vector<std::string>& words);

/// "--sample is not an option of nvcim run; did you mean --samples?", "\"b\" is one too many: …"
/// @param words  that no option or positional of `command` took
std::string unexpected(const CLI::App& program, const CLI::App& command, const std::vector<std::string>& words);

/// The long names of its options, with their hyphens.
std::vector<std::string> option_names(const CLI::App& command);

}  // namespace nvcim::cli
