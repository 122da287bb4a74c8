// SPDX-License-Identifier: Apache-2.0
#include "mapping/programmed_weights.h"

#include "arch/check.h"

namespace nvcim::mapping {

std::vector<std::vector<float>> programmed_weights(const workloads::Network& network, const Plan& plan,
                                                   const ChipInstance& chip) {
  NVCIM_CHECK(chip.blocks.size() == plan.blocks.size(), "{} of {} blocks", chip.blocks.size(), plan.blocks.size());
  std::vector<std::vector<float>> weights(network.nodes.size());
  for (const LayerPlan& layer : plan.layers)
    weights[layer.node].assign(network.nodes[layer.node].mvm.weights.size(), 0.0f);
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const LayerPlan& layer = plan.layers[plan.layer_of_node[block.node]];
    const WeightEncoding& encoding = layer.encoding;
    const workloads::Node& node = network.nodes[block.node];
    const int planes = encoding.planes();
    const double full_scale = (1 << (encoding.weight_bits - 1)) - 1;
    const double unit = 1 / (full_scale * encoding.grid_per_level * layer.copies);
    for (int row = 0; row < block.rows; ++row) {
      const std::int16_t* codes = &chip.blocks[index].codes[std::size_t(row) * block.columns];
      const double offset =
          encoding.has_offset_column() ? double(encoding.offset_factor) * codes[block.columns - 1] : 0.0;
      for (int output = 0; output < block.outputs; ++output) {
        double sum = offset;
        for (int plane = 0; plane < planes; ++plane)
          sum += double(encoding.factor[plane]) * codes[output * planes + plane];
        weights[block.node][node.weight_index(block.output_begin + output, block.row_begin + row)] +=
            static_cast<float>(sum * unit);
      }
    }
  }
  return weights;
}

}  // namespace nvcim::mapping
