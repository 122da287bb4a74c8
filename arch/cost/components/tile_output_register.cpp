// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Tile output register of 3 KB: 1.68 mW, 0.0032 mm^2, 256 bits per 1.2 GHz cycle.
constexpr double kTileOutputRegisterEnergyPerBit = 1.68e-3 / (256 * 1.2e9);
constexpr double kTileOutputRegisterAreaPerByte = 0.0032e-6 / 3072;

constexpr Component::EnergyLine kTileOutputRegisterLines[] = {
    {"tile_output_register", [](const CostInput&) { return energy_of_one(kTileOutputRegisterEnergyPerBit, kIsaac); }},
};

}  // namespace

const Component components::tile_output_register = {
    .count = one_per_tile,
    .area =
        [](const CostInput& in) {
          return area_of_many(kTileOutputRegisterAreaPerByte, in.architecture.tile.tile_output_register_bytes, "bytes");
        },
    .energy = kTileOutputRegisterLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {
          joule(table, "tile_output_register") * (in.architecture.buffer.bus_bits * in.architecture.chip.clock.value()),
          "tile_output_register x bus_bits x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
