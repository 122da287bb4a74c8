// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/parameters.h"
#include "arch/random.h"
#include "device/cell_range.h"
#include "device/write_rules.h"
#include "device/write_verify.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// Where the draws of one sampled chip come from.
struct ChipDraws {
  std::uint64_t seed = 0;
  std::uint32_t instance = 0;
  /// Unverified writings of the whole chip before this one: moves their programming variation and nothing else, so that
  /// a chip that is written anew keeps its own stuck cells, offsets and converters.
  std::uint32_t rewrite = 0;
  /// Of a part of a network (mapping/rounds.h): number of its first node in the whole, so that its layers draw what
  /// they draw there.
  std::uint32_t first_node = 0;
};

/// Draws of one block's cells are addressed by its layer, its weight duplicate and the row and column of the layer's
/// whole cell matrix.
DrawStream block_stream(const ChipDraws& draws, Purpose purpose, const Block& block);

/// What the cells of one block are to hold and what an unverified write leaves in them, row by row. Whoever programs a
/// chip, with time or without, takes rows from here, so all of them program the same one.
class BlockWriting {
 public:
  /// References must outlive it.
  BlockWriting(const Architecture& architecture, const workloads::Network& network, const Plan& plan, int block,
               const ChipDraws& draws);

  const Block& block() const { return block_; }
  const device::CellRange& range() const { return range_; }

  /// Makes `row` of the block the current one; the spans below are [block.columns] and hold until the next call.
  void load(int row);
  std::span<const std::int16_t> targets() const { return targets_; }
  /// 1: writes do not move the cell. Empty: there are no stuck cells.
  std::span<const std::uint8_t> stuck() const { return stuck_; }

  /// What the cells of the row hold before anything was written: g_min, or where they are stuck.
  void virgin(std::span<std::int16_t> codes) const;
  /// What one unverified write leaves: N(target, programming_sigma^2) plus the cell's own offset, on the grid.
  void write_once(std::span<std::int16_t> codes) const;
  /// The row for write-verify. @param codes, selected, attempts  [block.columns], see device::WriteRow
  device::WriteRow verified_row(std::span<std::int16_t> codes, std::span<const std::uint8_t> selected,
                                std::span<std::uint32_t> attempts);

 private:
  const workloads::Node& node_;
  const LayerPlan& layer_;
  const Block& block_;
  device::CellRange range_;
  DrawStream variation_, own_, stuck_stream_;
  std::uint32_t rewrite_;
  std::vector<double> sigma_of_level_;  ///< [max_level + 1] grid steps
  double own_sigma_ = 0;                ///< grid steps
  bool varies_ = false;
  const DeviceParameters& device_;

  std::uint32_t matrix_row_ = 0;
  std::vector<int> levels_;
  std::vector<std::int16_t> targets_;
  std::vector<double> normal_, own_normal_, scratch_;
  std::vector<std::uint8_t> stuck_;
  std::vector<std::uint32_t> columns_;  ///< draw addresses
  std::vector<float> offset_;           ///< own_sigma_ * own_normal_
};

/// Rules of write-verify of every layer: made once per architecture and network.
/// Errors: InputError when a measured table cannot be read.
std::vector<device::WriteRules> make_layer_rules(const Architecture& architecture, const Plan& plan);

}  // namespace nvcim::mapping
