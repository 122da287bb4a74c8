// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

/// What a shell and `man` can be told of a program, made of its own commands and options.
namespace nvcim::cli {

/// A completion script of bash: commands first, then the options of the command, else files.
std::string bash_completion(const CLI::App& program);

/// The manual page in man(7)'s macros: every command with its options and examples.
/// @param version  shown in its footer
std::string manual_page(const CLI::App& program, const std::string& version);

}  // namespace nvcim::cli
