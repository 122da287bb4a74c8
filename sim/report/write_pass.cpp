// SPDX-License-Identifier: Apache-2.0
#include "sim/report/write_pass.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "arch/check.h"
#include "arch/program_cost.h"

namespace nvcim::sim {

WritePass write_pass(const Architecture& architecture, const mapping::Plan& plan, const mapping::ChipInstance& chip) {
  NVCIM_CHECK(chip.blocks.size() == plan.blocks.size(), "{} programmed, {} planned", chip.blocks.size(),
              plan.blocks.size());
  const double range = architecture.device.g_max.value() - architecture.device.g_min.value();
  WritePass pass;
  std::map<int, double> seconds_of_tile;
  double siemens = 0;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const mapping::Block& block = plan.blocks[index];
    const mapping::WeightEncoding& encoding = plan.layers[plan.layer_of_node[block.node]].encoding;
    seconds_of_tile[plan.tile_of_crossbar(block.crossbar)] +=
        block.rows * write_row_time(architecture, block.columns).value();
    pass.cells += std::int64_t{1} * block.rows * block.columns;
    std::int64_t steps = 0;  // exact, so the energy does not depend on the order of the cells
    for (const std::int16_t code : chip.blocks[index].codes) steps += std::abs(int{code} + chip.pedestal);
    siemens += static_cast<double>(steps) * range / (encoding.grid_per_level * encoding.max_level);
  }
  for (const auto& [tile, seconds] : seconds_of_tile) pass.seconds = std::max(pass.seconds, seconds);
  pass.joules = write_once_energy(architecture, from_si<Conductance>(siemens)).value();
  return pass;
}

}  // namespace nvcim::sim
