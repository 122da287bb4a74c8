// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mapping/block_writing.h"
#include "mapping/write_plan.h"

namespace nvcim::mapping {

/// How far the programming of a cell got.
enum class CellState : std::uint8_t {
  unwritten,    ///< as it came from the factory: the budget ended before its first write
  written,      ///< one unverified write
  verified,     ///< passed its verify
  unconverged,  ///< given up at the attempt limit
  unfinished,   ///< write-verify of it began, the budget ended it
};
inline constexpr int kCellStates = 5;

/// The cells of one block as programming left them; every vector is [rows * columns].
struct WrittenBlock {
  std::vector<std::int16_t> codes;    ///< right after each cell's last writing, above the g_min pedestal, grid steps
  std::vector<std::uint8_t> writing;  ///< number of that writing (BlockAgeing); empty: all 0
  std::vector<CellState> state;       ///< empty where no history is kept
  std::vector<std::uint32_t> pulses;  ///< that each cell has taken; empty where no history is kept

  bool operator==(const WrittenBlock&) const = default;
};

/// A programmed chip without its time: what a chip file holds, and what every later age of the chip starts from.
struct WrittenCells {
  ChipDraws draws;
  std::vector<WrittenBlock> blocks;  ///< [plan.blocks]
};

/// [kCellStates] cells in each state.
using StateCounts = std::array<std::int64_t, kCellStates>;
/// Cells without history count as none.
StateCounts count_states(const WrittenCells& cells);

/// Programs every cell once, unverified, then write-verifies those that the plan marks, rounds of re-verify included.
/// No time passes and nothing is counted (sim/programming does both and leaves the same cells). Same draws → same
/// bytes for any number of threads.
/// @param keep_history  fill `state` and `pulses`
WrittenCells write_cells(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                         const WritePlan& write_plan, const ChipDraws& draws, bool keep_history, int threads = 1);

}  // namespace nvcim::mapping
