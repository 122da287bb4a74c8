// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "sim/cli/command_train.h"
#include "sim/cli/commands.h"
#include "sim/cli/hand_over.h"
#include "sim/cli/process_start.h"

int main(int argc, char** argv) {
  using namespace nvcim;
  cli::reserve_standard_descriptors();
  cli::keep_blas_single();
  if (cli::started_by_mpi()) return cli::hand_over_to("nvcim-mpi", argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "train") return cli::exec_train(argc, argv);
  sim::OneProcess alone;
  return cli::run_nvcim(argc, argv, alone);
}
