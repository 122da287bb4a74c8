// SPDX-License-Identifier: Apache-2.0
#include "mapping/ageing.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "device/stuck_cells.h"
#include "mapping/cell_targets.h"

namespace nvcim::mapping {
namespace {

std::array<double, 4> uniforms(const DrawStream::Block& bits) {
  return {DrawStream::uniform(bits[0]), DrawStream::uniform(bits[1]), DrawStream::uniform(bits[2]),
          DrawStream::uniform(bits[3])};
}

}  // namespace

BlockAgeing::BlockAgeing(const DeviceParameters& device, const workloads::Network& network, const Plan& plan, int block,
                         const ChipDraws& draws)
    : device_(device),
      node_(network.nodes[plan.blocks[block].node]),
      layer_(plan.layers[plan.layer_of_node[plan.blocks[block].node]]),
      block_(plan.blocks[block]),
      range_(cell_range(device, layer_.encoding)),
      relaxation_(device),
      drift_(device),
      draws_(relaxation_.moves() ? relaxation_.draws() : drift_.draws()),
      step_((device.g_max.value() - device.g_min.value()) / range_.span),
      stream_(block_stream(draws, relaxation_.moves() ? Purpose::relaxation : Purpose::drift, block_)),
      stuck_stream_(block_stream(draws, Purpose::stuck_cell, block_)),
      levels_(block_.columns),
      row_(block_.columns),
      uniform_(block_.columns),
      stuck_(block_.columns),
      normals_(std::size_t(block_.columns) * draws_) {}

void BlockAgeing::draw(std::uint32_t matrix_row, std::uint32_t writing) {
  // Use 0 is the first normal draw, use 1 says to which population a cell belongs, use 1 + k is the k-th further
  // normal.
  if (relaxation_.moves())
    fill_row(block_, layer_.encoding, node_.outputs(), uniform_,
             [&](std::uint32_t group) { return uniforms(stream_.block(matrix_row, group, 1, writing)); });
  for (int k = 0; k < draws_; ++k) {
    const auto use = static_cast<std::uint32_t>(k == 0 ? 0 : 1 + k);
    fill_normals(block_, layer_.encoding, node_.outputs(), stream_, matrix_row, use, writing, scratch_, row_);
    for (int column = 0; column < block_.columns; ++column) normals_[std::size_t(column) * draws_ + k] = row_[column];
  }
}

void BlockAgeing::age_row(int row, std::span<const std::int16_t> codes, std::span<const std::uint8_t> writing,
                          std::span<std::int16_t> aged) {
  const auto matrix_row = static_cast<std::uint32_t>(block_.row_begin + row);
  target_levels(node_, layer_.encoding, block_, row, levels_);
  fill_row(block_, layer_.encoding, node_.outputs(), stuck_,
           [&](std::uint32_t group) { return uniforms(stuck_stream_.block(matrix_row, group)); });
  const int writings = writing.empty() ? 0 : *std::max_element(writing.begin(), writing.end());
  for (int number = 0; number <= writings; ++number) {
    draw(matrix_row, static_cast<std::uint32_t>(number));
    for (int column = 0; column < block_.columns; ++column) {
      if (!writing.empty() && writing[column] != number) continue;
      aged[column] = codes[column];
      if (device::stuck_state(device_, stuck_[column]) != device::StuckState::free) continue;
      // An abstract signed cell moves by its magnitude.
      const bool negative = range_.lowest < -range_.pedestal && codes[column] < 0;
      const double programmed = ((negative ? -codes[column] : codes[column]) + range_.pedestal) * step_;
      const double target = (std::abs(levels_[column]) * layer_.encoding.grid_per_level + range_.pedestal) * step_;
      const std::span<const double> normals(normals_.data() + std::size_t(column) * draws_, std::size_t(draws_));
      const double moved = relaxation_.moves()
                               ? relaxation_.relaxed(programmed, relaxation_.score(uniform_[column], normals))
                               : drift_.drifted(target, programmed, normals);
      const double code = std::nearbyint(moved / step_) - range_.pedestal;
      aged[column] =
          static_cast<std::int16_t>(std::clamp(negative ? -code : code, double(range_.lowest), double(range_.highest)));
    }
  }
}

}  // namespace nvcim::mapping
