// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/float_graph.h"
#include "workloads/sensitivity.h"
#include "workloads/sensitivity_convolution.h"

namespace nvcim::workloads {

/// What all passes over a graph share. The graph must outlive it.
struct CurvatureModel {
  /// Of one node.
  struct Layer {
    std::vector<ConvolutionProducts> products;  ///< one for a convolution, else none
    std::vector<float> weights;                 ///< real; empty where they are not needed
    std::vector<float> squared;                 ///< their squares; likewise
    double to_normalised = 1;                   ///< (s * unit of the input)^2: to normalised weights
    bool wanted = false;                        ///< derivatives to its values are needed: weights lie below it
  };
  CurvatureModel(const FloatGraph& of, const SensitivityOptions& options);

  const FloatGraph& graph;
  SensitivityMethod method;
  SensitivityLoss loss;
  int streams;                ///< backward passes per sample
  bool slope;                 ///< the recursion needs first derivatives too, because an activation is curved
  int batch;                  ///< samples per pass: what keeps the largest buffer moderate
  std::vector<Layer> layers;  ///< [nodes]
};

/// One forward pass and the backward passes over a batch. Holds the buffers; one per thread.
class CurvaturePass {
 public:
  explicit CurvaturePass(const CurvatureModel& model);

  /// Where the stored values of the inputs go before run: [batch][input size].
  float* inputs() { return values_.front().data(); }

  /// Sums over the samples of the normalised second derivatives.
  /// @param labels [samples], needed when model.slope
  /// @return [nodes][weights], valid until the next call
  const std::vector<std::vector<float>>& run(const std::uint8_t* labels, int samples);

 private:
  /// Derivatives of the loss to a node's real values.
  struct Flow {
    std::vector<float> main;   // [samples][streams][size] second derivatives (recursion) or one class's first ones
    std::vector<float> slope;  // [samples][size] first derivatives, when the model needs them
  };

  void forward(int node, int samples);
  void seed(const std::uint8_t* labels, int samples);
  void backward(int node, int samples);
  void backward_convolution(int node, Flow& flow, int samples);
  void backward_activation(int node, const GraphActivation& parameters, Flow& flow, int samples) const;
  void backward_affine(int node, const GraphAffine& parameters, Flow& flow) const;
  Flow backward_pool(int node, const GraphPool& parameters, const Flow& flow, int samples);
  Flow backward_rearrange(int node, const GraphRearrange& parameters, const Flow& flow);
  Flow backward_factor(int node, bool second, const Flow& flow);
  Flow part_of(const Flow& flow, std::size_t begin, std::size_t count, std::size_t size);
  std::vector<float> take(std::size_t count);
  void put_back(Flow flow);
  void give(int node, Flow flow);

  const CurvatureModel& model_;
  std::vector<std::vector<float>> values_;          // [nodes][batch][size] stored
  std::vector<std::vector<std::int32_t>> winners_;  // [nodes][batch][size] maximum: index in the input's map
  std::vector<Flow> flows_;                         // [nodes] what has arrived so far
  std::vector<std::vector<float>> spare_;           // buffers between uses
  ConvolutionScratch scratch_;
  std::vector<std::vector<float>> curvature_;
};

}  // namespace nvcim::workloads
