// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_completion.h"

#include <memory>

#include "sim/cli/manual.h"
#include "sim/cli/train_options.h"

namespace nvcim::cli {
namespace {

std::string text_for(const std::string& what, const CLI::App& program, const std::string& version) {
  return what == "man" ? manual_page(program, version) : bash_completion(program);
}

}  // namespace

void add_completion_command(CLI::App& program, const std::string& version, Action& action) {
  const auto what = std::make_shared<std::string>("bash");
  CLI::App* command = program.add_subcommand("completion", "Print a completion script of bash, or the manual page");
  command->add_option("WHAT", *what, "bash or man")->check(CLI::IsMember({"bash", "man"}))->capture_default_str();
  command->footer(
      "Example:\n"
      "  source <(nvcim completion bash)\n"
      "  nvcim completion man | man -l -");
  command->callback([what, version, &program, &action] {
    action = [what, version, &program] {
      // `nvcim train` parses its options in a program of its own; here they are only named.
      program.remove_subcommand(program.get_subcommand("train"));
      TrainOptions train_options;
      add_train_options(program, train_options);
      print_out(text_for(*what, program, version));
      return kOk;
    };
  });
}

}  // namespace nvcim::cli
