// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// Tiles that hold a block of the layer, each with the hull of the channels its matrix rows read.
std::vector<Consumer> consumers_of(const Network& network, const Plan& plan, const LayerPlan& layer) {
  const int area = network.nodes[layer.node].mvm.window.area();
  std::map<int, Consumer> by_tile;
  for (int index : layer.blocks) {
    const Block& block = plan.blocks[index];
    const int tile = plan.tile_of_crossbar(block.crossbar);
    const int begin = block.row_begin / area;
    const int end = (block.row_begin + block.rows - 1) / area + 1;
    const auto [spot, fresh] = by_tile.try_emplace(tile, Consumer{tile, begin, end});
    if (!fresh) {
      spot->second.channel_begin = std::min(spot->second.channel_begin, begin);
      spot->second.channel_end = std::max(spot->second.channel_end, end);
    }
  }
  std::vector<Consumer> consumers;
  for (const auto& [tile, consumer] : by_tile) consumers.push_back(consumer);
  return consumers;
}

/// Adds network events to one row of the counts.
class TransferCounter {
 public:
  TransferCounter(const Mesh& mesh, EventCounts& counts) : mesh_(mesh), counts_(counts) {}
  void add(std::size_t row, int from, int to, std::int64_t bits, std::int64_t times) {
    if (from == to) return;
    const std::uint64_t flits = static_cast<std::uint64_t>(mesh_.flits(bits) * times);
    counts_.add(row, Event::router_flit, flits * static_cast<std::uint64_t>(mesh_.routers(from, to)));
    counts_.add(row, Event::link_flit, flits * static_cast<std::uint64_t>(mesh_.links(from, to)));
  }

 private:
  const Mesh& mesh_;
  EventCounts& counts_;
};

std::uint64_t positive(std::int64_t count) {
  return static_cast<std::uint64_t>(count);
}

void count_layer(const Network& network, const Plan& plan, const LayerPlan& layer, TransferCounter& transfers,
                 EventCounts& counts) {
  const Node& node = network.nodes[layer.node];
  const std::size_t row = static_cast<std::size_t>(layer.node) + 1;
  counts.add(row, Event::activation, positive(std::int64_t{1} * node.positions() * node.outputs()));
  for (int copy = 0; copy < layer.copies; ++copy) {
    const std::int64_t mvms = (node.positions() - copy + layer.copies - 1) / layer.copies;
    for (int column_block = 0; column_block < layer.column_blocks; ++column_block) {
      std::set<int> remote_tiles;
      for (int row_block = 0; row_block < layer.row_blocks; ++row_block) {
        const Block& block = plan.blocks[layer.block(copy, column_block, row_block)];
        const std::int64_t conversions = mvms * layer.phases * block.columns;
        counts.add(row, Event::input_buffer_read, positive(mvms * block.rows * node.input_bits));
        counts.add(row, Event::crossbar_read, positive(mvms * layer.phases));
        for (Event event : {Event::sample_hold, Event::adc_conversion, Event::shift_add})
          counts.add(row, event, positive(conversions));
        remote_tiles.insert(plan.tile_of_crossbar(block.crossbar));
      }
      const int home = layer.home_tile[column_block];
      const int outputs = plan.blocks[layer.block(copy, column_block, 0)].outputs;
      counts.add(row, Event::accumulate, positive(mvms * (layer.row_blocks - 1) * outputs));
      for (int tile : remote_tiles) transfers.add(row, tile, home, std::int64_t{outputs} * kSumBits, mvms);
    }
  }
}

