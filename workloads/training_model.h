// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <vector>

#include "workloads/network.h"
#include "workloads/training.h"
#include "workloads/training_maps.h"

namespace nvcim::workloads {

/// A network in training: one weight and one bias tensor per MVM node, in floating point.
///
/// Weights have one scale per layer, or per output where the shape has channel scales: max|W| of the layer or output is
/// the largest code, and noise is in units of it: an output with a scale of its own fills the range of its cells, so
/// what its cells deviate by is relative to its own largest weight.
///
/// Batch normalisation is digital and leaves the cells alone: codes are those of the weights before it, with one scale
/// per layer; gain / sqrt(variance + epsilon) of an output is its channel scale, whose sign the codes take, and what it
/// adds goes into the bias.
class TrainingModel {
 public:
  /// @param shape  must outlive it   @param start  [nodes]; empty: weights uniform with variance 2 / rows (He et al.,
  /// ICCV 2015), addressed draws   @param batch_norm  as TrainingOptions
  TrainingModel(const Network& shape, std::uint64_t seed, const std::vector<LayerValues>& start = {},
                bool batch_norm = false);

  /// They share their storage with the model.
  std::vector<at::Tensor> parameters() const;

  /// Mean and variance of every normalised layer, sharing their storage with the model.
  std::vector<at::Tensor> statistics() const;
  /// Forward passes normalise with the statistics of their batch, which move the stored ones by `share`; 0: with the
  /// stored ones.
  void use_batch_statistics(double share) { batch_share_ = share; }

  /// Logits [batch][classes] of input values [batch][channels][height][width].
  /// @param quantised  weights, biases and activations on their integer grids, and with the noise that was drawn
  at::Tensor forward(const at::Tensor& x, bool quantised) const;

  /// Fixes the ranges of the maps, one node after the other, for the least squared error on these inputs.
  void calibrate_ranges(const at::Tensor& x);

  /// Scales of the maps, per node; scale 0 where none is calibrated.
  std::vector<MapScale> scales() const { return maps_.own(); }
  void set_scales(const std::vector<MapScale>& scales) { maps_.restore(scales); }

  /// Deviations for the quantised forward passes until the next call. @param address  its layer is not read
  void draw_noise(const NoiseOptions& noise, double sigma, NoiseAddress address);
  void clear_noise();

  /// Codes of the integer network, without noise.
  Network integers() const;

 private:
  struct Layer {
    at::Tensor weight, bias;  // undefined unless an MVM; weight [outputs][channels / groups][kernel_h][kernel_w]
    at::Tensor noise;         // as weight, in units of max|W|; undefined: none
    bool per_output = false;  // has a scale per output
    at::Tensor gain, mean, variance;  // [outputs] of batch normalisation, whose offset is the bias; undefined: none
    ValueRange through;               // of the activation, real values
    at::Tensor channels, rows, columns, inside;  // of a rearrangement: what is read, 1 where it is not padding
  };
  using Observer = std::function<void(std::size_t node, const at::Tensor& values)>;

  at::Tensor run(const at::Tensor& x, bool quantised, const Observer& before_rounding) const;
  at::Tensor values(std::size_t n, const std::vector<at::Tensor>& inputs, bool quantised) const;
  at::Tensor rounded(std::size_t n, const at::Tensor& x, bool quantised) const;
  Requantisation requantisation(std::size_t n, double steps) const;

  double weight_scale(std::size_t n) const;
  at::Tensor output_scales(std::size_t n) const;
  at::Tensor weight_codes(std::size_t n) const;
  at::Tensor effective_weight(std::size_t n, bool quantised) const;
  at::Tensor effective_bias(std::size_t n, bool quantised) const;
  at::Tensor factors(std::size_t n) const;
  at::Tensor signs(std::size_t n) const;
  at::Tensor normalised(std::size_t n, const at::Tensor& sums, bool quantised) const;
  at::Tensor sums(std::size_t n, const at::Tensor& x, bool quantised) const;
  at::Tensor pooled(std::size_t n, const at::Tensor& x, bool quantised) const;
  at::Tensor rearranged(std::size_t n, const at::Tensor& x) const;
  const MapScale& input_map(std::size_t n, std::size_t k = 0) const { return maps_.of(sources_[n][k]); }

  const Network& shape_;
  std::vector<Layer> layers_;
  std::vector<std::vector<int>> sources_;  // [nodes]
  std::vector<std::size_t> last_reader_;   // [nodes + 1]
  TrainingMaps maps_;
  double batch_share_ = 0;
};

}  // namespace nvcim::workloads
