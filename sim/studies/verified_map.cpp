// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/verified_map.h"

#include <fmt/format.h>

#include <algorithm>

namespace nvcim::sim {
namespace {

constexpr int kMostColumns = 240;
constexpr int kMostRows = 64;

}  // namespace

std::vector<VerifiedLayer> verified_by_layer(const workloads::Network& network, const mapping::Plan& plan,
                                             const mapping::WritePlan& write_plan) {
  std::vector<VerifiedLayer> layers;
  for (const mapping::LayerWriteCount& count : mapping::count_by_layer(plan, write_plan))
    layers.push_back({network.nodes[count.node].name, count.cells, count.verified_cells});
  const auto by_row = mapping::count_by_row(plan, write_plan);
  for (std::size_t block = 0; block < by_row.size(); ++block) {
    VerifiedLayer& layer = layers[plan.layer_of_node[plan.blocks[block].node]];
    layer.rows += static_cast<std::int64_t>(by_row[block].size());
    layer.rows_touched +=
        std::count_if(by_row[block].begin(), by_row[block].end(), [](int cells) { return cells > 0; });
  }
  VerifiedLayer all{"all"};
  for (const VerifiedLayer& layer : layers) {
    all.cells += layer.cells, all.verified += layer.verified;
    all.rows += layer.rows, all.rows_touched += layer.rows_touched;
  }
  layers.push_back(all);
  return layers;
}

std::vector<std::vector<std::string>> verified_rows(const std::vector<VerifiedLayer>& layers) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "cells", "verified", "share %", "rows", "touched", "verified per touched row"}};
  for (const VerifiedLayer& layer : layers)
    rows.push_back(
        {layer.name, fmt::format("{}", layer.cells), fmt::format("{}", layer.verified),
         fmt::format("{:.2f}", layer.cells > 0 ? 100.0 * double(layer.verified) / double(layer.cells) : 0.0),
         fmt::format("{}", layer.rows), fmt::format("{}", layer.rows_touched),
         layer.rows_touched > 0 ? fmt::format("{:.1f}", double(layer.verified) / double(layer.rows_touched)) : ""});
  return rows;
}

HeatMap verified_map(const workloads::Network& network, const mapping::Plan& plan,
                     const mapping::WritePlan& write_plan) {
  const auto by_row = mapping::count_by_row(plan, write_plan);
  const int blocks = static_cast<int>(by_row.size());
  int most_rows = 0;
  for (const auto& rows : by_row) most_rows = std::max(most_rows, static_cast<int>(rows.size()));
  const int columns = std::min(blocks, kMostColumns), height = std::min(most_rows, kMostRows);
  std::vector<std::vector<double>> verified(height, std::vector<double>(columns, 0.0)), cells = verified;
  HeatMap map;
  map.x_title = "blocks of the layers; rows of a block from top to bottom";
  map.row_labels = {{0, "row 0"}, {height - 1, fmt::format("row {}", most_rows - 1)}};
  if (height < 3) map.row_labels.pop_back();
  int node = -1;
  for (int block = 0; block < blocks; ++block) {
    const int x = static_cast<int>(std::int64_t{block} * columns / blocks);
    if (plan.blocks[block].node != node) {
      node = plan.blocks[block].node;
      map.column_labels.emplace_back(x, network.nodes[node].name);
    }
    for (std::size_t row = 0; row < by_row[block].size(); ++row) {
      const auto y = row * height / most_rows;
      verified[y][x] += by_row[block][row];
      cells[y][x] += plan.blocks[block].columns;
    }
  }
  for (int y = 0; y < height; ++y) {
    std::vector<double>& line = map.values.emplace_back();
    for (int x = 0; x < columns; ++x) line.push_back(cells[y][x] > 0 ? verified[y][x] / cells[y][x] : -1);
  }
  return map;
}

}  // namespace nvcim::sim
