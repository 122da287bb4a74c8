// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_train.h"

#include "sim/cli/hand_over.h"
#include "sim/cli/process_start.h"
#include "sim/cli/train_options.h"

namespace nvcim::cli {

void add_train_command(CLI::App& program) {
  program.add_subcommand("train", kTrainDescription);
}

int exec_train(int argc, char** argv) {
  have_openmp_wait_passively();
  return hand_over_to(kTrainProgram, argc, argv);
}

}  // namespace nvcim::cli
