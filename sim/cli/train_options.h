// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/cli/command_line.h"
#include "sim/cli/quantise_options.h"

namespace nvcim::cli {

inline constexpr const char* kTrainDescription =
    "Train a built-in network, or one of your own further, with quantised weights and activations";

struct TrainOptions : CommonOptions {
  std::string network = "lenet";
  std::string data = "fashion_mnist";
  std::optional<int> bits;   ///< of a built-in network
  QuantiseOptions quantise;  ///< of a file in floating point
  std::optional<int> float_epochs;
  std::optional<int> quantised_epochs;
  std::optional<int> batch_size;
  std::optional<double> learning_rate, quantised_learning_rate;
  bool mirror = false;
  std::optional<int> samples;  ///< of the training set, held-out ones included; not given: all
  std::string noise;           ///< empty: not given, nothing is held out
  double sigma_min = 0, sigma_max = 0.3;
  double threshold = 1;
  bool zero_mean = false;
  double mid_level_factor = 1;
  std::string chip = "swim_paper";
  int validation = 2000;
  int instances = 100;
  double kpp = 0.05;
  bool force = false;
};

/// Adds `train` to its own program.
void add_train_options(CLI::App& program, TrainOptions& options);

}  // namespace nvcim::cli
