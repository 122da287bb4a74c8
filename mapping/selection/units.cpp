// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/units.h"

#include <limits>

#include "arch/check.h"

namespace nvcim::mapping {
namespace {

UnitMap finer_than_rows(const workloads::Network& network, const Plan& plan, bool by_cell) {
  std::vector<std::int64_t> first_of_node(network.nodes.size(), 0);
  std::int64_t next = 0;
  for (const LayerPlan& layer : plan.layers) {
    first_of_node[layer.node] = next;
    const std::int64_t parts = by_cell ? std::int64_t{layer.encoding.planes()} * layer.copies : 1;
    next += static_cast<std::int64_t>(network.nodes[layer.node].mvm.weights.size()) * parts;
  }
  UnitMap map;
  for (const Block& block : plan.blocks) {
    const LayerPlan& layer = plan.layers[plan.layer_of_node[block.node]];
    const int planes = layer.encoding.planes();
    const workloads::Node& node = network.nodes[block.node];
    std::vector<std::uint32_t>& of_cell = map.of_cell.emplace_back(std::size_t(block.rows) * block.columns);
    std::size_t cell = 0;
    for (int row = 0; row < block.rows; ++row)
      for (int column = 0; column < block.columns; ++column, ++cell) {
        const int output = column / planes;
        if (output == block.outputs) {
          of_cell[cell] = static_cast<std::uint32_t>(next++);
          continue;
        }
        auto unit = static_cast<std::int64_t>(node.weight_index(block.output_begin + output, block.row_begin + row));
        if (by_cell) unit = (unit * planes + column % planes) * layer.copies + block.copy;
        of_cell[cell] = static_cast<std::uint32_t>(first_of_node[block.node] + unit);
      }
  }
  NVCIM_CHECK(next <= std::numeric_limits<std::uint32_t>::max(), "{} units", next);
  map.units = static_cast<std::uint32_t>(next);
  return map;
}

}  // namespace

UnitMap make_units(const workloads::Network& network, const Plan& plan, Granularity granularity) {
  if (granularity == Granularity::weight || granularity == Granularity::cell)
    return finer_than_rows(network, plan, granularity == Granularity::cell);
  UnitMap map;
  std::uint32_t rows = 0;
  for (const Block& block : plan.blocks) {
    std::vector<std::uint32_t>& of_cell = map.of_cell.emplace_back(std::size_t(block.rows) * block.columns);
    for (std::size_t cell = 0; cell < of_cell.size(); ++cell)
      of_cell[cell] = granularity == Granularity::crossbar
                          ? static_cast<std::uint32_t>(block.crossbar)
                          : rows + static_cast<std::uint32_t>(cell / std::size_t(block.columns));
    rows += static_cast<std::uint32_t>(block.rows);
  }
  map.units = granularity == Granularity::crossbar ? static_cast<std::uint32_t>(plan.crossbars_used) : rows;
  return map;
}

}  // namespace nvcim::mapping
