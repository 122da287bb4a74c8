// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/network.h"
#include "workloads/sensitivity.h"

namespace nvcim::workloads {

/// The network in single precision, shared by all passes.
struct CurvatureModel {
  struct Matrix {
    std::vector<float> codes;     ///< [outputs][matrix rows]
    std::vector<float> backward;  ///< real weights, squared for the recursion
    double unit = 1;              ///< real value of one step of the sum: weight scale * input scale
    double to_normalised = 1;     ///< (s * input scale)^2: from code differences of the input to normalised curvature
  };
  CurvatureModel(const Network& of, const SensitivityOptions& options);

  const Network& network;
  SensitivityMethod method;
  SensitivityLoss loss;
  int streams;                   ///< backward passes per sample
  int batch;                     ///< samples per pass: what keeps the largest buffer moderate
  std::vector<Matrix> matrices;  ///< [nodes], empty for pooling
};

/// One forward and `streams` backward passes over a batch. Holds the buffers; one per thread.
class CurvaturePass {
 public:
  explicit CurvaturePass(const CurvatureModel& model);

  /// Sums over the samples of the normalised second derivatives.
  /// @param pixels [samples][input.size()], samples <= model.batch
  /// @return [nodes][outputs][matrix rows], valid until the next call
  const std::vector<std::vector<float>>& run(const std::uint8_t* pixels, int samples);

 private:
  struct Layer {
    std::vector<float> input;          ///< [batch][input.size()] code differences to the zero point
    std::vector<std::uint8_t> open;    ///< MVM: [batch][output.size()] 1 where the activation is not clamped
    std::vector<std::int32_t> source;  ///< maximum: [batch][output.size()] index of the winner in its map, -1 for none
  };

  void forward_mvm(int node, int samples);
  void forward_pool(int node, int samples);
  void seed_streams(int samples);
  void accumulate(int node, int samples);
  void to_input_mvm(int node, int samples);
  void to_input_pool(int node, int samples);

  const CurvatureModel& model_;
  std::vector<Layer> layers_;              // [nodes]
  std::vector<float> logits_;              // [batch][classes], sums with bias
  std::vector<float> upper_, lower_;       // [batch][streams][map]: derivative to a node's output, input
  std::vector<float> columns_, products_;  // unrolled windows; what a matrix product leaves
  std::vector<std::vector<float>> curvature_;
};

}  // namespace nvcim::workloads
