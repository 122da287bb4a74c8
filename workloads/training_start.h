// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "workloads/lowering.h"
#include "workloads/network.h"

namespace nvcim::workloads {

/// Weights and biases of an MVM node as real numbers; empty for other nodes.
struct LayerValues {
  std::vector<float> weights;  ///< [outputs][matrix rows]
  std::vector<double> bias;    ///< [outputs], or empty for 0
};

/// What training of a network that exists starts from. @return [nodes]
std::vector<LayerValues> starting_values(const Lowered& lowered);
/// The same of integers: codes times their scales.
std::vector<LayerValues> starting_values(const Network& network);

}  // namespace nvcim::workloads
