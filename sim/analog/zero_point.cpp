// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/zero_point.h"

#include <cmath>
#include <numeric>

namespace nvcim::sim {
namespace {

/// [outputs] sums of the weights as they were meant.
std::vector<std::int64_t> target_sums(const workloads::Node& node) {
  const int rows = node.matrix_rows();
  std::vector<std::int64_t> sums;
  for (int output = 0; output < node.outputs(); ++output) {
    const auto begin = node.mvm.weights.begin() + std::ptrdiff_t{output} * rows;
    sums.push_back(std::accumulate(begin, begin + rows, std::int64_t{0}));
  }
  return sums;
}

/// Adds what the cells of one block hold to sums[block.outputs], in grid steps.
void add_cells(const mapping::Block& block, const mapping::ProgrammedBlock& cells,
               const mapping::WeightEncoding& encoding, std::int64_t* sums) {
  std::vector<std::int64_t> columns(block.columns, 0);
  for (int row = 0; row < block.rows; ++row)
    for (int column = 0; column < block.columns; ++column)
      columns[column] += cells.codes[std::size_t(row) * block.columns + column];
  const int planes = encoding.planes();
  const std::int64_t offset =
      encoding.has_offset_column() ? std::int64_t{encoding.offset_factor} * columns[block.columns - 1] : 0;
  for (int output = 0; output < block.outputs; ++output) {
    sums[output] += offset;
    for (int plane = 0; plane < planes; ++plane)
      sums[output] += std::int64_t{encoding.factor[plane]} * columns[output * planes + plane];
  }
}

}  // namespace

std::vector<std::int64_t> zero_point_shares(const Architecture& architecture, const workloads::Node& node,
                                            const mapping::Plan& plan, const mapping::LayerPlan& layer,
                                            const mapping::ChipInstance& chip) {
  const int outputs = node.outputs();
  std::vector<std::int64_t> shares(std::size_t(layer.copies) * outputs, 0);
  if (node.input_zero_point == 0) return shares;
  if (architecture.digital.zero_point_sum == ZeroPointSum::target) {
    const std::vector<std::int64_t> sums = target_sums(node);
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = sums[i % outputs] * node.input_zero_point;
    return shares;
  }
  for (const int index : layer.blocks) {
    const mapping::Block& block = plan.blocks[index];
    add_cells(block, chip.blocks[index], layer.encoding,
              &shares[std::size_t(block.copy) * outputs + block.output_begin]);
  }
  // Grid steps become weight codes after the product: exact in a double, rounded once.
  for (std::int64_t& share : shares)
    share = std::llrint(static_cast<double>(share * node.input_zero_point) / layer.encoding.grid_per_level);
  return shares;
}

}  // namespace nvcim::sim
