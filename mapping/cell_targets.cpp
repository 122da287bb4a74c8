// SPDX-License-Identifier: Apache-2.0
#include "mapping/cell_targets.h"

namespace nvcim::mapping {

CellRange cell_range(const DeviceParameters& device, const WeightEncoding& encoding) {
  return device::cell_range(device, encoding.encoding, encoding.max_level * encoding.grid_per_level);
}

void target_levels(const workloads::Node& node, const WeightEncoding& encoding, const Block& block, int row,
                   std::vector<int>& levels) {
  for (int output = 0; output < block.outputs; ++output) {
    const std::size_t at = node.weight_index(block.output_begin + output, block.row_begin + row);
    encoding.encode(node.mvm.weights[at], &levels[output * encoding.planes()]);
  }
  if (encoding.has_offset_column()) levels.back() = encoding.offset_level;
}

}  // namespace nvcim::mapping
