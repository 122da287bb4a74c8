// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"

namespace nvcim::cli {

/// Adds `nvcim train` to the list of commands; exec_train runs it.
void add_train_command(CLI::App& program);

/// Replaces this process by nvcim-train, which lies beside this program, with the same arguments. Returns only when
/// that program cannot be started, with an exit code.
int exec_train(int argc, char** argv);

}  // namespace nvcim::cli
