// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "sim/cli/command_train.h"
#include "sim/cli/commands.h"
#include "sim/cli/hand_over.h"

int main(int argc, char** argv) {
  using namespace nvcim;
  if (cli::started_by_mpi()) return cli::hand_over_to(cli::kMpiProgram, argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "train") return cli::exec_train(argc, argv);
  sim::OneProcess alone;
  return cli::run_nvcim(argc, argv, alone);
}
