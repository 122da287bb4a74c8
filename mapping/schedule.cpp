// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>

#include "arch/ceil_div.h"
#include "arch/check.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::mapping {
namespace {

using workloads::kNetworkInput;
using workloads::Network;
using workloads::Node;

/// Of one value that leaves the last node of a network.
int result_bits(const Node& node) {
  if (node.gives_logits()) return kSumBits;
  const int largest = workloads::codes_given(node).second;
  return std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(largest))));
}

/// How a stage moves its input, when that is all it does.
const workloads::RearrangeLayer* order_of(const Network& network, const Stage& stage) {
  return stage.join < 0 ? nullptr : workloads::order_of(network.nodes[stage.join]);
}

/// Tiles, each with the hull of the channels that something there reads.
class TileNeeds {
 public:
  void add(int tile, ChannelRange channels) {
    if (channels.size() == 0) return;
    const auto [spot, fresh] = by_tile_.try_emplace(tile, channels);
    if (fresh) return;
    spot->second.begin = std::min(spot->second.begin, channels.begin);
    spot->second.end = std::max(spot->second.end, channels.end);
  }
  std::vector<Consumer> consumers(int stage, int input) const {
    std::vector<Consumer> consumers;
    for (const auto& [tile, channels] : by_tile_)
      consumers.push_back({tile, channels.begin, channels.end, stage, input, 0});
    return consumers;
  }

 private:
  std::map<int, ChannelRange> by_tile_;
};

class Scheduler {
 public:
  Scheduler(const Network& network, const Plan& plan)
      : network_(network), plan_(plan), readers_(network.readers()), stage_of_(network.nodes.size(), -1) {}

  Schedule run(const Mesh& mesh) {
    schedule_.mesh = mesh;
    for (int node = 0; node < static_cast<int>(network_.nodes.size()); ++node)
      if (stage_of_[node] < 0 && !workloads::is_view(network_.nodes[node])) start_stage(node);
    for (int stage = 0; stage < static_cast<int>(schedule_.stages.size()); ++stage) connect(stage);
    Stage& last = schedule_.stages.back();
    last.code_bits = result_bits(network_.nodes[last.last_node]);
    last.consumers = {{kGlobalBuffer, 0, network_.nodes[last.last_node].output.channels,
                       static_cast<int>(schedule_.stages.size()) - 1, 0, 0}};
    return std::move(schedule_);
  }

 private:
  void start_stage(int node) {
    const int index = static_cast<int>(schedule_.stages.size());
    const Node& head = network_.nodes[node];
    Stage stage;
    stage.first_node = node;
    stage.last_node = node;
    if (head.is_mvm())
      stage.layer = plan_.layer_of_node[node];
    else if (is_tail(head))
      stage.tail = {node};
    else
      stage.join = node;
    stage_of_[node] = index;
    for (int next = only_reader(node); next >= 0 && is_tail(network_.nodes[next]); next = only_reader(next)) {
      stage.tail.push_back(next);
      stage_of_[next] = index;
      stage.last_node = next;
    }
    const std::vector<int> sources = network_.sources(node);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      StageInput& input = stage.inputs.emplace_back();
      input.map = network_.map(sources[k]);
      input.bits = workloads::codes_read(head, k).bits;
      int channel = 0;
      add_sources(sources[k], channel, input);
    }
    stage.columns = stage.layer >= 0 ? homes(plan_.layers[stage.layer]) : places(stage);
    schedule_.stages.push_back(std::move(stage));
  }

  static bool is_tail(const Node& node) { return !node.is_mvm() && workloads::operator_of(node).is_epilogue(); }

  int only_reader(int node) const {
    const std::vector<int>& readers = readers_[node + 1];
    return readers.size() == 1 ? readers[0] : -1;
  }

  void add_sources(int map, int& channel, StageInput& input) const {
    if (map != kNetworkInput && workloads::is_view(network_.nodes[map])) {
      for (const int part : network_.nodes[map].inputs) add_sources(part, channel, input);
      return;
    }
    const int channels = network_.map(map).channels;
    input.sources.push_back({map == kNetworkInput ? kImage : stage_of_[map], channel, channels});
    channel += channels;
  }

  static std::vector<StageColumn> homes(const LayerPlan& layer) {
    std::vector<StageColumn> columns;
    for (int block = 0; block < layer.column_blocks; ++block)
      columns.push_back({layer.home_tile[block], layer.output_begin[block], layer.outputs_of(block)});
    return columns;
  }

  /// Where the channels of an input are made: [channels] tiles.
  std::vector<int> tiles_of(const StageInput& input) const {
    std::vector<int> tiles(input.map.channels, 0);  // the image: tile 0
    for (const Source& source : input.sources) {
      if (source.stage == kImage) continue;
      for (const StageColumn& column : schedule_.stages[source.stage].columns)
        std::fill_n(tiles.begin() + source.channel_begin + column.output_begin, column.outputs, column.tile);
    }
    return tiles;
  }

  /// Columns of a digital stage: neighbouring outputs whose inputs are made in the same tile.
  std::vector<StageColumn> places(const Stage& stage) const {
    const auto latest = [](const StageInput& input) {
      int stage_number = kImage;
      for (const Source& source : input.sources) stage_number = std::max(stage_number, source.stage);
      return stage_number;
    };
    const StageInput& where =
        *std::max_element(stage.inputs.begin(), stage.inputs.end(),
                          [&](const StageInput& a, const StageInput& b) { return latest(a) < latest(b); });
    const std::vector<int> made = tiles_of(where);
    std::vector<int> tiles = made;
    if (const workloads::RearrangeLayer* order = order_of(network_, stage)) {
      const std::vector<int>& channels = order->channels;
      const auto first = std::find_if(channels.begin(), channels.end(), [](int channel) { return channel >= 0; });
      int tile = first == channels.end() ? made.front() : made[*first];
      tiles.clear();
      for (const int channel : channels) tiles.push_back(tile = channel < 0 ? tile : made[channel]);
    }
    std::vector<StageColumn> columns;
    for (int output = 0; output < static_cast<int>(tiles.size()); ++output) {
      if (columns.empty() || columns.back().tile != tiles[output]) columns.push_back({tiles[output], output, 0});
      ++columns.back().outputs;
    }
    // Shuffled channels would fall into slivers; one column then takes them all.
    int runs = 1;
    for (std::size_t channel = 1; channel < made.size(); ++channel) runs += made[channel] != made[channel - 1];
    if (static_cast<int>(columns.size()) > 2 * runs) columns = {{tiles.front(), 0, static_cast<int>(tiles.size())}};
    return columns;
  }

  /// Says which tiles read the inputs of a stage, and tells the stages that make them.
  void connect(int number) {
    Stage& stage = schedule_.stages[number];
    for (int k = 0; k < static_cast<int>(stage.inputs.size()); ++k) {
      StageInput& input = stage.inputs[k];
      TileNeeds needs;
      if (stage.layer >= 0) {
        const LayerPlan& layer = plan_.layers[stage.layer];
        const int area = network_.nodes[layer.node].mvm.window.area();
        for (const int index : layer.blocks) {
          const Block& block = plan_.blocks[index];
          needs.add(plan_.tile_of_crossbar(block.crossbar),
                    {block.row_begin / area, (block.row_begin + block.rows - 1) / area + 1});
        }
      } else {
        for (const StageColumn& column : stage.columns)
          needs.add(column.tile, channels_read(network_, stage, k, column));
      }
      input.tiles = needs.consumers(number, k);
      for (int s = 0; s < static_cast<int>(input.sources.size()); ++s) {
        const Source& source = input.sources[s];
        std::vector<Consumer>& told =
            source.stage == kImage ? schedule_.input_consumers : schedule_.stages[source.stage].consumers;
        if (source.stage != kImage) schedule_.stages[source.stage].code_bits = input.bits;
        for (const Consumer& tile : input.tiles) {
          const ChannelRange channels = overlap(tile, source.channel_begin, source.channels);
          if (channels.size() > 0)
            told.push_back(
                {tile.tile, channels.begin - source.channel_begin, channels.end - source.channel_begin, number, k, s});
        }
      }
    }
  }

  const Network& network_;
  const Plan& plan_;
  std::vector<std::vector<int>> readers_;
  std::vector<int> stage_of_;  // [nodes], -1: not yet, or a concatenation
  Schedule schedule_;
};

}  // namespace

