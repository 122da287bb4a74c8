// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "workloads/float_graph.h"

namespace nvcim::workloads {

/// What the products need beside their operands; one per thread, shared by all layers.
struct ConvolutionScratch {
  std::vector<float> columns;
  std::vector<float> products;
};

/// The products of one convolution as matrix products, group by group. Maps are [channels][height][width].
class ConvolutionProducts {
 public:
  /// References into the graph, which must outlive this.
  ConvolutionProducts(const GraphConvolution& parameters, const Shape& in, const Shape& out);

  /// out [maps][outputs] = weights * in [maps][inputs], without bias.
  void forward(const float* weights, const float* in, int maps, float* out, ConvolutionScratch& scratch) const;

  /// The transposed convolution: lower [maps][inputs] = weights^T * upper [maps][outputs].
  void backward(const float* weights, const float* upper, int maps, float* lower, ConvolutionScratch& scratch) const;

  /// sums [weights] = over samples and positions of g * in^2. @param g [samples][outputs]
  void sum_of_squared_inputs(const float* g, const float* in, int samples, float* sums,
                             ConvolutionScratch& scratch) const;

  /// sums [weights] = over samples and streams of (sum over positions of g * in)^2. @param g
  /// [samples][streams][outputs]
  void sum_of_squared_gradients(const float* g, const float* in, int samples, int streams, float* sums,
                                ConvolutionScratch& scratch) const;

 private:
  template <class Visit>
  void for_each_run(Visit visit) const;
  void unroll(const float* map, float* columns) const;
  void roll_up(const float* columns, float* map) const;
  std::size_t unrolled() const { return std::size_t(rows_) * groups_ * positions_; }

  const GraphConvolution& parameters_;
  Shape in_, out_;
  int groups_;
  int rows_;           // matrix rows of one group
  int outputs_;        // outputs of one group
  int positions_;      // windows per map
  bool covers_input_;  // fully connected: the one window is the whole map, which is its own unrolled form
  std::size_t weights_;
};

}  // namespace nvcim::workloads
