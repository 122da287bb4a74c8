// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

#include "arch/input_error.h"
#include "arch/printable.h"
#include "sim/parallel/usable_cpus.h"

namespace nvcim::cli {

int CommonOptions::thread_count(int processes) const {
  return threads > 0 ? threads : sim::usable_cpus(processes);
}

CLI::App* add_command(CLI::App& program, CommonOptions& options, const std::string& name,
                      const std::string& description, const std::string& example) {
  CLI::App* command = program.add_subcommand(name, description);
  command->footer("Example:\n" + example);
  const std::string group = "Options of every command";
  command->add_option("--out", options.out, "Folder to write to")->type_name("DIR")->group(group);
  command->add_option("--seed", options.seed, "Seed of every random draw")
      ->type_name("N")
      ->check(at_most(std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str()
      ->group(group);
  command
      ->add_option("--threads", options.threads,
                   "Threads; as many as there are CPUs for them when not given. Results do not depend on it")
      ->type_name("N")
      ->check(at_least(1))
      ->group(group);
  command
      ->add_option("--set", options.set,
                   "Replace one parameter of the architecture, e.g. --set /adc/bits=6; repeatable")
      ->type_name("/json/pointer=value")
      ->allow_extra_args(false)
      ->group(group);
  command->add_flag("--quiet", options.quiet, "Print nothing but errors")->group(group);
  command->add_flag("--json", options.json, "Print JSON on standard output instead of text")->group(group);
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
