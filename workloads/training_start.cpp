// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_start.h"

namespace nvcim::workloads {

std::vector<LayerValues> starting_values(const Lowered& lowered) {
  std::vector<LayerValues> all;
  for (const LoweredNode& node : lowered.nodes) all.push_back({node.weights, node.bias});
  return all;
}

std::vector<LayerValues> starting_values(const Network& network) {
  std::vector<LayerValues> all;
  for (const Node& node : network.nodes) {
    LayerValues& values = all.emplace_back();
    if (!node.is_mvm()) continue;
    const MvmLayer& mvm = node.mvm;
    const std::size_t rows = node.matrix_rows();
    for (std::size_t i = 0; i < mvm.weights.size(); ++i)
      values.weights.push_back(
          static_cast<float>(mvm.weights[i] * mvm.weight_scale * mvm.channel_scale(static_cast<int>(i / rows))));
    for (std::size_t o = 0; o < mvm.bias.size(); ++o)
      values.bias.push_back(static_cast<double>(mvm.bias[o]) * node.input_scale * mvm.weight_scale *
                            mvm.channel_scale(static_cast<int>(o)));
  }
  return all;
}

}  // namespace nvcim::workloads
