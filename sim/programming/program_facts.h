// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "arch/cost/energy_table.h"
#include "mapping/schedule.h"
#include "sim/programming/program_job.h"
#include "sim/programming/write_timing.h"

namespace nvcim::sim {

/// One row to be written by a write controller.
struct RowJob {
  static constexpr int kFirstWrite = -1;
  int block = 0;
  int row = 0;              ///< of the block
  int round = kFirstWrite;  ///< of write-verify; kFirstWrite: the unverified write
};

/// What a whole job comes to before anything happens: the rows of every tile in order, and the constants that all
/// modules share. A tile writes all its rows once, in the order of its blocks; then it verifies the rows with marked
/// cells, in the order of the plan's row priority where it gives one; then come the rounds of re-verify in that order.
struct ProgramFacts {
  explicit ProgramFacts(const ProgramJob& program_job);

  const ProgramJob& job;
  mapping::Mesh mesh;
  WriteTiming timing;
  std::vector<device::WriteRules> rules;  ///< [plan.layers]
  std::vector<EnergyTable> energy;        ///< [plan.layers]
  std::vector<std::vector<RowJob>> rows;  ///< [plan.tiles_used]
  std::int64_t all_rows = 0;
  Cycle deadline = std::numeric_limits<Cycle>::max();  ///< no operation ends later
  Cycle reverify_wait = 0;
  /// Pulses are granted by the chip's power unit: a power limit or a budget of pulses or energy is to be kept.
  bool arbitrated = false;
  /// Every cell is written once and nobody asks for codes or history on the way: blocks can be worked out whole.
  bool whole_blocks = false;

  const mapping::LayerPlan& layer_of(const mapping::Block& block) const {
    return job.plan.layers[job.plan.layer_of_node[block.node]];
  }
  std::int64_t bits_of(const RowJob& row) const;
  /// Cycles of a message between a tile and the global buffer on the wires beside the mesh.
  Cycle wire_cycles(int tile) const;
};

}  // namespace nvcim::sim
