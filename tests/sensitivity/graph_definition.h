// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/float_graph.h"
#include "workloads/sensitivity.h"

/// Derivatives of a graph by their definition: plain loops in extended precision, finite differences, no formula of a
/// derivative anywhere.
namespace nvcim::testing {

using Real = long double;
using RealMaps = std::vector<std::vector<Real>>;  ///< [nodes][size] real values

/// Real values of one node from those of its inputs.
std::vector<Real> evaluate_node(const workloads::FloatGraph& graph, int node, const RealMaps& values);

/// Of all nodes. @param input [input size] stored values
RealMaps evaluate(const workloads::FloatGraph& graph, const float* input);

/// Of the real logits; squared error wants 1 at the label and 0 elsewhere.
Real loss_of(workloads::SensitivityLoss loss, const std::vector<Real>& logits, int label);

/// One sample's second derivatives of the loss to the normalised weights of one convolution.
struct SampleOfGraph {
  const workloads::FloatGraph& graph;
  const float* input;
  int label;
  workloads::SensitivityLoss loss;

  /// Second difference of the loss: the Hessian's diagonal.
  Real hessian(int node, std::size_t weight) const;
  /// Squares of the logits' differences, weighted by the loss's curvature: the diagonal of J^T H J.
  Real gauss_newton(int node, std::size_t weight) const;
  /// The recursion without cross terms, [nodes][weights], from differences of each operation by itself:
  /// G(in) = sum of (d out / d in)^2 G(out) + (d^2 out / d in^2) (d loss / d out).
  RealMaps recursion() const;
};

}  // namespace nvcim::testing
