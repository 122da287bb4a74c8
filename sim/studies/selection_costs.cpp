// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/selection_costs.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "arch/check.h"
#include "device/models/device_law.h"
#include "mapping/cell_targets.h"
#include "mapping/written_cells.h"
#include "sim/programming/row_time.h"

namespace nvcim::sim {
namespace {

using mapping::Block;
using mapping::Plan;

constexpr int kSampledRows = 2000;
/// Instances are numbered from 0 up; this one is nobody's.
constexpr mapping::ChipDraws kOwnDraws{0x73656c656374, 0xffffffff};

/// Marks all cells of every `step`-th row, evenly over the chip.
mapping::WritePlan sampled_rows(const Plan& plan) {
  const int rows =
      std::accumulate(plan.blocks.begin(), plan.blocks.end(), 0, [](int sum, const Block& b) { return sum + b.rows; });
  const int step = std::max(1, (rows + kSampledRows - 1) / kSampledRows);
  mapping::WritePlan write_plan = mapping::verify_none(plan);
  int number = 0;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    for (int row = 0; row < block.rows; ++row, ++number)
      if (number % step == 0)
        std::fill_n(write_plan.verify[index].begin() + std::ptrdiff_t{row} * block.columns, block.columns, 1);
  }
  return write_plan;
}

double nearest(const std::map<double, double>& by_level, double level) {
  const auto above = by_level.lower_bound(level);
  if (above == by_level.begin()) return above->second;
  const auto below = std::prev(above);
  if (above == by_level.end()) return below->second;
  return above->first - level < level - below->first ? above->second : below->second;
}

}  // namespace

bool is_value_dependent(const Architecture& architecture) {
  const double at_zero = device::programming_sigma(architecture.device, 0);
  for (int i = 1; i <= 8; ++i)
    if (device::programming_sigma(architecture.device, i / 8.0) != at_zero) return true;
  return false;
}

std::map<double, double> mean_attempts(const Architecture& architecture, const workloads::Network& network,
                                       const Plan& plan) {
  const mapping::WritePlan write_plan = sampled_rows(plan);
  const mapping::WrittenCells cells = mapping::write_cells(architecture, network, plan, write_plan, kOwnDraws, true);
  struct Sum {
    double attempts = 0, cells = 0;
  };
  std::map<double, Sum> sums;
  Sum all;
  std::vector<int> levels;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const mapping::WeightEncoding& encoding = plan.layers[plan.layer_of_node[block.node]].encoding;
    levels.assign(block.columns, 0);
    for (int row = 0; row < block.rows; ++row) {
      const std::size_t first = std::size_t(row) * block.columns;
      if (write_plan.verify[index][first] == 0) continue;
      mapping::target_levels(network.nodes[block.node], encoding, block, row, levels);
      for (int column = 0; column < block.columns; ++column) {
        // The first pulse is the unverified write.
        const double attempts = double(cells.blocks[index].pulses[first + column]) - 1;
        Sum& sum = sums[double(std::abs(levels[column])) / encoding.max_level];
        sum.attempts += attempts, sum.cells += 1;
        all.attempts += attempts, all.cells += 1;
      }
    }
  }
  NVCIM_CHECK(all.cells > 0, "no rows");
  const double least = all.attempts > 0 ? all.attempts / all.cells / 100 : 1;
  std::map<double, double> means;
  for (const auto& [level, sum] : sums) means[level] = std::max(sum.attempts / sum.cells, least);
  return means;
}

void set_costs(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
               mapping::SelectionOptions& options) {
  if (options.order == mapping::SelectionOrder::per_time)
    options.row_time = [times = mean_row_times(architecture, network, plan)](int cells) {
      return times[std::min<std::size_t>(cells, times.size() - 1)];
    };
  if (is_value_dependent(architecture))
    options.cycles = [by_level = mean_attempts(architecture, network, plan)](double level) {
      return nearest(by_level, level);
    };
}

}  // namespace nvcim::sim
