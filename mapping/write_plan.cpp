// SPDX-License-Identifier: Apache-2.0
#include "mapping/write_plan.h"

#include <algorithm>
#include <numeric>

#include "arch/check.h"

namespace nvcim::mapping {
namespace {

std::int64_t count_ones(const std::vector<std::uint8_t>& cells) {
  return std::accumulate(cells.begin(), cells.end(), std::int64_t{0});
}

WritePlan uniform(const Plan& plan, std::uint8_t value) {
  WritePlan write_plan;
  for (const Block& block : plan.blocks) write_plan.verify.emplace_back(std::size_t(block.rows) * block.columns, value);
  return write_plan;
}

}  // namespace

std::int64_t WritePlan::cells() const {
  std::int64_t count = 0;
  for (const auto& block : verify) count += static_cast<std::int64_t>(block.size());
  return count;
}

std::int64_t WritePlan::verified_cells() const {
  std::int64_t count = 0;
  for (const auto& block : verify) count += count_ones(block);
  return count;
}

double WritePlan::verified_share() const {
  const std::int64_t all = cells();
  return all == 0 ? 0 : double(verified_cells()) / double(all);
}

WritePlan verify_none(const Plan& plan) {
  return uniform(plan, 0);
}

WritePlan verify_all(const Plan& plan) {
  return uniform(plan, 1);
}

WritePlan verify_weights(const workloads::Network& network, const Plan& plan,
                         const std::vector<std::vector<std::uint8_t>>& chosen) {
  NVCIM_CHECK(chosen.size() == network.nodes.size(), "{} choices for {} nodes", chosen.size(), network.nodes.size());
  WritePlan write_plan = verify_none(plan);
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const std::vector<std::uint8_t>& of_node = chosen[block.node];
    if (of_node.empty()) continue;
    const workloads::Node& node = network.nodes[block.node];
    const int planes = plan.layers[plan.layer_of_node[block.node]].encoding.planes();
    NVCIM_CHECK(of_node.size() == node.mvm.weights.size(), "node {}: {} choices", block.node, of_node.size());
    for (int row = 0; row < block.rows; ++row) {
      std::uint8_t* cells = &write_plan.verify[index][std::size_t(row) * block.columns];
      for (int output = 0; output < block.outputs; ++output)
        std::fill_n(cells + output * planes, planes,
                    of_node[node.weight_index(block.output_begin + output, block.row_begin + row)]);
    }
  }
  return write_plan;
}

std::vector<LayerWriteCount> count_by_layer(const Plan& plan, const WritePlan& write_plan) {
  std::vector<LayerWriteCount> counts;
  for (const LayerPlan& layer : plan.layers) counts.push_back({layer.node, 0, 0});
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    LayerWriteCount& count = counts[plan.layer_of_node[block.node]];
    count.cells += std::int64_t{block.rows} * block.columns;
    if (!write_plan.verify.empty()) count.verified_cells += count_ones(write_plan.verify[index]);
  }
  return counts;
}

std::vector<std::vector<int>> count_by_row(const Plan& plan, const WritePlan& write_plan) {
  std::vector<std::vector<int>> counts;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    std::vector<int>& rows = counts.emplace_back(block.rows, 0);
    if (write_plan.verify.empty()) continue;
    const std::uint8_t* cell = write_plan.verify[index].data();
    for (int row = 0; row < block.rows; ++row)
      for (int column = 0; column < block.columns; ++column) rows[row] += *cell++;
  }
  return counts;
}

}  // namespace nvcim::mapping
