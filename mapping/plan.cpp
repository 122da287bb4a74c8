// SPDX-License-Identifier: Apache-2.0
#include "mapping/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "arch/ceil_div.h"
#include "arch/check.h"
#include "arch/input_error.h"
#include "device/check_device.h"
#include "mapping/duplication.h"
#include "workloads/network_check.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;

/// How a layer's groups are cut. One group: the whole layer.
struct Cut {
  int outputs = 1;        ///< of a block at most
  int row_blocks = 1;     ///< of a group
  int column_blocks = 1;  ///< of a group
  int together = 1;       ///< groups that share a crossbar
};

Cut cut_groups(const CrossbarParameters& crossbar, const Node& node, const WeightEncoding& encoding) {
  const int offset_columns = encoding.has_offset_column() ? 1 : 0;
  Cut cut;
  cut.outputs = (crossbar.columns - offset_columns) / encoding.planes();
  cut.row_blocks = ceil_div(node.matrix_rows(), crossbar.rows);
  cut.column_blocks = ceil_div(node.group_outputs(), cut.outputs);
  if (cut.row_blocks == 1 && cut.column_blocks == 1) {
    const int columns = node.group_outputs() * encoding.planes() + offset_columns;
    cut.together = std::min({crossbar.rows / node.matrix_rows(), crossbar.columns / columns, node.mvm.groups});
  }
  return cut;
}

/// Cuts one node's cell matrix into blocks, unplaced: copy, column block, row block, group order.
LayerPlan cut_layer(const Architecture& architecture, const Network& network, int node_index, int copies,
                    std::vector<Block>& blocks) {
  const Node& node = network.nodes[node_index];
  LayerPlan layer;
  layer.node = node_index;
  layer.encoding = make_encoding(architecture, node.mvm.weight_bits);
  layer.phases = ceil_div(node.input_bits, architecture.dac.bits);
  layer.copies = copies;
  const int groups = node.mvm.groups, rows = node.matrix_rows(), outputs = node.group_outputs();
  const int planes = layer.encoding.planes();
  const int offset_columns = layer.encoding.has_offset_column() ? 1 : 0;
  const Cut cut = cut_groups(architecture.crossbar, node, layer.encoding);
  layer.row_blocks = cut.row_blocks;
  layer.column_blocks = ceil_div(groups, cut.together) * cut.column_blocks;
  for (int column_block = 0; column_block < layer.column_blocks; ++column_block)
    layer.output_begin.push_back(column_block / cut.column_blocks * cut.together * outputs +
                                 column_block % cut.column_blocks * cut.outputs);
  layer.output_begin.push_back(node.outputs());
  layer.part_begin.push_back(0);
  for (int copy = 0; copy < copies; ++copy)
    for (int column_block = 0; column_block < layer.column_blocks; ++column_block)
      for (int row_block = 0; row_block < layer.row_blocks; ++row_block) {
        const int first_group = column_block / cut.column_blocks * cut.together;
        for (int group = first_group; group < std::min(first_group + cut.together, groups); ++group) {
          Block block;
          block.node = node_index;
          block.copy = copy;
          block.row_block = row_block;
          block.column_block = column_block;
          block.offset_number = group * cut.column_blocks + column_block % cut.column_blocks;
          const int row = row_block * architecture.crossbar.rows;
          block.row_begin = group * rows + row;
          block.rows = std::min(architecture.crossbar.rows, rows - row);
          const int output = column_block % cut.column_blocks * cut.outputs;
          block.output_begin = group * outputs + output;
          block.outputs = std::min(cut.outputs, outputs - output);
          block.columns = block.outputs * planes + offset_columns;
          layer.blocks.push_back(static_cast<int>(blocks.size()));
          blocks.push_back(block);
        }
        layer.part_begin.push_back(static_cast<int>(layer.blocks.size()));
      }
  return layer;
}

