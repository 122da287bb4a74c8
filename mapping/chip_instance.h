// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/plan.h"
#include "mapping/written_cells.h"

namespace nvcim::mapping {

/// What the converters of one block do, per column: constant for an instance.
struct ColumnConverters {
  std::vector<float> gain;    ///< [columns]
  std::vector<float> offset;  ///< [columns], in LSB
};

/// The cells of one block after programming.
struct ProgrammedBlock {
  /// [rows][columns] conductance codes above the g_min pedestal, in grid steps (contract C1). Negative only below g_min
  /// (bounded by -pedestal) or for ideal_signed.
  std::vector<std::int16_t> codes;
  /// [rows][columns] read-noise variance of each cell in grid steps squared, times variance_scale; empty when all cells
  /// share cell_read_variance or there is no read noise.
  std::vector<std::uint16_t> read_variance;
  double cell_read_variance = 0;  ///< constant model: grid steps squared, per driven cell at digit 1
  double variance_scale = 1;      ///< proportional model: units of read_variance per grid step squared
  ColumnConverters converters;
};

/// One sampled chip: everything drawn once per instance, fixed for its life.
struct ChipInstance {
  std::uint64_t seed = 0;
  std::uint32_t instance = 0;
  std::uint32_t first_node = 0;         ///< ChipDraws::first_node
  int pedestal = 0;                     ///< g_min in grid steps (ideal_signed: 0)
  std::vector<ProgrammedBlock> blocks;  ///< [plan.blocks]
};

/// The chip that reads these cells: moved to /device/age, with wire resistance folded in where the architecture asks
/// for it, with its converters' errors. Takes the draws' seed and instance from the cells.
ChipInstance make_instance(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                           WrittenCells cells, int threads = 1);

/// Programs every cell once, unverified. Same seed and instance → same bytes, for any thread count, and the same
/// deviation for the same matrix cell whatever the crossbar size, packing or placement.
ChipInstance program_once(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                          std::uint64_t seed, std::uint32_t instance, int threads = 1);

/// The same with write-verify of the cells that the plan marks (write_cells); every other cell holds exactly what
/// program_once gives it. Draws are addressed by cell, so two plans differ only in the cells they treat differently
/// (common random numbers).
ChipInstance program(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                     const WritePlan& write_plan, std::uint64_t seed, std::uint32_t instance, int threads = 1);

}  // namespace nvcim::mapping
