// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_train.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/cli/train_options.h"

namespace nvcim::cli {

void add_train_command(CLI::App& program) {
  program.add_subcommand("train", kTrainDescription);
}

int exec_train(int argc, char** argv) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path program = (error ? std::filesystem::path(argv[0]) : self).parent_path() / "nvcim-train";
  std::vector<char*> arguments(argv, argv + argc);
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  fmt::print(stderr, "error: {}: cannot be started: {}; it is built beside nvcim\n", program.string(),
             std::strerror(errno));
  return kBadInput;
}

}  // namespace nvcim::cli
