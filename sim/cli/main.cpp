// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "sim/cli/command_train.h"
#include "sim/cli/command_words.h"
#include "sim/cli/commands.h"
#include "sim/cli/hand_over.h"
#include "sim/cli/process_start.h"

int main(int argc, char** argv) {
  using namespace nvcim;
  cli::reserve_standard_descriptors();
  cli::keep_blas_single();
  if (cli::started_by_mpi()) return cli::hand_over_to(cli::kMpiProgram, argc, argv);
  const std::vector<std::string> words = cli::with_command_first({argv, argv + argc});
  if (words.size() > 1 && words[1] == "train") return cli::exec_train(argc, argv);
  sim::OneProcess alone;
  return cli::run_nvcim(argc, argv, alone);
}
