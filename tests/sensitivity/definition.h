// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/network.h"
#include "workloads/sensitivity.h"

/// Second derivatives by their definition, one weight and one sample at a time, in double precision.
namespace nvcim::testing {

/// What the integers of one sample look like, from the reference: [nodes].
struct TracedNode {
  std::vector<double> input;       ///< real values [input.size()]
  std::vector<std::uint8_t> open;  ///< [output.size()] not clamped
  std::vector<int> winner;         ///< maximum pooling: [output.size()], -1 for none
  double input_scale = 1;
};
struct TracedSample {
  std::vector<TracedNode> nodes;
  std::vector<double> logits;  ///< real values
};
TracedSample trace(const workloads::Network& network, const std::uint8_t* pixels);

/// The recursion of workloads/METHOD.md section 3, layer type by layer type. @return [nodes][outputs][matrix rows],
/// mean over the samples, normalised
std::vector<std::vector<double>> recursion_by_definition(const workloads::Network& network,
                                                         const std::vector<std::uint8_t>& pixels, int samples,
                                                         workloads::SensitivityLoss loss);

/// Change of the real logits per unit of one real weight: forward mode.
std::vector<double> logit_derivative(const workloads::Network& network, const TracedSample& sample, int node,
                                     std::size_t weight);

/// Second difference of the loss when one normalised weight moves by ±step.
double second_difference(const workloads::Network& network, const std::vector<std::uint8_t>& pixels, int samples,
                         int node, std::size_t weight, workloads::SensitivityLoss loss, double step);

/// Real weight that full scale stands for, of one weight of a node.
double full_scale(const workloads::Node& node, std::size_t weight);

}  // namespace nvcim::testing
