// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "workloads/network.h"
#include "workloads/training.h"

namespace nvcim::workloads {

/// A network in training: one weight and one bias tensor per MVM node, in floating point.
class TrainingModel {
 public:
  /// Weights: uniform with variance 2 / rows (He et al., ICCV 2015), addressed draws. @param shape  must outlive it
  TrainingModel(const Network& shape, std::uint64_t seed);

  /// They share their storage with the model.
  std::vector<at::Tensor> parameters() const;

  /// Logits [batch][classes] of input values [batch][channels][height][width].
  /// @param quantised  weights, biases and activations on their integer grids, and with the noise that was drawn
  at::Tensor forward(at::Tensor x, bool quantised) const;

  /// Fixes the activation ranges, one layer after the other, for the least squared error on these inputs.
  void calibrate_ranges(at::Tensor x);

  /// Scales of the activations, per node; 0 where none is calibrated.
  std::vector<double> scales() const;
  void set_scales(const std::vector<double>& scales);

  /// Deviations for the quantised forward passes until the next call. @param address  its layer is not read
  void draw_noise(const NoiseOptions& noise, double sigma, NoiseAddress address);
  void clear_noise();

  /// Weight, bias and requantisation codes of the integer network, without noise.
  Network integers() const;

 private:
  struct Layer {
    at::Tensor weight, bias;  // undefined for a pool; weight [outputs][channels][kernel_h][kernel_w]
    at::Tensor noise;         // as weight, in units of max|W|; undefined: none
    double scale = 0;         // of the activation after it, once calibrated
  };

  double weight_scale(std::size_t n) const;
  at::Tensor weight_codes(std::size_t n) const;
  at::Tensor effective_weight(std::size_t n, bool quantised) const;
  at::Tensor sums(std::size_t n, const at::Tensor& x, bool quantised, double input_scale) const;
  at::Tensor apply(std::size_t n, const at::Tensor& x, bool quantised, double& scale) const;

  const Network& shape_;
  std::vector<Layer> layers_;
};

}  // namespace nvcim::workloads
