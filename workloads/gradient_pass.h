// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/gradient.h"
#include "workloads/network.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {

/// One forward and one backward pass over a batch. Holds the buffers; one per thread. Maps are laid out
/// [channels][batch][height][width], so that a layer is one product of matrices for the whole batch.
class GradientPass {
 public:
  explicit GradientPass(const Network& network);

  int batch() const { return batch_; }  ///< samples per pass at most: what keeps the buffers moderate

  /// @param weights  [nodes][outputs * matrix rows] weight codes with their deviations
  /// @return sums over the chosen samples; the gradient is to the codes and valid until the next call
  struct Sums {
    double loss = 0;
    int correct = 0;
    const std::vector<int>& held;
    const WeightMatrix& gradient;
  };
  Sums run(const WeightMatrix& weights, std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels,
           std::span<const int> chosen, const AttackObjective& objective, bool with_gradient);

 private:
  struct Layer {
    std::vector<int> sources;
    DerivativeStep::Saved saved;
  };
  class Step;
  /// Of node n at n + 1; the network's input at 0.
  struct Map {
    std::vector<float> values;  // code differences to the zero point
    std::vector<float> slopes;  // derivatives to them; empty where nothing below has weights
    bool wanted = false;        // something below has weights
    bool reached = false;       // a reader has given it derivatives in this pass
  };

  void load(std::span<const std::uint8_t> pixels, std::span<const int> chosen);
  void forward(int node, int samples, const std::vector<float>& weights);
  void forward_mvm(int node, int samples, const std::vector<float>& weights);
  void seed(std::span<const std::uint8_t> labels, std::span<const int> chosen, const AttackObjective& objective,
            Sums& sums);
  void backward(int node, int samples, const std::vector<float>& weights);
  void gather(int node, int samples);
  void weight_gradient(int node, int samples);
  void to_input_mvm(int node, int samples, const std::vector<float>& weights);

  Map& map_of(int source) { return maps_[source + 1]; }
  /// Derivatives of the k-th input, ready to be added to; null when nobody wants them.
  float* slopes_of_input(int node, int k, int samples);

  const Network& network_;
  int batch_ = 1;
  double unit_ = 1;                        // real value of one step of a logit
  std::vector<Layer> layers_;              // [nodes]
  std::vector<Map> maps_;                  // [nodes + 1]
  std::vector<float> logits_;              // [classes][batch]
  std::vector<float> columns_, products_;  // unrolled windows [window rows][batch][positions]; a product of matrices
  std::vector<int> held_;
  WeightMatrix gradient_;
};

}  // namespace nvcim::workloads
