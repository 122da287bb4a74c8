// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine_constants.h"

#include <algorithm>

#include "sim/analog/zero_point.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::sim {
namespace {

void add_mvm(const ChipRun& run, StageFacts& facts) {
  facts.plan = &run.plan.layers[facts.schedule->layer];
  facts.node = &run.network.nodes[facts.plan->node];
  const workloads::Node& node = *facts.node;
  const workloads::MvmLayer& mvm = node.mvm;
  facts.conversion = make_conversion(run.architecture, facts.plan->encoding, facts.node->name);
  facts.position_count = node.positions();
  facts.inputs.push_back({make_window_table(node.input, node.output, mvm.window, mvm.dilation_h, mvm.dilation_w),
                          std::int64_t{1} * node.input.height * node.input.width,
                          {}});
  facts.zero_point_shares = zero_point_shares(run.architecture, node, run.plan, *facts.plan, run.chip);
}

void add_digital(const ChipRun& run, StageFacts& facts) {
  const mapping::Stage& stage = *facts.schedule;
  const workloads::Shape& first = stage.inputs[0].map;
  if (stage.join >= 0) facts.node = &run.network.nodes[stage.join];
  facts.position_count = facts.node != nullptr ? facts.node->positions() : first.height * first.width;
  for (const mapping::StageInput& input : stage.inputs) {
    InputFacts& of_input = facts.inputs.emplace_back();
    of_input.pixels = std::int64_t{1} * input.map.height * input.map.width;
    of_input.pixel = pixels_read(facts.node, input.map, facts.position_count);
    of_input.window = make_pixel_table(of_input.pixel, of_input.pixels);
  }
}

StageFacts make_facts(const ChipRun& run, const mapping::Schedule& schedule, int index) {
  StageFacts facts;
  facts.index = index;
  facts.schedule = &schedule.stages[index];
  if (facts.schedule->layer >= 0)
    add_mvm(run, facts);
  else
    add_digital(run, facts);
  for (const int number : facts.schedule->tail) {
    const workloads::Node& node = run.network.nodes[number];
    const bool pools = workloads::operator_of(node).unit() == workloads::DigitalUnit::pooling;
    facts.epilogue.push_back({&node, number, pools ? make_pooling_table(node) : std::vector<std::int64_t>{}});
  }
  facts.output_pixels = facts.last_node().positions();
  for (int position = 0; position < facts.positions(); ++position)
    facts.max_emitted = std::max(facts.max_emitted, facts.emitted(position + 1) - facts.emitted(position));
  return facts;
}

}  // namespace

MachineConstants::MachineConstants(const ChipRun& chip_run, const mapping::Schedule& chip_schedule, int sample_count,
                                   const EngineOptions& engine_options)
    : run(chip_run),
      schedule(chip_schedule),
      options(engine_options),
      samples(sample_count),
      mvm(make_mvm_timing(chip_run.architecture)),
      network(chip_run.architecture) {
  for (int index = 0; index < static_cast<int>(schedule.stages.size()); ++index)
    stages.push_back(make_facts(run, schedule, index));
}

std::string MachineConstants::map_name(int stage) const {
  return stage == mapping::kImage ? "the image" : stages[stage].last_node().name;
}

Cycle MachineConstants::credit_cycles(int from, int to) const {
  const Cycle link = static_cast<Cycle>(run.architecture.interconnect.link_cycles);
  return std::max<Cycle>(1, static_cast<Cycle>(schedule.mesh.links(from, to)) * link);
}

}  // namespace nvcim::sim
