// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "workloads/dataset.h"
#include "workloads/network.h"

/// Quantisation-aware training (libtorch; library nvcim_training, so that programs that do not train do not link it).
namespace nvcim::workloads {

struct TrainingProgress {
  int epoch = 0;  ///< 1 … epochs
  int epochs = 0;
  int samples = 0;  ///< of this epoch, trained so far
  int samples_per_epoch = 0;
  bool quantised = false;  ///< still ordinary floating point, or already on the integer grids
  double loss = 0;         ///< mean cross entropy of this epoch so far
  double accuracy = 0;     ///< on the training samples of this epoch so far, 0…1
};

struct TrainingOptions {
  int float_epochs = 6;      ///< in floating point; activation ranges are calibrated at their end and then fixed
  int quantised_epochs = 6;  ///< with quantised weights and activations in the forward pass, straight-through gradients
  int batch_size = 64;
  double learning_rate = 2e-3;            ///< Adam; falls to 0 along a half cosine
  double quantised_learning_rate = 1e-3;  ///< the same for the second phase
  double weight_decay = 1e-4;             ///< decoupled
  bool mirror = false;                    ///< half of the images are mirrored left to right
  std::uint64_t seed = 1;
  int threads = 1;                ///< the result is a function of the options, this one included, and of the BLAS
  const Dataset* test = nullptr;  ///< if given, Network::float_accuracy is measured on it between the phases
  std::function<void(const TrainingProgress&)> progress{};  ///< called about 20 times per epoch
};

/// Trains the weights of `shape` (a built-in network: activations unsigned, zero point 0, last node raw) on `data`.
/// Weights: per tensor, symmetric, scale = max|W| / (2^(bits-1) - 1). Activations: unsigned, range calibrated for the
/// least squared error and fixed. Multipliers of the result are products of these scales; biases are rounded.
/// Errors: InputError for options out of range, data of another shape, and a loss that is not finite.
Network train(const Network& shape, const Dataset& data, const TrainingOptions& options);

}  // namespace nvcim::workloads
