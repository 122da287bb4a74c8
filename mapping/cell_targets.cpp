// SPDX-License-Identifier: Apache-2.0
#include "mapping/cell_targets.h"

#include <algorithm>
#include <cstddef>

namespace nvcim::mapping {

CellRange cell_range(const DeviceParameters& device, const WeightEncoding& encoding) {
  return device::cell_range(device, encoding.encoding, encoding.max_level * encoding.grid_per_level);
}

void target_levels(const workloads::Node& node, const WeightEncoding& encoding, const Block& block, int row,
                   std::vector<int>& levels) {
  const int planes = encoding.planes();
  // The weights of a row lie a matrix row apart.
  const std::int16_t* weight = node.mvm.weights.data() + node.weight_index(block.output_begin, block.row_begin + row);
  const std::ptrdiff_t stride = node.matrix_rows();
  for (int output = 0; output < block.outputs; ++output, weight += stride)
    encoding.encode(*weight, &levels[output * planes]);
  if (encoding.has_offset_column()) levels.back() = encoding.offset_level;
}

void fill_normals(const Block& block, const WeightEncoding& encoding, int layer_outputs, const DrawStream& stream,
                  std::uint32_t matrix_row, std::uint32_t use, std::uint32_t sample, std::vector<double>& scratch,
                  std::vector<double>& normals) {
  // Columns of weights are neighbours in the layer's matrix; an offset column has its own place there.
  const int cells = block.outputs * encoding.planes();
  const std::uint32_t first = block.draw_column(0, encoding, layer_outputs), begin = first % 4;
  scratch.resize(begin + static_cast<std::size_t>(cells));
  stream.normals(matrix_row, first / 4, use, sample, scratch);
  std::copy_n(scratch.begin() + begin, cells, normals.begin());
  for (int column = cells; column < block.columns; ++column) {
    const std::uint32_t at = block.draw_column(column, encoding, layer_outputs);
    normals[column] = stream.normals(matrix_row, at / 4, use, sample)[at % 4];
  }
}

}  // namespace nvcim::mapping