int Mesh::links(int from, int to) const {
  const int a = std::max(from, 0);  // the global buffer sits at router (0, 0)
  const int b = std::max(to, 0);
  return std::abs(a / columns - b / columns) + std::abs(a % columns - b % columns);
}

int Mesh::packets(std::int64_t bits) const {
  return static_cast<int>(ceil_div<std::int64_t>(ceil_div<std::int64_t>(bits, flit_bits), buffer_flits - 1));
}

std::int64_t Mesh::flits(std::int64_t bits) const {
  return ceil_div<std::int64_t>(bits, flit_bits) + packets(bits);
}

Mesh make_mesh(const Architecture& architecture) {
  return {architecture.chip.mesh_rows, architecture.chip.mesh_columns, architecture.interconnect.flit_bits,
          architecture.interconnect.buffer_flits};
}

Schedule make_schedule(const Architecture& architecture, const Network& network, const Plan& plan) {
  return Scheduler(network, plan).run(make_mesh(architecture));
}

ChannelRange overlap(const Consumer& consumer, int output_begin, int outputs) {
  return {std::max(consumer.channel_begin, output_begin), std::min(consumer.channel_end, output_begin + outputs)};
}

ChannelRange channels_read(const Network& network, const Stage& stage, int, const StageColumn& column) {
  const ChannelRange same{column.output_begin, column.output_begin + column.outputs};
  const workloads::RearrangeLayer* order = order_of(network, stage);
  if (order == nullptr) return same;
  const std::vector<int>& channels = order->channels;
  ChannelRange hull;
  for (int output = same.begin; output < same.end; ++output) {
    if (channels[output] < 0) continue;
    if (hull.size() == 0)
      hull = {channels[output], channels[output] + 1};
    else
      hull = {std::min(hull.begin, channels[output]), std::max(hull.end, channels[output] + 1)};
  }
  return hull;
}

int codes_read(const Network& network, const Stage& stage, int, const StageColumn& column, int position) {
  const workloads::RearrangeLayer* order = order_of(network, stage);
  if (order == nullptr) return column.outputs;
  const int width = network.nodes[stage.join].output.width;
  if (order->rows[position / width] < 0 || order->columns[position % width] < 0) return 0;
  const auto first = order->channels.begin() + column.output_begin;
  return static_cast<int>(std::count_if(first, first + column.outputs, [](int channel) { return channel >= 0; }));
}

int values_scaled(const Network& network, const Stage& stage, const StageColumn& column) {
  if (stage.join < 0) return 0;
  return column.outputs *
         workloads::operator_of(network.nodes[stage.join]).scalings(static_cast<int>(stage.inputs.size()));
}

}  // namespace nvcim::mapping
