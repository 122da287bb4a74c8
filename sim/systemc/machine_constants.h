// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapping/schedule.h"
#include "sim/analog/converters.h"
#include "sim/analog/timing.h"
#include "sim/engine.h"
#include "sim/network_on_chip/mesh_constants.h"
#include "sim/systemc/receptive_field.h"

namespace nvcim::sim {

/// One map that a stage reads.
struct InputFacts {
  WindowTable window;
  std::int64_t pixels = 0;          ///< of one sample
  std::vector<std::int64_t> pixel;  ///< digital stage: [positions] that it reads, -1: none
};

/// A pooling or table behind the MVM or digital work of a stage.
struct EpilogueStep {
  const workloads::Node* node = nullptr;
  int number = 0;                    ///< in Network::nodes
  std::vector<std::int64_t> pooled;  ///< make_pooling_table; empty for a table
};

/// What the modules need to know about one stage of the schedule. Constant while the machine runs.
struct StageFacts {
  int index = 0;  ///< in Schedule::stages
  const mapping::Stage* schedule = nullptr;
  const workloads::Node* node = nullptr;  ///< the MVM, sum, product or permutation; null: nothing before the epilogue
  const mapping::LayerPlan* plan = nullptr;     ///< of an MVM, else null
  LayerConversion conversion;                   ///< of an MVM
  std::vector<std::int64_t> zero_point_shares;  ///< of an MVM: [copies][outputs], of sim/analog/zero_point
  std::vector<InputFacts> inputs;
  std::vector<EpilogueStep> epilogue;
  int position_count = 0;
  std::int64_t output_pixels = 0;  ///< of one sample, of the map that travels
  std::int64_t max_emitted = 1;    ///< pixels that one position can release behind the epilogue

  int positions() const { return position_count; }
  int copies() const { return plan == nullptr ? 1 : plan->copies; }
  /// In words, for people: the first node's name.
  const std::string& name() const { return node != nullptr ? node->name : epilogue.front().node->name; }
  const workloads::Node& last_node() const { return epilogue.empty() ? *node : *epilogue.back().node; }
  const mapping::StageColumn& column(int number) const { return schedule->columns[number]; }
  /// Pixels of the travelling map that are complete once positions [0, n) are activated.
  std::int64_t emitted(std::int64_t n) const {
    for (const EpilogueStep& step : epilogue)
      if (!step.pooled.empty()) n = step.pooled[static_cast<std::size_t>(n)];
    return n;
  }
};

/// What all modules may know: the job and what follows from it. Constant while the machine runs; what a module finds
/// out is its own (UnitStatistics).
struct MachineConstants {
  /// The arguments must outlive it.
  MachineConstants(const ChipRun& chip_run, const mapping::Schedule& chip_schedule, int sample_count,
                   const EngineOptions& engine_options);

  const ChipRun& run;
  const mapping::Schedule& schedule;
  const EngineOptions& options;
  int samples;
  MvmTiming mvm;
  std::vector<StageFacts> stages;  ///< [schedule.stages]
  MeshConstants network;

  /// A part of a network ends in codes instead of logits.
  bool gives_codes() const { return !run.network.nodes.back().gives_logits(); }
  int tile_of(const mapping::Block& block) const { return run.plan.tile_of_crossbar(block.crossbar); }
  /// Last node of a stage, or the image, in words.
  std::string map_name(int stage) const;
  /// Cycles of a message on the wires that carry credits back from one tile to another, beside the mesh.
  Cycle credit_cycles(int from, int to) const;
  /// Slots for sums that a column has at its accumulating tile, over all copies of the layer.
  std::uint64_t sum_slots(const StageFacts& stage) const {
    return static_cast<std::uint64_t>(run.architecture.digital.sum_slots) * static_cast<std::uint64_t>(stage.copies());
  }
};

}  // namespace nvcim::sim
