// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/network.h"
#include "workloads/training_noise.h"
#include "workloads/training_start.h"

/// Quantisation-aware training (libtorch; library nvcim_training, so that programs that do not train do not link it).
namespace nvcim::workloads {

struct TrainingProgress {
  int epoch = 0;  ///< 1 … epochs
  int epochs = 0;
  int samples = 0;            ///< of this epoch, trained so far, in all its replicas
  int samples_per_epoch = 0;  ///< in all replicas of this epoch
  bool quantised = false;     ///< still ordinary floating point, or already on the integer grids
  double loss = 0;            ///< mean cross entropy of this epoch and replica so far
  double accuracy = 0;        ///< on the training samples of this epoch and replica so far, 0…1
};

/// One replica in one epoch.
struct ReplicaRecord {
  double sigma = 0;               ///< of its noise, in units of max|W| of each layer
  double loss = 0;                ///< mean cross entropy of the epoch, noise included
  double accuracy = 0;            ///< on the training samples, noise included, 0…1
  std::optional<double> merit{};  ///< what the judge said of it
  bool operator==(const ReplicaRecord&) const = default;
};

struct EpochRecord {
  int epoch = 0;  ///< 1 …
  bool quantised = false;
  double sigma_low = 0, sigma_high = 0;   ///< interval of sigma at its start
  std::vector<ReplicaRecord> replicas{};  ///< one, or three while sigma is searched
  int chosen = 0;                         ///< the replica that went on
  bool operator==(const EpochRecord&) const = default;
};

/// Deviations of the weights in the quantised phase: every mini-batch adds sigma · max|W| · f(ε) to the weights of a
/// layer, drawn anew; max|W| (of each output where it has a scale of its own) takes no gradient and the loss of the
/// deviated weight goes straight to the stored one.
struct NoiseOptions {
  WeightNoise kind = WeightNoise::none;
  double threshold = 1;    ///< th of the censored kinds, in standard deviations
  bool zero_mean = false;  ///< f(ε) less its mean: what remains of censoring then is its shape
  /// Where sigma lies, in units of max|W|. low = high: known. Else searched with the judge (TRICE): every epoch three
  /// replicas train at the quarter points, the one of most merit goes on and the interval shrinks to the half around
  /// it. `none` has the same three replicas, which differ in the order of their samples: the same effort.
  double sigma_low = 0, sigma_high = 0;
  double mid_level_factor = 1;  ///< s of level_spread()
  /// Merit of a network (more is better); called for every replica of every quantised epoch, from the training thread.
  std::function<double(const Network& network, int epoch, int replica)> judge{};
  std::string judged_by{};  ///< everything that decides what the judge says, as text: part of what a checkpoint names
};

struct TrainingOptions {
  int float_epochs = 6;      ///< in floating point; activation ranges are calibrated at their end and then fixed
  int quantised_epochs = 6;  ///< with quantised weights and activations in the forward pass, straight-through gradients
  int batch_size = 64;
  double learning_rate = 2e-3;            ///< Adam; falls to 0 along a half cosine
  double quantised_learning_rate = 1e-3;  ///< the same for the second phase
  double weight_decay = 1e-4;             ///< decoupled
  /// [nodes] weights and biases that training starts from, as of a network that exists; empty: they are drawn.
  std::vector<LayerValues> start{};
  /// Batch normalisation after the sums of every MVM but the last, on the chip a digital scale and offset per output:
  /// trained with the statistics of each mini-batch, judged and returned with those of training samples, taken anew
  /// with the noise present. max|W| is that of the weights without it.
  bool batch_norm = false;
  bool mirror = false;   ///< half of the images are mirrored left to right
  NoiseOptions noise{};  ///< with noise, ranges are calibrated anew at the start of every epoch
  std::uint64_t seed = 1;
  int threads = 1;                ///< the result is a function of the options, this one included, and of the BLAS
  const Dataset* test = nullptr;  ///< if given, Network::float_accuracy is measured on it between the phases
  std::function<void(const TrainingProgress&)> progress{};   ///< called about 20 times per epoch and replica
  std::function<void(const EpochRecord&)> finished_epoch{};  ///< called for every epoch, also for those resumed
  /// If not empty: written whole after every epoch, and a training that finds it goes on from it, to the same result.
  std::filesystem::path checkpoint{};
};

/// Trains the weights of `shape` on `data`: a built-in network, or a quantised one of MVMs, pools, sums, concatenations
/// and rearrangements whose last node is raw. Its structure, bits, activations and steps of the image stay.
/// Weights: symmetric, scale = max|W| / (2^(bits-1) - 1), of the layer, or of each output where `shape` has channel
/// scales and no batch normalisation. Maps: one scale and zero point each, the range calibrated for the least squared
/// error and fixed. Multipliers of the result are products of these scales; biases are rounded. The quantised forward
/// pass is what the integers compute, but for sums so near a half that single precision rounds them the other way.
/// Errors: InputError for options out of range, nodes that cannot be trained, data of another shape, a loss that is not
/// finite, and a checkpoint that is damaged, of another training or cannot be written.
Network train(const Network& shape, const Dataset& data, const TrainingOptions& options);

}  // namespace nvcim::workloads
