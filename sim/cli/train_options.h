// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/cli/command_line.h"
#include "sim/studies/train/request.h"

namespace nvcim::cli {

inline constexpr const char* kTrainDescription =
    "Train a built-in network, or one of your own further, with quantised weights and activations";

using sim::TrainOptions;

/// Adds `train` to its own program.
void add_train_options(CLI::App& program, TrainOptions& options);

}  // namespace nvcim::cli
