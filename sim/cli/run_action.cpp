// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_action.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "arch/input_error.h"
#include "arch/json_input.h"
#include "sim/parallel/ranks.h"

namespace nvcim::cli {
namespace {

extern "C" void exit_after_abort(int) {
  ::_exit(kBug);
}

/// The chosen command, or the program while none is.
const CLI::App& innermost(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : *chosen.front();
}

int bad_command_line(const CLI::App& program, const std::string& message, bool speaks) {
  if (!speaks) return kBadCommandLine;
  const CLI::App& command = innermost(program);
  const std::string help = (&command == &program ? "" : program.get_name() + " ") + command.get_name() + " --help";
  fmt::print(stderr, "{}: {}\nTry '{}'.\n", program.get_name(), message, help);
  return kBadCommandLine;
}

/// CLI11 does not know which word it took for a command.
std::string explain(const CLI::App& program, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (names.empty() || !program.get_subcommands().empty()) return error.what();
  if (argc < 2) return fmt::format("no command given; commands: {}", fmt::join(names, ", "));
  const std::string word = argv[1];
  return word.starts_with('-') ? std::string(error.what())
                               : fmt::format("\"{}\" is not a command; {}", word, suggestion(word, names));
}

}  // namespace

int parse_and_run(CLI::App& program, int argc, char** argv, const Action& action, bool speaks) {
  std::signal(SIGABRT, exit_after_abort);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    try {
      program.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      if (speaks) print_out(innermost(program).help(&innermost(program) == &program ? "" : program.get_name()));
      return kOk;
    } catch (const CLI::CallForVersion& version) {
      if (speaks) print_out(std::string(version.what()) + "\n");
      return kOk;
    } catch (const CLI::ParseError& error) {
      return bad_command_line(program, explain(program, error, argc, argv), speaks);
    }
    return action();
  } catch (const CommandLineError& error) {
    return bad_command_line(program, error.what(), speaks);
  } catch (const sim::FailedTogether& error) {
    return error.by_input() ? kBadInput : kBug;
  } catch (const InputError& error) {
    if (error.issues().size() > 1) fmt::print(stderr, "{}: {} problems\n", program.get_name(), error.issues().size());
    for (const InputIssue& issue : error.issues()) fmt::print(stderr, "error: {}\n", issue.text());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory\n");
    return kBadInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: bug: {}\n", program.get_name(), error.what());
    return kBug;
  }
}

}  // namespace nvcim::cli
