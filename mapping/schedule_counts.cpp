// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "mapping/schedule.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

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

std::size_t row_of(int node) {
  return static_cast<std::size_t>(node) + 1;
}

std::int64_t pixels_of(const workloads::Shape& map) {
  return std::int64_t{1} * map.height * map.width;
}

void count_layer(const Network& network, const Plan& plan, const LayerPlan& layer, TransferCounter& transfers,
                 EventCounts& counts) {
  const Node& node = network.nodes[layer.node];
  const std::size_t row = row_of(layer.node);
  counts.add(row, Event::activation, positive(std::int64_t{1} * node.positions() * node.outputs()));
  for (int copy = 0; copy < layer.copies; ++copy) {
    const std::int64_t mvms = (node.positions() - copy + layer.copies - 1) / layer.copies;
    for (int column_block = 0; column_block < layer.column_blocks; ++column_block) {
      std::set<int> remote_tiles;
      for (int row_block = 0; row_block < layer.row_blocks; ++row_block) {
        counts.add(row, Event::crossbar_read, positive(mvms * layer.phases));
        for (const int index : layer.part(copy, column_block, row_block)) {
          const Block& block = plan.blocks[index];
          counts.add(row, Event::input_buffer_read, positive(mvms * block.rows * node.input_bits));
          for (Event event : {Event::sample_hold, Event::adc_conversion, Event::shift_add})
            counts.add(row, event, positive(mvms * layer.phases * block.columns));
          remote_tiles.insert(plan.tile_of_crossbar(block.crossbar));
        }
      }
      const int outputs = layer.outputs_of(column_block);
      counts.add(row, Event::accumulate, positive(mvms * (layer.row_blocks - 1) * outputs));
      for (int tile : remote_tiles)
        transfers.add(row, tile, layer.home_tile[column_block], std::int64_t{outputs} * kSumBits, mvms);
    }
  }
}

void count_join(const Network& network, const Stage& stage, EventCounts& counts) {
  if (stage.join < 0) {
    // Only moved on to the pooling or table.
    counts.add(row_of(stage.first_node), Event::input_buffer_read,
               positive(std::int64_t{1} * stage.inputs[0].map.size() * stage.inputs[0].bits));
    return;
  }
  const Node& node = network.nodes[stage.join];
  for (const StageColumn& column : stage.columns) {
    counts.add(row_of(stage.join), Event::activation,
               positive(std::int64_t{1} * node.positions() * values_scaled(network, stage, column)));
    for (int input = 0; input < static_cast<int>(stage.inputs.size()); ++input)
      for (int position = 0; position < node.positions(); ++position)
        counts.add(
            row_of(stage.join), Event::input_buffer_read,
            positive(std::int64_t{1} * codes_read(network, stage, input, column, position) * stage.inputs[input].bits));
  }
}

void count_map(const Network& network, const Stage& stage, TransferCounter& transfers, EventCounts& counts) {
  for (const int number : stage.tail) {
    const Node& node = network.nodes[number];
    const workloads::DigitalOperator& op = workloads::operator_of(node);
    const Event event = op.unit() == workloads::DigitalUnit::pooling ? Event::pooling : Event::activation;
    counts.add(row_of(number), event, positive(op.operations(node)));
  }
  const std::size_t row = row_of(stage.last_node);
  const std::int64_t pixels = pixels_of(network.nodes[stage.last_node].output);
  for (const StageColumn& column : stage.columns) {
    counts.add(row, Event::output_buffer_write, positive(pixels * column.outputs * stage.code_bits));
    for (const Consumer& consumer : stage.consumers) {
      const std::int64_t bits =
          std::int64_t{1} * overlap(consumer, column.output_begin, column.outputs).size() * stage.code_bits;
      if (bits == 0) continue;
      counts.add(row, Event::output_buffer_read, positive(pixels * bits));
      transfers.add(row, column.tile, consumer.tile, bits, pixels);
      if (consumer.tile == kGlobalBuffer)
        for (Event event : {Event::global_buffer_write, Event::global_buffer_read, Event::external_write})
          counts.add(0, event, positive(pixels * bits));
      else
        counts.add(row, Event::input_buffer_write, positive(pixels * bits));
    }
  }
}

}  // namespace

EventCounts count_sample(const Architecture&, const Network& network, const Plan& plan, const Schedule& schedule) {
  EventCounts counts(network.nodes.size());
  TransferCounter transfers(schedule.mesh, counts);
  const std::int64_t image_bits = std::int64_t{1} * network.input.size() * network.input_bits;
  const std::int64_t pixels = pixels_of(network.input);
  counts.add(0, Event::external_read, positive(image_bits));
  counts.add(0, Event::global_buffer_write, positive(image_bits));
  for (const Consumer& consumer : schedule.input_consumers) {
    const std::int64_t bits = std::int64_t{1} * (consumer.channel_end - consumer.channel_begin) * network.input_bits;
    counts.add(0, Event::global_buffer_read, positive(pixels * bits));
    counts.add(0, Event::input_buffer_write, positive(pixels * bits));
    transfers.add(0, kGlobalBuffer, consumer.tile, bits, pixels);
  }
  for (const Stage& stage : schedule.stages) {
    if (stage.layer >= 0)
      count_layer(network, plan, plan.layers[stage.layer], transfers, counts);
    else
      count_join(network, stage, counts);
    count_map(network, stage, transfers, counts);
  }
  return counts;
}

}  // namespace nvcim::mapping
