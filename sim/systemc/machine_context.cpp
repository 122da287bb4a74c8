// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine_context.h"

#include <algorithm>

namespace nvcim::sim {
namespace {

LayerFacts make_facts(const ChipRun& run, const mapping::Schedule& schedule, int index) {
  LayerFacts facts;
  facts.index = index;
  facts.plan = &run.plan.layers[index];
  facts.stage = &schedule.stages[index];
  facts.node = &run.network.nodes[facts.plan->node];
  const workloads::Node& node = *facts.node;
  facts.conversion = make_conversion(run.architecture, facts.plan->encoding);
  facts.window = make_window_table(node.input, node.output, node.mvm.window);
  const int rows = node.matrix_rows();
  for (int output = 0; output < node.outputs(); ++output) {
    std::int64_t sum = 0;
    for (int row = 0; row < rows; ++row) sum += node.mvm.weights[std::size_t(output) * rows + row];
    facts.corrections.push_back(sum * node.input_zero_point);
  }
  for (int n = facts.stage->first_node + 1; n <= facts.stage->last_node; ++n) {
    facts.pools.push_back(&run.network.nodes[n]);
    facts.pooled.push_back(make_pooling_table(run.network.nodes[n]));
  }
  facts.input_pixels = std::int64_t{1} * node.input.height * node.input.width;
  facts.output_pixels = facts.last_node().positions();
  for (int position = 0; position < node.positions(); ++position)
    facts.most_emitted = std::max(facts.most_emitted, facts.emitted(position + 1) - facts.emitted(position));
  return facts;
}

}  // namespace

Context::Context(const ChipRun& chip_run, const mapping::Schedule& chip_schedule, int sample_count,
                 const EngineOptions& engine_options)
    : run(chip_run),
      schedule(chip_schedule),
      options(engine_options),
      samples(sample_count),
      mvm(make_mvm_timing(chip_run.architecture)),
      counts(chip_run.network.nodes.size()),
      network(chip_run.architecture, counts),
      started_(chip_run.network.nodes.size(), false) {
  for (int index = 0; index < static_cast<int>(run.plan.layers.size()); ++index)
    layers.push_back(make_facts(run, schedule, index));
  const auto classes = static_cast<std::size_t>(run.network.classes());
  result.logits.resize(classes * static_cast<std::size_t>(samples));
  result.predicted.resize(samples);
  timeline.samples.resize(samples);
  timeline.layers.resize(run.network.nodes.size());
  if (!options.keep_traces) return;
  result.traces.resize(samples);
  for (SampleTrace& trace : result.traces) {
    for (const LayerFacts& layer : layers)
      trace.sums.emplace_back(std::size_t(layer.node->outputs()) * layer.node->positions());
    for (const workloads::Node& node : run.network.nodes)
      trace.codes.emplace_back(node.kind == workloads::Node::Kind::mvm && node.mvm.raw_output ? 0 : node.output.size());
  }
}

Cycle Context::credit_cycles(int from, int to) const {
  const Cycle link = static_cast<Cycle>(run.architecture.interconnect.link_cycles);
  return std::max<Cycle>(1, static_cast<Cycle>(schedule.mesh.links(from, to)) * link);
}

void Context::layer_started(int node, std::uint64_t sample, Cycle cycle) {
  if (sample > 0) return;
  Cycle& start = timeline.layers[node].first_start;
  start = started_[node] ? std::min(start, cycle) : cycle;
  started_[node] = true;
}

void Context::layer_ended(int node, std::uint64_t sample, Cycle cycle) {
  if (sample == 0) timeline.layers[node].last_end = std::max(timeline.layers[node].last_end, cycle);
}

}  // namespace nvcim::sim
