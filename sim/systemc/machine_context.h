// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapping/schedule.h"
#include "sim/analog/converters.h"
#include "sim/analog/timing.h"
#include "sim/engine.h"
#include "sim/systemc/mesh_context.h"
#include "sim/systemc/receptive_field.h"

namespace nvcim::sim {

/// What the modules need to know about one MVM layer and the poolings behind it. Constant while the machine runs.
struct LayerFacts {
  int index = 0;                          ///< in Plan::layers
  const workloads::Node* node = nullptr;  ///< the MVM
  const mapping::LayerPlan* plan = nullptr;
  const mapping::Stage* stage = nullptr;
  LayerConversion conversion;
  WindowTable window;
  std::vector<std::int64_t> corrections;          ///< [outputs] input zero point x sum of the weights
  std::vector<const workloads::Node*> pools;      ///< behind the MVM, in order
  std::vector<std::vector<std::int64_t>> pooled;  ///< [pools] make_pooling_table
  std::int64_t input_pixels = 0;                  ///< of one sample
  std::int64_t output_pixels = 0;                 ///< of one sample, behind the poolings
  std::int64_t most_emitted = 1;                  ///< pixels that one position can release behind the poolings

  int positions() const { return node->positions(); }
  const workloads::Node& last_node() const { return pools.empty() ? *node : *pools.back(); }
  /// Pixels of the travelling map that are complete once positions [0, n) are activated.
  std::int64_t emitted(std::int64_t n) const {
    for (const auto& table : pooled) n = table[static_cast<std::size_t>(n)];
    return n;
  }
  /// First output and number of outputs of a column block.
  const mapping::Block& column(const mapping::Plan& plan_of_chip, int column_block) const {
    return plan_of_chip.blocks[plan->block(0, column_block, 0)];
  }
};

/// What all modules share: the job, its constants, and where results go.
struct Context {
  Context(const ChipRun& chip_run, const mapping::Schedule& chip_schedule, int sample_count,
          const EngineOptions& engine_options);

  const ChipRun& run;
  const mapping::Schedule& schedule;
  const EngineOptions& options;
  int samples;
  MvmTiming mvm;
  std::vector<LayerFacts> layers;  ///< [plan.layers]
  EventCounts counts;
  MeshContext network;
  InferenceResult result;
  Timeline timeline;

  int tile_of(const mapping::Block& block) const { return run.plan.tile_of_crossbar(block.crossbar); }
  /// Cycles of a message on the wires that carry credits back from one tile to another, beside the mesh.
  Cycle credit_cycles(int from, int to) const;
  void layer_started(int node, std::uint64_t sample, Cycle cycle);
  void layer_ended(int node, std::uint64_t sample, Cycle cycle);

 private:
  std::vector<bool> started_;
};

}  // namespace nvcim::sim
