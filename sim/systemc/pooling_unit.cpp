// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/pooling_unit.h"

#include "sim/systemc/output_buffer.h"
#include "sim/systemc/tile_sources.h"

namespace nvcim::sim {

PoolingUnit::PoolingUnit(Context& context, int tile)
    : Clocked(fmt::format("tile{}.pooling", tile)), context_(context) {}

void PoolingUnit::add_group(int layer, int column_block) {
  const LayerFacts& facts = context_.layers[layer];
  Group group;
  group.layer = layer;
  group.outputs = facts.column(context_.run.plan, column_block).outputs;
  for (const workloads::Node* pool : facts.pools)
    group.levels.push_back(
        {0, std::vector<std::uint8_t>(std::size_t(group.outputs) * pool->input.height * pool->input.width)});
  groups_.push_back(std::move(group));
}

void PoolingUnit::pool(Cycle now, Cycle cycle, int group, std::shared_ptr<PixelData> pixel) {
  inbox_.post(now, cycle, 0, {group, std::move(pixel)});
  wake_at(cycle);
}

void PoolingUnit::act(Cycle now) {
  while (inbox_.ready(now)) {
    Message message = inbox_.take();
    take(now, now, message.group, 0, std::move(message.pixel));
  }
}

void PoolingUnit::take(Cycle now, Cycle cycle, int number, std::size_t level, std::shared_ptr<PixelData> pixel) {
  Group& group = groups_[number];
  const LayerFacts& layer = context_.layers[group.layer];
  if (level == layer.pools.size()) {
    output_->put(now, cycle, from_pooling, number, std::move(pixel));
    return;
  }
  const workloads::Node& node = *layer.pools[level];
  const int node_index = layer.plan->node + 1 + static_cast<int>(level);
  Level& state = group.levels[level];
  const std::size_t plane = std::size_t(node.input.height) * node.input.width;
  const std::size_t place = state.arrived % plane;
  const std::uint64_t sample = state.arrived / plane;
  ++state.arrived;
  for (int output = 0; output < group.outputs; ++output) state.map[output * plane + place] = pixel->codes[output];
  const std::vector<std::int64_t>& complete = layer.pooled[level];
  for (std::int64_t position = complete[place]; position < complete[place + 1]; ++position) {
    const std::int64_t operations = std::int64_t{node.pool.window.area()} * group.outputs;
    const Cycle length = transfer_cycles(operations, context_.run.architecture.digital.pooling_lanes);
    const Cycle start = std::max(cycle, free_at_);
    free_at_ = start + length;
    time_.busy += length;
    context_.counts.add(static_cast<std::size_t>(node_index) + 1, Event::pooling,
                        static_cast<std::uint64_t>(operations));
    context_.layer_started(node_index, sample, start);
    context_.layer_ended(node_index, sample, free_at_);
    auto pooled = std::make_shared<PixelData>();
    pooled->channel_begin = pixel->channel_begin;
    pooled->codes.resize(group.outputs);
    pool_pixel(node, state.map.data(), group.outputs, static_cast<int>(position), pooled->codes.data());
    if (context_.options.keep_traces) {
      std::vector<std::uint8_t>& trace = context_.result.traces[sample].codes[node_index];
      for (int output = 0; output < group.outputs; ++output)
        trace[std::size_t(pixel->channel_begin + output) * node.positions() + static_cast<std::size_t>(position)] =
            pooled->codes[output];
    }
    take(now, free_at_, number, level + 1, std::move(pooled));
  }
}

}  // namespace nvcim::sim