/// Places blocks in order, those of one MVM together. Blocks of a crossbar lie on its diagonal (own rows and own
/// columns), so driving one leaves the others' cells idle; first fit over the crossbars opened so far.
void place(const Architecture& architecture, Plan& plan) {
  struct Used {
    int rows = 0, columns = 0;
  };
  std::vector<Used> crossbars;
  for (const LayerPlan& layer : plan.layers)
    for (std::size_t part = 0; part + 1 < layer.part_begin.size(); ++part) {
      const auto blocks =
          std::span(layer.blocks).subspan(layer.part_begin[part], layer.part_begin[part + 1] - layer.part_begin[part]);
      Used wanted;
      for (const int block : blocks) {
        wanted.rows += plan.blocks[block].rows;
        wanted.columns += plan.blocks[block].columns;
      }
      auto spot = crossbars.end();
      if (architecture.mapping.packing == Packing::crossbar)
        spot = std::find_if(crossbars.begin(), crossbars.end(), [&](const Used& used) {
          return used.rows + wanted.rows <= architecture.crossbar.rows &&
                 used.columns + wanted.columns <= architecture.crossbar.columns;
        });
      if (spot == crossbars.end()) spot = crossbars.insert(crossbars.end(), Used{});
      for (const int index : blocks) {
        Block& block = plan.blocks[index];
        block.crossbar = static_cast<int>(spot - crossbars.begin());
        block.crossbar_row = spot->rows;
        block.crossbar_column = spot->columns;
        spot->rows += block.rows;
        spot->columns += block.columns;
      }
    }
  plan.crossbars_used = static_cast<int>(crossbars.size());
  plan.crossbars_per_tile = architecture.tile.crossbars;
  plan.tiles_used = ceil_div(plan.crossbars_used, plan.crossbars_per_tile);
}

Plan cut_and_place(const Architecture& architecture, const Network& network, const std::vector<int>& copies) {
  Plan plan;
  plan.layer_of_node.assign(network.nodes.size(), -1);
  for (int node = 0; node < static_cast<int>(network.nodes.size()); ++node) {
    if (!network.nodes[node].is_mvm()) continue;
    plan.layer_of_node[node] = static_cast<int>(plan.layers.size());
    plan.layers.push_back(cut_layer(architecture, network, node, copies[node], plan.blocks));
  }
  place(architecture, plan);
  return plan;
}

int tiles_needed(const Architecture& architecture, const Network& network, const std::vector<int>& copies) {
  // Most of what does not fit is seen from the number of cells, without cutting it up.
  double cells = 0;
  for (std::size_t node = 0; node < network.nodes.size(); ++node)
    if (network.nodes[node].is_mvm())
      cells += static_cast<double>(network.nodes[node].mvm.weights.size()) * copies[node] *
               make_encoding(architecture, network.nodes[node].mvm.weight_bits).planes();
  const double tile =
      static_cast<double>(architecture.tile.crossbars) * architecture.crossbar.rows * architecture.crossbar.columns;
  if (cells / tile > architecture.chip.tiles()) return std::numeric_limits<int>::max();
  return cut_and_place(architecture, network, copies).tiles_used;
}

/// Entries by layer: of layers that are not there, and layers that have none but need one.
template <class Say>
void name_layers(const Architecture& architecture, const Network& network, const Say& say) {
  std::vector<std::string> layers;
  for (const Node& node : network.nodes)
    if (node.is_mvm()) layers.push_back(node.name);
  const AdcParameters& adc = architecture.adc;
  const bool per_layer = adc.model != AdcModel::ideal && adc.range == AdcRange::per_layer;
  const std::map<std::string, int> none;
  for (const auto& [pointer, entries] : {std::pair("/mapping/duplicate", &architecture.mapping.duplicate),
                                         std::pair("/adc/layer_full_scale", per_layer ? &adc.layer_full_scale : &none)})
    for (const auto& [name, value] : *entries)
      if (std::find(layers.begin(), layers.end(), name) == layers.end())
        say(fmt::format("{}/{}", pointer, name), fmt::format("network {} has no layer \"{}\"; its layers are {}",
                                                             network.name, name, fmt::join(layers, ", ")));
  if (!per_layer) return;
  std::erase_if(layers, [&](const std::string& name) { return adc.layer_full_scale.contains(name); });
  if (!layers.empty())
    say("/adc/layer_full_scale", fmt::format("gives no full scale for {} of network {}; nvcim calibrate chooses them",
                                             fmt::join(layers, ", "), network.name));
}

/// Everything about the network that this architecture cannot hold, named at once.
std::vector<InputIssue> find_contradictions(const Architecture& architecture, const Network& network, Ending ending) {
  std::vector<InputIssue> issues;
  const auto say = [&](std::string pointer, std::string message) {
    issues.push_back({architecture.name, std::move(pointer), std::move(message)});
  };
  for (const Contradiction& fault : device::check_device(architecture)) say(fault.pointers.front(), fault.message);
  for (std::string& fault : workloads::network_faults(network)) say("", std::move(fault));
  if (!issues.empty()) return issues;
  const bool gives_logits = network.nodes.back().gives_logits();
  if (ending == Ending::logits && !gives_logits)
    say("", fmt::format("network {} does not end with a layer whose sums are the logits", network.name));
  name_layers(architecture, network, say);
  for (const Node& node : network.nodes) {
    if (!node.is_mvm()) continue;
    if (node.mvm.weight_bits < 2 || node.mvm.weight_bits > 9) {
      say("", fmt::format("layer {} has {}-bit weights; 2 to 9 are supported", node.name, node.mvm.weight_bits));
      continue;
    }
    const WeightEncoding encoding = make_encoding(architecture, node.mvm.weight_bits);
    const int wanted = encoding.planes() + (encoding.has_offset_column() ? 1 : 0);
    if (wanted > architecture.crossbar.columns)
      say("/crossbar/columns", fmt::format("{} columns cannot hold one {}-bit weight of layer {}, which takes {}",
                                           architecture.crossbar.columns, node.mvm.weight_bits, node.name, wanted));
    if (encoding.grid_per_level < 1)
      say("/device/grid_bits", fmt::format("{} bits are too coarse for the {} levels of a cell of layer {}",
                                           architecture.device.grid_bits, encoding.max_level + 1, node.name));
    if (encoding.encoding == Encoding::ideal_signed && architecture.crossbar.wire_model != WireModel::none)
      say("/crossbar/wire_model", "ideal_signed cells are abstract and have no wires; use none or a physical encoding");
  }
  return issues;
}

