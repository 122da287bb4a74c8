// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/cli/command_line.h"

namespace nvcim::cli {

inline constexpr const char* kTrainDescription = "Train a built-in network with quantised weights and activations";

struct TrainOptions : CommonOptions {
  std::string network = "lenet";
  std::string data = "fashion_mnist";
  int bits = 8;
  std::optional<int> float_epochs;
  std::optional<int> quantised_epochs;
  std::optional<int> samples;  ///< of the training set, held-out ones included; not given: all
  std::string noise;           ///< empty: not given, nothing is held out
  double sigma_min = 0, sigma_max = 0.3;
  double threshold = 1;
  bool zero_mean = false;
  double mid_level_factor = 1;
  std::string chip = "swim_paper";
  int validation = 2000;
  int instances = 100;
  double kpp = 5;  ///< percent
  bool force = false;
};

/// Adds `train` to its own program.
void add_train_options(CLI::App& program, TrainOptions& options);

}  // namespace nvcim::cli
