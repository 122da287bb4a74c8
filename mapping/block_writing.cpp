// SPDX-License-Identifier: Apache-2.0
#include "mapping/block_writing.h"

#include <algorithm>
#include <cmath>

#include "arch/conductance_grid.h"
#include "device/models/device_law.h"
#include "device/stuck_cells.h"
#include "mapping/cell_targets.h"

namespace nvcim::mapping {

DrawStream block_stream(const ChipDraws& draws, Purpose purpose, const Block& block) {
  return {draws.seed, purpose, draws.instance, draws.first_node + static_cast<std::uint32_t>(block.node),
          static_cast<std::uint32_t>(block.copy)};
}

BlockWriting::BlockWriting(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                           int block, const ChipDraws& draws)
    : node_(network.nodes[plan.blocks[block].node]),
      layer_(plan.layers[plan.layer_of_node[plan.blocks[block].node]]),
      block_(plan.blocks[block]),
      range_(cell_range(architecture.device, layer_.encoding)),
      variation_(block_stream(draws, Purpose::programming_variation, block_)),
      own_(block_stream(draws, Purpose::device_to_device, block_)),
      stuck_stream_(block_stream(draws, Purpose::stuck_cell, block_)),
      rewrite_(draws.rewrite),
      device_(architecture.device),
      levels_(block_.columns),
      targets_(block_.columns),
      normal_(block_.columns, 0.0),
      own_normal_(block_.columns, 0.0) {
  const WeightEncoding& encoding = layer_.encoding;
  for (int level = 0; level <= encoding.max_level; ++level)
    sigma_of_level_.push_back(device::programming_sigma(device_, static_cast<double>(level) / encoding.max_level) *
                              range_.span);
  varies_ = std::any_of(sigma_of_level_.begin(), sigma_of_level_.end(), [](double sigma) { return sigma > 0; });
  own_sigma_ = device_.device_to_device * device_.sigma_scale * range_.span;
  if (device_.stuck_at_g_min > 0 || device_.stuck_at_g_max > 0) stuck_.resize(block_.columns);
  if (own_sigma_ > 0) offset_.resize(block_.columns);
  for (int column = 0; column < block_.columns; ++column)
    columns_.push_back(block_.draw_column(column, encoding, node_.outputs()));
}

void BlockWriting::load(int row) {
  const WeightEncoding& encoding = layer_.encoding;
  matrix_row_ = static_cast<std::uint32_t>(block_.row_begin + row);
  target_levels(node_, encoding, block_, row, levels_);
  for (int column = 0; column < block_.columns; ++column)
    targets_[column] = static_cast<std::int16_t>(levels_[column] * encoding.grid_per_level);
  if (varies_) fill_normals(block_, encoding, node_.outputs(), variation_, matrix_row_, rewrite_, 0, scratch_, normal_);
  if (own_sigma_ > 0) {
    fill_normals(block_, encoding, node_.outputs(), own_, matrix_row_, 0, 0, scratch_, own_normal_);
    for (int column = 0; column < block_.columns; ++column)
      offset_[column] = static_cast<float>(own_sigma_ * own_normal_[column]);
  }
  if (!stuck_.empty())
    fill_row(block_, encoding, node_.outputs(), stuck_, [&](std::uint32_t group) {
      const DrawStream::Block bits = stuck_stream_.block(matrix_row_, group);
      std::array<std::uint8_t, 4> states;
      for (int i = 0; i < 4; ++i)
        states[i] = static_cast<std::uint8_t>(device::stuck_state(device_, DrawStream::uniform(bits[i])));
      return states;
    });
}

void BlockWriting::virgin(std::span<std::int16_t> codes) const {
  for (std::size_t column = 0; column < codes.size(); ++column)
    codes[column] = !stuck_.empty() && device::StuckState(stuck_[column]) == device::StuckState::at_g_max
                        ? static_cast<std::int16_t>(range_.span)
                        : std::int16_t{0};
}

void BlockWriting::write_once(std::span<std::int16_t> codes) const {
  // Adding and taking away 1.5·2^52 rounds to the nearest integer, ties to even, without a call for every cell. Both
  // limits are integers, so that clamping first gives the same code.
  constexpr double kRounder = 6755399441055744;
  const double lowest = range_.lowest, highest = range_.highest;
  const int columns = static_cast<int>(codes.size());
  for (int column = 0; column < columns; ++column) {
    const double sigma = sigma_of_level_[static_cast<std::size_t>(std::abs(levels_[column]))];
    const double deviation = sigma * normal_[column] + own_sigma_ * own_normal_[column];
    const double limited = std::min(std::max(targets_[column] + deviation, lowest), highest);
    codes[column] = static_cast<std::int16_t>((limited + kRounder) - kRounder);
  }
  for (std::size_t column = 0; column < stuck_.size(); ++column) {
    const auto state = device::StuckState(stuck_[column]);
    if (state == device::StuckState::at_g_min) codes[column] = 0;
    if (state == device::StuckState::at_g_max) codes[column] = static_cast<std::int16_t>(range_.span);
  }
}

device::WriteRow BlockWriting::verified_row(std::span<std::int16_t> codes, std::span<const std::uint8_t> selected,
                                            std::span<std::uint32_t> attempts) {
  return {.row = matrix_row_,
          .columns = columns_,
          .targets = targets_,
          .codes = codes,
          .selected = selected,
          .stuck = stuck_,
          .offset = offset_,
          .attempts = attempts};
}

std::vector<device::WriteRules> make_layer_rules(const Architecture& architecture, const Plan& plan) {
  std::vector<device::WriteRules> rules;
  for (const LayerPlan& layer : plan.layers)
    rules.push_back(device::make_write_rules(architecture, conductance_grid(architecture, layer.encoding.weight_bits)));
  return rules;
}

}  // namespace nvcim::mapping
