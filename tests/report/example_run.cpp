// SPDX-License-Identifier: Apache-2.0
#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

workloads::Node mvm_node(std::string name, workloads::Shape input, workloads::Shape output, int kernel) {
  workloads::Node node;
  node.name = std::move(name);
  node.input = input;
  node.output = output;
  node.mvm.window = {.kernel_h = kernel, .kernel_w = kernel};
  node.mvm.weights.assign(static_cast<std::size_t>(node.matrix_rows()) * node.outputs(), 1);
  node.mvm.bias.assign(static_cast<std::size_t>(node.outputs()), 0);
  return node;
}

EventCounts counts_of(std::uint64_t samples) {
  EventCounts counts(3);
  counts.add(0, Event::external_read, 100 * samples);
  counts.add(1, Event::adc_conversion, 1000 * samples);
  counts.add(1, Event::row_drive, 50 * samples);
  counts.add(2, Event::pooling, 40 * samples);
  counts.add(3, Event::adc_conversion, 200 * samples);
  return counts;
}

}  // namespace

ExampleRun::ExampleRun() {
  architecture.name = "example_chip";
  architecture.chip.clock = from_si<Frequency>(1e9);
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 2;
  architecture.tile.crossbars = 4;

  network.name = "example_network";
  network.input = {1, 4, 4};
  network.nodes = {mvm_node("conv", {1, 4, 4}, {2, 2, 2}, 3), {}, mvm_node("fc", {2, 1, 1}, {2, 1, 1}, 1)};
  network.nodes[1].name = "pool";
  network.nodes[1].kind = workloads::Node::Kind::pool;
  network.nodes[1].input = {2, 2, 2};
  network.nodes[1].output = {2, 1, 1};
  network.nodes[1].pool.window = {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  network.nodes[2].mvm.is_linear = true;
  network.nodes[2].mvm.raw_output = true;

  plan = mapping::make_plan(architecture, network);
  for (const mapping::Block& block : plan.blocks) {
    mapping::ProgrammedBlock programmed;
    programmed.codes.assign(static_cast<std::size_t>(block.rows) * block.columns, 8);
    chip.blocks.push_back(programmed);
  }

  functional.predicted = {0, 1, 1, 1};
  functional.counts = counts_of(4);
  functional_on_cycle_samples = counts_of(3);
  cycle.inference.predicted = {0, 1, 1};
  cycle.inference.counts = counts_of(3);
  cycle.timeline.samples = {{10, 1010}, {200, 1810}, {400, 2310}};
  cycle.timeline.total_cycles = 2500;
  cycle.timeline.layers = {{60, 610}, {310, 710}, {710, 1010}};
  cycle.timeline.units = {{"tile0.crossbar0.adc", 1000, 500},
                          {"tile0.crossbar1.adc", 250, 0},
                          {"router(0,1)", 50, 25},
                          {"tile3.sequencer", 0, 0}};

  costs.energy.assign(4, {{"adc_conversion", Event::adc_conversion, "adc", 2e-12, "test"},
                          {"row_drive", Event::row_drive, "dac", 1e-12, "test"},
                          {"row_register", Event::row_drive, "input_register", 3e-12, "test"},
                          {"pooling", Event::pooling, "pooling", 5e-13, "test"},
                          {"external_read", Event::external_read, "external_memory", 1e-11, "test"}});
  costs.area = {{"adc", 2e-6}, {"crossbar", 5e-7}};
  costs.static_power = {{"adc", 1e-3}, {"buffer", 1e-3}};
  costs.peak_power = 0.5;
  costs.adc_energy_law = "a law <of> the test";
}

RunRecord ExampleRun::record() const {
  return {.architecture = architecture,
          .network = network,
          .plan = plan,
          .chip = chip,
          .data = "example_data",
          .seed = 7,
          .instance = 3,
          .labels = labels,
          .reference_predicted = reference,
          .functional = &functional,
          .cycle = &cycle,
          .functional_on_cycle_samples = &functional_on_cycle_samples};
}

}  // namespace nvcim::sim
