// SPDX-License-Identifier: Apache-2.0
#include "mapping/verified_write.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "arch/random.h"
#include "device/stuck_cells.h"
#include "mapping/cell_targets.h"

namespace nvcim::mapping {

double verified_sigma(const Architecture& architecture) {
  if (architecture.device.model == DeviceModel::ideal) return 0;
  return architecture.write_controller.verified_sigma * architecture.device.sigma_scale;
}

void write_verified_cells(const Architecture& architecture, const workloads::Node& node, const LayerPlan& layer,
                          const Block& block, std::span<const std::uint8_t> marked, std::uint64_t seed,
                          std::uint32_t instance, std::vector<std::int16_t>& codes) {
  NVCIM_CHECK(marked.size() == codes.size(), "{} marks for {} cells", marked.size(), codes.size());
  const DeviceParameters& device = architecture.device;
  const WeightEncoding& encoding = layer.encoding;
  const CellRange range = cell_range(device, encoding);
  const auto layer_id = static_cast<std::uint32_t>(block.node);
  const auto copy = static_cast<std::uint32_t>(block.copy);
  const DrawStream outcome(seed, Purpose::write_outcome, instance, layer_id, copy);
  const DrawStream stuck(seed, Purpose::stuck_cell, instance, layer_id, copy);
  const double sigma = verified_sigma(architecture) * range.span;
  const bool any_stuck = device.stuck_at_g_min > 0 || device.stuck_at_g_max > 0;

  std::vector<int> levels(block.columns);
  std::vector<double> normal(block.columns, 0.0);
  std::vector<double> uniform(block.columns, 1.0);
  for (int row = 0; row < block.rows; ++row) {
    const std::uint8_t* marks = marked.data() + std::size_t(row) * block.columns;
    if (std::none_of(marks, marks + block.columns, [](std::uint8_t mark) { return mark != 0; })) continue;
    const auto matrix_row = static_cast<std::uint32_t>(block.row_begin + row);
    target_levels(node, encoding, block, row, levels);
    if (sigma > 0)
      fill_row(block, encoding, node.outputs(), normal,
               [&](std::uint32_t group) { return outcome.normals(matrix_row, group); });
    if (any_stuck)
      fill_row(block, encoding, node.outputs(), uniform, [&](std::uint32_t group) {
        const DrawStream::Block bits = stuck.block(matrix_row, group);
        return std::array<double, 4>{DrawStream::uniform(bits[0]), DrawStream::uniform(bits[1]),
                                     DrawStream::uniform(bits[2]), DrawStream::uniform(bits[3])};
      });
    std::int16_t* row_codes = &codes[std::size_t(row) * block.columns];
    for (int column = 0; column < block.columns; ++column) {
      if (marks[column] == 0) continue;
      if (any_stuck && device::stuck_state(device, uniform[column]) != device::StuckState::free) continue;
      const double code = std::nearbyint(levels[column] * encoding.grid_per_level + sigma * normal[column]);
      row_codes[column] = static_cast<std::int16_t>(std::clamp(code, double(range.lowest), double(range.highest)));
    }
  }
}

}  // namespace nvcim::mapping
