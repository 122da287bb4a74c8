// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workloads/network.h"

/// First derivatives of a quantised network whose weights deviate from their codes (library nvcim_sensitivity).
///
/// The derivatives are those of the network's real-valued interpretation: rounding of activations is passed straight
/// through, clamping has its own derivative (nothing passes a clamped activation), of equal inputs a maximum takes the
/// first.
namespace nvcim::workloads {

/// [nodes][outputs * matrix rows] of the normalised weight W / s, s being the layer's full scale (the largest code
/// times the weight scale); empty for pooling.
using WeightMatrix = std::vector<std::vector<float>>;

/// A matrix of zeros for every MVM node.
WeightMatrix zero_weights(const Network& network);

enum class AttackLoss {
  /// Lead of the label over its strongest rival class, where it leads. Source: N. Carlini, D. Wagner, IEEE S&P 2017.
  margin,
  cross_entropy,  ///< log of softmax(z)_label: falls as the label loses
  accuracy,       ///< 1 / (1 + exp(-m / softness)) of the margin m: a smooth count of the samples that are right
};

/// What is summed over the samples; to be made small by an attack.
struct AttackObjective {
  AttackLoss loss = AttackLoss::margin;
  /// Of the margin m, in the unit of the logits: softness·log(1 + exp(m / softness)), so that samples that are just
  /// wrong are held there. 0: max(m, 0), which lets go of a sample as soon as it is wrong. Above 0 for accuracy.
  double softness = 0;
  /// [label * classes + class] 1: the class is no rival of that label; empty: all are. Cross entropy does not look at
  /// it.
  std::vector<std::uint8_t> barred = {};
};

struct GradientSum {
  double loss = 0;  ///< sum over the samples
  int correct = 0;
  std::vector<int>
      held;  ///< [label * classes + rival] samples still right, by their strongest rival that is not barred
  WeightMatrix gradient;  ///< of the sum, to the normalised weights; empty when not asked for
};

/// Forward and backward passes of one network at any deviation of its weights.
class GradientEngine {
 public:
  explicit GradientEngine(const Network& network, int threads = 1);
  ~GradientEngine();

  /// @param deviation  of the normalised weights
  /// @param pixels     [any number of samples][input.size()]
  /// @param labels     as many
  /// @param chosen     indices of the samples to sum over
  /// Single precision; summed in a fixed order, so the bits do not depend on the threads.
  /// Speed: LeNet: about 0.2 ms per sample and core.
  GradientSum run(const WeightMatrix& deviation, std::span<const std::uint8_t> pixels,
                  std::span<const std::uint8_t> labels, std::span<const int> chosen, const AttackObjective& objective,
                  bool with_gradient = true);

 private:
  struct Workers;
  const Network& network_;
  int threads_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace nvcim::workloads
