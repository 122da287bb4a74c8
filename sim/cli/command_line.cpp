// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_line.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "arch/input_error.h"
#include "arch/printable.h"
#include "sim/parallel/usable_cpus.h"

namespace nvcim::cli {

int thread_count(const CommonOptions& options, int processes) {
  return options.wanted_threads ? *options.wanted_threads : sim::usable_cpus(processes);
}

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("Example:\n" + example);
  return command;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void print_out(std::string_view raw) {
  // Names that come from files are shown, not obeyed. JSON means the same afterwards.
  const std::string text = printable(raw, "\n\t");
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  if (errno != EPIPE)
    throw InputError("standard output", "", fmt::format("cannot be written: {}", std::strerror(errno)));
}

void print_error(std::string_view text) {
  // fmt::print would throw where nobody reads standard error any more.
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace nvcim::cli
