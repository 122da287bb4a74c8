// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/option_adder.h"
#include "sim/cli/option_values.h"
#include "sim/studies/options/common_options.h"

namespace nvcim::cli {

inline constexpr int kOk = 0;
inline constexpr int kBug = 1;
inline constexpr int kBadCommandLine = 2;
inline constexpr int kBadInput = 3;

using sim::CommonOptions;

/// Threads that a command works with. @param processes  that share the machine with this one, itself included
int thread_count(const CommonOptions& options, int processes = 1);

/// What a command does once the command line is understood. Returns an exit code; throws InputError for bad input.
using Action = std::function<int()>;

/// A new sub-command without options. @param example  one or more lines, shown at the end of its help
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example);

/// The same with the options that fill a described request (sim/studies/options/describe.h).
template <class R>
CLI::App* add_command(CLI::App& program, R& request, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* const command = add_command(program, name, description, example);
  add_options(*command, request);
  return command;
}

/// A fault of the command line that only shows after parsing; exit code 2.
class CommandLineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A word of a shell command, quoted when it needs to be.
std::string shell_word(std::string_view word);

/// Writes to standard output, without what a terminal would obey (arch/printable.h). A reader that has seen enough (a
/// closed pipe) is no error: the rest is dropped. Errors: InputError when it cannot be written (full disk).
void print_out(std::string_view text);
/// Writes to standard error, if it can be written.
void print_error(std::string_view text);

}  // namespace nvcim::cli
