// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/parameters.h"
#include "device/drift.h"
#include "device/relaxation.h"
#include "mapping/block_writing.h"

namespace nvcim::mapping {

/// Where the cells of one block are some time after they were written: relaxation or drift of the device, by the draws
/// that a cell got with its last writing. One path per cell and writing: at a later age the same draws are used, and a
/// cell that is written again gets new ones.
class BlockAgeing {
 public:
  /// @param device  the architecture's, its `age` the time since the writing. References must outlive it.
  BlockAgeing(const DeviceParameters& device, const workloads::Network& network, const Plan& plan, int block,
              const ChipDraws& draws);

  /// False: the codes stay as they are.
  bool moves() const { return relaxation_.moves() || drift_.draws() > 0; }
  /// @param codes    [columns] of this row of the block, right after each cell's last writing
  /// @param writing  [columns] number of that writing: 0 the first, n the nth re-verify; empty: all 0
  /// @param aged     [columns] may be `codes`
  void age_row(int row, std::span<const std::int16_t> codes, std::span<const std::uint8_t> writing,
               std::span<std::int16_t> aged);

 private:
  void draw(std::uint32_t matrix_row, std::uint32_t writing);

  const DeviceParameters& device_;
  const workloads::Node& node_;
  const LayerPlan& layer_;
  const Block& block_;
  device::CellRange range_;
  device::RelaxationLaw relaxation_;
  device::DriftLaw drift_;
  int draws_;    ///< N(0, 1) of a cell
  double step_;  ///< siemens of one grid step
  DrawStream stream_, stuck_stream_;
  std::vector<int> levels_;
  std::vector<double> row_, uniform_, stuck_, scratch_;
  std::vector<double> normals_;  ///< [columns][draws_]
};

}  // namespace nvcim::mapping
