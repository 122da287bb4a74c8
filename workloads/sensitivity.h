// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "arch/choices.h"
#include "workloads/float_graph.h"
#include "workloads/network.h"

/// How much each weight matters: the diagonal second derivative of the loss, streamed over a data set (library
/// nvcim_sensitivity, so that programs that do not need it do not load OpenBLAS).
///
/// The derivatives are those of the network's real-valued interpretation: weight = code * weight_scale, activation =
/// (code - zero point) * scale, rounding passed straight through, clamping with its own derivative (a clamped
/// activation, so a dead ReLU, passes nothing; the edge at code_min counts as clamped). Of equal inputs a maximum takes
/// the first. The data set's labels enter only where an activation is curved (sigmoid, tanh, hard_swish).
namespace nvcim::workloads {

enum class SensitivityMethod {
  /// One backward pass that carries G(v) ~ second derivative of the loss to v, without cross terms (Yan et al., SWIM,
  /// DAC 2022, section 3.2). Exact in the last layer; underestimates earlier ones. Through a curved activation it also
  /// takes the first derivative, with the true labels, and may then be negative.
  recursion,
  /// The diagonal of the Gauss-Newton matrix, E_x Var_{k~p}(dz_k/dw) for cross entropy: never negative, and equal to
  /// the
  /// Hessian's diagonal where the logits are piecewise linear in each weight. One backward pass per class.
  gauss_newton,
};

}  // namespace nvcim::workloads

namespace nvcim {
template <>
struct EnumNames<workloads::SensitivityMethod> {
  using enum workloads::SensitivityMethod;
  static constexpr EnumName<workloads::SensitivityMethod> all[] = {
      {recursion, "recursion", "one backward pass without cross terms"},
      {gauss_newton, "gauss_newton", "exact diagonal, one backward pass per class"},
  };
};
}  // namespace nvcim

namespace nvcim::workloads {

enum class SensitivityLoss {
  cross_entropy,  ///< of softmax(logits)
  squared_error,  ///< sum over the logits of (logit - target)^2
};

struct SensitivityOptions {
  SensitivityMethod method = SensitivityMethod::recursion;
  SensitivityLoss loss = SensitivityLoss::cross_entropy;
  int threads = 1;                    ///< the result does not depend on it
  std::vector<int> checkpoints = {};  ///< sample counts at which the ranking so far is kept, to show how it converges
  std::function<void(int done, int total)> progress = {};  ///< called from one thread at a time; may be empty
};

/// Of one MVM node, or one convolution of a graph.
struct LayerSensitivity {
  int node = 0;  ///< its number in the network, or in the graph
  /// s: the largest magnitude the layer's codes can hold, in real units: max|W| of a tensor that is quantised by its
  /// largest weight, and always the full scale that device deviations are relative to.
  double full_scale = 1;
  /// [outputs][matrix rows] mean over the samples of the second derivative to the normalised weight W / s, that is
  /// s^2 times the one to W.
  std::vector<double> curvature;
};

/// The ranking after some of the samples against the one after all.
struct RankingCheckpoint {
  int samples = 0;         ///< rounded up to whole batches
  double spearman = 0;     ///< over all weights
  double top_overlap = 0;  ///< share of the final top 10 % that was already in it
};

struct Sensitivity {
  SensitivityMethod method = SensitivityMethod::recursion;
  int samples = 0;
  std::vector<LayerSensitivity> layers;  ///< MVM nodes in order
  std::vector<RankingCheckpoint> convergence;

  /// All layers one after the other: [weights of the network].
  std::vector<double> all() const;
};

/// @param pixels [samples][input.size()]
/// Arithmetic is single precision within a batch, double between batches; a loss curvature of a logit below 1e-20 is
/// taken as 0. Speed: LeNet, `recursion`: a few seconds for 60,000 samples.
Sensitivity measure_sensitivity(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                                const SensitivityOptions& options = {});

/// The same for a graph of real-valued operations.
/// @param inputs [samples][input size] stored values
/// @param labels [samples]; may be empty unless the recursion meets a curved activation
Sensitivity measure_sensitivity(const FloatGraph& graph, std::span<const float> inputs,
                                std::span<const std::uint8_t> labels, int samples,
                                const SensitivityOptions& options = {});

}  // namespace nvcim::workloads