void count_stage(const Network& network, const Plan& plan, const Stage& stage, TransferCounter& transfers,
                 EventCounts& counts) {
  const LayerPlan& layer = plan.layers[stage.layer];
  const Node& last = network.nodes[stage.last_node];
  const std::size_t row = static_cast<std::size_t>(stage.last_node) + 1;
  const std::int64_t pixels = std::int64_t{1} * last.output.height * last.output.width;
  for (int node = stage.first_node + 1; node <= stage.last_node; ++node)
    counts.add(static_cast<std::size_t>(node) + 1, Event::pooling,
               positive(std::int64_t{1} * network.nodes[node].output.size() * network.nodes[node].pool.window.area()));
  for (int column_block = 0; column_block < layer.column_blocks; ++column_block) {
    const Block& block = plan.blocks[layer.block(0, column_block, 0)];
    const int home = layer.home_tile[column_block];
    counts.add(row, Event::output_buffer_write, positive(pixels * block.outputs * stage.code_bits));
    for (const Consumer& consumer : stage.consumers) {
      const std::int64_t bits =
          std::int64_t{1} * overlap(consumer, block.output_begin, block.outputs).size() * stage.code_bits;
      if (bits == 0) continue;
      counts.add(row, Event::output_buffer_read, positive(pixels * bits));
      transfers.add(row, home, consumer.tile, bits, pixels);
      if (consumer.tile == kGlobalBuffer)
        for (Event event : {Event::global_buffer_write, Event::global_buffer_read, Event::external_write})
          counts.add(0, event, positive(pixels * bits));
      else
        counts.add(row, Event::input_buffer_write, positive(pixels * bits));
    }
  }
}

}  // namespace

int Mesh::links(int from, int to) const {
  const int a = std::max(from, 0);  // the global buffer sits at router (0, 0)
  const int b = std::max(to, 0);
  return std::abs(a / columns - b / columns) + std::abs(a % columns - b % columns);
}

int Mesh::packets(std::int64_t bits) const {
  return static_cast<int>(divide_up(divide_up(bits, flit_bits), buffer_flits - 1));
}

std::int64_t Mesh::flits(std::int64_t bits) const {
  return divide_up(bits, flit_bits) + packets(bits);
}

Mesh make_mesh(const Architecture& architecture) {
  return {architecture.chip.mesh_rows, architecture.chip.mesh_columns, architecture.interconnect.flit_bits,
          architecture.interconnect.buffer_flits};
}

Schedule make_schedule(const Architecture& architecture, const Network& network, const Plan& plan) {
  Schedule schedule;
  schedule.mesh = make_mesh(architecture);
  schedule.input_consumers = consumers_of(network, plan, plan.layers.front());
  for (int index = 0; index < static_cast<int>(plan.layers.size()); ++index) {
    Stage stage;
    stage.layer = index;
    stage.first_node = plan.layers[index].node;
    const bool last_layer = index + 1 == static_cast<int>(plan.layers.size());
    stage.last_node = last_layer ? static_cast<int>(network.nodes.size()) - 1 : plan.layers[index + 1].node - 1;
    const Node& last = network.nodes[stage.last_node];
    if (last_layer) {
      stage.code_bits = kSumBits;
      stage.consumers = {{kGlobalBuffer, 0, last.output.channels}};
    } else {
      stage.code_bits = network.nodes[stage.last_node + 1].input_bits;
      stage.consumers = consumers_of(network, plan, plan.layers[index + 1]);
    }
    schedule.stages.push_back(std::move(stage));
  }
  return schedule;
}

ChannelRange overlap(const Consumer& consumer, int output_begin, int outputs) {
  return {std::max(consumer.channel_begin, output_begin), std::min(consumer.channel_end, output_begin + outputs)};
}

EventCounts count_sample(const Architecture&, const Network& network, const Plan& plan, const Schedule& schedule) {
  EventCounts counts(network.nodes.size());
  TransferCounter transfers(schedule.mesh, counts);
  const std::int64_t image_bits = std::int64_t{1} * network.input.size() * network.input_bits;
  const std::int64_t pixels = std::int64_t{1} * network.input.height * network.input.width;
  counts.add(0, Event::external_read, positive(image_bits));
  counts.add(0, Event::global_buffer_write, positive(image_bits));
  for (const Consumer& consumer : schedule.input_consumers) {
    const std::int64_t bits = std::int64_t{1} * (consumer.channel_end - consumer.channel_begin) * network.input_bits;
    counts.add(0, Event::global_buffer_read, positive(pixels * bits));
    counts.add(0, Event::input_buffer_write, positive(pixels * bits));
    transfers.add(0, kGlobalBuffer, consumer.tile, bits, pixels);
  }
  for (const LayerPlan& layer : plan.layers) count_layer(network, plan, layer, transfers, counts);
  for (const Stage& stage : schedule.stages) count_stage(network, plan, stage, transfers, counts);
  return counts;
}

}  // namespace nvcim::mapping