/// On as many tiles as it takes.
Plan place_network(const Architecture& architecture, const Network& network, Ending ending) {
  std::vector<InputIssue> issues = find_contradictions(architecture, network, ending);
  if (!issues.empty()) throw InputError(std::move(issues));
  const std::vector<int> copies = choose_copies(architecture, network, [&](const std::vector<int>& wanted) {
    return tiles_needed(architecture, network, wanted);
  });
  return cut_and_place(architecture, network, copies);
}

}  // namespace

std::uint32_t Block::draw_column(int column, const WeightEncoding& encoding, int layer_outputs) const {
  const int planes = encoding.planes();
  if (column < outputs * planes) return static_cast<std::uint32_t>(output_begin * planes + column);
  return static_cast<std::uint32_t>(layer_outputs * planes + offset_number);
}

PlanSize plan_size(const Architecture& architecture, const Network& network, Ending ending) {
  const Plan plan = place_network(architecture, network, ending);
  return {plan.crossbars_used, plan.tiles_used};
}

Plan make_plan(const Architecture& architecture, const Network& network, Ending ending) {
  Plan plan = place_network(architecture, network, ending);
  if (plan.tiles_used > architecture.chip.tiles())
    throw InputError(
        architecture.name, "/chip/mesh_rows",
        fmt::format("network {} needs {} crossbars, {} tiles of {}; the chip has {} x {} = {} tiles (raise "
                    "/chip/mesh_rows, /chip/mesh_columns or /tile/crossbars, or run it in rounds: nvcim run "
                    "--time-multiplex)",
                    network.name, plan.crossbars_used, plan.tiles_used, architecture.tile.crossbars,
                    architecture.chip.mesh_rows, architecture.chip.mesh_columns, architecture.chip.tiles()));
  std::int64_t cells = 0;
  for (const Block& block : plan.blocks) cells += std::int64_t{1} * block.rows * block.columns;
  plan.utilization = static_cast<double>(cells) / (static_cast<double>(plan.crossbars_used) *
                                                   architecture.crossbar.rows * architecture.crossbar.columns);
  for (LayerPlan& layer : plan.layers)
    for (int column_block = 0; column_block < layer.column_blocks; ++column_block)
      layer.home_tile.push_back(plan.tile_of_crossbar(plan.blocks[layer.block(0, column_block, 0)].crossbar));
  return plan;
}

std::string floor_plan(const Architecture& architecture, const Network& network, const Plan& plan) {
  std::string text = fmt::format("{:>4} {:>8}  {:<16} {:>4} {:>11} {:>13} {:>11} {:>11} {:>5}\n", "tile", "crossbar",
                                 "layer", "copy", "matrix rows", "outputs", "at rows", "at columns", "used");
  std::vector<const Block*> order;
  for (const Block& block : plan.blocks) order.push_back(&block);
  std::stable_sort(order.begin(), order.end(),
                   [](const Block* a, const Block* b) { return a->crossbar < b->crossbar; });
  const double cells = static_cast<double>(architecture.crossbar.rows) * architecture.crossbar.columns;
  const auto range = [](int begin, int count) { return fmt::format("{}-{}", begin, begin + count - 1); };
  for (const Block* block : order)
    text += fmt::format("{:>4} {:>8}  {:<16} {:>4} {:>11} {:>13} {:>11} {:>11} {:>4.0f}%\n",
                        plan.tile_of_crossbar(block->crossbar), block->crossbar, network.nodes[block->node].name,
                        block->copy, range(block->row_begin, block->rows), range(block->output_begin, block->outputs),
                        range(block->crossbar_row, block->rows), range(block->crossbar_column, block->columns),
                        100.0 * block->rows * block->columns / cells);
  return text;
}

}  // namespace nvcim::mapping
