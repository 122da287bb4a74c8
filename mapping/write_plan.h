// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// Of a row of which no cell is verified.
inline constexpr std::uint32_t kNoPriority = 0xffffffff;

/// Which cells are written with verify; every other cell gets one unverified write.
struct WritePlan {
  /// [plan.blocks][rows * columns of the block] 1: write-verify, 0: one unverified write. No blocks at all: nothing is
  /// verified.
  std::vector<std::vector<std::uint8_t>> verify;
  /// [plan.blocks][rows] which row's verified cells come first, lower = earlier, kNoPriority where there are none;
  /// comparable between blocks. Empty: rows in their natural order.
  std::vector<std::vector<std::uint32_t>> row_priority;

  std::int64_t cells() const;           ///< that the plan covers
  std::int64_t verified_cells() const;  ///< of them verified
  double verified_share() const;        ///< verified_cells / cells, 0 for a plan without blocks

  bool operator==(const WritePlan&) const = default;
};

/// Every cell of the plan treated alike, offset columns included.
WritePlan verify_none(const Plan& plan);
WritePlan verify_all(const Plan& plan);

/// Verifies all cells of the chosen weights, in every copy of their layer.
/// @param chosen [nodes][outputs * matrix rows], 0 or 1; empty for a node of which nothing is chosen
/// An offset column holds no weight: its cells are left unverified.
WritePlan verify_weights(const workloads::Network& network, const Plan& plan,
                         const std::vector<std::vector<std::uint8_t>>& chosen);

/// Counts per MVM layer, for reports: where the verified cells lie.
struct LayerWriteCount {
  int node = 0;
  std::int64_t cells = 0;
  std::int64_t verified_cells = 0;
};
std::vector<LayerWriteCount> count_by_layer(const Plan& plan, const WritePlan& write_plan);

/// Verified cells of one row of one block: what its time depends on.
/// @return [plan.blocks][rows]
std::vector<std::vector<int>> count_by_row(const Plan& plan, const WritePlan& write_plan);

}  // namespace nvcim::mapping
