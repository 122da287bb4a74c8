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

class MvmHelper;

/// One map that a stage reads.
struct InputFacts {
  WindowTable window;
  std::int64_t pixels = 0;          ///< of one sample
  std::vector<std::int64_t> pixel;  ///< digital stage: [positions] that it reads, -1: none
};

/// A pooling or table behind the MVM or digital work of a stage.
struct TailFacts {
  const workloads::Node* node = nullptr;
  int number = 0;                    ///< in Network::nodes
  std::vector<std::int64_t> pooled;  ///< make_pooling_table; empty for a table
};

/// What the modules need to know about one stage of the schedule. Constant while the machine runs.
struct StageFacts {
  int index = 0;  ///< in Schedule::stages
  const mapping::Stage* schedule = nullptr;
  const workloads::Node* node = nullptr;     ///< the MVM, sum, product or rearrangement; null: nothing before the tail
  const mapping::LayerPlan* plan = nullptr;  ///< of an MVM, else null
  LayerConversion conversion;                ///< of an MVM
  std::vector<std::int64_t> zero_point_shares;  ///< of an MVM: [copies][outputs], of sim/analog/zero_point
  std::vector<InputFacts> inputs;
  std::vector<TailFacts> tail;
  int position_count = 0;
  std::int64_t output_pixels = 0;  ///< of one sample, of the map that travels
  std::int64_t most_emitted = 1;   ///< pixels that one position can release behind the tail

  int positions() const { return position_count; }
  int copies() const { return plan == nullptr ? 1 : plan->copies; }
  /// In words, for people: the first node's name.
  const std::string& name() const { return node != nullptr ? node->name : tail.front().node->name; }
  const workloads::Node& last_node() const { return tail.empty() ? *node : *tail.back().node; }
  const mapping::StageColumn& column(int number) const { return schedule->columns[number]; }
  /// Pixels of the travelling map that are complete once positions [0, n) are activated.
  std::int64_t emitted(std::int64_t n) const {
    for (const TailFacts& step : tail)
      if (!step.pooled.empty()) n = step.pooled[static_cast<std::size_t>(n)];
    return n;
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
  MvmHelper* mvms = nullptr;       ///< set before the machine is built
  std::vector<StageFacts> stages;  ///< [schedule.stages]
  EventCounts counts;
  MeshContext network;
  InferenceResult result;
  Timeline timeline;

  /// A part of a network ends in codes instead of logits.
  bool gives_codes() const {
    const workloads::Node& last = run.network.nodes.back();
    return last.kind != workloads::Node::Kind::mvm || !last.mvm.raw_output;
  }
  int tile_of(const mapping::Block& block) const { return run.plan.tile_of_crossbar(block.crossbar); }
  /// Last node of a stage, or the image, in words.
  std::string map_name(int stage) const;
  /// Cycles of a message on the wires that carry credits back from one tile to another, beside the mesh.
  Cycle credit_cycles(int from, int to) const;
  void layer_started(int node, std::uint64_t sample, Cycle cycle);
  void layer_ended(int node, std::uint64_t sample, Cycle cycle);

 private:
  std::vector<bool> started_;
};

}  // namespace nvcim::sim
