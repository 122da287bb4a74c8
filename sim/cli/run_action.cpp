// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/run_action.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <system_error>
#include <vector>

#include "arch/input_error.h"
#include "arch/json_input.h"
#include "arch/printable.h"
#include "sim/cli/command_words.h"
#include "sim/cli/help_text.h"
#include "sim/parallel/ranks.h"
#include "workloads/blas.h"

namespace nvcim::cli {
namespace {

extern "C" void exit_after_abort(int) {
  ::_exit(kBug);
}

/// What nobody caught, such as a thread of its own that found no memory.
void say_what_was_thrown() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    print_error("error: out of memory\n");
    ::_exit(kBadInput);
  } catch (const std::exception& error) {
    print_error(fmt::format("nvcim: bug: {}\n", printable(error.what())));
  } catch (...) {
  }
  ::_exit(kBug);
}

bool has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

/// The chosen command, or the program while none is.
CLI::App& innermost(CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : *chosen.front();
}

/// @param words  with the command first, which need not have been parsed
int bad_command_line(const CLI::App& program, const std::vector<std::string>& words, const std::string& message,
                     bool speaks) {
  if (!speaks) return kBadCommandLine;
  const auto named =
      program.get_subcommands([&](const CLI::App* one) { return words.size() > 1 && one->get_name() == words[1]; });
  const CLI::App& command = named.empty() ? program : *named.front();
  const std::string help = (&command == &program ? "" : program.get_name() + " ") + command.get_name() + " --help";
  print_error(fmt::format("{}: {}\nTry '{}'.\n", program.get_name(), printable(message, "\n"), help));
  return kBadCommandLine;
}

/// CLI11 does not know which word it took for a command, nor what was meant.
std::string explain(CLI::App& program, const CLI::ParseError& error, const std::vector<std::string>& words) {
  const CLI::App& command = innermost(program);
  if (&command == &program && (words.size() < 2 || !words[1].starts_with('-'))) {
    std::vector<std::string> names;
    for (const CLI::App* one : program.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(one->get_name());
    return words.size() < 2
               ? fmt::format("no command given; commands: {}", fmt::join(names, ", "))
               : fmt::format("\"{}\" is not a command; {}", valid_utf8(words[1]), suggestion(words[1], names));
  }
  const bool extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || &command == &program;
  for (const CLI::App* owner : {&command, static_cast<const CLI::App*>(&program)})
    if (const std::vector<std::string> left = owner->remaining(); extra && !left.empty())
      return unexpected(program, *owner, left);
  return error.what();
}

/// Says what went wrong. @return  the exit code
int explain_failure(const CLI::App& program, const std::vector<std::string>& words, const std::exception_ptr& failure,
                    bool speaks) {
  try {
    std::rethrow_exception(failure);
  } catch (const FailedAndKept& error) {
    const int code = explain_failure(program, words, error.cause(), speaks);
    print_error(fmt::format("{}\n", printable(error.what())));
    return code;
  } catch (const CommandLineError& error) {
    return bad_command_line(program, words, error.what(), speaks);
  } catch (const sim::FailedTogether& error) {
    return error.by_input() ? kBadInput : kBug;
  } catch (const InputError& error) {
    const std::size_t count = error.issues().size();
    if (count > 1) print_error(fmt::format("{}: {} problems\n", program.get_name(), with_commas(count)));
    for (const std::string& line : issue_lines(error.issues(), "error: ")) print_error(fmt::format("{}\n", line));
    return kBadInput;
  } catch (const std::bad_alloc&) {
    print_error("error: out of memory\n");
    return kBadInput;
  } catch (const std::filesystem::filesystem_error& error) {
    // A name too long, a folder that may not be looked into, a working folder that is gone.
    print_error(fmt::format("error: {}\n", InputIssue{error.path1().string(), "", error.code().message()}.text()));
    return kBadInput;
  } catch (const std::system_error& error) {
    const bool threads = error.code() == std::errc::resource_unavailable_try_again;
    if (threads) print_error("error: no more threads can be started (limits of processes or memory)\n");
    if (!threads) print_error(fmt::format("{}: bug: {}\n", program.get_name(), printable(error.what())));
    return threads ? kBadInput : kBug;
  } catch (const std::exception& error) {
    // SystemC hands on what its processes throw as text.
    if (std::string_view(error.what()).find("std::bad_alloc") != std::string_view::npos) {
      print_error("error: out of memory\n");
      return kBadInput;
    }
    print_error(fmt::format("{}: bug: {}\n", program.get_name(), printable(error.what())));
    return kBug;
  }
}

/// A library that is older than the machine takes it for a much older one.
void note_slow_blas(CLI::App& program) {
  const CLI::Option* const quiet = innermost(program).get_option_no_throw("--quiet");
  const auto blas = workloads::blas_in_use();
  if (!blas || (quiet != nullptr && quiet->count() > 0)) return;
  if (workloads::is_without_avx2(blas->core) && has_avx2())
    print_error(fmt::format(
        "note: OpenBLAS chose its kernels for {}, which do without AVX2 though this machine has it: calibrations "
        "and derivatives take longer, and differ from other kernels' in their last digits\n",
        blas->core));
}

}  // namespace

int parse_and_run(CLI::App& program, int argc, char** argv, const Action& action, bool speaks) {
  std::signal(SIGABRT, exit_after_abort);
  std::set_terminate(say_what_was_thrown);
  // A closed pipe and a limit of file sizes are told by the call that meets them.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const std::vector<std::string> words = with_command_first({argv, argv + argc});
  try {
    try {
      if (std::find(words.begin(), words.end(), "--help") == words.end()) check_words(program, words);
      std::vector<std::string> last_first(words.rbegin(), words.rend() - std::min<std::ptrdiff_t>(1, argc));
      program.parse(last_first);
    } catch (const CLI::CallForHelp&) {
      CLI::App& command = innermost(program);
      command.formatter(std::make_shared<HelpText>(terminal_width()));
      if (speaks) print_out(command.help(&command == &program ? "" : program.get_name()));
      return kOk;
    } catch (const CLI::CallForVersion& version) {
      if (speaks) print_out(std::string(version.what()) + "\n");
      return kOk;
    } catch (const CLI::ParseError& error) {
      return bad_command_line(program, words, explain(program, error, words), speaks);
    }
    const int code = action();
    if (speaks) note_slow_blas(program);
    return code;
  } catch (...) {
    return explain_failure(program, words, std::current_exception(), speaks);
  }
}

}  // namespace nvcim::cli
